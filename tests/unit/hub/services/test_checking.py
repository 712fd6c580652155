"""The wall behind the feeds: what cannot be stored is rejected before it reaches the database."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from hub.feeds.record import ContactRecord, GapRecord, NeedRecord, PersonRecord
from hub.services.receiving.checking import problem

PERSON = PersonRecord(key="C1", place="line 2", family_name="Larter", given_name="Mabel")
NEED = NeedRecord(
    key="N1",
    place="line 2",
    person_key="C1",
    title="Morning call",
    skills=("personal_care",),
    minutes=30,
    window_start=dt.time(7),
    window_end=dt.time(9),
    rrule="FREQ=DAILY",
    starts_on=dt.date(2027, 1, 11),
)
CONTACT = ContactRecord(
    key="V1",
    place="line 2",
    person_key="C1",
    worker_reference="W1",
    starts_at=dt.datetime(2027, 1, 11, 8, tzinfo=dt.UTC),
    minutes=30,
)


@pytest.mark.parametrize("record", [PERSON, NEED, CONTACT])
def test_sound_records_pass(record: PersonRecord | NeedRecord | ContactRecord) -> None:
    """The smallest record of each kind has no problem."""
    assert problem(record) is None


@pytest.mark.parametrize(
    ("record", "changes", "field", "rule"),
    [
        (PERSON, {"family_name": "Lar\0ter"}, "family_name", "text"),
        (PERSON, {"given_name": "\ud800"}, "given_name", "text"),
        (PERSON, {"family_name": "x" * 121}, "family_name", "too_long"),
        (PERSON, {"family_name": " "}, "family_name", "required"),
        (PERSON, {"key": ""}, "key", "required"),
        (PERSON, {"address_lines": ("x" * 200, "y" * 200)}, "address_lines", "too_long"),
        (PERSON, {"gender": "W"}, "gender", "gender"),
        (PERSON, {"tenure": "castle"}, "tenure", "tenure"),
        (NEED, {"minutes": 0}, "minutes", "range"),
        (NEED, {"minutes": 1441}, "minutes", "range"),
        (NEED, {"window_end": dt.time(6)}, "window_end", "window"),
        (NEED, {"workers": 3}, "workers", "range"),
        (NEED, {"priority": 5}, "priority", "range"),
        (NEED, {"flexible_days": -1}, "flexible_days", "range"),
        (NEED, {"mergeable": False}, "separate_reason", "required"),
        (NEED, {"gender": "?"}, "gender", "gender"),
        (NEED, {"ends_on": dt.date(2027, 1, 10)}, "ends_on", "dates"),
        (NEED, {"rrule": "FREQ=HOURLY"}, "rrule", "recurrence"),
        (NEED, {"gaps": (GapRecord("N2", 60, 30),)}, "gaps", "range"),
        (NEED, {"gaps": (GapRecord("N1", 60),)}, "gaps", "gap"),
        (CONTACT, {"starts_at": dt.datetime(2027, 1, 11, 8)}, "starts_at", "time_zone"),  # noqa: DTZ001
        (CONTACT, {"minutes": -1}, "minutes", "range"),
        (CONTACT, {"worker_reference": "x" * 61}, "worker_reference", "too_long"),
    ],
)
def test_what_the_database_could_not_hold_is_named(
    record: Any, changes: dict[str, Any], field: str, rule: str
) -> None:
    """By place, field and rule, and without the value."""
    rejected = problem(replace(record, **changes))
    assert rejected is not None
    assert (rejected.place, rejected.field, rejected.rule) == ("line 2", field, rule)
    assert "Larter" not in rejected.message
