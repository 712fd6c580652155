"""The feeds that give persons and needs as CSV: home-care schedules, social-work reviews, plain."""

import io
from datetime import date, time

import pytest

from hub.feeds import FEEDS
from hub.feeds.record import FeedError, GapRecord, NeedRecord, PersonRecord, Rejected
from tests.factories.files import table

PERSON = {
    "client_reference": "C-104",
    "family_name": "O'Neill",
    "given_name": "Mary",
    "date_of_birth": "07/05/1939",
    "nhs_number": "943 476 5919",
    "nhs_number_verified": "Y",
    "gender": "F",
    "address": "4 Mill Lane, Aylsham",
    "postcode": "nr116aa",
    "uprn": "000100090000001",
    "tenure": "sheltered",
    "restricted": "N",
    "date_of_death": "",
}
CALL = PERSON | {
    "call_reference": "C-104-AM",
    "call_name": "Morning call",
    "days": "MO;TH",
    "every_weeks": "2",
    "earliest": "07:00",
    "latest": "09:30",
    "preferred": "08:00",
    "minutes": "30",
    "carers": "2",
    "tasks": "personal_care;medication",
    "carer_gender": "F",
    "priority": "2",
    "time_critical": "Y",
    "may_be_combined": "N",
    "separate_reason": "Hoist",
    "next_call": "C-104-NOON",
    "next_call_min_minutes": "180",
    "next_call_max_minutes": "300",
    "starts": "05/01/2026",
    "ends": "30/06/2026",
}
REVIEW = PERSON | {
    "review_reference": "R-17",
    "review_type": "Annual care review",
    "not_before": "2026-03-02",
    "due_by": "2026-03-13",
    "minutes": "60",
    "may_be_combined": "",
    "separate_reason": "",
}
PLAIN = PERSON | {
    "need_reference": "FS-77-V",
    "need": "Home fire safety visit",
    "tasks": "fire_safety",
    "minutes": "40",
    "earliest": "09:00",
    "latest": "16:00",
    "repeats": "FREQ=MONTHLY;BYDAY=1TU",
    "starts": "2026-03-02",
    "ends": "",
    "flexible_days": "11",
}
A_PERSON = PersonRecord(
    key="C-104",
    place="line 2",
    family_name="O'Neill",
    given_name="Mary",
    birth_date=date(1939, 5, 7),
    gender="F",
    nhs_number="9434765919",
    nhs_number_verified=True,
    address_lines=("4 Mill Lane", "Aylsham"),
    postcode="NR11 6AA",
    uprn="100090000001",
    tenure="sheltered",
)


def outcome(feed: str, *rows: dict[str, str]) -> list[object]:
    """What a feed makes of rows."""
    return list(FEEDS[feed].read(io.BytesIO(table(*rows))))


def test_a_planned_call_gives_its_client_and_a_need() -> None:
    """Every column of a schedule reaches the records."""
    assert outcome("home-care-schedule", CALL) == [
        A_PERSON,
        NeedRecord(
            key="C-104-AM",
            place="line 2",
            person_key="C-104",
            title="Morning call",
            skills=("personal_care", "medication"),
            minutes=30,
            window_start=time(7),
            window_end=time(9, 30),
            rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
            starts_on=date(2026, 1, 5),
            ends_on=date(2026, 6, 30),
            preferred=time(8),
            workers=2,
            gender="F",
            priority=2,
            time_critical=True,
            mergeable=False,
            separate_reason="Hoist",
            gaps=(GapRecord(after="C-104-NOON", min_minutes=180, max_minutes=300),),
        ),
    ]


def test_a_client_is_given_once_unless_a_later_row_says_something_else() -> None:
    """Twenty-one calls a week are one client; a changed postcode is news."""
    rows = [CALL | {"call_reference": f"C-{number}"} for number in range(3)]
    rows.append(rows[0] | {"call_reference": "C-9", "postcode": "NR27 9AA"})
    people = [found for found in outcome("home-care-schedule", *rows) if isinstance(found, PersonRecord)]
    assert [(person.place, person.postcode) for person in people] == [
        ("line 2", "NR11 6AA"),
        ("line 5", "NR27 9AA"),
    ]


def test_a_review_is_due_once_and_may_move_until_its_last_day() -> None:
    """The range of days becomes one occurrence that is flexible."""
    _, need = outcome("social-work-reviews", REVIEW)
    assert isinstance(need, NeedRecord)
    assert (need.rrule, need.starts_on, need.flexible_days) == ("FREQ=DAILY;COUNT=1", date(2026, 3, 2), 11)
    assert (need.skills, need.window_start, need.window_end) == (("review",), time(9), time(16))


def test_a_plain_row_gives_a_person_and_a_need_or_a_person_only() -> None:
    """A landlord may send tenants, a fire service tenants and visits, in one format."""
    alone = PLAIN | dict.fromkeys(PLAIN.keys() - PERSON.keys(), "")
    found = outcome("plain", PLAIN, alone | {"client_reference": "H-5"})
    assert [type(one) for one in found] == [PersonRecord, NeedRecord, PersonRecord]
    need = found[1]
    assert isinstance(need, NeedRecord)
    assert (need.rrule, need.flexible_days, need.mergeable) == ("FREQ=MONTHLY;BYDAY=1TU", 11, True)


def test_a_restricted_person_leaves_the_address_behind() -> None:
    """What may not be shown is not taken in."""
    person = outcome("plain", PERSON | {"restricted": "yes"})[0]
    assert isinstance(person, PersonRecord)
    assert person.restricted
    assert (person.address_lines, person.postcode, person.uprn, person.tenure) == ((), "", None, None)


def test_a_death_counts_although_its_day_cannot_be_read() -> None:
    """Nobody is to knock because a date was mistyped."""
    person, note = outcome("plain", PERSON | {"date_of_death": "31/02/2026"})
    assert isinstance(person, PersonRecord)
    assert (person.deceased, person.deceased_on) == (True, None)
    assert isinstance(note, Rejected)
    assert (note.field, note.field_only) == ("date_of_death", True)


@pytest.mark.parametrize(
    ("field", "value", "rule", "attribute"),
    [
        ("nhs_number", "943 476 5918", "nhs_number_check", "nhs_number"),
        ("nhs_number", "9.43E+09", "scientific_notation", "nhs_number"),
        ("date_of_birth", "07/05/39", "two_digit_year", "birth_date"),
        ("date_of_birth", "14372", "excel_serial", "birth_date"),
        ("gender", "woman", "gender", "gender"),
        ("postcode", "CF10", "postcode", "postcode"),
        ("uprn", "12a", "uprn", "uprn"),
        ("tenure", "castle", "tenure", "tenure"),
    ],
)
def test_the_person_is_taken_without_a_field_that_cannot_be_read(
    field: str, value: str, rule: str, attribute: str
) -> None:
    """Somebody who needs a visit is not lost for a mistyped number; the field is reported once."""
    second = CALL | {field: value, "call_reference": "C-2"}
    person, need, note, other = outcome("home-care-schedule", CALL | {field: value}, second)
    assert isinstance(person, PersonRecord)
    assert isinstance(need, NeedRecord)
    assert isinstance(other, NeedRecord)
    assert not getattr(person, attribute)
    assert not (attribute == "nhs_number" and person.nhs_number_verified)
    assert isinstance(note, Rejected)
    assert (note.place, note.key, note.field, note.rule) == ("line 2", "C-104", field, rule)
    assert note.field_only
    assert value not in note.message


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("client_reference", " ", "required"),
        ("client_reference", "x" * 121, "too_long"),
        ("family_name", "", "required"),
        ("given_name", "x" * 121, "too_long"),
        ("restricted", "maybe", "yes_no"),
        ("nhs_number_verified", "01", "yes_no"),
        ("address", "x" * 301, "too_long"),
    ],
)
def test_a_row_without_a_person_is_rejected_whole(field: str, value: str, rule: str) -> None:
    """Without knowing who, nothing can be taken; no note then says that the person was taken."""
    found = outcome("home-care-schedule", CALL | {"uprn": "12a", field: value})
    assert [(one.field, one.rule, one.field_only) for one in found if isinstance(one, Rejected)] == [
        (field, rule, False)
    ]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("call_reference", "", "required"),
        ("call_name", "", "required"),
        ("days", "", "required"),
        ("days", "MO;someday", "days"),
        ("every_weeks", "0", "range"),
        ("earliest", "7am", "time"),
        ("latest", "06:00", "window_order"),
        ("preferred", "06:59", "within_window"),
        ("minutes", "3E+01", "scientific_notation"),
        ("minutes", "30.5", "whole_number"),
        ("minutes", "1441", "range"),
        ("carers", "3", "range"),
        ("tasks", "", "required"),
        ("tasks", "!", "task_code"),
        ("carer_gender", "X", "worker_gender"),
        ("priority", "5", "range"),
        ("time_critical", "2", "yes_no"),
        ("may_be_combined", "?", "yes_no"),
        ("separate_reason", "", "separate_reason"),
        ("next_call", "", "gap"),
        ("next_call", "C-104-AM", "gap"),
        ("next_call_min_minutes", "", "gap"),
        ("next_call_max_minutes", "179", "gap"),
        ("starts", "", "required"),
        ("starts", "46027", "excel_serial"),
        ("ends", "04/01/2026", "date_order"),
    ],
)
def test_a_call_with_a_fault_is_rejected_and_its_client_taken(field: str, value: str, rule: str) -> None:
    """Whatever decides care must be right; the next call of the client is not touched."""
    good = CALL | {"call_reference": "C-2"}
    person, fault, need = outcome("home-care-schedule", CALL | {field: value}, good)
    assert person == A_PERSON
    assert isinstance(fault, Rejected)
    assert (fault.place, fault.rule, fault.field_only) == ("line 2", rule, False)
    assert fault.field in CALL
    assert isinstance(need, NeedRecord)
    assert need.key == "C-2"


def test_the_second_call_of_one_reference_is_rejected() -> None:
    """Otherwise it would silently replace the first."""
    assert [one.rule for one in outcome("home-care-schedule", CALL, CALL) if isinstance(one, Rejected)] == [
        "duplicate"
    ]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("due_by", "2026-03-01", "date_order"),
        ("due_by", "2027-03-04", "range"),
        ("not_before", "", "required"),
        ("review_type", "", "required"),
        ("may_be_combined", "N", "separate_reason"),
    ],
)
def test_a_review_with_a_fault_is_rejected(field: str, value: str, rule: str) -> None:
    """Each rule of a review is tried by one row."""
    assert [
        one.rule
        for one in outcome("social-work-reviews", REVIEW | {field: value})
        if isinstance(one, Rejected)
    ] == [rule]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("need_reference", "", "need_reference"),
        ("need", "", "required"),
        ("repeats", "weekly", "recurrence"),
        ("repeats", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never_due"),
        ("flexible_days", "367", "range"),
        ("ends", "2026-03-01", "date_order"),
    ],
)
def test_a_plain_need_with_a_fault_is_rejected(field: str, value: str, rule: str) -> None:
    """Each rule of a plain need is tried by one row."""
    assert [one.rule for one in outcome("plain", PLAIN | {field: value}) if isinstance(one, Rejected)] == [
        rule
    ]


def test_a_key_that_is_an_nhs_number_is_not_reported() -> None:
    """Some partners use the NHS number as their own reference; a rejection must not tell it."""
    found = outcome("plain", PERSON | {"client_reference": "9434765919", "uprn": "x"})
    assert [one.key for one in found if isinstance(one, Rejected)] == [""]


def test_a_misspelt_optional_column_refuses_the_file() -> None:
    """A need for two carers must not become one for one because of a heading."""
    with pytest.raises(FeedError, match="carers") as caught:
        outcome(
            "home-care-schedule", {("carer" if name == "carers" else name): v for name, v in CALL.items()}
        )
    assert caught.value.rule == "heading_unknown"
