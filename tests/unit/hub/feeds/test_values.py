"""Single values as partners write them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.feeds import repeats, tenure, values
from hub.feeds.values import RefusedError
from hub.recurrence import days_due


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (values.day, "2026-03-02", date(2026, 3, 2)),
        (values.day, "02/03/2026", date(2026, 3, 2)),
        (values.day, "2/3/2026", date(2026, 3, 2)),
        (values.day, "29/02/2028", date(2028, 2, 29)),
        (values.day, "02/03/2026 00:00", date(2026, 3, 2)),
        (values.clock, "7:30", time(7, 30)),
        (values.clock, "07:30:15", time(7, 30, 15)),
        (values.whole_number(1, 1440), "030", 30),
        (values.yes_no, "Yes", True),
        (values.yes_no, "N", False),
        (values.nhs_number, "943 476 5919", "9434765919"),
        (values.postcode, "nr116aa", "NR11 6AA"),
        (values.postcode, " NR1  1AA", "NR1 1AA"),
        (values.postcode, "EC1A 1BB", "EC1A 1BB"),
        (values.uprn, "000100090000001", "100090000001"),
        (values.gender, "Female", "F"),
        (values.gender, "unknown", None),
        (values.tasks, "Personal care; medication;", ("personal_care", "medication")),
        (values.weekdays, "Fri;MO/Wednesday", ("MO", "WE", "FR")),
        (values.weekdays, "Daily", values.WEEKDAYS),
        (values.address_lines, "4 Mill Lane, , Aylsham", ("4 Mill Lane", "Aylsham")),
        (tenure.of_accommodation, "Tenant - private landlord", "private_rent"),
        (tenure.of_accommodation, "Tenant: Local authority or other social housing provider", "social_rent"),
        (
            tenure.of_accommodation,
            "Sheltered housing, extra care housing or other sheltered housing",
            "sheltered",
        ),
        (tenure.of_accommodation, "Rough sleeper / squatting", "other"),
        (tenure.of_accommodation, "Unknown", None),
    ],
)
def test_values_are_read_as_people_write_them(parse: Callable[[str], Any], text: str, expected: Any) -> None:
    """Common spellings of one value meet in one."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("parse", "text", "rule"),
    [
        (values.day, "31/02/2026", "date"),
        (values.day, "03/13/2026", "date"),
        (values.day, "02/03/26", "two_digit_year"),
        (values.day, "46083", "excel_serial"),
        (values.day, "46083.0", "excel_serial"),
        (values.day, "02/03/1066", "year_range"),
        (values.day, "2nd March", "date"),
        (values.clock, "24:00", "time"),
        (values.clock, "7.30", "time"),
        (values.clock, "07:60", "time"),
        (values.whole_number(1, 1440), "3E+01", "scientific_notation"),
        (values.whole_number(1, 1440), "30.5", "whole_number"),
        (values.whole_number(1, 1440), "٣٠", "whole_number"),
        (values.whole_number(1, 1440), "0", "range"),
        (values.whole_number(1, 1440), "-5", "range"),
        (values.whole_number(1, 1440), "9" * 5000, "whole_number"),
        (values.yes_no, "perhaps", "yes_no"),
        (values.nhs_number, "943 476 5918", "nhs_number_check"),
        (values.nhs_number, "9.43E+09", "scientific_notation"),
        (values.postcode, "CF10", "postcode"),
        (values.postcode, "90210", "postcode"),
        (values.uprn, "1.0009E+11", "scientific_notation"),
        (values.uprn, "0000", "uprn"),
        (values.gender, "W", "gender"),
        (values.worker_gender, "X", "worker_gender"),
        (values.tenure, "freehold", "tenure"),
        (values.tasks, ";", "task_code"),
        (values.tasks, "medication!", "task_code"),
        (values.weekdays, "MO;XX", "days"),
        (values.weekdays, ";", "days"),
        (values.address_lines, ",".join("abcdefghijk"), "too_long"),
        (values.text_up_to(3), "abcd", "too_long"),
        (tenure.of_accommodation, "Castle", "accommodation_status"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_rule(
    parse: Callable[[str], Any], text: str, rule: str
) -> None:
    """A refusal names its rule and says what to do without repeating the value."""
    with pytest.raises(RefusedError) as caught:
        parse(text)
    assert caught.value.rule == rule
    assert caught.value.message.endswith(".")
    assert len(text) < 4 or text not in caught.value.message


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("O'Neill", "O'Neill"),
        ("D’Arcy", "D’Arcy"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("Sm\u200bith\ufeff", "Smith"),
        ("\u202eCohen\u202c", "Cohen"),
        (" Mary\u00a0 Ann\r\n", "Mary Ann"),
        ("a\x00b\x07c", "abc"),
        ("=SUM(A1)", "=SUM(A1)"),
    ],
)
def test_names_keep_their_letters_and_lose_what_cannot_be_seen(raw: str, expected: str) -> None:
    """Two copies of one name must compare as equal, whatever program exported them."""
    assert values.clean(raw) == expected


@given(st.text())
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    """A cleaned value stays as it is, and holds nothing that the database refuses."""
    cleaned = values.clean(raw)
    assert values.clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        ("943 476 5919", "number"),
        ("9.4E+09", "scientific number"),
        ("31/02/2026", "date-like"),
        ("31-02-26", "date-like"),
        ("25:00", "time-like"),
        ("Mill Lane", "text"),
    ],
)
def test_a_value_is_described_without_being_told(text: str, kind: str) -> None:
    """Whoever mends the file learns what kind of value stood there."""
    assert values.value_class(text) == kind


def test_the_hour_that_comes_twice_is_the_first_and_the_missing_one_moves_on() -> None:
    """On the day of 25 hours 01:30 is summer time; on the day of 23 hours 01:30 becomes 02:30."""
    twice = values.local_moment(date(2026, 10, 25), time(1, 30))
    missing = values.local_moment(date(2026, 3, 29), time(1, 30))
    assert twice.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert missing.time() == time(2, 30)
    assert missing.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ("every other Tuesday", "recurrence"),
        ("FREQ=HOURLY", "recurrence"),
        ("FREQ=DAILY;INTERVAL=0", "recurrence"),
        ("FREQ=WEEKLY;BYDAY=XX", "recurrence"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never_due"),
        ("FREQ=DAILY;UNTIL=20200101", "never_due"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231", "never_due"),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 200), "too_long"),
    ],
)
def test_a_rule_that_no_day_fits_is_refused_at_once(rule: str, refusal: str) -> None:
    """Such a rule would otherwise be searched to the year 9999 whenever a week is planned."""
    with pytest.raises(RefusedError) as caught:
        repeats.checked(rule, starts_on=date(2026, 1, 5))
    assert caught.value.rule == refusal


def test_the_end_of_the_month_falls_due_in_short_months_too() -> None:
    """What begins on the 31st is done on the last day of February, not left out."""
    rule = repeats.monthly(date(2026, 1, 31), every=1)
    due = days_due(
        rule, starts_on=date(2026, 1, 31), ends_on=None, first=date(2026, 1, 1), last=date(2026, 4, 30)
    )
    assert due == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_leap_day_falls_due_every_year() -> None:
    """What begins on 29 February is done on the 28th in other years."""
    rule = repeats.yearly(date(2028, 2, 29), every=1)
    due = days_due(
        rule, starts_on=date(2028, 2, 29), ends_on=None, first=date(2028, 1, 1), last=date(2029, 12, 31)
    )
    assert due == [date(2028, 2, 29), date(2029, 2, 28)]
