"""Erasing what is past its time, with proof and without mercy for half-measures.

What an agency knows of a person is past its time when nothing of it was heard, planned or due for as many
months as its agreements allow (the longest of them). Who is held is left alone. What one agency knew goes;
the person goes when nobody else knows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from hub import audit
from hub.models import (
    Address,
    Agency,
    AuditEvent,
    Cancellation,
    Change,
    Contact,
    Hold,
    KeepSeparate,
    MatchDecision,
    MatchReview,
    Need,
    NeedGap,
    Person,
    Placement,
    PreventionAnswer,
    SharingAgreement,
    SourceRecord,
    Tombstone,
)
from visits.models import CarriedOver, Unplaced, Visit, VisitPart
from visits.wall_clock import local_day

MONTHS = 96  # where no agreement says
DAYS_A_MONTH = 30.44
MACHINE = "erase_expired"


@dataclass(frozen=True, slots=True)
class Expired:
    """What one agency knew of one person, and when it last had to do with them."""

    agency: Agency
    person: int
    last_contact_on: date
    months: int


def expired(*, on: date) -> Iterator[Expired]:
    """All that is past its time and not held."""
    held = Hold.objects.filter(released_at=None).values("person")
    for agency in Agency.objects.order_by("pk"):
        months = _months(agency)
        before = on - timedelta(days=round(months * DAYS_A_MONTH))
        known = (
            SourceRecord.objects.filter(agency=agency, kind=SourceRecord.Kind.PERSON, person__isnull=False)
            .values("person")
            .annotate(received=Max("delivery__received_at"))
            .filter(received__date__lt=before)
            .exclude(person__in=held)
        )
        for row in known.order_by("person").iterator():
            last = _last_contact(agency, row["person"], local_day(row["received"]))
            if last is not None and last < before:
                yield Expired(agency, row["person"], last, months)


@transaction.atomic
def erase(one: Expired, *, now: datetime) -> Tombstone:
    """Erases it and leaves a tombstone: counts and a digest, nothing of the person."""
    person = Person.objects.select_for_update().get(pk=one.person)
    if Hold.objects.filter(person=person, released_at=None).exists():
        raise ValueError("Somebody has placed a hold meanwhile.")
    records = SourceRecord.objects.filter(agency=one.agency, person=person)
    digest = hashlib.sha256()
    for content in records.order_by("kind", "key").values_list("content_hash", flat=True):
        digest.update(content.encode())
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:  # what a change held before may go, with whom it was about, only here
        cursor.execute("SELECT set_config('care.erasing', 'yes', true)")
    _erase_needs(Need.objects.filter(agency=one.agency, person=person), counts)
    _delete(Contact.objects.filter(agency=one.agency, person=person), counts)
    _delete(PreventionAnswer.objects.filter(agency=one.agency, person=person), counts)
    others = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON).exclude(
        agency=one.agency
    )
    whole = not others.exists()
    hanging = Need.objects.filter(source_record__in=records)  # another agency's, asked for on this one's word
    if whole:
        _erase_needs(hanging, counts)
    else:
        hanging.update(source_record=others.order_by("pk").first())
    decisions = MatchDecision.objects.filter(source_record__in=records)
    if whole:
        decisions |= MatchDecision.objects.filter(Q(person=person) | Q(candidate=person))
    _delete(CarriedOver.objects.filter(join__in=decisions), counts)
    _delete(MatchDecision.objects.filter(pk__in=decisions.values("pk")), counts)
    _delete(MatchReview.objects.filter(Q(record__in=records) | Q(other__in=records)), counts)
    _delete(records, counts)
    if whole:
        _erase_person(person, counts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('care.erasing', '', true)")
    audit.record(
        by=None, machine=MACHINE, action=AuditEvent.Action.ERASE, what="retention", people=[one.person]
    )
    return Tombstone.objects.create(
        agency=one.agency,
        rule=f"{one.months} months after the last contact",
        erased_at=now,
        last_contact_on=one.last_contact_on,
        counts=counts,
        digest=digest.hexdigest(),
        whole_person=whole,
    )


def _erase_needs(needs: QuerySet[Need], counts: dict[str, int]) -> None:
    keys = list(needs.values_list("pk", flat=True))
    parts = VisitPart.objects.filter(need__in=keys)
    visits = list(parts.values_list("visit", flat=True))
    _delete(parts, counts)
    _delete(Visit.objects.filter(pk__in=visits, parts=None), counts)
    _delete(Unplaced.objects.filter(need__in=keys), counts)
    _delete(Cancellation.objects.filter(need__in=keys), counts)
    _delete(NeedGap.objects.filter(Q(before__in=keys) | Q(after__in=keys)), counts)
    _delete(KeepSeparate.objects.filter(Q(first__in=keys) | Q(second__in=keys)), counts)
    _delete(Need.objects.filter(pk__in=keys), counts)
    remembered = Q(table="hub_need", row__in=keys)
    remembered |= Q(table="hub_keepseparate") & (Q(was__first_id__in=keys) | Q(was__second_id__in=keys))
    remembered |= Q(table="hub_needgap") & (Q(was__before_id__in=keys) | Q(was__after_id__in=keys))
    Change.objects.filter(remembered).delete()


def _erase_person(person: Person, counts: dict[str, int]) -> None:
    address = person.address_id
    _erase_needs(Need.objects.filter(person=person), counts)
    for rows in (
        SourceRecord.objects.filter(person=person),
        Contact.objects.filter(person=person),
        Visit.objects.filter(person=person),
        Placement.objects.filter(person=person),
    ):
        _delete(rows, counts)
    key = person.pk
    _delete(Person.objects.filter(pk=key), counts)
    remembered = Change.objects.filter(Q(table="hub_person", row=key) | Q(was__person_id=key))
    counts["hub.Change"] = remembered.count()
    remembered.delete()
    empty = Address.objects.filter(pk=address, people=None)
    if address and not SourceRecord.objects.filter(known_as__address=address).exists():
        _delete(empty.filter(placements=None), counts)


def _delete(rows: QuerySet, counts: dict[str, int]) -> None:
    """Deletes the rows and what hangs on them, and counts by kind."""
    for label, number in rows.delete()[1].items():
        counts[label] = counts.get(label, 0) + number


def _months(agency: Agency) -> int:
    kept = SharingAgreement.objects.filter(parties=agency, signed_on__isnull=False)
    return kept.aggregate(most=Max("retention_months"))["most"] or MONTHS


def _last_contact(agency: Agency, person: int, received: date) -> date | None:
    """The last day on which the agency had to do with them; None while a need goes on."""
    needs = Need.objects.filter(agency=agency, person=person)
    if needs.filter(ends_on=None).exists():
        living = Person.objects.filter(pk=person, deceased=False, deceased_on=None).exists()
        if living:
            return None
    days = [received]
    for found in (
        needs.aggregate(last=Max("ends_on"))["last"],
        Contact.objects.filter(agency=agency, person=person).aggregate(last=Max("starts_at"))["last"],
        Visit.objects.filter(person=person, worker__agency=agency).aggregate(last=Max("starts_at"))["last"],
    ):
        if found is not None:
            days.append(local_day(found) if isinstance(found, datetime) else found)
    return max(days)
