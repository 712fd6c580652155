"""Needs, visits and stays that came before their person: kept, and taken once the person has come."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db.models import QuerySet

from hub.feeds.record import AbsenceRecord, ContactRecord, GapRecord, NeedRecord
from hub.models import Rejection, SourceRecord, User
from hub.services.receiving import coded
from hub.services.receiving.absences import take_absences
from hub.services.receiving.contacts import take_contacts
from hub.services.receiving.needs import take_needs
from hub.services.receiving.reading import CHUNK, chunks
from hub.services.receiving.taking import Taking

R = TypeVar("R", NeedRecord, ContactRecord, AbsenceRecord)
DAYS = ("starts_on", "ends_on")
TIMES = ("window_start", "window_end", "preferred")
TAKERS = (
    (SourceRecord.Kind.NEED, NeedRecord, take_needs),
    (SourceRecord.Kind.CONTACT, ContactRecord, take_contacts),
    (SourceRecord.Kind.ABSENCE, AbsenceRecord, take_absences),
)


def release(taking: Taking) -> None:
    """Takes what waited for people who are known now; their rejections are mended by this delivery."""
    rows = SourceRecord.objects.filter(agency=taking.agency).exclude(waits_for="")
    people = SourceRecord.objects.filter(agency=taking.agency, kind=SourceRecord.Kind.PERSON)
    for kind, record_class, take in TAKERS:
        while ready := list(
            rows.filter(kind=kind, waits_for__in=people.values("key")).order_by("pk")[:CHUNK]
        ):
            take(taking, [_record(record_class, row) for row in ready])  # type: ignore[operator]
            keys = [row.key for row in ready]
            # One that is refused for another reason now has a rejection of its own, and waits no more, unless
            # it is for a decision on its code.
            still = rows.filter(kind=kind, key__in=keys).exclude(waits_for__startswith=coded.WAITS)
            still.update(waits_for="")
            Rejection.objects.filter(
                delivery__agency=taking.agency,
                rule="unknown_person",
                key__in=keys,
                state=Rejection.State.OPEN,
            ).exclude(delivery=taking.delivery).update(
                state=Rejection.State.MENDED,
                settled_at=taking.delivery.received_at,
                settled_with=taking.delivery,
            )


def take_decided(taking: Taking, rows: QuerySet[SourceRecord], *, by: User, now: datetime) -> None:
    """Takes these needs by what their codes mean now, and settles the rejections that this mends."""
    for chunk in chunks(list(rows.values_list("pk", flat=True))):
        found = list(SourceRecord.objects.filter(pk__in=chunk).order_by("pk"))
        Rejection.objects.filter(
            delivery__agency=taking.agency,
            rule=coded.RULE,
            key__in=[row.key for row in found],
            state=Rejection.State.OPEN,
        ).update(state=Rejection.State.MENDED, settled_at=now, settled_by=by)
        # What was taken before counts as waiting, so that the same words are news.
        SourceRecord.objects.filter(pk__in=chunk).update(content_hash="", waits_for=coded.WAITS)
        take_needs(taking, [_record(NeedRecord, row) for row in found])


def _record(record_class: type[R], row: SourceRecord) -> R:
    """The record as it was sent, from what is kept."""
    names = {field.name for field in fields(record_class)}
    said: dict[str, Any] = {name: value for name, value in row.payload.items() if name in names}
    for name in DAYS:
        if said.get(name):
            said[name] = date.fromisoformat(said[name])
    for name in TIMES:
        if said.get(name):
            said[name] = time.fromisoformat(said[name])
    if said.get("starts_at"):
        said["starts_at"] = datetime.fromisoformat(said["starts_at"])
    if "skills" in said:
        said["skills"] = tuple(said["skills"])
        said["codes"] = tuple((code, display) for code, display in said.get("codes") or ())
        said["gaps"] = tuple(GapRecord(**gap) for gap in said.get("gaps") or ())
    if record_class is NeedRecord:
        said["group"] = row.group
    return record_class(**said, key=row.key, place=row.place, said_at=row.said_at)
