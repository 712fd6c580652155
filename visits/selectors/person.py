"""Who came to a person and who may, and when the person asks for calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import QuerySet, Value

from hub import selectors as hub
from hub.contact_times import OUTSIDE, in_words
from hub.identity.records import person_record
from hub.models import (
    Contact,
    ContactTimes,
    KeepSeparate,
    Need,
    NeedGap,
    Person,
    SharingAgreement,
    SourceRecord,
    User,
)
from visits.models import BarredWorker, NamedWorker, Visit, Worker
from visits.selectors.narrowing import shared
from visits.selectors.worker import workers_by_reference
from visits.wall_clock import midnight

Item = SharingAgreement.Item
KNOWN_DAYS = 28  # who came within these days is known to the person
FACE_DAYS = 14  # faces are counted over these days


def contacts(user: User, *, on: date) -> QuerySet[Contact]:
    """The visits made that this user may read about."""
    return shared(Contact.objects.all(), user, item=Item.CONTACTS, on=on)


def contacts_between(person: Person, worker: Worker, *, until: date, days: int = KNOWN_DAYS) -> int:
    """How often this worker came to this person in the `days` before `until`, as the agency says."""
    return Contact.objects.filter(
        person=person,
        agency=worker.agency_id,
        worker_reference=worker.reference,
        starts_at__gte=midnight(until - timedelta(days=days)),
        starts_at__lt=midnight(until),
    ).count()


def meetings(
    people: Collection[int] | QuerySet[Person], *, until: date, days: int = KNOWN_DAYS
) -> set[tuple[int, int]]:
    """(person, worker) of all who met within the `days` before `until`: as agencies say, and as published."""
    since, before = midnight(until - timedelta(days=days)), midnight(until)
    span = {"person__in": people, "starts_at__gte": since, "starts_at__lt": before}
    contacts = Contact.objects.filter(**span).order_by()
    contacts = contacts.values_list("person", "agency", "worker_reference", Value(False)).distinct()
    visits = Visit.objects.filter(is_published=True, **span).order_by()
    visits = visits.values_list("person", "worker", Value(""), Value(True)).distinct()
    rows = list(contacts.union(visits, all=True))
    planned = {(person, worker) for person, worker, _, is_planned in rows if is_planned}
    told = [row[:3] for row in rows if not row[3]]
    of_reference = workers_by_reference({agency for _, agency, _ in told})
    met = {
        (person, of_reference[agency, reference])
        for person, agency, reference in told
        if (agency, reference) in of_reference
    }
    return met | planned


def named_workers(people: Collection[int] | QuerySet[Person]) -> QuerySet[NamedWorker]:
    """The named workers of people whom the caller may already see."""
    return NamedWorker.objects.filter(person__in=people)


def barred_workers(person: Person) -> QuerySet[BarredWorker]:
    """Who may not come to a person whom the caller may already see."""
    return BarredWorker.objects.filter(person=person).order_by("worker__name", "pk")


def pairs_of(user: User, person: Person, *, on: date) -> tuple[QuerySet[KeepSeparate], QuerySet[NeedGap]]:
    """What is kept apart of a person's needs, and how far, where this user may see both needs."""
    mine = hub.needs(user, on=on).filter(person=person)
    pairs = KeepSeparate.objects.filter(first__in=mine, second__in=mine).order_by("pk")
    return pairs, NeedGap.objects.filter(before__in=mine, after__in=mine).order_by("pk")


def records_of(user: User, person: Person, *, on: date) -> QuerySet[SourceRecord]:
    """The agencies' records that make this person, as far as this user may know of them."""
    records = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON)
    return shared(records, user, item=Item.IDENTITY, on=on)


def contact_times(user: User, person: Person, *, on: date) -> QuerySet[ContactTimes]:
    """When the person asks for calls, as somebody was told and has not ended; the first counts."""
    found = ContactTimes.objects.filter(ended_at=None, source_record__in=records_of(user, person, on=on))
    return found.select_related("source_record__agency", "set_by")


def contact_times_sent(user: User, person: Person, *, on: date) -> list[tuple[SourceRecord, str]]:
    """The records that say when the person asks for calls, the newest first, each with what it says."""
    records = records_of(user, person, on=on).select_related("agency", "delivery")
    told = []
    for record in records.order_by("-delivery", "-pk"):
        said = person_record(record.key, record.payload)
        if words := in_words(said.contact_from, said.contact_until):
            told.append((record, words))
    return told


def needs_outside_contact_times(user: User, *, on: date) -> QuerySet[Need]:
    """Needs of this user's people of which a call may begin when the person asks for none."""
    # Few are outside: who may see them is asked of these alone, and not of every need of the county.
    outside = list(Need.objects.filter(OUTSIDE).exclude(ends_on__lt=on).values_list("pk", flat=True))
    return hub.of_the_living(hub.needs(user, on=on).filter(pk__in=outside))
