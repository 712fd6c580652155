"""What every step of taking a delivery in needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.feeds.record import ContactRecord, FeedError, NeedRecord, PersonRecord, Record
from hub.identity.records import content_hash, payload
from hub.models import Agency, Area, Delivery, SharingAgreement, Skill, SourceRecord
from hub.services.receiving.checking import problem
from hub.services.receiving.ledger import Ledger

Item = SharingAgreement.Item
R = TypeVar("R", PersonRecord, NeedRecord, ContactRecord)


@dataclass(slots=True)
class Taking:
    """A delivery on its way in."""

    delivery: Delivery
    covered: frozenset[str]
    ledger: Ledger
    skills: frozenset[str]
    area_by_sector: dict[str, int]

    @classmethod
    def begin(cls, delivery: Delivery, *, covered: frozenset[str], ledger: Ledger) -> Taking:
        """Loads the small tables once."""
        areas = Area.objects.order_by("pk").values_list("pk", "postcode_sectors")
        return cls(
            delivery=delivery,
            covered=covered,
            ledger=ledger,
            skills=frozenset(Skill.objects.values_list("code", flat=True)),
            area_by_sector={sector: area for area, sectors in areas for sector in sectors},
        )

    @property
    def agency(self) -> Agency:
        """The sender."""
        return self.delivery.agency

    def require_agreement(self, record: Record) -> None:
        """Raises `FeedError` if no agreement in force lets the agency send such a record."""
        for item in _items_of(record):
            if item not in self.covered:
                raise FeedError(
                    f"No sharing agreement in force with this agency covers “{item.label}”.",
                    place=record.place,
                    field=item.value,
                    rule="no_agreement",
                )

    def sound(self, records: Iterable[R]) -> list[R]:
        """The records that can be stored; the others are rejected."""
        found = []
        for record in records:
            if rejected := problem(record):
                self.ledger.reject(rejected)
            else:
                found.append(record)
        return found

    def changed(self, kind: str, records: Sequence[R]) -> list[tuple[R, SourceRecord]]:
        """The records that say something new, each with its row (saved or not); the others are counted.

        Of several with one key the last counts, as it would in the next delivery.
        """
        last = {record.key: record for record in records}
        rows = SourceRecord.objects.filter(agency=self.agency, kind=kind, key__in=last).defer("payload")
        known = {row.key: row for row in rows}
        found = []
        for record in records:
            if record is not last[record.key]:
                self._count_superseded(record, last[record.key])
                continue
            said = payload(record)
            digest = content_hash(said)
            row = known.get(record.key) or SourceRecord(agency=self.agency, kind=kind, key=record.key)
            if row.content_hash == digest:
                self.ledger.unchanged += 1
                continue
            self.ledger.taken += 1
            row.delivery, row.feed, row.place = self.delivery, self.delivery.feed, record.place[:200]
            row.content_hash, row.payload = digest, said
            found.append((record, row))
        return found

    def people_by_key(self, records: Iterable[NeedRecord | ContactRecord]) -> dict[str, int]:
        """The person behind each of the agency's own references in these records."""
        keys = {record.person_key for record in records}
        rows = SourceRecord.objects.filter(agency=self.agency, kind=SourceRecord.Kind.PERSON, key__in=keys)
        return dict(rows.values_list("key", "person_id"))

    def of_known_people(self, records: Sequence[R]) -> list[tuple[R, int]]:
        """The records whose person has been received, with that person; the others are rejected."""
        people = self.people_by_key(records)  # type: ignore[arg-type]
        found = []
        for record in records:
            person = people.get(record.person_key)  # type: ignore[union-attr]
            if person is None:
                self.ledger.refuse(
                    record,
                    field="person_key",
                    rule="unknown_person",
                    message="This agency has sent no person with this reference; send them first.",
                )
            else:
                found.append((record, person))
        return found

    def _count_superseded(self, record: Any, later: Any) -> None:
        if payload(record) == payload(later):
            self.ledger.unchanged += 1
        else:
            self.ledger.taken += 1


def save(rows: Iterable[SourceRecord]) -> None:
    """Stores source records, new and changed, and gives the new ones their keys."""
    SourceRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["agency", "kind", "key"],
        update_fields=["delivery", "feed", "place", "content_hash", "payload", "person"],
    )


def _items_of(record: Record) -> tuple[Item, ...]:
    if isinstance(record, NeedRecord):
        return (Item.NEEDS,)
    if isinstance(record, ContactRecord):
        return (Item.CONTACTS,)
    has_address = record.address_lines or record.postcode or record.uprn or record.tenure
    return (Item.IDENTITY, Item.ADDRESS) if has_address else (Item.IDENTITY,)
