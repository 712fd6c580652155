"""A problem in which what people answer for by name is legal, where it stands and nowhere else.

The optimiser knows rules without exceptions. So each call that stands by an override asks for no more than
its workers bring, and is locked to them and its time; whoever may work over the hours has them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from scheduling.engine.problem import Lock, Occurrence, Problem, Span, Worker
from scheduling.engine.solution import Assignment, Solution
from visits.models import Override

CALLS = {"barred", "gender", "skills", "delegation", "window"}


def excused(
    problem: Problem, plan: Solution, overrides: Iterable[Override], *, stands: Callable[[Assignment], bool]
) -> Problem:
    """The problem with these exceptions; those of calls only where `stands` says that they go on as planned.

    Raises ProblemError if they cannot stand together.
    """
    rows = list(overrides)
    answered = {row.ids[0] for row in rows if row.rule in CALLS}
    calls = {
        one.occurrence: one
        for one in plan.assignments
        if one.occurrence in answered and one.occurrence in problem.occurrence_index and stands(one)
    }
    hours = {row.ids[0]: row.amount for row in rows if row.rule == "hours"}
    if not calls and not hours:
        return problem
    barred = {(row.ids[0], row.ids[1]) for row in rows if row.rule == "barred" and row.ids[0] in calls}
    allowed = {
        (problem.occurrences[problem.occurrence_index[code]].person, worker) for code, worker in barred
    }
    return problem.replace(
        people=tuple(
            dataclasses.replace(
                person,
                barred_workers=frozenset(
                    worker for worker in person.barred_workers if (person.id, worker) not in allowed
                ),
            )
            if any(person.id == who for who, _ in allowed)
            else person
            for person in problem.people
        ),
        workers=tuple(
            dataclasses.replace(worker, max_week_minutes=max(worker.max_week_minutes, hours[worker.id]))
            if worker.id in hours
            else worker
            for worker in problem.workers
        ),
        occurrences=tuple(
            _as_it_stands(problem, one, calls[one.id]) if one.id in calls else one
            for one in problem.occurrences
        ),
        locks=(
            *(lock for lock in problem.locks if lock.occurrence not in calls),
            *(Lock(one.occurrence, worker, one.start) for one in calls.values() for worker in one.workers),
        ),
    )


def _as_it_stands(problem: Problem, asked: Occurrence, where: Assignment) -> Occurrence:
    """The call as its workers may serve it at its time."""
    workers = [problem.workers[problem.worker_index[name]] for name in where.workers]
    windows = asked.windows
    if not any(window.start <= where.start <= window.end for window in windows):
        windows = (Span(where.start, where.start),)
    return dataclasses.replace(
        asked,
        skills=frozenset(
            skill for skill in asked.skills if all(_may(problem, one, asked, skill) for one in workers)
        ),
        gender=asked.gender if all(one.gender == asked.gender for one in workers) else None,
        windows=windows,
    )


def _may(problem: Problem, worker: Worker, asked: Occurrence, skill: str) -> bool:
    """Whether the worker may use one skill for the agency that asks."""
    return skill in worker.skills and (
        worker.agency == asked.agency
        or any(
            (one.from_agency, one.to_agency, one.skill) == (asked.agency, worker.agency, skill)
            for one in problem.delegations
        )
    )
