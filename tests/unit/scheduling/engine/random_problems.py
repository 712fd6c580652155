"""Random small problems that press on every rule at once: crowded days, odd policies, crooked travel."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from scheduling.engine.problem import (
    Delegation,
    Gap,
    Lock,
    Occurrence,
    Person,
    Policy,
    Problem,
    Published,
    Span,
    Worker,
)
from scheduling.engine.solution import Solution

SKILLS = ("care", "nursing", "fire")
AGENCIES = ("a", "b")
UNSERVED = (4000, 3000, 2000, 1000)
"""Dearer than any visit could be, so that leaving out is never the better choice."""


def random_problem(dice: Random, *, locks: bool = False, published: Solution | None = None) -> Problem:
    """A problem of up to 12 occurrences, 4 workers and 3 days; triangles need not hold in its travel."""
    places = dice.randint(2, 5)
    travel = np.array([[dice.randint(0, 25) for _ in range(places)] for _ in range(places)], np.int32)
    np.fill_diagonal(travel, 0)
    days = dice.randint(1, 3)
    workers = tuple(_worker(dice, i, places, days) for i in range(dice.randint(1, 4)))
    people = tuple(_person(dice, i, places, workers) for i in range(dice.randint(1, 4)))
    occurrences = tuple(_occurrence(dice, i, people, days) for i in range(dice.randint(1, 12)))
    return Problem(
        name="random",
        week_start="2026-01-05",
        days=days,
        travel=travel,
        policy=_policy(dice),
        people=people,
        workers=workers,
        delegations=tuple(
            Delegation(*pair, skill) for pair in (("a", "b"), ("b", "a")) for skill in _some(dice)
        ),
        occurrences=occurrences,
        gaps=_gaps(dice, occurrences),
        separate=_separate(dice, occurrences),
        locks=(),
    )


def with_published(dice: Random, problem: Problem, plan: Solution) -> Problem:
    """The problem with most of `plan` published, some of it at other times or with one worker fewer."""
    published = []
    for assignment in plan.assignments:
        if dice.random() < 0.8:
            start = max(0, assignment.start + dice.choice((0, 0, 0, 10, -20, 40)))
            workers = assignment.workers[: dice.choice((1, 2, 2))]
            published.append(Published(assignment.occurrence, workers, start))
    return problem.replace(published=tuple(published))


def with_locks(dice: Random, problem: Problem, plan: Solution) -> Problem:
    """The problem with some of `plan` locked, so that all locks can hold together."""
    locks = []
    for assignment in plan.assignments:
        if dice.random() < 0.4:
            worker = dice.choice((None, *assignment.workers))
            start = assignment.start if worker is None or dice.random() < 0.5 else None
            locks.append(Lock(assignment.occurrence, worker, start))
    return problem.replace(locks=tuple(locks))


def _some(dice: Random) -> list[str]:
    return [skill for skill in SKILLS if dice.random() < 0.8]


def _policy(dice: Random) -> Policy:
    if dice.random() < 0.4:
        return Policy(unserved=UNSERVED)
    return Policy(
        unserved=UNSERVED,
        arrival_allowance=dice.choice((0, 3, 8)),
        join_wait=dice.choice((0, 5, 10, 25)),
        break_after=dice.choice((120, 240, 360)),
        break_minutes=dice.choice((0, 20, 30)),
        rest=dice.choice((0, 660, 1500)),
        preferred_per_10_min=dice.choice((0, 1, 7)),
    )


def _worker(dice: Random, i: int, places: int, days: int) -> Worker:
    shifts = []
    end = 0
    for day in range(days):
        start = max(end, day * 1440 + dice.choice((420, 480, 780, 1260)))
        if dice.random() < 0.8 and start // 1440 == day:
            end = start + dice.choice((180, 300, 480))
            shifts.append(Span(start, end))
    return Worker(
        f"w{i}",
        dice.choice(AGENCIES),
        dice.randrange(places),
        dice.choice(("F", "M", None)),
        frozenset(_some(dice)),
        dice.choice((200, 500, 2400)),
        tuple(shifts),
    )


def _person(dice: Random, i: int, places: int, workers: Sequence[Worker]) -> Person:
    ids = [worker.id for worker in workers]
    return Person(
        f"p{i}",
        dice.randrange(places),
        dice.choice((None, *ids)),
        frozenset(name for name in ids if dice.random() < 0.4),
        frozenset(name for name in ids if dice.random() < 0.1),
    )


def _occurrence(dice: Random, i: int, people: Sequence[Person], days: int) -> Occurrence:
    windows = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        start = dice.randrange(days) * 1440 + dice.choice((430, 480, 500, 600, 700, 800, 900, 1300))
        windows.append(Span(start, start + dice.choice((0, 30, 120, 120, 400))))
    return Occurrence(
        f"o{i}",
        dice.choice(people).id,
        dice.choice(AGENCIES),
        dice.randint(1, 4),
        frozenset(dice.sample(SKILLS, dice.choice((0, 1, 1, 1)))),
        dice.choice((5, 15, 30, 30, 60)),
        dice.choice((1, 1, 1, 2)),
        tuple(windows),
        dice.choice((None, windows[0].start, windows[0].end, windows[0].start + 60)),
        dice.choice((None, None, None, "F")),
        dice.random() < 0.8,
    )


def _gaps(dice: Random, occurrences: Sequence[Occurrence]) -> tuple[Gap, ...]:
    gaps = []
    for _ in range(dice.randint(0, len(occurrences) // 2)):
        if len(occurrences) > 1:
            one, two = dice.sample(occurrences, 2)
            shortest = dice.choice((0, 0, 30, 120))
            gaps.append(Gap(one.id, two.id, shortest, dice.choice((None, None, shortest + 60))))
    return tuple(gaps)


def _separate(dice: Random, occurrences: Sequence[Occurrence]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for _ in range(dice.randint(0, 2)):
        if len(occurrences) > 1:
            one, two = dice.sample(occurrences, 2)
            pairs.append((one.id, two.id))
    return tuple(pairs)
