"""What a planning problem is made of: people, workers, occurrences, what binds them, and the prices.

All times are whole minutes from midnight at the start of day 0.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

MINUTES_PER_DAY = 1440
PRIORITIES = (1, 2, 3, 4)
LATEST_MINUTE = 300 * MINUTES_PER_DAY
LATEST_OF_A_WEEK = 60 * MINUTES_PER_DAY
LONGEST_SERVICE = 30 * MINUTES_PER_DAY
"""Both are far beyond any week, so that a problem of one day may count in parts of a minute."""
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
    """From `start` to `end`, both included where it is a window; after `due` it has a price (see Flow)."""

    start: int
    end: int
    due: int | None = None

    @property
    def due_by(self) -> int:
        """The last minute that costs nothing."""
        return self.end if self.due is None else self.due


@dataclass(frozen=True, slots=True)
class Meal:
    """A break of `minutes` that a worker should have, begun at `start` or later and over by `end`."""

    start: int
    end: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Prices of time, per minute, in a problem of one day; with them, starts flow with the order of visits.

    Attributes
    ----------
    travel
        Each minute travelled.
    late, latest
        Each minute that a service begins after its window's `due`, and each of the largest such delay.
    wait
        Each minute between the first and the last service of a shift without service, way or meal.
    overtime
        Each minute that a worker is back after the shift's `due`.
    idlest
        Each idle minute of the worker who is idle longest: from the start of the shift to its `due` or
        to being back, if that is later, less service, ways and the meal.
    missed_meal
        Each meal that a worker misses; not per minute.
    """

    travel: int = 1
    late: int = 0
    latest: int = 0
    wait: int = 0
    overtime: int = 0
    idlest: int = 0
    missed_meal: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 <= getattr(self, name) <= LARGEST_WEIGHT:
                raise ProblemError(
                    f"flow.{name}", f"{getattr(self, name)} is not between 0 and {LARGEST_WEIGHT}"
                )


@dataclass(frozen=True, slots=True)
class Worker:
    """One member of field staff; the shifts in order, of which none begins before the last has ended.

    Between two that begin on one day no rest is asked: they are pieces of a day around an absence.
    """

    id: str
    agency: str
    place: int
    gender: str | None
    skills: frozenset[str]
    max_week_minutes: int
    shifts: tuple[Span, ...]
    carries: int | None = None
    meal: Meal | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """Workers of `to_agency` may use `skill` for people of `from_agency`."""

    from_agency: str
    to_agency: str
    skill: str


@dataclass(frozen=True, slots=True)
class Second:
    """What the second worker of a pair does: other skills and minutes, begun `min` to `max` after the first.

    Without windows of its own, those of the occurrence hold; without `max` it is not bound to the first.
    """

    skills: frozenset[str]
    minutes: int
    min: int = 0
    max: int | None = 0
    windows: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated instance of a need; `windows` say when service may begin, `load` counts against `carries`."""

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
    load: int = 0
    second: Second | None = None

    def part(self, number: int) -> Occurrence:
        """What the first (0) or second (1) worker does, as an occurrence of its own."""
        if number == 0 or self.second is None:
            return self
        two = self.second
        windows = two.windows or self.windows
        return dataclasses.replace(
            self, skills=two.skills, minutes=two.minutes, windows=windows, load=0, second=None
        )


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
