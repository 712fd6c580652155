"""Local wall time and moments. Every shift and need is written in the wall time of Norfolk."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@lru_cache(maxsize=16_384)  # a week of an area asks for the same few times tens of thousands of times
def moment(day: date, wall: time) -> datetime:
    """The moment, in UTC, at which the clocks of Norfolk show `wall` on `day`.

    A time that the clock change skips moves forward by an hour (01:30 becomes 02:30); a time
    that it repeats means the first.
    """
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=LONDON).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The local start of that day, also on the days when the clocks change."""
    return moment(day, time())


def local_day(at: datetime) -> date:
    """The day in Norfolk on which a moment falls."""
    return at.astimezone(LONDON).date()
