"""FHIR R4: how it is sent, and what persons, needs and contacts come of it."""

import io
import tracemalloc
from datetime import UTC, date, datetime, time
from typing import Any

import orjson
import pytest

from hub.feeds import FEEDS
from hub.feeds.fhir import documents
from hub.feeds.record import (
    AllOrNothing,
    ContactRecord,
    FeedError,
    GapRecord,
    NeedRecord,
    PersonRecord,
    Rejected,
    Replaces,
    Skipped,
)

UKCORE = "https://fhir.hl7.org.uk"
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "n-31",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "943 476 5919"}],
    "name": [
        {"use": "old", "family": "Smith"},
        {"use": "usual", "family": "Neill"},
        {"use": "official", "family": "O'Neill", "given": ["Mary", "Ann"]},
    ],
    "gender": "female",
    "birthDate": "1939-05-07",
    "address": [
        {"use": "temp", "line": ["Ward 4"], "postalCode": "NR4 7UY"},
        {
            "use": "home",
            "line": ["4 Mill Lane"],
            "city": "Aylsham",
            "postalCode": "NR116AA",
            "extension": [
                {
                    "url": f"{UKCORE}/StructureDefinition/Extension-UKCore-AddressKey",
                    "extension": [
                        {"url": "type", "valueCoding": {"code": "UPRN"}},
                        {"url": "value", "valueString": "00012345"},
                    ],
                },
                {"url": "urn:care-visits:tenure", "valueCode": "social_rent"},
            ],
        },
    ],
}
REQUEST: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "id": "sr-9",
    "status": "active",
    "intent": "order",
    "priority": "urgent",
    "subject": {"reference": "Patient/n-31"},
    "code": {"coding": [{"system": "urn:care-visits:task", "code": "insulin", "display": "Insulin"}]},
}
REPEAT: dict[str, Any] = {
    "boundsPeriod": {"start": "2026-01-05"},
    "frequency": 1,
    "period": 1,
    "periodUnit": "d",
    "timeOfDay": ["08:00:00"],
    "duration": 15,
    "durationUnit": "min",
}
VISIT: dict[str, Any] = {
    "resourceType": "Appointment",
    "id": "a-1",
    "status": "booked",
    "start": "2026-07-06T08:30:00Z",
    "end": "2026-07-06T09:00:00Z",
    "serviceType": [
        {"coding": [{"system": "urn:care-visits:task", "code": "wound"}], "text": "Leg dressing"}
    ],
    "participant": [
        {"actor": {"reference": "Practitioner/w-7"}},
        {"actor": {"reference": "https://trust.example/fhir/Patient/n-31/_history/2"}},
    ],
}


def outcome(*resources: Any) -> list[Any]:
    """What comes of a Bundle of these resources."""
    entries = [{"resource": one, "fullUrl": f"urn:uuid:{number}"} for number, one in enumerate(resources)]
    return of_bytes(orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))


def of_bytes(data: bytes) -> list[Any]:
    """The records, rejections and what is passed over; what is said about records has tests of its own."""
    return [one for one in everything(data) if not isinstance(one, Replaces | AllOrNothing)]


def everything(data: bytes) -> list[Any]:
    return list(FEEDS["fhir"].read(io.BytesIO(data)))


def repeated(**changes: Any) -> dict[str, Any]:
    """A request with a changed `repeat`; None takes a part away."""
    repeat = {name: value for name, value in (REPEAT | changes).items() if value is not None}
    return REQUEST | {"occurrenceTiming": {"repeat": repeat}}


def extended(resource: dict[str, Any], **extensions: Any) -> dict[str, Any]:
    """A resource with extensions of ours, named by type and name as in valueTime__window_start."""
    added = []
    for name, value in extensions.items():
        kind, _, url = name.partition("__")
        added.append({"url": f"urn:care-visits:{url.replace('_', '-')}", kind: value})
    return resource | {"extension": added}


def rules(*resources: Any) -> list[tuple[str, str]]:
    return [(one.field, one.rule) for one in outcome(*resources) if isinstance(one, Rejected)]


def test_a_patient_is_a_person() -> None:
    """The official name, the home address and its key; the number was not traced."""
    assert outcome(PATIENT) == [
        PersonRecord(
            key="n-31",
            place="Bundle.entry[0].resource",
            family_name="O'Neill",
            given_name="Mary Ann",
            birth_date=date(1939, 5, 7),
            gender="F",
            nhs_number="9434765919",
            address_lines=("4 Mill Lane", "Aylsham"),
            postcode="NR11 6AA",
            uprn="12345",
            tenure="social_rent",
        )
    ]


@pytest.mark.parametrize(
    ("ending", "code", "verified"),
    [("England", "01", True), ("", "01", True), ("England", "02", False), ("Wales", "01", False)],
)
def test_only_a_traced_number_is_verified(ending: str, code: str, verified: bool) -> None:
    """Two code systems say so, and only their code 01."""
    status = {
        "url": f"{UKCORE}/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {
            "coding": [
                {"system": f"{UKCORE}/CodeSystem/UKCore-NHSNumberVerificationStatus{ending}", "code": code}
            ]
        },
    }
    identifier = PATIENT["identifier"][0] | {"extension": [status]}
    assert outcome(PATIENT | {"identifier": [identifier]})[0].nhs_number_verified is verified


@pytest.mark.parametrize(
    ("changes", "attribute", "field", "rule"),
    [
        ({"birthDate": "1939"}, "birth_date", "birthDate", "partial_date"),
        ({"birthDate": "1939-02-30"}, "birth_date", "birthDate", "date"),
        ({"gender": "F"}, "gender", "gender", "gender"),
        (
            {"identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "$nhs-number"}]},
            "nhs_number",
            "identifier",
            "nhs_number_check",
        ),
        (
            {"identifier": [PATIENT["identifier"][0], PATIENT["identifier"][0] | {"value": "4010232137"}]},
            "nhs_number",
            "identifier",
            "nhs_number_conflict",
        ),
        ({"address": [{"postalCode": "Norwich"}]}, "postcode", "address.postalCode", "postcode"),
    ],
)
def test_a_patient_is_taken_without_what_cannot_be_read(
    changes: dict[str, Any], attribute: str, field: str, rule: str
) -> None:
    """The person is taken, and the field is reported."""
    person, note = outcome(PATIENT | changes)
    assert not getattr(person, attribute)
    assert (note.field, note.rule, note.field_only, note.key) == (field, rule, True, "n-31")


def test_a_restricted_patient_has_no_address() -> None:
    """The national service marks them with R; even an address sent by mistake is left behind."""
    (person,) = outcome(PATIENT | {"meta": {"security": [{"code": "R"}]}})
    assert person.restricted
    assert (person.address_lines, person.postcode, person.uprn, person.tenure) == ((), "", None, None)


@pytest.mark.parametrize(
    ("death", "day"),
    [
        ({"deceasedBoolean": True}, None),
        ({"deceasedDateTime": "2026-02-01T23:30:00-05:00"}, date(2026, 2, 1)),
    ],
)
def test_a_death_is_told_with_its_day_if_that_is_known(death: dict[str, Any], day: date | None) -> None:
    """Nobody is to knock, whether or not the day is known."""
    (person,) = outcome(PATIENT | death)
    assert (person.deceased, person.deceased_on) == (True, day)


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"id": "x" * 65}, "id", "id"),
        ({"name": []}, "name.family", "required"),
        ({"name": "Mary"}, "", "type"),
        ({"birthDate": {}}, "", "type"),
        ({"modifierExtension": [{"url": "x"}]}, "modifierExtension", "modifier_extension"),
        ({"address": [{"extension": [{"url": "urn:care-visits:tenuer"}]}]}, "tenuer", "unknown_extension"),
    ],
)
def test_a_patient_that_cannot_be_known_is_rejected(changes: dict[str, Any], field: str, rule: str) -> None:
    """The next resource is taken."""
    fault, person = outcome(PATIENT | changes, PATIENT)
    assert (fault.place, fault.field, fault.rule) == ("Bundle.entry[0].resource", field, rule)
    assert isinstance(person, PersonRecord)


def test_a_request_is_a_need() -> None:
    """What FHIR says and what our extensions add meet in one need."""
    gap = {
        "url": "urn:care-visits:gap",
        "extension": [
            {"url": "after", "valueReference": {"reference": "ServiceRequest/sr-10"}},
            {"url": "min-minutes", "valueUnsignedInt": 30},
            {"url": "max-minutes", "valueUnsignedInt": 60},
        ],
    }
    request = extended(
        repeated(),
        valueTime__window_start="07:30:00",
        valueTime__window_end="08:30:00",
        valuePositiveInt__workers=2,
        valueCode__worker_gender="female",
        valueBoolean__time_critical=True,
        valueString__keep_separate="Asked for quiet",
        valueUnsignedInt__flexible_days=1,
    )
    request["extension"].append(gap)
    assert outcome(request) == [
        NeedRecord(
            key="ServiceRequest/sr-9",
            place="Bundle.entry[0].resource",
            person_key="n-31",
            title="Insulin",
            skills=("insulin",),
            minutes=15,
            window_start=time(7, 30),
            window_end=time(8, 30),
            rrule="FREQ=DAILY",
            starts_on=date(2026, 1, 5),
            preferred=time(8),
            flexible_days=1,
            workers=2,
            gender="F",
            priority=2,
            time_critical=True,
            mergeable=False,
            separate_reason="Asked for quiet",
            gaps=(GapRecord(after="ServiceRequest/sr-10", min_minutes=30, max_minutes=60),),
            group="ServiceRequest/sr-9",
        )
    ]


@pytest.mark.parametrize(
    ("changes", "rrule"),
    [
        ({"period": 2}, "FREQ=DAILY;INTERVAL=2"),
        ({"period": 2.0}, "FREQ=DAILY;INTERVAL=2"),
        ({"dayOfWeek": ["mon", "thu"]}, "FREQ=WEEKLY;BYDAY=MO,TH"),
        ({"frequency": 2, "periodUnit": "wk", "dayOfWeek": ["mon", "thu"]}, "FREQ=WEEKLY;BYDAY=MO,TH"),
        (
            {"frequency": None, "period": None, "periodUnit": None, "dayOfWeek": ["sun"]},
            "FREQ=WEEKLY;BYDAY=SU",
        ),
        ({"period": 2, "periodUnit": "wk", "dayOfWeek": ["fri"]}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ({"frequency": 3, "periodUnit": "wk"}, "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ({"periodUnit": "mo", "period": 3}, "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=5"),
        ({"periodUnit": "a"}, "FREQ=YEARLY;INTERVAL=1;BYMONTH=1;BYMONTHDAY=5"),
        ({"count": 10}, "FREQ=DAILY;COUNT=10"),
        ({"frequency": None, "period": None, "periodUnit": None, "count": 1}, "FREQ=DAILY;COUNT=1"),
    ],
)
def test_a_repeat_becomes_a_recurrence(changes: dict[str, Any], rrule: str) -> None:
    """Every unit of FHIR that is a day or longer has its rule."""
    (need,) = outcome(repeated(**changes))
    assert need.rrule == rrule


def test_several_times_of_day_are_several_needs() -> None:
    """Twice a day is two needs, each around its own time and with its own key."""
    request = repeated(frequency=2, timeOfDay=["18:00:00", "08:00:00"], count=20)
    assert [(need.key, need.preferred, need.window_start, need.rrule) for need in outcome(request)] == [
        ("ServiceRequest/sr-9@0800", time(8), time(7, 30), "FREQ=DAILY;COUNT=10"),
        ("ServiceRequest/sr-9@1800", time(18), time(17, 30), "FREQ=DAILY;COUNT=10"),
    ]


@pytest.mark.parametrize(
    ("changes", "window"),
    [
        ({"timeOfDay": None}, (time(8), time(18))),
        ({"timeOfDay": None, "when": ["MORN"]}, (time(7), time(12))),
        ({"timeOfDay": ["00:10:00"]}, (time(0), time(0, 40))),
        ({"timeOfDay": ["23:45:00"]}, (time(23, 15), time(23, 59))),
    ],
)
def test_a_need_without_our_window_gets_one(changes: dict[str, Any], window: tuple[time, time]) -> None:
    """From the time of day, the part of the day, or the whole of it; never over midnight."""
    (need,) = outcome(repeated(**changes))
    assert (need.window_start, need.window_end) == window


@pytest.mark.parametrize(
    ("bounds", "first", "last"),
    [
        ({"boundsPeriod": {"start": "2026-07-05T23:30:00Z", "end": "2026-07-31"}}, (7, 6), (7, 31)),
        (
            {"boundsPeriod": None, "boundsDuration": {"value": 6, "code": "wk"}},
            (3, 2),
            (4, 12),
        ),
    ],
)
def test_the_life_of_a_need_is_in_local_days(
    bounds: dict[str, Any], first: tuple[int, int], last: tuple[int, int]
) -> None:
    """Half past eleven at night in UTC is the next day in summer; no start means the day of writing."""
    (need,) = outcome(repeated(**bounds) | {"authoredOn": "2026-03-02T10:00:00Z"})
    assert (need.starts_on, need.ends_on) == (date(2026, *first), date(2026, *last))


def test_something_to_be_done_once_has_a_moment_or_a_period() -> None:
    """A moment has a preferred time, days may be chosen from, and hours must hold the whole service."""
    base = extended(REQUEST, valuePositiveInt__minutes=40)
    moment, days, hours = outcome(
        base | {"occurrenceDateTime": "2026-07-06T08:00:00Z"},
        base | {"occurrencePeriod": {"start": "2026-07-06", "end": "2026-07-10"}},
        base | {"occurrencePeriod": {"start": "2026-07-06T09:00:00Z", "end": "2026-07-06T11:00:00Z"}},
    )
    assert (moment.starts_on, moment.preferred, moment.minutes) == (date(2026, 7, 6), time(9), 40)
    assert (days.starts_on, days.ends_on, days.flexible_days) == (date(2026, 7, 6), date(2026, 7, 10), 4)
    assert (hours.window_start, hours.window_end) == (time(10), time(11, 20))


@pytest.mark.parametrize(
    ("request_", "field", "rule"),
    [
        (repeated() | {"status": "actve"}, "status", "status"),
        (repeated() | {"status": None}, "status", "status"),
        (repeated() | {"priority": "soon"}, "priority", "priority"),
        (repeated() | {"subject": {"reference": "Group/1"}}, "subject", "reference"),
        (repeated() | {"subject": {}}, "subject", "reference"),
        (repeated() | {"subject": []}, "subject", "reference"),
        (repeated() | {"code": {"coding": [{"system": "http://snomed.info/sct"}]}}, "code", "task_code"),
        (repeated() | {"id": None} | {"id": "x" * 65}, "id", "id"),
        (REQUEST, "occurrence", "timing"),
        (REQUEST | {"occurrenceTiming": {"event": ["2026-01-01"]}}, "timing", "timing"),
        (REQUEST | {"occurrenceTiming": {"code": {"text": "BD"}}}, "timing", "timing"),
        (REQUEST | {"occurrenceDateTime": "2026-07"}, "", "partial_date"),
        (REQUEST | {"occurrenceDateTime": "2026-07-06T08:011:00Z"}, "", "date"),
        (REQUEST | {"occurrenceDateTime": "2026-07-06"}, "minutes", "required"),
        (REQUEST | {"occurrencePeriod": {"start": "2026-07-06"}}, "end", "required"),
        (REQUEST | {"occurrencePeriod": {"start": "2026-07-06", "end": "2026-07-05"}}, "end", "timing"),
        (repeated(boundsPeriod=None), "start", "required"),
        (
            repeated(boundsPeriod={"start": "2026-01-05", "end": "2026-01-04"}),
            "repeat.boundsPeriod.end",
            "timing",
        ),
        (repeated(boundsRange={}), "repeat.boundsRange", "timing"),
        (repeated(boundsDuration={"value": 2, "code": "h"}), "repeat.boundsDuration", "timing"),
        (repeated(frequency=2), "repeat.frequency", "frequency"),
        (repeated(frequency=3, periodUnit="wk", dayOfWeek=["mon"]), "repeat.frequency", "frequency"),
        (repeated(period=1.5), "repeat.period", "whole_number"),
        (repeated(periodUnit="h"), "repeat.periodUnit", "timing"),
        (repeated(periodUnit="mo", dayOfWeek=["mon"]), "repeat.periodUnit", "timing"),
        (repeated(dayOfWeek=["someday"]), "repeat.dayOfWeek", "days"),
        (repeated(when=["MORN"]), "repeat.when", "timing"),
        (repeated(timeOfDay=None, when=["ACM"]), "repeat.when", "timing"),
        (repeated(timeOfDay=["8 o'clock"]), "repeat.timeOfDay", "time"),
        (repeated(frequency=2, timeOfDay=["08:00", "08:00"]), "repeat.timeOfDay", "timing"),
        (repeated(frequency=2, timeOfDay=["08:00", "18:00"], count=3), "repeat.count", "timing"),
        (repeated(duration=0.4), "repeat.duration", "timing"),
        (repeated(durationUnit="d"), "repeat.duration", "timing"),
        (extended(repeated(), valueTime__window_start="07:00:00"), "window-end", "window_order"),
        (
            extended(repeated(), valueTime__window_start="09:00:00", valueTime__window_end="10:00:00"),
            "preferred",
            "within_window",
        ),
        (extended(repeated(), valuePositiveInt__workers=3), "workers", "range"),
        (extended(repeated(), valueString__workers="2"), "workers", "unknown_extension"),
        (extended(repeated(), valueString__keep_seperate="x"), "keep-seperate", "unknown_extension"),
        (extended(repeated(), valueString__keep_separate=" "), "keep-separate", "separate_reason"),
        (extended(repeated(), valueCode__worker_gender="other"), "worker-gender", "worker_gender"),
        (extended(repeated(), value__gap=""), "gap.after", "required"),
    ],
)
def test_a_request_with_a_fault_is_rejected(request_: dict[str, Any], field: str, rule: str) -> None:
    """Each rule is tried by one request; it is named with its key, and the next is taken."""
    fault, *rest = outcome(request_, repeated())
    assert (fault.place, fault.field, fault.rule) == ("Bundle.entry[0].resource", field, rule)
    assert [type(one) for one in rest] == [NeedRecord]


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"status": "completed"}, "ServiceRequest/sr-9"),
        ({"status": "revoked"}, "ServiceRequest/sr-9"),
        ({"status": "entered-in-error"}, "ServiceRequest/sr-9"),
        ({"doNotPerform": True}, "ServiceRequest/sr-9"),
        ({"status": "draft"}, ""),
        ({"intent": "proposal"}, ""),
        ({"asNeededBoolean": True}, ""),
    ],
)
def test_a_request_with_nothing_to_do_is_passed_over(changes: dict[str, Any], ends: str) -> None:
    """It is no fault; and where it ends what was sent earlier, that is said."""
    (found,) = outcome(repeated() | changes)
    assert isinstance(found, Skipped)
    assert found.ends_need == ends


def test_the_activities_of_a_plan_are_needs_and_one_fault_keeps_no_other_back() -> None:
    """Each activity stands for itself, under the id that the sender gave it."""
    detail = {"status": "scheduled", "code": REQUEST["code"], "scheduledTiming": {"repeat": REPEAT}}
    plan = {
        "resourceType": "CarePlan",
        "id": "cp-1",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "urn:uuid:0"},
        "activity": [
            {"id": "insulin", "detail": detail},
            {"detail": detail | {"code": {}}},
            {"detail": detail | {"status": "cancelled"}},
            {"detail": {"status": "not-started", "description": "Rest"}},
            {"reference": {"reference": "ServiceRequest/sr-9"}},
        ],
    }
    _, need, fault, *passed = outcome(PATIENT, plan)
    assert (need.key, need.person_key, need.place) == (
        "CarePlan/cp-1/insulin",
        "n-31",
        "Bundle.entry[1].resource.activity[0]",
    )
    assert (fault.place, fault.rule) == ("Bundle.entry[1].resource.activity[1]", "task_code")
    assert [one.ends_need for one in passed] == ["CarePlan/cp-1/2", "", ""]


def test_an_appointment_to_come_is_a_need_at_its_time() -> None:
    """It was agreed with the person, so it begins when it was booked, in local time."""
    (need,) = outcome(VISIT)
    assert (need.key, need.person_key, need.title) == ("Appointment/a-1", "n-31", "Leg dressing")
    assert (need.starts_on, need.window_start, need.window_end) == (
        date(2026, 7, 6),
        time(9, 30),
        time(9, 30),
    )
    assert (need.minutes, need.skills, need.rrule) == (30, ("wound",), "FREQ=DAILY;COUNT=1")


def test_an_appointment_kept_is_a_contact() -> None:
    """It says who came; there need be no task."""
    (contact,) = outcome(VISIT | {"status": "fulfilled", "minutesDuration": 25, "serviceType": []})
    assert contact == ContactRecord(
        key="Appointment/a-1",
        place="Bundle.entry[0].resource",
        person_key="n-31",
        worker_reference="w-7",
        starts_at=datetime(2026, 7, 6, 8, 30, tzinfo=UTC),
        minutes=25,
    )


@pytest.mark.parametrize(("status", "ends"), [("cancelled", "Appointment/a-1"), ("pending", "")])
def test_an_appointment_that_is_off_is_passed_over(status: str, ends: str) -> None:
    """A cancelled one ends the need that was booked."""
    (found,) = outcome(VISIT | {"status": status})
    assert isinstance(found, Skipped)
    assert found.ends_need == ends


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"status": "held"}, "status", "status"),
        ({"start": "2026-07-06T08:30:00"}, "start", "offset"),
        ({"start": "2021-11-11T12:011:30+00:00"}, "start", "date"),
        ({"start": None}, "start", "required"),
        ({"end": None}, "end", "required"),
        ({"end": "2026-07-06T08:30:00Z"}, "end", "range"),
        ({"participant": []}, "participant.actor", "reference"),
        ({"participant": {"actor": {"reference": "Device/1"}}}, "participant.actor", "reference"),
        ({"serviceType": []}, "code", "task_code"),
    ],
)
def test_an_appointment_with_a_fault_is_rejected(changes: dict[str, Any], field: str, rule: str) -> None:
    """Each rule is tried by one appointment."""
    assert rules(VISIT | changes) == [(field, rule)]


def test_a_bundle_gives_its_persons_first() -> None:
    """Whoever stores the needs must know the persons; the places stay those of the file."""
    found = outcome(repeated(), PATIENT, {"resourceType": "Observation"}, {})
    assert [(type(one), one.place) for one in found] == [
        (PersonRecord, "Bundle.entry[1].resource"),
        (NeedRecord, "Bundle.entry[0].resource"),
        (Skipped, "Bundle.entry[2].resource"),
        (Rejected, "Bundle.entry[3].resource"),
    ]


def test_the_ways_of_sending_are_told_apart() -> None:
    """A resource alone, spread over lines or not, a Bundle, lines, and lines with Bundles."""
    one_line = orjson.dumps(PATIENT)
    spread = orjson.dumps(PATIENT, option=orjson.OPT_INDENT_2)
    bundle = orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": PATIENT}]})

    def places(data: bytes) -> list[str]:
        return [one.place for one in of_bytes(data)]

    assert places(one_line) == places(b"\xef\xbb\xbf\n" + spread + b"\n") == ["Patient"]
    assert places(bundle) == ["Bundle.entry[0].resource"]
    assert places(one_line + b"\n\n" + one_line) == ["line 1", "line 3"]
    assert places(b"\r\n" + one_line + b"\r\n" + bundle + b"\r\n") == [
        "line 2",
        "line 3: Bundle.entry[0].resource",
    ]


def test_bad_lines_cost_themselves() -> None:
    """The first line, NaN, one too long, one nested too deep, one cut off; the good ones are taken."""
    good = orjson.dumps(PATIENT)
    too_long = b'{"a": "' + b"x" * documents.MAX_LINE + b'"}'
    deep = b"[" * 5000 + b"]" * 5000
    lines = [b'{"a": }', good, b'{"a": NaN}', too_long, deep, b'{"resourceType": 1e999}', good, good[:50]]
    found = of_bytes(b"\n".join(lines))
    assert [(one.place, one.rule) for one in found if isinstance(one, Rejected)] == [
        ("line 1", "json"),
        ("line 3", "json"),
        ("line 4", "too_long"),
        ("line 5", "json"),
        ("line 6", "json"),
        ("line 8", "cut_off"),
    ]
    assert [one.place for one in found if isinstance(one, PersonRecord)] == ["line 2", "line 7"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"<Patient/>", "resource_type"),
        (orjson.dumps(PATIENT).decode().encode("utf-16"), "utf16"),
        (b"client_reference,family_name\n", "json"),
        (orjson.dumps(PATIENT)[:-1], "json"),
        (orjson.dumps(PATIENT, option=orjson.OPT_INDENT_2)[:-5], "json"),
        (b'{"resourceType": "Patient", "id": "\xff"}', "json"),
        (b"[]", "resource_type"),
        (b'{"id": 1}', "resource_type"),
        (b'{"resourceType": 7}', "resource_type"),
    ],
)
def test_a_file_that_is_not_fhir_is_refused(data: bytes, rule: str) -> None:
    """Each has its own sentence."""
    with pytest.raises(FeedError) as caught:
        of_bytes(data)
    assert caught.value.rule == rule


@pytest.mark.parametrize("start", [b'{"a": "', b'{\n"a": "'])
def test_a_document_beyond_the_bound_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    """One document must fit into memory; lines need not."""
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 1000)
    with pytest.raises(FeedError, match="newline-delimited") as caught:
        of_bytes(start + b"x" * 2000 + b'"}')
    assert caught.value.rule == "too_large"


def test_one_bad_line_in_ten_thousand_costs_one_line() -> None:
    """The other persons are taken."""
    lines = [orjson.dumps(PATIENT | {"id": f"n-{number}"}) for number in range(10_000)]
    lines[4_000] = b'{"resourceType": "Patient"'
    found = of_bytes(b"\n".join(lines) + b"\n")
    assert sum(isinstance(one, PersonRecord) for one in found) == 9_999
    assert [one.place for one in found if isinstance(one, Rejected)] == ["line 4001"]


def test_a_type_that_is_no_word_is_not_repeated() -> None:
    """A reason goes into logs, and must not carry what a file holds."""
    assert "Mary" not in outcome({"resourceType": "Mary O'Neill, 4 Mill Lane"})[0].why


def test_a_deletion_in_a_transaction_ends_the_need() -> None:
    """Some senders delete what was asked for instead of revoking it."""
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"request": {"method": "DELETE", "url": "ServiceRequest/sr-9"}}],
    }
    assert [one.ends_need for one in of_bytes(orjson.dumps(bundle))] == ["ServiceRequest/sr-9"]


class Endless(io.RawIOBase):
    """Patients line by line, made as they are read, so that only the reader uses memory."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._line = orjson.dumps(PATIENT | {"text": {"div": "words " * 500}}) + b"\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if self._left <= 0:
            return 0
        buffer[: len(self._line)] = self._line
        self._left -= len(self._line)
        return len(self._line)


def peak_of(size: int) -> int:
    tracemalloc.start()
    try:
        for _ in FEEDS["fhir"].read(io.BufferedReader(Endless(size))):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_lines() -> None:
    """Four times the persons need the same memory."""
    small, large = peak_of(2_000_000), peak_of(8_000_000)
    assert large < small + 100_000
    assert large < 1_000_000
