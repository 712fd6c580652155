"""Writes a locality as the files that partners would send, bad rows included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from config.demo import fhir_files, lettings_files, partners, staff_files
from config.demo.csv_files import PartnerFile, Row, hhmm, mixed, write_rows
from config.demo.locality import Listing, Locality, Need
from config.demo.times import DAILY, ONCE

TENURE_IN_CLD = {
    "owner": "Owner occupier or shared ownership scheme",
    "social_rent": "Tenant (including local authority, arm's length management organisation, "
    "registered social landlord, housing association)",
    "private_rent": "Tenant: private landlord",
    "sheltered": "Sheltered housing",
}
GENDER_IN_CLD = {"F": "Female", "M": "Male"}


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything lies: what agencies send of people, of staff, and where postcodes are."""

    deliveries: tuple[PartnerFile, ...]
    staff: tuple[PartnerFile, ...]
    postcodes: Path


def write(locality: Locality, folder: Path) -> Folder:
    """One folder for each agency; the same locality gives the same bytes."""
    deliveries: list[PartnerFile] = []
    staff: list[PartnerFile] = []
    for agency in locality.agencies:
        home = folder / agency.code
        home.mkdir(parents=True, exist_ok=True)
        deliveries += WRITERS[agency.kind](locality, agency.code, home)
        workers = [worker for worker in locality.workers if worker.agency == agency.code]
        if workers:
            staff += staff_files.write(locality, agency.code, workers, home)
    postcodes = folder / "postcodes.csv"
    write_rows(
        postcodes,
        ({"postcode": code, "latitude": lat, "longitude": lon} for code, lat, lon in locality.postcodes),
    )
    return Folder(tuple(deliveries), tuple(staff), postcodes)


def _home_care(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    known = {listing.citizen.number: listing for listing in locality.listings_of(agency)}
    needs = [need for need in locality.needs if need.agency == agency]
    rows = [
        _person(known[need.citizen.number])
        | _demand(need)
        | {
            "call_reference": need.key,
            "call_name": need.title,
            "days": _days(need),
            "starts": f"{need.starts_on:%d/%m/%Y}",
        }
        for need in needs
    ]
    good = rows[0]
    bad = [
        good | {"call_reference": "V1", "earliest": "10:00", "latest": "09:00", "preferred": ""},
        good | {"call_reference": "V2", "minutes": "30.5"},
        good | {"call_reference": "V3", "days": "MO;XX"},
        good,
    ]
    schedule, visits = home / "schedule.csv", home / "call-monitoring.csv"
    write_rows(schedule, mixed(rows, bad))
    wrong = {"window_order": 1, "whole_number": 1, "days": 1, "duplicate": 1}
    write_rows(visits, mixed(list(_monitored(locality, agency, known)), list(_badly_monitored(known))))
    return [
        PartnerFile(agency, "home-care-schedule", schedule, _with_numbers(known.values(), wrong)),
        PartnerFile(agency, "call-monitoring", visits, {"date": 1, "range": 1}),
    ]


def _monitored(locality: Locality, agency: str, known: Mapping[int, Listing]) -> Iterable[Row]:
    for index, visit in enumerate(visit for visit in locality.past_visits if visit.agency == agency):
        day = visit.starts_at.date()
        yield {
            "FileReference": f"F-{day:%G-%V}",
            "Description": f"Week {day:%V}",
            "ProviderRef": agency,
            "ContractNumber": "NCC-1",
            "ServiceUserRef": known[visit.citizen.number].key,
            "ServiceUserDetails": "",
            "WeekEnding": f"{day + timedelta(days=6 - day.weekday()):%d/%m/%Y}",
            "OurRef": index + 1,
            "ServiceType": "HOME CARE",
            "VisitDate": f"{day:%d/%m/%Y}",
            "StartTimeClaimed": f"{visit.starts_at:%H:%M:%S}",
            "DurationClaimed": visit.need.minutes,
            "ActualStartTime": f"{visit.starts_at:%H:%M:%S}",
            "ActualDuration": visit.minutes,
            "SecondaryVisit": str(visit.key.endswith("b")),
            "NumberOfCarers": visit.need.workers,
            "CarerRef": visit.worker.reference,
        }


def _badly_monitored(known: Mapping[int, Listing]) -> Iterable[Row]:
    someone = min(listing.key for listing in known.values())
    good = {"ServiceUserRef": someone, "CarerRef": "AGENCY1", "ActualStartTime": "08:00:00"}
    yield good | {"VisitDate": "31/02/2026", "ActualDuration": 30}
    yield good | {"VisitDate": "02/03/2026", "ActualDuration": "31:00"}


def _social_care(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    rows = [_client_level(listing, locality.week_start) for listing in locality.listings_of(agency)]
    bad = [
        rows[0] | {"LA Person Unique Identifier": "LA1", "Last Name": "", "NHS Number": ""},
        rows[0] | {"LA Person Unique Identifier": "LA2", "Client Type": "Carer"},
    ]
    path = home / "client-level-data.csv"
    write_rows(path, mixed(rows, bad))
    wrong = _with_numbers(locality.listings_of(agency), {"required": 1})
    return [PartnerFile(agency, "client-level-data", path, wrong)]


def _client_level(listing: Listing, week_start: date) -> dict[str, object]:
    return {
        "LA Code": "306",
        "LA Person Unique Identifier": listing.key,
        "NHS Number": listing.nhs_number,
        "First Name": listing.given_name.upper(),
        "Last Name": listing.family_name.upper(),
        "Gender": GENDER_IN_CLD[listing.citizen.gender],
        "Date of Birth": f"{listing.birth_date:%d/%m/%Y}",
        "Client Type": "Service User",
        "Postcode": listing.citizen.home.postcode.replace(" ", ""),
        "Accommodation Status": TENURE_IN_CLD[listing.citizen.home.tenure],
        "Event Type": "Service",
        "Event Reference": f"S-{listing.key}",
        "Event Start Date": f"{date(week_start.year, 4, 1):%d/%m/%Y}",
        "Service Type": "Long term support: Community",
        "Service Component": "Home support or domiciliary care",
    }


def _social_work(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    known = {listing.citizen.number: listing for listing in locality.listings_of(agency)}
    rows = [
        _person(known[need.citizen.number])
        | _asks(known[need.citizen.number])
        | _demand(need)
        | {
            "review_reference": need.key,
            "review_type": need.title,
            "not_before": need.starts_on,
            "due_by": need.starts_on + timedelta(days=need.flexible_days),
        }
        for need in locality.needs
        if need.agency == agency
    ]
    if not rows:
        return []
    backwards = {"review_reference": "R1", "due_by": locality.week_start - timedelta(days=30)}
    path = home / "reviews.csv"
    write_rows(path, mixed(rows, [rows[0] | backwards]))
    return [
        PartnerFile(agency, "social-work-reviews", path, _with_numbers(known.values(), {"date_order": 1}))
    ]


def _fire(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    """People at risk, and for some of them a visit to come; without NHS numbers, which they never have."""
    visits = {need.citizen.number: need for need in locality.needs if need.agency == agency}
    rows: list[Row] = []
    for listing in locality.listings_of(agency):
        person = {name: cell for name, cell in _person(listing).items() if name != "nhs_number"}
        need = visits.get(listing.citizen.number)
        rows.append(person | (_fire_visit(need) if need else {}))
    if not rows:
        return []
    wrong = {}
    if with_visit := [row for row in rows if "visit_reference" in row]:
        bad = {"visit_reference": "X1", "risk": "rather high"}
        rows, wrong = mixed(rows, [{**with_visit[0], **bad}]), {"risk": 1}
    path = home / "visits-and-risk.csv"
    write_rows(path, rows)
    return [PartnerFile(agency, "fire-visits", path, wrong)]


def _fire_visit(need: Need) -> dict[str, object]:
    return {
        "visit_reference": need.key,
        "referred_on": need.starts_on,
        "due_by": need.starts_on + timedelta(days=need.flexible_days),
        "minutes": need.minutes,
        "earliest": hhmm(need.window_start),
        "latest": hhmm(need.window_end),
        "risk": "low",
    }


def _housing(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    """Tenants and checks; and, from whoever still takes part, the lettings."""
    files = _plain(locality, agency, home)
    if agency == partners.HOUSING:
        lettings = lettings_files.write(agency, locality.listings_of(agency), home / "lettings.csv")
        files += [lettings] if lettings else []
    return files


def _plain(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    """Housing: people, and for some of them a visit."""
    needs: dict[int, list[Need]] = {}
    for need in locality.needs:
        if need.agency == agency:
            needs.setdefault(need.citizen.number, []).append(need)
    rows = []
    for listing in locality.listings_of(agency):
        for need in needs.get(listing.citizen.number, []):
            rows.append(_person(listing) | _demand(need) | _plainly(need))
        if listing.citizen.number not in needs:
            rows.append(_person(listing))
    if not rows:
        return []
    wrong = {}
    if with_need := [row for row in rows if "need_reference" in row]:
        rows = mixed(rows, [with_need[0] | {"need_reference": "X1", "repeats": "every other Tuesday"}])
        wrong = {"recurrence": 1}
    path = home / "people-and-visits.csv"
    write_rows(path, rows)
    return [PartnerFile(agency, "plain", path, wrong)]


def _plainly(need: Need) -> Row:
    return {
        "need_reference": need.key,
        "need": need.title,
        "repeats": "once" if need.rrule == ONCE else need.rrule,
        "starts": need.starts_on,
        "flexible_days": need.flexible_days,
    }


def _nursing(locality: Locality, agency: str, home: Path) -> list[PartnerFile]:
    bundle, appointments = home / "patients-and-plans.json", home / "appointments.ndjson"
    bundle_wrong = fhir_files.write_bundle(locality, agency, bundle)
    appointments_wrong = fhir_files.write_appointments(locality, agency, appointments)
    return [
        PartnerFile(agency, "fhir", bundle, bundle_wrong),
        PartnerFile(agency, "fhir", appointments, appointments_wrong),
    ]


def _person(listing: Listing) -> dict[str, object]:
    citizen = listing.citizen
    return {
        "client_reference": listing.key,
        "family_name": listing.family_name,
        "given_name": listing.given_name,
        "date_of_birth": f"{listing.birth_date:%d/%m/%Y}",
        "nhs_number": listing.nhs_number,
        "gender": citizen.gender,
        "address": ", ".join(listing.lines),
        "postcode": citizen.home.postcode,
        "tenure": citizen.home.tenure,
        "restricted": "Y" if citizen.restricted else "",
    }


def _asks(listing: Listing) -> dict[str, object]:
    first, last = listing.citizen.asks
    return {"contact_from": hhmm(first) if first else "", "contact_until": hhmm(last) if last else ""}


def _demand(need: Need) -> dict[str, object]:
    later, minutes = need.gap or ("", "")
    return {
        "tasks": ";".join(need.skills),
        "minutes": need.minutes,
        "earliest": hhmm(need.window_start),
        "latest": hhmm(need.window_end),
        "preferred": hhmm(need.preferred) if need.preferred else "",
        "carers": need.workers,
        "carer_gender": need.gender,
        "priority": need.priority,
        "time_critical": "Y" if need.time_critical else "N",
        "may_be_combined": "Y" if need.mergeable else "N",
        "separate_reason": need.separate_reason,
        "next_call": later,
        "next_call_min_minutes": minutes,
    }


def _days(need: Need) -> str:
    return "daily" if need.rrule == DAILY else need.rrule.partition("BYDAY=")[2].replace(",", ";")


def _with_numbers(listings: Iterable[Listing], wrong: Mapping[str, int]) -> dict[str, int]:
    failing = sum(listing.flaw == "fails the check" for listing in listings)
    return dict(wrong) | ({"nhs_number_check": failing} if failing else {})


WRITERS = {
    "home_care": _home_care,
    "nursing": _nursing,
    "social_care": _social_care,
    "social_work": _social_work,
    "fire": _fire,
    "housing": _housing,
}
