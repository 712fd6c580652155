"""When a person asks to be called: as UK Core, PDS and CSV files say it, and what of it is noted."""

from __future__ import annotations

import io
from datetime import time
from typing import Any

import orjson
import pytest

from hub.feeds import FEEDS
from hub.feeds.record import PersonRecord, Rejected
from tests.factories.files import plain

URL = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactPreference"
METHOD = {"url": "PreferredContactMethod", "valueCodeableConcept": {"coding": [{"code": "3"}]}}


def heard(*values: dict[str, Any]) -> tuple[time | None, time | None, list[tuple[str, str]]]:
    """The times that a Patient with these PreferredContactTimes has, and what was noted."""
    parts = [METHOD, *({"url": "PreferredContactTimes"} | value for value in values)]
    patient = {"resourceType": "Patient", "id": "p-1", "name": [{"family": "Eke"}]}
    patient["extension"] = [{"url": URL, "extension": parts}]  # type: ignore[assignment]
    return _outcome("fhir", orjson.dumps(patient))


def repeated(**repeat: Any) -> dict[str, Any]:
    return {"valueTiming": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"} | repeat}}


def read(**cells: str) -> tuple[time | None, time | None, list[tuple[str, str]]]:
    """The same of a row of the plain CSV."""
    row = {"client_reference": "C-1", "family_name": "Eke", "contact_from": "", "contact_until": ""}
    return _outcome("plain", plain([row | cells]))


def _outcome(feed: str, data: bytes) -> tuple[time | None, time | None, list[tuple[str, str]]]:
    found = list(FEEDS[feed].read(io.BytesIO(data)))
    (person,) = (one for one in found if isinstance(one, PersonRecord))
    notes = [one for one in found if isinstance(one, Rejected)]
    assert all(note.field_only and note.key == person.key for note in notes), "the person is taken"
    return person.contact_from, person.contact_until, [(note.field, note.rule) for note in notes]


@pytest.mark.parametrize(
    ("whens", "hours"),
    [(["MORN"], (7, 12)), (["AFT", "MORN"], (7, 17)), (["MORN.late", "NOON", "AFT"], (9, 17))],
)
def test_a_timing_gives_the_stretch_that_its_parts_of_the_day_make(
    whens: list[str], hours: tuple[int, int]
) -> None:
    """UK Core's own example says MORN."""
    assert heard(repeated(when=whens)) == (time(hours[0]), time(hours[1]), [])


def test_days_are_noted_and_the_times_kept() -> None:
    """A wish for Monday mornings must not stop Tuesday's care, and is not lost in silence either."""
    said = repeated(dayOfWeek=["mon", "wed", "fri"], when="MORN")
    assert heard(said) == (time(7), time(12), [("PreferredContactTimes.dayOfWeek", "contact_days")])


@pytest.mark.parametrize(
    "value",
    [
        repeated(when=["MORN", "EVE"]),
        repeated(when=["ACM"]),
        repeated(timeOfDay=["10:00:00"]),
        repeated(when=["MORN"], boundsPeriod={"end": "2020-01-01"}),
        {"valueTiming": {"event": ["2026-01-01"]}},
        {"valueCode": "MORN"},
    ],
)
def test_a_timing_that_is_no_one_stretch_is_noted(value: dict[str, Any]) -> None:
    """Two stretches, a meal, a moment, a preference that has ended: none is guessed at."""
    assert heard(value) == (None, None, [("PreferredContactTimes", "contact_times")])


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("Not after 7pm", None, time(19)),
        ("not before 09:00", time(9), None),
        ("Only between 9am and 5.30 pm.", time(9), time(17, 30)),
        ("contact only between 9 and 5", "contact_times", None),
        ("09:00-17:00", time(9), time(17)),
        ("from 10:00 until noon", time(10), time(12)),
        ("Not before 9am or after 6pm", time(9), time(18)),
        ("not before 9am, not after 18:00", time(9), time(18)),
        ("before 12am", None, time(0)),
        ("after 7", "contact_times", None),
        ("weekends", "contact_times", None),
        ("not before 25:00", "time", None),
        ("not before 13pm", "time", None),
        ("between 17:00 and 09:00", "contact_order", None),
    ],
)
def test_a_sentence_is_read_if_it_can_mean_one_thing(
    said: str, first: time | str | None, last: time | None
) -> None:
    """PDS sends sentences; of a doubtful one only the rule is reported."""
    if isinstance(first, str):
        assert heard({"valueString": said}) == (None, None, [("PreferredContactTimes", first)])
    else:
        assert heard({"valueString": said}) == (first, last, [])


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"contact_from": "09:00"}, (time(9), None, [])),
        ({"contact_from": "9:00", "contact_until": "17:30"}, (time(9), time(17, 30), [])),
        ({"contact_from": "25:00", "contact_until": "17:00"}, (None, None, [("contact_from", "time")])),
        (
            {"contact_from": "17:00", "contact_until": "09:00"},
            (None, None, [("contact_until", "contact_order")]),
        ),
    ],
)
def test_two_columns_say_it_in_a_csv(cells: dict[str, str], outcome: Any) -> None:
    """If either cannot be read neither is kept: half a wish may be the opposite of it."""
    assert read(**cells) == outcome
