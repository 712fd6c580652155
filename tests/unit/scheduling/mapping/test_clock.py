"""Minutes of the week are elapsed minutes, on days of 23, 24 and 25 hours."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from scheduling.mapping.clock import WeekClock

PLAIN = WeekClock(dt.date(2027, 1, 11))
LONG = WeekClock(dt.date(2026, 10, 19))  # Sunday 25 October has 25 hours
SHORT = WeekClock(dt.date(2027, 3, 22))  # Sunday 28 March has 23 hours


def test_on_a_plain_day_the_minute_is_day_and_wall_time() -> None:
    """Thursday half past seven is 3 × 1440 + 450."""
    assert PLAIN.minute_of(dt.date(2027, 1, 14), dt.time(7, 30)) == 3 * 1440 + 450


def test_weeks_have_their_true_length() -> None:
    """A week with a long Sunday has an hour more than a plain one, with a short Sunday one less."""
    plain, long, short = ((clock.ends_at - clock.begins_at) for clock in (PLAIN, LONG, SHORT))
    assert (plain, long - plain, plain - short) == (dt.timedelta(days=7), *[dt.timedelta(hours=1)] * 2)


def test_a_sunday_morning_after_the_change_is_an_hour_later_or_earlier() -> None:
    """Eight o'clock comes nine elapsed hours into a long Sunday and seven into a short one."""
    assert LONG.minute_of(dt.date(2026, 10, 25), dt.time(8)) == 6 * 1440 + 9 * 60
    assert SHORT.minute_of(dt.date(2027, 3, 28), dt.time(8)) == 6 * 1440 + 7 * 60


def test_a_night_shift_over_the_change_has_its_true_hours() -> None:
    """From ten at night to seven in the morning is ten hours in October and eight in March."""
    for clock, saturday, hours in ((LONG, dt.date(2026, 10, 24), 10), (SHORT, dt.date(2027, 3, 27), 8)):
        start = clock.minute_of(saturday, dt.time(22))
        assert clock.minute_of(saturday + dt.timedelta(days=1), dt.time(7)) - start == hours * 60


@given(st.sampled_from([PLAIN, LONG, SHORT]), st.integers(-2000, 7 * 1440 + 2000))
def test_minutes_and_moments_go_back_and_forth(clock: WeekClock, minute: int) -> None:
    """Every minute is one moment and every moment one minute, whatever the clocks do."""
    assert clock.minute(clock.at(minute)) == minute


@given(st.sampled_from([LONG, SHORT]), st.integers(0, 6), st.times(), st.times())
def test_later_on_the_wall_is_never_much_earlier_in_minutes(
    clock: WeekClock, day: int, one: dt.time, other: dt.time
) -> None:
    """Order on one day holds, except between a skipped time and the hour that it was moved into."""
    early, late = sorted((one.replace(second=0, microsecond=0), other.replace(second=0, microsecond=0)))
    minutes = [clock.minute_of(clock.days[day], wall) for wall in (early, late)]
    skipped = clock is SHORT and day == 6 and dt.time(1) <= early < dt.time(2)
    assert skipped or minutes[0] <= minutes[1]
