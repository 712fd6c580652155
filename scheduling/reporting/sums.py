"""Counts that add up, and the figures worked out of them."""

from __future__ import annotations

from operator import add
from typing import Any, NamedTuple


class Sums(NamedTuple):
    """Sums of the columns of `WeekFacts`; those of no week at all are zero."""

    people: int = 0
    placed: int = 0
    unplaced: int = 0
    cancelled: int = 0
    minutes_placed: int = 0
    minutes_unplaced: int = 0
    minutes_cancelled: int = 0
    arrivals: int = 0
    avoided: int = 0
    faces: int = 0
    nameable_visits: int = 0
    named_visits: int = 0
    legs: int = 0
    travel_minutes: int = 0
    travel_metres: int = 0

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(*map(add, self, other))

    @classmethod
    def of(cls, row: dict[str, Any]) -> Sums:
        """From what a query summed."""
        return cls(*(row[name] or 0 for name in COLUMNS))

    @property
    def asked(self) -> int:
        return self.placed + self.unplaced + self.cancelled

    @property
    def minutes_asked(self) -> int:
        return self.minutes_placed + self.minutes_unplaced + self.minutes_cancelled

    @property
    def arrivals_per_person(self) -> float | None:
        return _share(self.arrivals, self.people)

    @property
    def faces_per_person(self) -> float | None:
        return _share(self.faces, self.people)

    @property
    def named_share(self) -> float | None:
        return _share(self.named_visits, self.nameable_visits)

    @property
    def travel_hours(self) -> float:
        return self.travel_minutes / 60

    @property
    def miles(self) -> float:
        return self.travel_metres / 1609.344


COLUMNS = Sums._fields


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
