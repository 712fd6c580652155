"""What every step of taking a delivery in needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from hub.bulk import put
from hub.feeds.record import AbsenceRecord, ContactRecord, FeedError, HomeRecord, NeedRecord, PersonRecord
from hub.feeds.record import Record as AnyRecord
from hub.identity.records import content_hash, payload
from hub.models import Agency, Area, Delivery, SharingAgreement, Skill, SourceRecord
from hub.services.receiving.checking import problem
from hub.services.receiving.ledger import Ledger

Item = SharingAgreement.Item
R = TypeVar("R", PersonRecord, NeedRecord, ContactRecord, AbsenceRecord, HomeRecord)


@dataclass(slots=True)
class Taking:
    """A delivery on its way in."""

    delivery: Delivery
    covered: frozenset[str]
    ledger: Ledger
    skills: frozenset[str]
    area_by_sector: dict[str, int]
    ended: int = 0  # needs that the delivery ends or suspends
    changed_needs: int = 0
    lists_all: bool = False
    unreadable: bool = False  # a record was refused and nobody knows which
    day: date | None = None  # of a decision that has what was received earlier taken; else the delivery's

    @classmethod
    def begin(
        cls, delivery: Delivery, *, covered: frozenset[str], ledger: Ledger, lists_all: bool = False
    ) -> Taking:
        """Loads the small tables once."""
        areas = Area.objects.order_by("pk").values_list("pk", "postcode_sectors")
        taking = cls(
            delivery=delivery,
            covered=covered,
            ledger=ledger,
            skills=frozenset(Skill.objects.values_list("code", flat=True)),
            area_by_sector={sector: area for area, sectors in areas for sector in sectors},
            lists_all=lists_all,
        )
        if lists_all:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS pg_temp.listed")
                cursor.execute("CREATE TEMPORARY TABLE listed (key text NOT NULL) ON COMMIT DROP")
        return taking

    @property
    def agency(self) -> Agency:
        """The sender."""
        return self.delivery.agency

    @property
    def today(self) -> date:
        """The day on which the delivery was received, or on which somebody had it taken after all."""
        return self.day or timezone.localdate(self.delivery.received_at)

    def require_agreement(self, record: AnyRecord) -> None:
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

    def listed(self, keys: Iterable[str]) -> None:
        """Remembers, outside this process's memory, needs that the file lists."""
        if self.lists_all and (known := [key for key in keys if key]):
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO listed SELECT unnest(%s::text[])", [known])

    def changed(self, kind: str, records: Sequence[R]) -> list[tuple[R, SourceRecord]]:
        """The records that say something new, each with its row (saved or not); the others are counted.

        Of several with one key the one said last counts, and where the format does not tell, the last in
        the file, as it would in the next delivery. What was said before something already known is old.
        """
        said = {id(record): payload(record) for record in records}
        digests = {key: content_hash(one) for key, one in said.items()}
        last: dict[str, R] = {}
        for record in records:
            known = last.get(record.key)
            if known is None or not _is_older(record, known, digests):
                last[record.key] = record
        found_rows = SourceRecord.objects.filter(agency=self.agency, kind=kind, key__among=last).defer(
            "payload"
        )
        rows = {row.key: row for row in found_rows}
        groups = self._groups(records)
        found, confirmed = [], []
        for record in records:
            digest = digests[id(record)]
            if record is not last[record.key]:
                self._count_superseded(digest, digests[id(last[record.key])])
                continue
            row = rows.get(record.key) or self._new_row(kind, record.key)
            if _is_stale(record, row, digest, groups.get(getattr(record, "group", ""))):
                self.ledger.unchanged += 1
                continue
            later = record.said_at is not None and record.said_at != row.said_at
            row.said_at = record.said_at or row.said_at
            if row.content_hash == digest:
                self.ledger.unchanged += 1
                confirmed += [row] if later else []
                continue
            self.ledger.taken += 1
            row.delivery_id, row.feed, row.place = self.delivery.pk, self.delivery.feed, record.place[:200]
            row.content_hash, row.payload, row.waits_for = digest, said[id(record)], ""
            row.group = getattr(record, "group", "")
            found.append((record, row))
        SourceRecord.objects.bulk_update(confirmed, ["said_at"])
        return found

    def _new_row(self, kind: str, key: str) -> SourceRecord:
        # By position and by keys, because Django takes three times as long over names and objects.
        sender, delivery = self.agency.pk, self.delivery
        return SourceRecord(
            *(None, sender, delivery.pk, delivery.feed, kind, key, "", "", {}, None, None, "", "")
        )

    def people_by_key(self, keys: Iterable[str]) -> dict[str, int]:
        """The person behind each of these references of the agency's own."""
        rows = SourceRecord.objects.filter(
            agency=self.agency, kind=SourceRecord.Kind.PERSON, key__among=set(keys)
        )
        return dict(rows.values_list("key", "person_id"))

    def of_known_people(self, kind: str, records: Sequence[R]) -> list[tuple[R, int]]:
        """The records whose person has been received, with that person.

        The others are rejected, and kept to be taken by themselves once their person comes.
        """
        people = self.people_by_key(record.person_key for record in records)  # type: ignore[union-attr]
        found, waiting = [], []
        for record in records:
            person = people.get(record.person_key)  # type: ignore[union-attr]
            if person is not None:
                found.append((record, person))
                continue
            self.ledger.refuse(
                record,
                field="person_key",
                rule="unknown_person",
                message="This agency has sent no person with this reference; it is taken once they are sent.",
            )
            waiting.append((record, record.person_key))  # type: ignore[union-attr]
        self.keep_waiting(kind, waiting)
        return found

    def keep_waiting(
        self, kind: str, records: Sequence[tuple[R, str]], *, instead_of_known: bool = False
    ) -> None:
        """Keeps the records, each with what it waits for, to be taken once that has come.

        What is known of one already stays, or with `instead_of_known` waits to be replaced.
        """
        last: dict[str, R] = {}
        waits_for = {record.key: what for record, what in records}
        for record, _ in records:
            if record.key not in last or _said_at(last[record.key]) <= _said_at(record):
                last[record.key] = record
        known = SourceRecord.objects.filter(agency=self.agency, kind=kind, key__among=last).defer("payload")
        rows = {row.key: row for row in known}
        waiting = []
        for key, record in last.items():
            row = rows.get(key) or self._new_row(kind, key)
            is_known = row.content_hash and not row.waits_for and not instead_of_known
            if row.pk and (is_known or (row.said_at and row.said_at > _said_at(record))):
                continue  # it is known already, or something later is
            row.delivery_id, row.feed, row.place = self.delivery.pk, self.delivery.feed, record.place[:200]
            row.payload, row.content_hash, row.said_at = payload(record), "", record.said_at
            row.group = getattr(record, "group", "")
            row.waits_for = waits_for[key]
            waiting.append(row)
        save(waiting)

    def _groups(self, records: Sequence[R]) -> dict[str, datetime]:
        """When anything of each group was said last."""
        groups = {record.group for record in records if isinstance(record, NeedRecord) and record.group}
        if not groups:
            return {}
        rows = SourceRecord.objects.filter(agency=self.agency, said_at__isnull=False)
        rows = rows.exclude(group="").filter(group__among=groups)
        return dict(rows.order_by().values_list("group").annotate(Max("said_at")))

    def _count_superseded(self, digest: str, later: str) -> None:
        if digest == later:
            self.ledger.unchanged += 1
        else:
            self.ledger.taken += 1


def save(rows: Iterable[SourceRecord]) -> None:
    """Stores source records, new and changed, and gives the new ones their keys."""
    put(
        SourceRecord,
        rows,
        match=("agency", "kind", "key"),
        update=(
            *("delivery", "feed", "place", "content_hash", "payload", "person"),
            *("said_at", "group", "waits_for"),
        ),
    )


def _is_older(record: R, known: R, digests: dict[int, str]) -> bool:
    if record.said_at is None or known.said_at is None:
        return False
    return (record.said_at, digests[id(record)]) < (known.said_at, digests[id(known)])


def _is_stale(record: R, row: SourceRecord, digest: str, group: datetime | None) -> bool:
    """Whether something later is known; at the same moment an end counts most, then the greater digest."""
    if record.said_at is None:
        return False
    if group is not None and record.said_at < group:
        return True
    if row.said_at is None or row.pk is None:
        return False
    ended = not row.content_hash and not row.waits_for
    if record.said_at == row.said_at:
        return ended or digest < row.content_hash
    return record.said_at < row.said_at


def _said_at(record: R) -> datetime:
    return record.said_at or datetime.max.replace(tzinfo=UTC)


def _items_of(record: AnyRecord) -> tuple[Item, ...]:
    if isinstance(record, NeedRecord | AbsenceRecord):
        return (Item.NEEDS,)
    if isinstance(record, ContactRecord):
        return (Item.CONTACTS,)
    if isinstance(record, HomeRecord):
        return (Item.ADDRESS,)
    has_address = record.address_lines or record.postcode or record.uprn or record.tenure
    return (Item.IDENTITY, Item.ADDRESS) if has_address else (Item.IDENTITY,)
