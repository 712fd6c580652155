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


@dataclass(frozen=True, slots=True)
class Assignment:
    """An occurrence placed with its worker or pair; `start` is the minute service begins."""

    occurrence: str
    workers: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An occurrence left out, with the reason."""

    occurrence: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan: every occurrence of the problem stands in exactly one of the two."""

    assignments: tuple[Assignment, ...]
    unplaced: tuple[Unplaced, ...] = ()
