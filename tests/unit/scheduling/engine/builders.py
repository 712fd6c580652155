"""Tiny problems by hand: everything has a default, so that a test states only what it is about.

Unless a test says otherwise, places are ten minutes apart, the base is place 0, the one worker `w0`
works day 0 from 07:00 to 15:00, person `p0` lives at place 1, and care takes 30 minutes from 08:00 on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.engine.problem import (
    MINUTES_PER_DAY,
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
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced

Minutes = tuple[int, int]


def at(hour: int, minute: int = 0, *, day: int = 0) -> int:
    """A time of day as a minute of the week."""
    return day * MINUTES_PER_DAY + hour * 60 + minute


def even_travel(places: int, minutes: int = 10) -> NDArray[np.int32]:
    """A matrix in which all places are equally far apart."""
    matrix = np.full((places, places), minutes, dtype=np.int32)
    np.fill_diagonal(matrix, 0)
    return matrix


def a_worker(
    name: str = "w0",
    *,
    agency: str = "care",
    place: int = 0,
    gender: str | None = "F",
    skills: Iterable[str] = ("care",),
    hours: int = 2400,
    shifts: Sequence[Minutes] = ((at(7), at(15)),),
) -> Worker:
    """A worker; `hours` are the most minutes in the week."""
    spans = tuple(Span(start, end) for start, end in shifts)
    return Worker(name, agency, place, gender, frozenset(skills), hours, spans)


def a_person(
    name: str = "p0",
    *,
    place: int = 1,
    named: str | None = None,
    known: Iterable[str] = (),
    barred: Iterable[str] = (),
) -> Person:
    """A person behind a door."""
    return Person(name, place, named, frozenset(known), frozenset(barred))


def an_occurrence(
    name: str = "o0",
    *,
    person: str = "p0",
    agency: str = "care",
    priority: int = 2,
    skills: Iterable[str] = ("care",),
    minutes: int = 30,
    workers: int = 1,
    windows: Sequence[Minutes] = ((at(8), at(12)),),
    preferred: int | None = None,
    gender: str | None = None,
    mergeable: bool = True,
) -> Occurrence:
    """An occurrence of a need."""
    spans = tuple(Span(start, end) for start, end in windows)
    return Occurrence(
        name,
        person,
        agency,
        priority,
        frozenset(skills),
        minutes,
        workers,
        spans,
        preferred,
        gender,
        mergeable,
    )


def a_problem(
    occurrences: Sequence[Occurrence] | None = None,
    *,
    people: Sequence[Person] | None = None,
    workers: Sequence[Worker] | None = None,
    travel: NDArray[np.int32] | None = None,
    policy: dict[str, Any] | None = None,
    delegations: Sequence[tuple[str, str, str]] = (),
    gaps: Sequence[tuple[str, str, int, int | None]] = (),
    separate: Sequence[tuple[str, str]] = (),
    locks: Sequence[Lock] = (),
    published: Sequence[tuple[str, Sequence[str], int]] = (),
    days: int = 7,
) -> Problem:
    """A problem of one worker, one person and one occurrence, but for what is given."""
    people = [a_person()] if people is None else people
    workers = [a_worker()] if workers is None else workers
    places = 1 + max((item.place for item in (*people, *workers)), default=0)
    return Problem(
        name="tiny",
        week_start="2026-11-30",
        days=days,
        travel=even_travel(places) if travel is None else travel,
        policy=Policy(**(policy or {})),
        people=tuple(people),
        workers=tuple(workers),
        delegations=tuple(Delegation(*d) for d in delegations),
        occurrences=tuple([an_occurrence()] if occurrences is None else occurrences),
        gaps=tuple(Gap(*gap) for gap in gaps),
        separate=tuple(separate),
        locks=tuple(locks),
        published=tuple(Published(name, tuple(ids), start) for name, ids, start in published),
    )


def a_plan(*placed: tuple[str, str, int], unplaced: Sequence[str] = ()) -> Solution:
    """A plan from (occurrence, workers, start); the workers are ids with blanks between them."""
    assignments = tuple(Assignment(name, tuple(workers.split()), start) for name, workers, start in placed)
    return Solution(assignments, tuple(Unplaced(name, Reason.NO_CAPACITY) for name in unplaced))
