"""A county divided into areas: parts of it as problems of their own, and their plans put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scheduling.engine.problem import Person, Problem
from scheduling.engine.solution import Solution

Part = tuple[list[int], list[int]]
"""The indices of people and of workers."""


def divide(problem: Problem, halvings: int) -> list[Part]:
    """Halved so many times between two doors far apart, with equal work on either side of the border.

    Workers go to the side on which they live.
    Neighbouring areas stand side by side in the list, so that a run of them is a smaller county.
    """
    work = np.zeros(len(problem.people), np.int64)
    for occurrence in problem.occurrences:
        work[problem.person_index[occurrence.person]] += occurrence.minutes * occurrence.workers
    parts: list[Part] = [(list(range(len(problem.people))), list(range(len(problem.workers))))]
    for _ in range(halvings):
        parts = [half for part in parts for half in _halves(problem, part, work)]
    return parts


def _halves(problem: Problem, part: Part, work: NDArray[np.int64]) -> tuple[Part, Part]:
    people, workers = (np.array(side, np.int64) for side in part)
    if len(people) < 2:
        return part, ([], [])
    doors = np.array([problem.people[k].place for k in people])
    bases = np.array([problem.workers[k].place for k in workers], np.int64)
    one = doors[problem.travel[doors[0], doors].argmax()]
    two = doors[problem.travel[one, doors].argmax()]
    nearer, at_home = (problem.travel[one, side] - problem.travel[two, side] for side in (doors, bases))
    order = np.argsort(nearer, kind="stable")
    so_far = work[people[order]].cumsum()
    cut = int(np.searchsorted(so_far, so_far[-1] / 2)) + 1
    border = nearer[order[cut - 1]]
    this_side, that_side = people[order[:cut]], people[order[cut:]]
    return (
        (this_side.tolist(), workers[at_home <= border].tolist()),
        (that_side.tolist(), workers[at_home > border].tolist()),
    )


def joined(parts: Sequence[Part]) -> Part:
    """Several areas as one."""
    return [k for people, _ in parts for k in people], [k for _, workers in parts for k in workers]


def problem_of(problem: Problem, part: Part, name: str) -> Problem:
    """What the people of an area need, and its own workers alone."""
    people = [problem.people[k] for k in sorted(part[0])]
    workers = [problem.workers[k] for k in sorted(part[1])]
    here = {worker.id for worker in workers}
    doors = {person.id for person in people}
    occurrences = tuple(o for o in problem.occurrences if o.person in doors)
    asked = {o.id for o in occurrences}
    places = sorted({person.place for person in people} | {worker.place for worker in workers})
    at = {place: k for k, place in enumerate(places)}
    return problem.replace(
        name=name,
        travel=np.ascontiguousarray(problem.travel[np.ix_(places, places)]),
        people=tuple(_among(person, at[person.place], here) for person in people),
        workers=tuple(replace(worker, place=at[worker.place]) for worker in workers),
        occurrences=occurrences,
        gaps=tuple(gap for gap in problem.gaps if gap.before in asked and gap.after in asked),
        separate=tuple(pair for pair in problem.separate if asked.issuperset(pair)),
        locks=tuple(
            lock for lock in problem.locks if lock.occurrence in asked and lock.worker in (None, *here)
        ),
        published=tuple(p for p in problem.published if p.occurrence in asked and here.issuperset(p.workers)),
    )


def _among(person: Person, place: int, workers: set[str]) -> Person:
    """The person as an area knows it, where workers of elsewhere do not exist."""
    named = person.named_worker if person.named_worker in workers else None
    known, barred = person.known_workers & workers, person.barred_workers & workers
    return Person(person.id, place, named, known, barred)


def together(plans: Iterable[Solution]) -> Solution:
    """The plans of areas as one plan of the county; legal, for no worker has two areas."""
    kept = list(plans)
    return Solution(
        tuple(assignment for plan in kept for assignment in plan.assignments),
        tuple(unplaced for plan in kept for unplaced in plan.unplaced),
    )
