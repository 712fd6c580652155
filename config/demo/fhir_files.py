"""What community nursing sends: a FHIR R4 Bundle of patients and plans, and appointments as ndjson."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.demo.locality import Listing, Locality, Need, PastVisit
from config.demo.times import DAILY, ONCE

Resource = dict[str, Any]
LONDON = ZoneInfo("Europe/London")
HL7_UK = "https://fhir.hl7.org.uk"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
TASK = "urn:care-visits:task"
DAY_CODES = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
FHIR_PRIORITY = {1: "stat", 2: "urgent", 3: "routine", 4: "routine"}
GENDER = {"F": "female", "M": "male"}


def write_bundle(locality: Locality, agency: str, path: Path) -> dict[str, int]:
    """Patients, and what is to be done for them again and again. Returns the rules broken on purpose."""
    listings = locality.listings_of(agency)
    known = {listing.citizen.number: listing for listing in listings}
    resources = [_patient(listing) for listing in listings]
    plans = [
        _care_plan(need, known[need.citizen.number].key)
        if "wound_care" in need.skills
        else _service_request(need, known[need.citizen.number].key)
        for need in locality.needs
        if need.agency == agency and need.rrule != ONCE
    ]
    requests = [plan for plan in plans if plan["resourceType"] == "ServiceRequest"]
    wrong = {}
    if requests:
        resources.append(requests[0] | {"id": "bad-status", "status": "maybe"})
        resources.append(requests[0] | {"id": "no-timing", "occurrenceTiming": None})
        wrong = {"status": 1, "timing": 1}
    resources += plans
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }
    path.write_text(json.dumps(bundle, ensure_ascii=False, indent=1), encoding="utf-8")
    return wrong


def write_appointments(locality: Locality, agency: str, path: Path) -> dict[str, int]:
    """Visits made and appointments booked, a line each. Returns the rules broken on purpose."""
    known = {listing.citizen.number: listing.key for listing in locality.listings_of(agency)}
    lines = [json.dumps(resource, ensure_ascii=False) for resource in _appointments(locality, agency, known)]
    wrong = {}
    if lines:
        first = json.loads(lines[0])
        lines.insert(1, json.dumps(first | {"id": "bad-start", "start": "2026-11-11T12:011:30+00:00"}))
        lines.insert(2, lines[0][: len(lines[0]) // 2])
        lines.insert(3, json.dumps(first | {"id": "called-off", "status": "cancelled"}))
        wrong = {"date": 1, "json": 1}
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return wrong


def _appointments(locality: Locality, agency: str, known: dict[int, str]) -> Iterator[Resource]:
    for visit in locality.past_visits:
        if visit.agency == agency:
            yield _fulfilled(visit, known[visit.citizen.number])
    for need in locality.needs:
        if need.agency == agency and need.rrule == ONCE:
            yield _booked(need, known[need.citizen.number])


def _patient(listing: Listing) -> Resource:
    citizen = listing.citizen
    street, *rest = listing.lines
    patient: Resource = {
        "resourceType": "Patient",
        "id": listing.key,
        "name": [{"use": "official", "family": listing.family_name, "given": listing.given_name.split()}],
        "gender": GENDER[citizen.gender],
        "birthDate": listing.birth_date.isoformat(),
        "address": [{"use": "home", "line": [street], "city": rest[0], "postalCode": citizen.home.postcode}],
    }
    if citizen.restricted:
        patient["meta"] = {"security": [{"code": "R"}]}
    if listing.nhs_number:
        patient["identifier"] = [_verified(listing.nhs_number)]
    if citizen.asks != (None, None):
        patient["extension"] = [_contact_preference(*citizen.asks)]
    return patient


def _contact_preference(first: time | None, last: time | None) -> Resource:
    """As UK Core has it where that can be said in its parts of the day, else a sentence as in PDS."""
    times: Resource = {"url": "PreferredContactTimes"}
    if (first, last) == (time(7), time(17)):
        repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN", "AFT"]}
        times["valueTiming"] = {"repeat": repeat}
    elif first and last:
        times["valueString"] = f"Between {first:%H:%M} and {last:%H:%M}"
    else:
        times["valueString"] = f"Not before {first:%H:%M}" if first else f"Not after {last:%H:%M}"
    url = f"{HL7_UK}/StructureDefinition/Extension-UKCore-ContactPreference"
    return {"url": url, "extension": [times]}


def _verified(nhs_number: str) -> Resource:
    system = f"{HL7_UK}/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
    return {
        "system": NHS_NUMBER,
        "value": nhs_number,
        "extension": [
            {
                "url": f"{HL7_UK}/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": {"coding": [{"system": system, "code": "01"}]},
            }
        ],
    }


def _service_request(need: Need, patient: str) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": need.key,
        "status": "active",
        "intent": "order",
        "priority": FHIR_PRIORITY[need.priority],
        "subject": {"reference": f"Patient/{patient}"},
        "code": _code(need),
        "occurrenceTiming": {"repeat": _repeat(need)},
        "extension": _extensions(need),
    }


def _care_plan(need: Need, patient: str) -> Resource:
    detail = {
        "status": "in-progress",
        "code": _code(need),
        "scheduledTiming": {"repeat": _repeat(need)},
        "extension": _extensions(need),
    }
    return {
        "resourceType": "CarePlan",
        "id": need.key,
        "status": "active",
        "intent": "plan",
        "subject": {"reference": f"Patient/{patient}"},
        "activity": [{"id": "1", "detail": detail}],
    }


def _code(need: Need) -> Resource:
    return {"coding": [{"system": TASK, "code": skill} for skill in need.skills], "text": need.title}


def _repeat(need: Need) -> Resource:
    repeat: Resource = {
        "boundsPeriod": {"start": need.starts_on.isoformat()},
        "duration": need.minutes,
        "durationUnit": "min",
        "period": 1,
    }
    if need.rrule == DAILY:
        return repeat | {"frequency": 1, "periodUnit": "d"}
    days = [DAY_CODES[day] for day in need.rrule.partition("BYDAY=")[2].split(",")]
    return repeat | {"frequency": len(days), "periodUnit": "wk", "dayOfWeek": days}


def _extensions(need: Need) -> list[Resource]:
    given: list[tuple[str, str, object]] = [
        ("window-start", "valueTime", f"{need.window_start:%H:%M:%S}"),
        ("window-end", "valueTime", f"{need.window_end:%H:%M:%S}"),
        ("priority", "valuePositiveInt", need.priority),
    ]
    if need.preferred:
        given.append(("preferred", "valueTime", f"{need.preferred:%H:%M:%S}"))
    if need.time_critical:
        given.append(("time-critical", "valueBoolean", True))
    if need.flexible_days:
        given.append(("flexible-days", "valueUnsignedInt", need.flexible_days))
    return [{"url": f"urn:care-visits:{name}", kind: value} for name, kind, value in given]


def _fulfilled(visit: PastVisit, patient: str) -> Resource:
    start = visit.starts_at.replace(tzinfo=LONDON)
    return {
        "resourceType": "Appointment",
        "id": visit.key,
        "status": "fulfilled",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=visit.minutes)).isoformat(),
        "participant": [
            {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{visit.worker.reference}"}, "status": "accepted"},
        ],
    }


def _booked(need: Need, patient: str) -> Resource:
    start = datetime.combine(need.starts_on, need.preferred or need.window_start, tzinfo=LONDON)
    tolerance = (need.window_end.hour - need.window_start.hour) * 60
    tolerance += need.window_end.minute - need.window_start.minute
    return {
        "resourceType": "Appointment",
        "id": need.key,
        "status": "booked",
        "start": start.isoformat(),
        "minutesDuration": need.minutes,
        "serviceType": [_code(need)],
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
        "extension": [
            {"url": "urn:care-visits:tolerance-minutes", "valueUnsignedInt": tolerance // 2},
            {"url": "urn:care-visits:priority", "valuePositiveInt": need.priority},
        ],
    }
