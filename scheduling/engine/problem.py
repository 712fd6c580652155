"""The planning problem: one area, one week, as plain integers.

Everything is validated at birth, so that no later part has to ask whether it can trust
its input. All times are whole minutes from midnight at the start of day 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MINUTES_PER_DAY = 1440
PRIORITIES = (1, 2, 3, 4)
LATEST_MINUTE = 60 * MINUTES_PER_DAY
LARGEST_WEIGHT = 1_000_000


class ProblemError(ValueError):
    """A problem breaks the format; the message begins with the path of the field."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(f"{path}: {message}")


@dataclass(frozen=True, slots=True)
class Policy:
    """Weights in equivalent minutes, and the minutes that the rules speak of.

    Attributes
    ----------
    unserved
        Price of leaving an occurrence out, by priority 1 (most urgent) to 4.
    arrival
        Price of each visit (each worker's arrival at a door counts).
    face, new_face
        Price of each distinct worker a person meets, and the extra for one not known.
    not_named
        Price of a visit by another than the named worker, where there is one.
    preferred_per_10_min
        Price of each whole ten minutes away from the preferred start.
    change
        Price of each published occurrence whose worker, day or time changes.
    arrival_allowance, join_wait, break_after, break_minutes, rest
        Minutes; see the hard rules in docs/engine.md.
    """

    unserved: tuple[int, int, int, int] = (2000, 1000, 600, 150)
    arrival: int = 15
    face: int = 15
    new_face: int = 20
    not_named: int = 6
    preferred_per_10_min: int = 1
    change: int = 20
    arrival_allowance: int = 3
    join_wait: int = 10
    break_after: int = 360
    break_minutes: int = 20
    rest: int = 660

    def __post_init__(self) -> None:
        if len(self.unserved) != len(PRIORITIES):
            raise ProblemError("policy.unserved", "needs a weight for each priority 1 to 4")
        for name in self.__slots__:
            values = self.unserved if name == "unserved" else (getattr(self, name),)
            for value in values:
                if not 0 <= value <= LARGEST_WEIGHT:
                    raise ProblemError(f"policy.{name}", f"{value} is not between 0 and {LARGEST_WEIGHT}")

    def unserved_weight(self, priority: int) -> int:
        """The price of leaving out an occurrence of this priority (1 to 4)."""
        return self.unserved[priority - 1]


@dataclass(frozen=True, slots=True)
class Person:
    """A door to knock at. Worker references are ids."""

    id: str
    place: int
    named_worker: str | None = None
    known_workers: frozenset[str] = frozenset()
    barred_workers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, both included where it is a window."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Worker:
    """One member of field staff, with at most one shift that starts on any one day."""

    id: str
    agency: str
    place: int
    gender: str | None
    skills: frozenset[str]
    max_week_minutes: int
    shifts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Delegation:
    """Workers of `to_agency` may use `skill` for people of `from_agency`."""

    from_agency: str
    to_agency: str
    skill: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated instance of a need; `windows` say when service may begin."""

    id: str
    person: str
    agency: str
    priority: int
    skills: frozenset[str]
    minutes: int
    workers: int
    windows: tuple[Span, ...]
    preferred: int | None = None
    gender: str | None = None
    mergeable: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """Minutes from the end of `before` to the start of `after`, when both are placed."""

    before: str
    after: str
    min: int
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Holds an occurrence to a worker, a start, or both."""

    occurrence: str
    worker: str | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """Where the rota now in force has an occurrence."""

    occurrence: str
    workers: tuple[str, ...]
    start: int


@dataclass(frozen=True)
class Problem:
    """A whole planning problem.

    Attributes
    ----------
    travel
        (places, places) int32, minutes from row to column, 0 on the diagonal.

    Raises
    ------
    ProblemError
        If anything in it contradicts itself; the path names the field.
    """

    name: str
    week_start: str
    days: int
    travel: NDArray[np.int32]
    policy: Policy
    people: tuple[Person, ...]
    workers: tuple[Worker, ...]
    delegations: tuple[Delegation, ...]
    occurrences: tuple[Occurrence, ...]
    gaps: tuple[Gap, ...] = ()
    separate: tuple[tuple[str, str], ...] = ()
    locks: tuple[Lock, ...] = ()
    published: tuple[Published, ...] = ()
    person_index: dict[str, int] = field(init=False, repr=False, compare=False)
    worker_index: dict[str, int] = field(init=False, repr=False, compare=False)
    occurrence_index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "person_index", _unique_index("people", self.people))
        object.__setattr__(self, "worker_index", _unique_index("workers", self.workers))
        object.__setattr__(self, "occurrence_index", _unique_index("occurrences", self.occurrences))
        _Validator(self).validate()

    def replace(self, **changes: Any) -> Problem:
        """A variant with some fields changed, validated afresh."""
        return dataclasses.replace(self, **changes)

    def may_serve(self, worker: Worker, occurrence: Occurrence) -> bool:
        """Whether competence, delegation, gender and barring allow the pair (rule 1)."""
        person = self.people[self.person_index[occurrence.person]]
        if worker.id in person.barred_workers:
            return False
        if occurrence.gender is not None and worker.gender != occurrence.gender:
            return False
        if not occurrence.skills <= worker.skills:
            return False
        return worker.agency == occurrence.agency or all(
            (occurrence.agency, worker.agency, skill) in self._delegated for skill in occurrence.skills
        )

    @property
    def _delegated(self) -> frozenset[tuple[str, str, str]]:
        cached = self.__dict__.get("_delegated_cache")
        if cached is None:
            cached = frozenset((d.from_agency, d.to_agency, d.skill) for d in self.delegations)
            object.__setattr__(self, "_delegated_cache", cached)
        return cached


def _unique_index(path: str, items: Sequence[Any]) -> dict[str, int]:
    index: dict[str, int] = {}
    for position, item in enumerate(items):
        if item.id in index:
            raise ProblemError(f"{path}[{position}].id", f"{item.id!r} stands twice")
        index[item.id] = position
    return index


class _Validator:
    """Checks a problem against itself; every refusal names the path of the field."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def validate(self) -> None:
        self._travel()
        self._people()
        self._workers()
        self._occurrences()
        self._relations()
        self._locks()
        self._published()

    def _travel(self) -> None:
        travel = self.problem.travel
        if travel.ndim != 2 or travel.shape[0] != travel.shape[1]:
            raise ProblemError("travel.matrix", f"has shape {travel.shape}, which is not square")
        if travel.size and int(travel.min()) < 0:
            row, column = (int(i) for i in np.argwhere(travel < 0)[0])
            raise ProblemError(f"travel.matrix[{row}][{column}]", "is below 0")
        if travel.size and int(travel.max()) > LATEST_MINUTE:
            row, column = (int(i) for i in np.argwhere(travel > LATEST_MINUTE)[0])
            raise ProblemError(f"travel.matrix[{row}][{column}]", f"is above {LATEST_MINUTE}")
        if np.diagonal(travel).any():
            place = int(np.flatnonzero(np.diagonal(travel))[0])
            raise ProblemError(f"travel.matrix[{place}][{place}]", "is not 0 on the diagonal")
        if not 1 <= self.problem.days <= 31:
            raise ProblemError("days", f"{self.problem.days} is not between 1 and 31")

    def _place(self, path: str, place: int) -> None:
        if not 0 <= place < self.problem.travel.shape[0]:
            raise ProblemError(path, f"{place} is not a place (there are {self.problem.travel.shape[0]})")

    def _known(self, path: str, ids: Iterable[str], index: dict[str, int], kind: str) -> None:
        for item in sorted(ids):
            if item not in index:
                raise ProblemError(path, f"{item!r} is not a {kind}")

    def _people(self) -> None:
        workers = self.problem.worker_index
        for i, person in enumerate(self.problem.people):
            path = f"people[{i}]"
            self._place(f"{path}.place", person.place)
            if person.named_worker is not None:
                self._known(f"{path}.named_worker", [person.named_worker], workers, "worker")
            self._known(f"{path}.known_workers", person.known_workers, workers, "worker")
            self._known(f"{path}.barred_workers", person.barred_workers, workers, "worker")

    def _workers(self) -> None:
        for i, worker in enumerate(self.problem.workers):
            path = f"workers[{i}]"
            self._place(f"{path}.place", worker.place)
            if worker.max_week_minutes < 0:
                raise ProblemError(f"{path}.max_week_minutes", f"{worker.max_week_minutes} is below 0")
            before: Span | None = None
            for j, shift in enumerate(worker.shifts):
                here = f"{path}.shifts[{j}]"
                _check_span(here, shift, strict=True)
                if before is not None and shift.start // MINUTES_PER_DAY <= before.start // MINUTES_PER_DAY:
                    raise ProblemError(f"{here}.start", "is not on a later day than the shift before it")
                if before is not None and shift.start < before.end:
                    raise ProblemError(f"{here}.start", f"{shift.start} is before the last shift's end {before.end}")
                before = shift

    def _occurrences(self) -> None:
        people = self.problem.person_index
        for i, occurrence in enumerate(self.problem.occurrences):
            path = f"occurrences[{i}]"
            self._known(f"{path}.person", [occurrence.person], people, "person")
            if occurrence.priority not in PRIORITIES:
                raise ProblemError(f"{path}.priority", f"{occurrence.priority} is not 1, 2, 3 or 4")
            if not 1 <= occurrence.minutes <= MINUTES_PER_DAY:
                raise ProblemError(f"{path}.minutes", f"{occurrence.minutes} is not between 1 and {MINUTES_PER_DAY}")
            if occurrence.workers not in (1, 2):
                raise ProblemError(f"{path}.workers", f"{occurrence.workers} is not 1 or 2")
            if not occurrence.windows:
                raise ProblemError(f"{path}.windows", "is empty: the occurrence could never be served")
            for j, window in enumerate(occurrence.windows):
                _check_span(f"{path}.windows[{j}]", window, strict=False)
            if occurrence.preferred is not None and not 0 <= occurrence.preferred <= LATEST_MINUTE:
                raise ProblemError(f"{path}.preferred", f"{occurrence.preferred} is out of range")

    def _relations(self) -> None:
        known = self.problem.occurrence_index
        for i, gap in enumerate(self.problem.gaps):
            path = f"gaps[{i}]"
            self._known(f"{path}.before", [gap.before], known, "occurrence")
            self._known(f"{path}.after", [gap.after], known, "occurrence")
            if gap.before == gap.after:
                raise ProblemError(f"{path}.after", "is the same occurrence as before")
            if not 0 <= gap.min <= LATEST_MINUTE:
                raise ProblemError(f"{path}.min", f"{gap.min} is out of range")
            if gap.max is not None and gap.max < gap.min:
                raise ProblemError(f"{path}.max", f"{gap.max} is below min {gap.min}")
        for i, pair in enumerate(self.problem.separate):
            self._known(f"separate[{i}]", pair, known, "occurrence")
            if pair[0] == pair[1]:
                raise ProblemError(f"separate[{i}]", f"{pair[0]!r} stands twice in one pair")

    def _locks(self) -> None:
        problem = self.problem
        seen: set[str] = set()
        for i, lock in enumerate(problem.locks):
            path = f"locks[{i}]"
            self._known(f"{path}.occurrence", [lock.occurrence], problem.occurrence_index, "occurrence")
            occurrence = problem.occurrences[problem.occurrence_index[lock.occurrence]]
            if lock.worker is not None:
                self._known(f"{path}.worker", [lock.worker], problem.worker_index, "worker")
                worker = problem.workers[problem.worker_index[lock.worker]]
                if not problem.may_serve(worker, occurrence):
                    raise ProblemError(f"{path}.worker", f"{worker.id!r} may not serve {occurrence.id!r}")
            if lock.start is not None and not any(w.start <= lock.start <= w.end for w in occurrence.windows):
                raise ProblemError(f"{path}.start", f"{lock.start} lies in no window of {occurrence.id!r}")
            if lock.occurrence in seen and occurrence.workers == 1:
                raise ProblemError(f"{path}.occurrence", f"{lock.occurrence!r} is locked twice")
            seen.add(lock.occurrence)

    def _published(self) -> None:
        problem = self.problem
        seen: set[str] = set()
        for i, item in enumerate(problem.published):
            path = f"published[{i}]"
            self._known(f"{path}.occurrence", [item.occurrence], problem.occurrence_index, "occurrence")
            self._known(f"{path}.workers", item.workers, problem.worker_index, "worker")
            if item.occurrence in seen:
                raise ProblemError(f"{path}.occurrence", f"{item.occurrence!r} stands twice")
            seen.add(item.occurrence)


def _check_span(path: str, span: Span, *, strict: bool) -> None:
    if not 0 <= span.start <= LATEST_MINUTE:
        raise ProblemError(f"{path}.start", f"{span.start} is not between 0 and {LATEST_MINUTE}")
    if span.end < span.start or (strict and span.end == span.start):
        raise ProblemError(f"{path}.end", f"{span.end} is before its start {span.start}")
    if span.end > LATEST_MINUTE:
        raise ProblemError(f"{path}.end", f"{span.end} is above {LATEST_MINUTE}")

