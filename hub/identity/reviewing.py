"""What is decided about whose a record is, by a person or by the model; each step can be taken back.

A join makes two people one: all records of the one go to the other, with their needs and contacts, and
`hub.signals` tells whoever else keeps rows about people. The person left without records stays as a row,
so that undoing the step finds them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from hub import audit
from hub.identity import golden, questions
from hub.identity.joining import take_lock
from hub.models import (
    Contact,
    KnownAs,
    MatchDecision,
    MatchReview,
    Need,
    Note,
    Person,
    SourceRecord,
    User,
)
from hub.signals import join_undone, record_joined

Outcome, Status = MatchDecision.Outcome, MatchReview.Status
BY_HAND = "by_hand"


@transaction.atomic
def join(
    *,
    source_record: SourceRecord,
    person: Person,
    by: User | None,
    now: datetime,
    rule: str = BY_HAND,
    evidence: Sequence[str] = (),
    weight: float | None = None,
) -> UUID:
    """Makes the person of this record and `person` one, and returns the step, by which it can be undone.

    `by` is None for the model. Raises `ValueError` if they are one already.
    """
    record = _held(source_record)
    previous = record.person
    if previous == person:
        raise ValueError("The record belongs to this person already.")
    step = uuid4()
    records = SourceRecord.objects.filter(person=previous, kind=SourceRecord.Kind.PERSON).order_by("pk")
    for each in records.select_related("person"):
        _move(each, to=person)
        decision = MatchDecision.objects.create(
            source_record=each,
            person=person,
            candidate=previous,
            outcome=Outcome.JOINED,
            rule=rule,
            evidence=list(evidence),
            weight=weight,
            step=step,
            decided_at=now,
            decided_by=by,
        )
        record_joined.send(SourceRecord, since=previous, to=person, decision=decision)
    _audit("joined", (previous, person), by)
    return step


@transaction.atomic
def undo(*, step: UUID, by: User, now: datetime) -> Person:
    """Takes one join back: its records are the person's they were before, with their needs and contacts,
    also those that came since. What has been undone already stays.

    Raises `ValueError` if nothing of the step is left to undo.
    """
    take_lock()
    joins = MatchDecision.objects.filter(step=step, outcome=Outcome.JOINED).order_by("-pk")
    restored = None
    for decision in joins.select_related("candidate", "source_record__person"):
        record = decision.source_record
        undone = record.match_decisions.filter(outcome=Outcome.UNDONE, pk__gt=decision.pk)
        if record.person_id == decision.candidate_id or undone.exists():
            continue
        restored = decision.candidate
        _give_back(record, to=restored, join=decision, by=by, now=now)
    if restored is None:
        raise ValueError("This join has been undone already.")
    return restored


@transaction.atomic
def undo_join(*, source_record: SourceRecord, by: User, now: datetime) -> Person:
    """Takes back whatever made this record one of its person's.

    A record that a rule joined when it came becomes its own person. Raises `ValueError` if the person has
    no other record, so that there is no join to undo.
    """
    record = _held(source_record)
    others = SourceRecord.objects.filter(person=record.person, kind=SourceRecord.Kind.PERSON)
    if not others.exclude(pk=record.pk).exists():
        raise ValueError("The record is the only one of its person; there is no join to undo.")
    last = record.match_decisions.filter(outcome=Outcome.JOINED, person=record.person).last()
    if last is not None and last.step is not None:
        return undo(step=last.step, by=by, now=now)
    before = last.candidate if last is not None else None  # of a join by hand from before there were steps
    if before is None or before.source_records.filter(kind=SourceRecord.Kind.PERSON).exists():
        before = Person.objects.create(family_name=record.payload["family_name"])
    join = last if last is not None and last.candidate_id is not None else None
    _give_back(record, to=before, join=join, by=by, now=now)
    return before


@transaction.atomic
def keep_apart(*, source_record: SourceRecord, person: Person, by: User, now: datetime) -> None:
    """Says that the record is not that person. Raises `ValueError` if it is joined to them: undo that."""
    record = _held(source_record)
    if record.person_id == person.pk:
        raise ValueError("The record is joined to this person; undo the join instead.")
    _tell_apart(record, person, by=by, now=now)
    _note(record, Outcome.APART, candidate=person, by=by, now=now)
    _audit("kept apart", (record.person, person), by)


def _give_back(
    record: SourceRecord, *, to: Person, join: MatchDecision | None, by: User, now: datetime
) -> None:
    joined = record.person
    _move(record, to=to)
    _give_back_notes(record, joined)
    _tell_apart(record, joined, by=by, now=now)
    _note(record, Outcome.UNDONE, candidate=joined, by=by, now=now)
    join_undone.send(SourceRecord, since=joined, to=to, join=join)
    _audit("undone", (joined, to), by)


def _give_back_notes(record: SourceRecord, joined: Person) -> None:
    """What this record's agency has written about the joined person since, if it no longer knows them.

    Notes from before the join have stayed with the person they were made for (`selectors.keys_of`).
    """
    known = SourceRecord.objects.filter(kind=SourceRecord.Kind.PERSON)
    if not known.filter(person=joined, agency=record.agency_id).exists():
        Note.objects.filter(person=joined, agency=record.agency_id).update(person=record.person)


def _tell_apart(record: SourceRecord, person: Person, *, by: User, now: datetime) -> None:
    """Nobody is asked about the two again, and no model joins them."""
    theirs = KnownAs.objects.filter(person=person).exclude(pk=record.pk).select_related("source_record")
    own = KnownAs.objects.filter(pk=record.pk).first()
    if own is None:
        return
    if other := questions.closest(own, theirs.order_by("pk")):
        questions.answer(record, other.source_record, Status.APART, by=by, now=now)
        questions.answer_waiting(record, [row.pk for row in theirs], Status.APART, by=by, now=now)


def _audit(what: str, people: Sequence[Person], by: User | None) -> None:
    audit.record(
        by=by,
        machine="" if by else "matching by probability",
        action=audit.Action.MATCH,
        what=f"matching: {what}",
        people=[person.pk for person in people],
    )


def _held(source_record: SourceRecord) -> SourceRecord:
    """The record as it is now, under the lock on identity."""
    take_lock()
    record = SourceRecord.objects.select_related("person").get(pk=source_record.pk)
    if record.kind != SourceRecord.Kind.PERSON or record.person is None:
        raise ValueError("Only a record of a person can be joined or kept apart.")
    return record


def _move(record: SourceRecord, *, to: Person) -> None:
    since = record.person
    theirs = SourceRecord.objects.filter(
        person=since, agency_id=record.agency_id, payload__person_key=record.key
    )
    by_hand = Q(source_record=record)  # a need entered here hangs on the record of the person
    Need.objects.filter(Q(source_record__in=theirs) | by_hand).update(person=to)
    Contact.objects.filter(source_record__in=theirs).update(person=to)
    theirs.update(person=to)
    SourceRecord.objects.filter(pk=record.pk).update(person=to)
    KnownAs.objects.filter(source_record=record).update(person=to)
    record.person = to
    golden.refresh([since.pk, to.pk])


def _note(record: SourceRecord, outcome: str, *, candidate: Person, by: User, now: datetime) -> None:
    MatchDecision.objects.create(
        source_record=record,
        person=record.person,
        candidate=candidate,
        outcome=outcome,
        rule=BY_HAND,
        decided_at=now,
        decided_by=by,
    )
