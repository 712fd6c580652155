"""Where an occurrence could be put into a plan with everything else left as it is, by trying it all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from scheduling.engine.flow.insertion import flow_insertions
from scheduling.engine.problem import Occurrence, Problem, Worker
from scheduling.engine.rounds import Service, services_by_worker
from scheduling.engine.rules import needed_between, separate_pairs, worker_violations
from scheduling.engine.solution import Assignment, Solution


def is_insertable(
    problem: Problem, solution: Solution, occurrence: str, *, ignoring: frozenset[str] = frozenset()
) -> bool:
    """Whether the occurrence, which the plan leaves out, fits in alone with a right worker or pair.

    `ignoring` names rules of one worker's week that need not hold, as `check` names them.
    """
    return next(insertions(problem, solution, occurrence, ignoring=ignoring), None) is not None


def insertions(
    problem: Problem, solution: Solution, occurrence: str, *, ignoring: frozenset[str] = frozenset()
) -> Iterator[Assignment]:
    """One legal way to add the occurrence for every start that has any, in the order of start."""
    if problem.flow:
        yield from flow_insertions(problem, solution, occurrence)
        return
    asked = problem.occurrences[problem.occurrence_index[occurrence]]
    services = {
        name: sorted(found, key=_start) for name, found in services_by_worker(problem, solution).items()
    }
    separate = separate_pairs(problem)
    locked = [lock for lock in problem.locks if lock.occurrence == occurrence]
    able = [worker for worker in problem.workers if problem.may_serve(worker, asked)]
    wanted = {lock.worker for lock in locked if lock.worker is not None}
    for start in _starts(problem, solution, asked):
        if any(lock.start not in (None, start) for lock in locked):
            continue
        free: list[str] = []
        for worker in sorted(able, key=lambda w: w.id not in wanted):
            new = _service(problem, asked, start)
            found = _broken(problem, worker, services.get(worker.id, []), new, separate)
            if found <= ignoring:
                free.append(worker.id)
                if wanted <= set(free) and len(free) >= asked.workers:
                    yield Assignment(occurrence, tuple(free[: asked.workers]), start)
                    break


def _service(problem: Problem, occurrence: Occurrence, start: int) -> Service:
    return Service(occurrence, start, problem.people[problem.person_index[occurrence.person]].place)


def _starts(problem: Problem, solution: Solution, asked: Occurrence) -> list[int]:
    """The minutes in the windows at which every gap to what is placed holds."""
    starts = sorted({m for window in asked.windows for m in range(window.start, window.end + 1)})
    placed = {a.occurrence: a.start for a in solution.assignments}
    for gap in problem.gaps:
        if gap.after == asked.id and gap.before in placed:
            before = problem.occurrences[problem.occurrence_index[gap.before]]
            earliest = placed[gap.before] + before.minutes + gap.min
            latest = None if gap.max is None else placed[gap.before] + before.minutes + gap.max
        elif gap.before == asked.id and gap.after in placed:
            latest = placed[gap.after] - asked.minutes - gap.min
            earliest = 0 if gap.max is None else placed[gap.after] - asked.minutes - gap.max
        else:
            continue
        starts = [m for m in starts if earliest <= m and (latest is None or m <= latest)]
    return starts


def _broken(
    problem: Problem,
    worker: Worker,
    services: list[Service],
    new: Service,
    separate: frozenset[tuple[str, str]],
) -> set[str]:
    """The rules that the worker's week breaks with one more service in it; `services` are in order.

    The neighbours are asked first: nearly always they already say no.
    """
    shift = next((s for s in worker.shifts if s.start <= new.start and new.end <= s.end), None)
    if shift is None:
        return {"shift"}
    at = bisect_right(services, new.start, key=_start)
    near = [*services[max(at - 1, 0) : at], new, *services[at : at + 1]]
    for before, after in pairwise(s for s in near if shift.start <= s.start < shift.end):
        if after.start - before.end < needed_between(problem, before, after):
            return {"travel"}
    return {v.rule for v in worker_violations(problem, worker, [*services, new], separate)}


def _start(service: Service) -> int:
    return service.start
