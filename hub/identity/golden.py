"""What is shown of a person: the best of what the agencies say.

A record whose NHS number is verified speaks first, then the newest. Each field is taken from the first
record that says anything; protection (restricted, deceased) holds as soon as anybody says so. When the person
asks to be called changes with their life and not with who they are: of that the newest word counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from hub.bulk import put, put_rows
from hub.feeds.record import PersonRecord
from hub.feeds.values import Stretch
from hub.identity import names
from hub.identity.records import person_record
from hub.models import Address, ContactTimes, Person, Placement, SourceRecord

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
    "contact_from",
    "contact_until",
)


class Said(NamedTuple):
    """What one record says of a person."""

    record: PersonRecord
    nhs_number: str  # valid or empty
    verified: bool
    address: Address | None
    age: tuple[int, int]  # of two records the one with the greater is the newer

    @classmethod
    def kept(cls, source: SourceRecord) -> Said:
        """What is kept of a record; it comes with its `known_as`."""
        known = source.known_as
        return cls(
            record=person_record(source.key, source.payload),
            nhs_number=known.nhs_number,
            verified=known.nhs_number_verified,
            address=known.address,
            age=(source.delivery_id, source.pk),
        )


def values(said: Iterable[Said]) -> dict[str, Any]:
    """The fields of the person of whom all this is said."""
    ranked = sorted(said, key=_precedence)
    records = [each.record for each in ranked]
    contact_from, contact_until = _contact_times(ranked)
    numbered = next((each for each in ranked if each.nhs_number), None)
    return {
        "family_name": _name(records, "family_name"),
        "given_name": _name(records, "given_name"),
        "birth_date": _first(records, "birth_date", None),
        "gender": _first(records, "gender", ""),
        "nhs_number": numbered.nhs_number if numbered else "",
        "nhs_number_verified": numbered is not None and numbered.verified,
        "address_id": _address(ranked),
        "restricted": any(each.restricted for each in records),
        "deceased": any(each.deceased or each.deceased_on is not None for each in records),
        "deceased_on": _first(records, "deceased_on", None),
        "contact_from": contact_from,
        "contact_until": contact_until,
    }


def make(people: Mapping[int, Sequence[Said]]) -> None:
    """Stores new people, by their keys, with all that is said of each."""
    rows = ((key, uuid4(), *values(said).values()) for key, said in people.items())
    put_rows(Person, ("id", "public_id", *FIELDS), rows)


def refresh(person_ids: Iterable[int]) -> None:
    """Brings these people up to date with their records; rows that stay the same are not written."""
    keys = set(person_ids)
    if not keys:
        return
    by_person: dict[int, list[Said]] = defaultdict(list)
    records = SourceRecord.objects.filter(person__among=keys, kind=SourceRecord.Kind.PERSON)
    for record in records.select_related("known_as__address"):
        by_person[record.person_id].append(Said.kept(record))
    placed = _placed_by_hand(by_person)
    told = _contact_times_by_hand(by_person)
    changed = []
    for person in Person.objects.filter(pk__among=by_person).order_by("pk"):
        wanted = values(by_person[person.pk])
        wanted["address_id"] = wanted["address_id"] or placed.get(person.pk)
        if person.pk in told:
            wanted["contact_from"], wanted["contact_until"] = told[person.pk]
        if any(getattr(person, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(person, name, value)
            changed.append(person)
    # In one statement; the public id of a known person stays.
    put(Person, changed, match=("id",), update=[name.removesuffix("_id") for name in FIELDS])


def _placed_by_hand(person_ids: Iterable[int]) -> dict[int, int]:
    """The address that somebody gave each person for whom no record names one."""
    rows = Placement.objects.filter(person__among=person_ids).order_by("pk")
    last = {row.person_id: row for row in rows}
    return {person: row.address_id for person, row in last.items() if row.area_id is not None}


def _contact_times_by_hand(person_ids: Iterable[int]) -> dict[int, Stretch]:
    """What somebody was told last, of each person of whom that has not ended."""
    rows = ContactTimes.objects.filter(source_record__person__among=person_ids, ended_at=None)
    told = rows.order_by("set_at", "pk").values_list("source_record__person", "contact_from", "contact_until")
    return {person: (first, last) for person, first, last in told}


def _contact_times(said: Sequence[Said]) -> Stretch:
    """Both ends from one record: two agencies' halves would make a wish that nobody has."""
    told = [each for each in said if each.record.contact_from or each.record.contact_until]
    if not told:
        return None, None
    newest = max(told, key=lambda each: each.age).record
    return newest.contact_from, newest.contact_until


def _precedence(said: Said) -> tuple[bool, int, int]:
    delivery, record = said.age
    return (not said.verified, -delivery, -record)


def _first(records: Sequence[PersonRecord], name: str, nothing: Any) -> Any:
    return next((value for each in records if (value := getattr(each, name))), nothing)


def _name(records: Sequence[PersonRecord], field: str) -> str:
    """The first name said. If that is all capitals and another record has it in small letters, that one.

    Capitals alone are left as they came: nobody can tell MCDONALD's own spelling from them.
    """
    first: str = _first(records, field, "")
    if not first.isupper():
        return first
    spellings = (getattr(each, field) for each in records)
    same = (each for each in spellings if names.fold(each) == names.fold(first))
    return next((each for each in same if not each.isupper()), first)


def _address(ranked: Sequence[Said]) -> int | None:
    """The first address with lines; a bare postcode serves only where nobody knows the door."""
    addresses = [each.address for each in ranked if each.address]
    return next((each.pk for each in addresses if each.lines), addresses[0].pk if addresses else None)
