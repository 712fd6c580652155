"""A plan as facts: who serves what when, and what is left out and why. Prices live in `cost`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an occurrence is unplaced; each is true when a planner says it."""

    NO_COMPETENT_WORKER = "no_competent_worker"
    NO_SHIFT_IN_WINDOW = "no_shift_in_window"
    NO_CAPACITY = "no_capacity"
    NO_PAIR_FREE = "no_pair_free"
    REST_OR_HOURS = "rest_or_hours"
    GAP = "gap"
    BARRED_OR_GENDER = "barred_or_gender"
    CONFLICTS_WITH_LOCK = "conflicts_with_lock"
    COSTS_MORE = "costs_more"


@dataclass(frozen=True, slots=True)
class Assignment:
    """An occurrence placed with its worker or pair; `start` is the minute service begins.

    The second worker of a pair begins then too, or at `second_start` if that is given.
    """

    occurrence: str
    workers: tuple[str, ...]
    start: int
    second_start: int | None = None

    def start_of(self, number: int) -> int:
        """When the first (0) or second (1) worker begins."""
        return self.start if number == 0 or self.second_start is None else self.second_start


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An occurrence left out, with the reason."""

    occurrence: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Taken:
    """The meal that a worker has, from `start`."""

    worker: str
    start: int


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan: every occurrence of the problem stands in exactly one of the first two."""

    assignments: tuple[Assignment, ...]
    unplaced: tuple[Unplaced, ...] = ()
    meals: tuple[Taken, ...] = ()
