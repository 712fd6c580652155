"""What is shown of a person: the best of what the agencies say.

A record whose NHS number is verified speaks first, then the newest. Each field is taken from the first
record that says anything; protection (restricted, deceased) holds as soon as anybody says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from hub.feeds.record import PersonRecord
from hub.identity import names
from hub.identity.records import person_record
from hub.models import Person, Placement, SourceRecord

FIELDS = (
    "family_name",
    "given_name",
    "birth_date",
    "gender",
    "nhs_number",
    "nhs_number_verified",
    "address_id",
    "restricted",
    "deceased",
    "deceased_on",
)


def values(records: Sequence[SourceRecord]) -> dict[str, Any]:
    """The fields of the person whom these records describe; each comes with its `known_as`."""
    ranked = sorted(records, key=_precedence)
    said = [person_record(record.key, record.payload) for record in ranked]
    numbered = [record.known_as for record in ranked if record.known_as.nhs_number]
    return {
        "family_name": _name(said, "family_name"),
        "given_name": _name(said, "given_name"),
        "birth_date": _first(said, "birth_date", None),
        "gender": _first(said, "gender", ""),
        "nhs_number": numbered[0].nhs_number if numbered else "",
        "nhs_number_verified": bool(numbered) and numbered[0].nhs_number_verified,
        "address_id": _address(ranked),
        "restricted": any(each.restricted for each in said),
        "deceased": any(each.deceased or each.deceased_on is not None for each in said),
        "deceased_on": _first(said, "deceased_on", None),
    }


def refresh(person_ids: Iterable[int]) -> None:
    """Brings these people up to date with their records; rows that stay the same are not written."""
    by_person: dict[int, list[SourceRecord]] = defaultdict(list)
    records = SourceRecord.objects.filter(person_id__in=set(person_ids), kind=SourceRecord.Kind.PERSON)
    for record in records.select_related("known_as__address"):
        by_person[record.person_id].append(record)
    placed = _placed_by_hand(by_person)
    changed = []
    for person in Person.objects.filter(pk__in=by_person).order_by("pk"):
        wanted = values(by_person[person.pk])
        wanted["address_id"] = wanted["address_id"] or placed.get(person.pk)
        if any(getattr(person, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(person, name, value)
            changed.append(person)
    write(changed)


def _placed_by_hand(person_ids: Iterable[int]) -> dict[int, int]:
    """The address that somebody gave each person for whom no record names one."""
    rows = Placement.objects.filter(person__in=person_ids).order_by("pk")
    last = {row.person_id: row for row in rows}
    return {person: row.address_id for person, row in last.items() if row.area_id is not None}


def write(people: Sequence[Person]) -> None:
    """Stores people, new ones and known ones, in one statement. The public id of a known person stays."""
    Person.objects.bulk_create(
        people,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[name.removesuffix("_id") for name in FIELDS],
    )


def _precedence(record: SourceRecord) -> tuple[bool, int, int]:
    return (not record.known_as.nhs_number_verified, -record.delivery_id, -record.pk)


def _first(said: Sequence[PersonRecord], name: str, nothing: Any) -> Any:
    return next((value for each in said if (value := getattr(each, name))), nothing)


def _name(said: Sequence[PersonRecord], field: str) -> str:
    """The first name said. If that is all capitals and another record has it in small letters, that one.

    Capitals alone are left as they came: nobody can tell MCDONALD's own spelling from them.
    """
    first: str = _first(said, field, "")
    if not first.isupper():
        return first
    spellings = (getattr(each, field) for each in said)
    same = (each for each in spellings if names.fold(each) == names.fold(first))
    return next((each for each in same if not each.isupper()), first)


def _address(ranked: Sequence[SourceRecord]) -> int | None:
    """The first address with lines; a bare postcode serves only where nobody knows the door."""
    addresses = [record.known_as.address for record in ranked if record.known_as.address]
    return next((each.pk for each in addresses if each.lines), addresses[0].pk if addresses else None)
