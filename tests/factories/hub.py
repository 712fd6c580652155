"""The smallest true rows of the hub; every value can be given, nothing is random.

Keys count up within a test process, so that two calls make two things. Days are around
13 January 2027, the `known_now` of the tests.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client

from hub.identity import nhs_number
from hub.models import (
    Address,
    Agency,
    Area,
    Contact,
    ContactTimes,
    Delegation,
    Delivery,
    Feed,
    KnownAs,
    Need,
    NeedGap,
    Person,
    Postcode,
    Role,
    SharingAgreement,
    Skill,
    SourceRecord,
    User,
)

TODAY = dt.date(2027, 1, 13)
NOW = dt.datetime(2027, 1, 13, 9, 0, tzinfo=dt.UTC)
PASSWORD = "correct horse battery staple"
_numbers = count(1)


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


def make_agency(code: str = "", *, kind: str = Agency.Kind.HOME_CARE, **fields: Any) -> Agency:
    """An agency; home care unless told."""
    code = code or f"agency-{next(_numbers)}"
    fields = {"name": code.replace("-", " ").title(), "letter": code[0].upper()} | fields
    return Agency.objects.create(code=code, kind=kind, **fields)


def make_area(code: str = "", *, sectors: tuple[str, ...] = (), **fields: Any) -> Area:
    """An area; without sectors no postcode lies in it."""
    code = code or f"area-{next(_numbers)}"
    fields = {"name": code.replace("-", " ").title()} | fields
    return Area.objects.create(code=code, postcode_sectors=list(sectors), **fields)


def make_postcode(code: str = "NR11 6AA", *, latitude: float = 52.79, longitude: float = 1.25) -> Postcode:
    """A postcode; in Aylsham unless told."""
    return Postcode.objects.create(code=code, latitude=latitude, longitude=longitude)


def make_agreement(
    *parties: Agency,
    items: tuple[str, ...] | None = None,
    purposes: tuple[str, ...] | None = None,
    **fields: Any,
) -> SharingAgreement:
    """An agreement in force all through the tests; every item and purpose unless told."""
    fields = {
        "reference": f"agreement-{next(_numbers)}",
        "title": "Coordinated visits",
        "article_6": SharingAgreement.Article6.PUBLIC_TASK,
        "article_9": SharingAgreement.Article9.CARE,
        "schedule": "Part 1, paragraph 2",
        "starts_on": dt.date(2026, 1, 1),
        "signed_on": dt.date(2026, 1, 1),
        "review_on": dt.date(2027, 12, 31),
    } | fields
    agreement = SharingAgreement.objects.create(
        items=list(SharingAgreement.Item.values if items is None else items),
        purposes=list(SharingAgreement.Purpose.values if purposes is None else purposes),
        **fields,
    )
    agreement.parties.set(parties)
    return agreement


def make_skill(code: str = "personal_care", *, name: str = "") -> Skill:
    """A skill, made once however often it is asked for."""
    return Skill.objects.get_or_create(
        code=code, defaults={"name": name or code.replace("_", " ").capitalize()}
    )[0]


def make_delegation(
    *, giver: Agency, holder: Agency, skill: str = "personal_care", **fields: Any
) -> Delegation:
    """`giver` lets competent workers of `holder` use the skill for its people."""
    fields = {"starts_on": dt.date(2026, 1, 1), "signed_by": "the lead nurse"} | fields
    return Delegation.objects.create(from_agency=giver, to_agency=holder, skill=make_skill(skill), **fields)


def make_feed(agency: Agency, *, format: str = "home-care-schedule", code: str = "") -> Feed:
    """An agency's feed in some format."""
    return Feed.objects.create(code=code or f"{agency.code}-{format}", agency=agency, format=format)


def make_feeds_of_two() -> list[Feed]:
    """Of two home-care agencies that share everything; their calls are for personal care."""
    agencies = [make_agency("first-care"), make_agency("second-care")]
    make_agreement(*agencies)
    make_skill("personal_care")
    return [make_feed(agency) for agency in agencies]


def make_user(
    role: str = Role.COORDINATOR, *areas: Area, agency: Agency | None = None, **fields: Any
) -> User:
    """Someone who can log in with `PASSWORD`."""
    fields = {"username": f"user-{next(_numbers)}", "password": _password_hash()} | fields
    user = User.objects.create(role=role, agency=agency, **fields)
    user.areas.set(areas)
    return user


def logged_in(user: User) -> Client:
    """A browser in which this user is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_delivery(agency: Agency, **fields: Any) -> Delivery:
    """A delivery that was taken."""
    number = next(_numbers)
    fields = {
        "feed": "by-hand",
        "file_name": f"file-{number}.csv",
        "sha256": f"{number:064x}",
        "bytes": 1,
        "status": Delivery.Status.TAKEN,
        "received_at": NOW,
    } | fields
    return Delivery.objects.create(agency=agency, **fields)


def make_address(area: Area | None = None, **fields: Any) -> Address:
    """A front door in Aylsham, a new one each time."""
    number = next(_numbers)
    fields = {
        "lines": f"{number} Mill Row, Aylsham",
        "postcode": "NR11 6AA",
        "latitude": 52.79,
        "longitude": 1.25,
        "match_key": f"{number}millrowaylshamnr116aa",
    } | fields
    return Address.objects.create(area=area, **fields)


def make_person(*known_to: Agency, area: Area | None = None, key: str = "", **fields: Any) -> Person:
    """A person at a door in the area, with a source record from each agency that knows them."""
    fields = {
        "family_name": f"Family{next(_numbers)}",
        "given_name": "Mabel",
        "birth_date": dt.date(1941, 5, 6),
        "gender": Person.Gender.FEMALE,
    } | fields
    if "address" not in fields:
        fields["address"] = make_address(area)
    person = Person.objects.create(**fields)
    for agency in known_to:
        make_source_record(person, agency, key=key or f"P{next(_numbers)}")
    return person


def make_source_record(person: Person, agency: Agency, *, key: str) -> SourceRecord:
    """The agency's own record of this person, saying what the person says."""
    address = person.address
    record = SourceRecord.objects.create(
        agency=agency,
        delivery=make_delivery(agency),
        feed="by-hand",
        kind=SourceRecord.Kind.PERSON,
        key=key,
        place="line 2",
        content_hash=f"{next(_numbers):064x}",
        payload={
            "family_name": person.family_name,
            "given_name": person.given_name,
            "birth_date": person.birth_date and person.birth_date.isoformat(),
            "gender": person.gender or None,
            "nhs_number": person.nhs_number or None,
            "nhs_number_verified": person.nhs_number_verified,
            "address_lines": [address.lines] if address else [],
            "postcode": address.postcode if address else "",
            "uprn": (address.uprn or None) if address else None,
        },
        person=person,
    )
    KnownAs.objects.create(
        source_record=record,
        person=person,
        address=address,
        family_key=person.family_name.casefold(),
        given_key=person.given_name.casefold(),
        birth_date=person.birth_date,
        gender=person.gender,
        nhs_number=person.nhs_number,
        nhs_number_verified=person.nhs_number_verified,
        postcode=address.postcode if address else "",
        uprn=address.uprn if address else "",
    )
    return record


def make_need(person: Person, agency: Agency, **fields: Any) -> Need:
    """Half an hour of personal care every morning between eight and ten, from Monday 11 January 2027."""
    fields = {
        "reference": f"N{next(_numbers)}",
        "title": "Morning care",
        "skills": ["personal_care"],
        "minutes": 30,
        "window_start": dt.time(8),
        "window_end": dt.time(10),
        "rrule": "FREQ=DAILY",
        "starts_on": dt.date(2027, 1, 11),
    } | fields
    for skill in fields["skills"]:
        make_skill(skill)
    return Need.objects.create(person=person, agency=agency, **fields)


def make_gap(before: Need, after: Need, *, at_least: int, at_most: int | None = None) -> NeedGap:
    """Minutes that must lie between two needs of one person."""
    return NeedGap.objects.create(before=before, after=after, min_minutes=at_least, max_minutes=at_most)


def make_contact(
    person: Person, agency: Agency, *, starts_at: dt.datetime, worker: str, **fields: Any
) -> Contact:
    """A visit that the agency says its worker made."""
    fields = {"reference": f"C{next(_numbers)}", "minutes": 30} | fields
    return Contact.objects.create(
        person=person, agency=agency, starts_at=starts_at, worker_reference=worker, **fields
    )


def make_contact_times(person: Person, **fields: Any) -> ContactTimes:
    """What somebody was told of when the person asks for calls, noted on the person's first record."""
    record = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON).order_by("pk").first()
    fields = {"contact_from": dt.time(9), "reason": "She said so", "set_at": NOW} | fields
    fields.setdefault("set_by", make_user(Role.COORDINATOR))
    return ContactTimes.objects.create(source_record=record, **fields)


def make_nhs_number(seed: int = 1) -> str:
    """A valid number from the range kept for tests, another for each seed below a million."""
    for offset in range(0, 1_000_000, 1_000_000 // 11):
        nine = f"999{(seed + offset) % 1_000_000:06d}"
        if (digit := nhs_number.check_digit(nine)) is not None:
            return nine + digit
    raise AssertionError("one in eleven has no check digit, never eleven in a row")
