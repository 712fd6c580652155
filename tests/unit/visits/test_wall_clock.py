"""Wall time and moments, also where the clocks change."""

from __future__ import annotations

import datetime as dt

import pytest

from visits.wall_clock import local_day, moment

SHORT = dt.date(2027, 3, 28)
LONG = dt.date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        (dt.date(2027, 1, 13), "08:00", "2027-01-13T08:00"),
        (dt.date(2027, 7, 1), "08:00", "2027-07-01T07:00"),
        (SHORT, "00:59", "2027-03-28T00:59"),
        (SHORT, "01:30", "2027-03-28T01:30"),  # it does not exist: the clocks then show 02:30
        (SHORT, "02:30", "2027-03-28T01:30"),
        (LONG, "01:30", "2026-10-25T00:30"),  # it exists twice: the first
        (LONG, "02:00", "2026-10-25T02:00"),
    ],
)
def test_a_wall_time_is_one_moment(day: dt.date, wall: str, utc: str) -> None:
    """A skipped time moves an hour forward and a repeated one means the first."""
    expected = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert moment(day, dt.time.fromisoformat(wall)) == expected


def test_the_day_is_the_one_on_the_wall() -> None:
    """Half past eleven at night in universal time is already tomorrow in a Norfolk summer."""
    assert local_day(dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)) == dt.date(2027, 7, 1)
