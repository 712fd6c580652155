"""What a person decides about whose a record is; each step can be taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.identity import golden
from hub.identity.joining import take_lock
from hub.models import Contact, KnownAs, MatchDecision, Need, Person, SourceRecord, User
from hub.signals import join_undone, record_joined

Outcome = MatchDecision.Outcome


@transaction.atomic
def join(*, source_record: SourceRecord, person: Person, by: User, now: datetime) -> None:
    """Makes the record one of `person`'s, with its needs and contacts. Its own person stays, without records,
    for the day the join is undone. Raises `ValueError` if it is that person's already."""
    record = _held(source_record)
    previous = record.person
    if previous == person:
        raise ValueError("The record belongs to this person already.")
    _move(record, to=person)
    decision = _note(record, Outcome.JOINED, candidate=previous, by=by, now=now)
    record_joined.send(SourceRecord, since=previous, to=person, decision=decision)


@transaction.atomic
def undo_join(*, source_record: SourceRecord, by: User, now: datetime) -> Person:
    """Makes the record its own person again, with its needs and contacts, also those that came since.

    Raises `ValueError` if the person has no other record, so that there is no join to undo.
    """
    record = _held(source_record)
    joined = record.person
    others = SourceRecord.objects.filter(person=joined, kind=SourceRecord.Kind.PERSON).exclude(pk=record.pk)
    if not others.exists():
        raise ValueError("The record is the only one of its person; there is no join to undo.")
    join = _join_by_hand(record)
    person = _person_before(join) or Person.objects.create(family_name=record.payload["family_name"])
    _move(record, to=person)
    _note(record, Outcome.UNDONE, candidate=joined, by=by, now=now)
    join_undone.send(SourceRecord, since=joined, to=person, join=join)
    return person


@transaction.atomic
def keep_apart(*, source_record: SourceRecord, person: Person, by: User, now: datetime) -> None:
    """Says that the record is not that person. Raises `ValueError` if it is joined to them: undo that."""
    record = _held(source_record)
    if record.person_id == person.pk:
        raise ValueError("The record is joined to this person; undo the join instead.")
    _note(record, Outcome.APART, candidate=person, by=by, now=now)


def _held(source_record: SourceRecord) -> SourceRecord:
    """The record as it is now, under the lock on identity."""
    take_lock()
    record = SourceRecord.objects.select_related("person").get(pk=source_record.pk)
    if record.kind != SourceRecord.Kind.PERSON or record.person is None:
        raise ValueError("Only a record of a person can be joined or kept apart.")
    return record


def _join_by_hand(record: SourceRecord) -> MatchDecision | None:
    """The decision of a person that made this record one of its person's; None if a rule made it."""
    joined = record.match_decisions.filter(outcome=Outcome.JOINED, person=record.person).last()
    return joined if joined is not None and joined.candidate_id is not None else None


def _person_before(join: MatchDecision | None) -> Person | None:
    """The person whom the record was before somebody joined it, if nobody else is that person now."""
    before = join.candidate if join else None
    if before is None or before.source_records.filter(kind=SourceRecord.Kind.PERSON).exists():
        return None
    return before


def _move(record: SourceRecord, *, to: Person) -> None:
    since = record.person
    theirs = SourceRecord.objects.filter(
        person=since, agency_id=record.agency_id, payload__person_key=record.key
    )
    Need.objects.filter(source_record__in=theirs).update(person=to)
    Contact.objects.filter(source_record__in=theirs).update(person=to)
    theirs.update(person=to)
    SourceRecord.objects.filter(pk=record.pk).update(person=to)
    KnownAs.objects.filter(source_record=record).update(person=to)
    record.person = to
    golden.refresh([since.pk, to.pk])


def _note(record: SourceRecord, outcome: str, *, candidate: Person, by: User, now: datetime) -> MatchDecision:
    return MatchDecision.objects.create(
        source_record=record,
        person=record.person,
        candidate=candidate,
        outcome=outcome,
        rule="by_hand",
        decided_at=now,
        decided_by=by,
    )
