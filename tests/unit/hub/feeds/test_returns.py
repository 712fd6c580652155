"""The feeds whose formats belong to others: call monitoring and Client Level Data."""

import io
from datetime import UTC, date, datetime

import pytest

from hub.feeds import FEEDS
from hub.feeds.record import ContactRecord, PersonRecord, Rejected, Skipped
from tests.factories.files import table

VISIT = {
    "FileReference": "F-2026-08",
    "ServiceUserRef": "C-104",
    "VisitDate": "16/02/2026",
    "ActualStartTime": "08:04:10",
    "ActualDuration": "28",
    "NumberOfCarers": "1",
    "CarerRef": "W-12",
}
EVENT = {
    "LA Code": "Z99",
    "LA Person Unique Identifier": "8801",
    "First Name": "Mary",
    "Last Name": "O'Neill",
    "NHS Number": "9434765919",
    "Gender": "Female",
    "Date of Birth": "07/05/1939",
    "Date of Death": "",
    "Postcode": "NR11 6AA",
    "Accommodation Status": "Owner occupier or shared ownership scheme",
    "Client Type": "Service user",
    "Event Start Date": "01/04/2025",
}


def outcome(feed: str, *rows: dict[str, str]) -> list[object]:
    """What a feed makes of rows."""
    return list(FEEDS[feed].read(io.BytesIO(table(*rows))))


def test_a_visit_that_was_made_is_a_contact() -> None:
    """Who came, when and for how long; the same visit always has the same key."""
    assert outcome("call-monitoring", VISIT) == [
        ContactRecord(
            key="C-104/2026-02-16T08:04/W-12",
            place="line 2",
            person_key="C-104",
            worker_reference="W-12",
            starts_at=datetime(2026, 2, 16, 8, 4, 10, tzinfo=UTC),
            minutes=28,
        )
    ]


@pytest.mark.parametrize(("written", "minutes"), [("30", 30), ("00:30", 30), ("01:05:59", 65)])
def test_durations_are_minutes_or_hours_and_minutes(written: str, minutes: int) -> None:
    """The portal's versions write durations in different ways."""
    (contact,) = outcome("call-monitoring", VISIT | {"ActualDuration": written})
    assert isinstance(contact, ContactRecord)
    assert contact.minutes == minutes


def test_a_summer_visit_has_its_offset() -> None:
    """The export says 08:04 in British Summer Time, which is 07:04 UTC."""
    (contact,) = outcome("call-monitoring", VISIT | {"VisitDate": "16/07/2026"})
    assert isinstance(contact, ContactRecord)
    assert contact.starts_at == datetime(2026, 7, 16, 7, 4, 10, tzinfo=UTC)


def test_a_visit_that_was_not_made_is_passed_over() -> None:
    """A missed call has neither a start nor a duration, and is no fault of the file."""
    (found,) = outcome("call-monitoring", VISIT | {"ActualStartTime": "", "ActualDuration": ""})
    assert isinstance(found, Skipped)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("ServiceUserRef", "", "required"),
        ("ServiceUserRef", "x" * 61, "too_long"),
        ("CarerRef", "", "required"),
        ("CarerRef", "x" * 41, "too_long"),
        ("VisitDate", "30/02/2026", "date"),
        ("ActualStartTime", "", "required"),
        ("ActualStartTime", "25:00", "time"),
        ("ActualDuration", "", "required"),
        ("ActualDuration", "0", "range"),
        ("ActualDuration", "1.5", "duration"),
    ],
)
def test_a_visit_with_a_fault_is_rejected(field: str, value: str, rule: str) -> None:
    """Each rule of a visit is tried by one row; the next row is taken."""
    fault, contact = outcome("call-monitoring", VISIT | {field: value}, VISIT)
    assert isinstance(fault, Rejected)
    assert (fault.place, fault.field, fault.rule) == ("line 2", field, rule)
    assert isinstance(contact, ContactRecord)


def test_the_longest_references_still_make_a_key_that_fits() -> None:
    """A key has at most 120 characters, as the database keeps it."""
    (contact,) = outcome("call-monitoring", VISIT | {"ServiceUserRef": "x" * 60, "CarerRef": "y" * 40})
    assert isinstance(contact, ContactRecord)
    assert len(contact.key) <= 120


def test_an_event_gives_its_person_with_the_tenure() -> None:
    """The return tells who owns their home; it does not say that the number was traced."""
    assert outcome("client-level-data", EVENT) == [
        PersonRecord(
            key="8801",
            place="line 2",
            family_name="O'Neill",
            given_name="Mary",
            birth_date=date(1939, 5, 7),
            gender="F",
            nhs_number="9434765919",
            postcode="NR11 6AA",
            tenure="owner",
        )
    ]


def test_several_events_of_one_person_give_the_latest() -> None:
    """What an older event says does not undo what a newer one said."""
    moved = EVENT | {"Postcode": "NR27 9AA", "Event Start Date": "01/09/2025"}
    found = outcome("client-level-data", EVENT, EVENT, moved, EVENT)
    assert [type(one) for one in found] == [PersonRecord, Skipped, PersonRecord, Skipped]
    latest = found[2]
    assert isinstance(latest, PersonRecord)
    assert latest.postcode == "NR27 9AA"


@pytest.mark.parametrize("kind", ["Carer", "Unpaid carer", "Carer known by association"])
def test_unpaid_carers_are_passed_over(kind: str) -> None:
    """Release 1 and 2 call them differently; neither is visited."""
    (found,) = outcome("client-level-data", EVENT | {"Client Type": kind})
    assert isinstance(found, Skipped)


def test_a_death_is_told() -> None:
    """Care ends with it."""
    (person,) = outcome("client-level-data", EVENT | {"Date of Death": "01/02/2026"})
    assert isinstance(person, PersonRecord)
    assert (person.deceased, person.deceased_on) == (True, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("field", "value", "rule", "field_only"),
    [
        ("LA Person Unique Identifier", "", "required", False),
        ("Last Name", "", "required", False),
        ("First Name", "x" * 121, "too_long", False),
        ("Accommodation Status", "Castle", "accommodation_status", True),
        ("NHS Number", "9999999999", "nhs_number_check", True),
        ("Date of Birth", "1939", "date", True),
        ("Gender", "Elf", "gender", True),
        ("Postcode", "Norfolk", "postcode", True),
        ("Event Start Date", "soon", "date", True),
    ],
)
def test_a_fault_in_an_event_is_told(field: str, value: str, rule: str, field_only: bool) -> None:
    """Each rule of the return is tried by one row."""
    found = outcome("client-level-data", EVENT | {field: value})
    faults = [one for one in found if isinstance(one, Rejected)]
    assert [(one.field, one.rule, one.field_only) for one in faults] == [(field, rule, field_only)]
    assert any(isinstance(one, PersonRecord) for one in found) is field_only
