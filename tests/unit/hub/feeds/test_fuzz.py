"""Whatever arrives, a feed gives records, what it passed over, rejections, or refuses the file."""

import io
import random
from contextlib import suppress
from dataclasses import fields
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.feeds import FEEDS, client_level_data, fire_visits, home_care_schedule, plain, social_work_reviews
from hub.feeds.call_monitoring import COLUMNS as CALLS
from hub.feeds.record import (
    AllOrNothing,
    ContactRecord,
    FeedError,
    Item,
    NeedRecord,
    PersonRecord,
    Rejected,
    Replaces,
    Skipped,
)
from hub.recurrence import validate

HEADINGS = {
    "home-care-schedule": home_care_schedule.COLUMNS,
    "social-work-reviews": social_work_reviews.COLUMNS,
    "plain": plain.COLUMNS,
    "client-level-data": client_level_data.COLUMNS,
    "call-monitoring": CALLS,
    "fire-visits": fire_visits.COLUMNS,
}
LIKELY = """C-1|MO|daily|07:00|09:30|30|1|2|Y|N|F|personal_care|2026-03-02|05/01/2026|once|9434765919|NR11 6AA
|9E+09|31/02/2026|46083||FREQ=DAILY;COUNT=3|FREQ=MONTHLY;BYMONTHDAY=31|=SUM(A1)|Owner occupier|Service user"""
CELLS = st.sampled_from(LIKELY.split("|")) | st.text(max_size=20)
# Words that lead into the readers, so that chance does not end at the first unknown key.
NAMES = """
resourceType Bundle entry resource Patient ServiceRequest CarePlan Appointment id status active
booked fulfilled intent order subject reference Patient/1 code coding system urn:care-visits:task
insulin name family given official use identifier value https://fhir.nhs.uk/Id/nhs-number 9434765919
birthDate 2026-03-02 address line home extension url urn:care-visits:gap
urn:care-visits:window-start valueTime 08:00:00 occurrenceTiming repeat boundsPeriod start end
frequency period periodUnit d wk dayOfWeek mon timeOfDay duration durationUnit min count activity
detail scheduledTiming participant actor Practitioner/1 2026-07-06T08:30:00Z minutesDuration meta
security occurrencePeriod occurrenceDateTime authoredOn boundsDuration when MORN serviceType
deceasedDateTime
"""
WORDS = NAMES.split()
PRIMITIVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
JSON = st.recursive(
    PRIMITIVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=30,
)


def check(feed: str, data: bytes) -> list[Any]:
    """Everything that the feed gives, held to what the database can keep; a refusal is an answer too."""
    found: list[Any] = []
    with suppress(FeedError):
        for one in FEEDS[feed].read(io.BytesIO(data)):
            found.append(one)
            fits(one)
    return found


def fits(one: Any) -> None:
    """The bounds that the tables have."""
    assert isinstance(one, Item)
    assert len(one.place) <= 200
    texts = [getattr(one, field.name) for field in fields(one)]
    assert not any("\x00" in text for text in texts if isinstance(text, str))
    if isinstance(one, Rejected):
        assert one.rule
        assert one.message
        assert max(len(one.key), len(one.field)) <= 120
    elif not isinstance(one, Skipped | Replaces | AllOrNothing):
        assert 1 <= len(one.key) <= 120
    if isinstance(one, PersonRecord):
        assert 1 <= len(one.family_name) <= 120
        assert len(one.given_name) <= 120
        assert len(", ".join(one.address_lines)) <= 300
    if isinstance(one, NeedRecord):
        validate(one.rrule)
        assert one.skills
        assert 1 <= len(one.title) <= 120
        assert one.window_start <= one.window_end
        assert one.preferred is None or one.window_start <= one.preferred <= one.window_end
        assert one.ends_on is None or one.starts_on <= one.ends_on
        assert one.mergeable or 1 <= len(one.separate_reason) <= 200
    if isinstance(one, NeedRecord | ContactRecord):
        assert 1 <= one.minutes <= 1440


@pytest.mark.parametrize("feed", sorted(FEEDS))
@given(data=st.binary(max_size=300))
def test_any_bytes_have_an_answer(feed: str, data: bytes) -> None:
    """Noise ends in a refusal, never in another exception."""
    check(feed, data)


@pytest.mark.parametrize("feed", sorted(HEADINGS))
@given(data=st.data(), tail=st.binary(max_size=100))
def test_any_cells_under_the_right_heading_have_an_answer(
    feed: str, data: st.DataObject, tail: bytes
) -> None:
    """Rows of likely and unlikely cells, and then bytes of any kind."""
    names = [*HEADINGS[feed].required, *HEADINGS[feed].optional]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=3))
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [names, *rows]]
    check(feed, "\n".join([*quoted, ""]).encode(errors="ignore") + tail)


@given(JSON)
def test_any_json_has_an_answer(document: Any) -> None:
    """Objects where FHIR has lists, numbers where it has texts, and anything in any depth."""
    kinds = ("Patient", "ServiceRequest", "CarePlan", "Appointment")
    entries = (
        [{"resource": {**document, "resourceType": kind}} for kind in kinds]
        if isinstance(document, dict)
        else document
    )
    check("fhir", orjson.dumps({"resourceType": "Bundle", "entry": entries}))
    check("fhir", orjson.dumps(document))


@pytest.mark.parametrize("seed", range(40))
def test_a_good_request_with_anything_in_one_place_has_an_answer(seed: int) -> None:
    """Every element of a sound Bundle is in turn replaced by things that do not belong there."""
    chance = random.Random(seed)
    junk = (
        None,
        "",
        "x",
        [],
        {},
        [[]],
        [None],
        {"a": 1},
        0,
        -1,
        1e300,
        True,
        "2026-02-30",
        ["x"],
        [{}],
        "9" * 400,
    )

    def spoil(value: Any, odds: float) -> Any:
        if chance.random() < odds:
            return chance.choice(junk)
        if isinstance(value, dict):
            return {name: spoil(part, odds) for name, part in value.items()}
        return [spoil(part, odds) for part in value] if isinstance(value, list) else value

    for odds in (0.01, 0.03, 0.1):
        for _ in range(20):
            check("fhir", orjson.dumps(spoil(SOUND, odds)))


TASK = {"coding": [{"system": "urn:care-visits:task", "code": "insulin"}], "text": "Insulin"}
REPEAT = {
    "boundsPeriod": {"start": "2026-01-05", "end": "2026-02-05"},
    "boundsDuration": {"value": 6, "code": "wk"},
    "frequency": 2,
    "period": 1,
    "periodUnit": "d",
    "timeOfDay": ["08:00:00", "18:00:00"],
    "duration": 15,
    "durationUnit": "min",
    "count": 20,
}
SOUND: dict[str, Any] = {
    "resourceType": "Bundle",
    "entry": [
        {
            "fullUrl": "urn:uuid:1",
            "resource": {
                "resourceType": "Patient",
                "id": "1",
                "meta": {"security": [{"code": "N"}]},
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}],
                "name": [{"use": "official", "family": "O'Neill", "given": ["Mary"]}],
                "birthDate": "1939-05-07",
                "deceasedDateTime": "2026-01-01T00:00:00+14:00",
                "address": [{"use": "home", "line": ["4 Mill Lane"], "postalCode": "NR11 6AA"}],
            },
        },
        {
            "resource": {
                "resourceType": "ServiceRequest",
                "id": "2",
                "status": "active",
                "subject": {"reference": "urn:uuid:1"},
                "code": TASK,
                "occurrenceTiming": {"repeat": REPEAT},
                "extension": [
                    {"url": "urn:care-visits:workers", "valuePositiveInt": 2},
                    {
                        "url": "urn:care-visits:gap",
                        "extension": [
                            {"url": "after", "valueReference": {"reference": "ServiceRequest/3"}},
                            {"url": "min-minutes", "valueUnsignedInt": 5},
                        ],
                    },
                ],
            }
        },
        {
            "resource": {
                "resourceType": "CarePlan",
                "id": "3",
                "status": "active",
                "subject": {"reference": "Patient/1"},
                "period": {"start": "2026-01-01"},
                "activity": [
                    {"detail": {"status": "scheduled", "code": TASK, "scheduledTiming": {"repeat": REPEAT}}}
                ],
            }
        },
        {
            "resource": {
                "resourceType": "Appointment",
                "id": "4",
                "status": "booked",
                "start": "2026-07-06T08:30:00Z",
                "end": "2026-07-06T09:00:00Z",
                "serviceType": [TASK],
                "participant": [
                    {"actor": {"reference": "Patient/1"}},
                    {"actor": {"reference": "Practitioner/7"}},
                ],
            }
        },
    ],
}


def test_the_sound_bundle_is_sound() -> None:
    """Otherwise spoiling it would try nothing."""
    found = check("fhir", orjson.dumps(SOUND))
    records = [type(one) for one in found if not isinstance(one, Replaces)]
    assert records == [PersonRecord, *[NeedRecord] * 5]
