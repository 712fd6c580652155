"""The days on which a need falls due."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.recurrence import (
    MOST_APART,
    ONCE,
    WEEKDAYS,
    RecurrenceError,
    Repeats,
    days_due,
    monday_of,
    repeats_of,
    validate,
)

MONDAY = dt.date(2027, 1, 11)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


def due(
    rule: str, *, starts_on: dt.date = MONDAY, ends_on: dt.date | None = None, days: int = 7
) -> list[int]:
    """Days of January 2027 on which the rule falls due, from Monday the eleventh."""
    last = MONDAY + dt.timedelta(days=days - 1)
    return [day.day for day in days_due(rule, starts_on=starts_on, ends_on=ends_on, first=MONDAY, last=last)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", [11, 12, 13, 14, 15, 16, 17]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", [11, 14]),
        ("FREQ=DAILY;INTERVAL=3", [11, 14, 17]),
        ("FREQ=DAILY;COUNT=2", [11, 12]),
        ("FREQ=DAILY;UNTIL=20270113", [11, 12, 13]),
        ("FREQ=MONTHLY;BYMONTHDAY=13", [13]),
    ],
)
def test_rules_fall_due(rule: str, expected: list[int]) -> None:
    """The week of 11 January 2027 by rules as agencies write them."""
    validate(rule)
    assert due(rule) == expected


def test_every_other_week_counts_from_the_week_it_starts() -> None:
    """A need that started a week earlier is not due in this week."""
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    assert due(rule) == [11]
    assert due(rule, starts_on=MONDAY - dt.timedelta(days=7)) == []


def test_nothing_falls_due_outside_the_needs_own_life() -> None:
    """It starts on Wednesday and ends on Friday."""
    assert due("FREQ=DAILY", starts_on=dt.date(2027, 1, 13), ends_on=dt.date(2027, 1, 15)) == [13, 14, 15]
    assert due("FREQ=DAILY", ends_on=dt.date(2027, 1, 10)) == []


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "daily",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=8",
        "INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;",
    ],
)
def test_rules_that_no_need_may_have(rule: str) -> None:
    """Repeating within a day, unknown parts and plain words are refused with a reason."""
    with pytest.raises(RecurrenceError, match=r"has|is not|needs|cannot"):
        validate(rule)


@given(DAYS, DAYS, DAYS)
def test_due_days_are_in_order_and_within_bounds(starts_on: dt.date, first: dt.date, last: dt.date) -> None:
    """Whatever is asked, no day comes twice, and none lies before the start or outside what was asked."""
    last = min(last, first + dt.timedelta(days=60))
    found = days_due("FREQ=WEEKLY;BYDAY=MO,SU", starts_on=starts_on, ends_on=None, first=first, last=last)
    assert found == sorted(set(found))
    assert all(max(starts_on, first) <= day <= last and day.weekday() in (0, 6) for day in found)


@given(DAYS, st.integers(0, 40), st.integers(1, 40))
def test_asking_in_two_pieces_gives_the_same_days(first: dt.date, before: int, after: int) -> None:
    """Planning week by week misses nothing and doubles nothing."""
    middle, last = first + dt.timedelta(days=before), first + dt.timedelta(days=before + after)
    rule = {"starts_on": first - dt.timedelta(days=100), "ends_on": None}
    whole = days_due("FREQ=DAILY;INTERVAL=3", first=first, last=last, **rule)
    pieces = days_due("FREQ=DAILY;INTERVAL=3", first=first, last=middle, **rule)
    pieces += days_due("FREQ=DAILY;INTERVAL=3", first=middle + dt.timedelta(days=1), last=last, **rule)
    assert pieces == whole


@given(DAYS)
def test_a_week_begins_on_its_monday(day: dt.date) -> None:
    """Any day belongs to the Monday at most six days before it."""
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days <= 6


@given(
    st.one_of(
        st.just(Repeats(ONCE)),
        st.builds(Repeats, st.just("DAILY"), st.integers(1, MOST_APART)),
        st.builds(
            lambda every, days: Repeats("WEEKLY", every, tuple(d for d in WEEKDAYS if d in days)),
            st.integers(1, MOST_APART),
            st.sets(st.sampled_from(WEEKDAYS), min_size=1),
        ),
        st.builds(
            lambda every, day, which: Repeats("MONTHLY", every, (day,), which),
            st.integers(1, MOST_APART),
            st.sampled_from(WEEKDAYS),
            st.sampled_from([1, 2, 3, 4, 5, -1]),
        ),
    )
)
def test_plain_choices_are_read_back_from_their_rule(choice: Repeats) -> None:
    """What somebody ticked is ticked again when the form is opened, and is a rule that a need may have."""
    validate(choice.rule)
    assert repeats_of(choice.rule) == choice


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=3",
        "FREQ=WEEKLY",
        "FREQ=MONTHLY;BYMONTHDAY=3",
        "FREQ=YEARLY",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270301",
        "FREQ=MONTHLY;BYDAY=MO",
    ],
)
def test_other_rules_are_not_taken_for_plain_choices(rule: str) -> None:
    """They are chosen anew rather than changed by opening a form."""
    assert repeats_of(rule) is None
