"""A person's answer to whether two records are one person, and taking a join back."""

from __future__ import annotations

from datetime import datetime
from random import Random

from django.db import transaction

from hub.identity import questions, reviewing
from hub.models import MatchDecision, MatchReview, SourceRecord, User
from hub.walls import as_county

Status = MatchReview.Status
SPOT_CHECK = "spot_check"


class AnsweredError(Exception):
    """Somebody has answered meanwhile, or the records have changed hands."""


@as_county()  # what is decided about the own records may touch rows that others brought
@transaction.atomic
def answer(*, review: MatchReview, choice: str, by: User, now: datetime) -> MatchReview:
    """Joins the two people, keeps them apart (undoing a join if there is one), or puts the question off.

    Raises `AnsweredError` if the question is no longer open.
    """
    held = MatchReview.objects.select_for_update().get(pk=review.pk)
    if held.status not in (Status.WAITING, Status.LATER):
        raise AnsweredError("Somebody has answered this meanwhile.")
    record, other = (
        SourceRecord.objects.select_related("person").get(pk=pk) for pk in (held.record_id, held.other_id)
    )
    step = None
    if choice == Status.JOINED and record.person_id != other.person_id:
        kept, gone = sorted((record, other), key=lambda each: each.person_id)
        step = reviewing.join(
            source_record=gone, person=kept.person, by=by, now=now, evidence=held.evidence, weight=held.weight
        )
    elif choice == Status.APART and record.person_id == other.person_id:
        reviewing.undo_join(source_record=record, by=by, now=now)
    elif choice == Status.APART:
        reviewing.keep_apart(source_record=record, person=other.person, by=by, now=now)
    held.refresh_from_db()
    held.status, held.decided_by, held.decided_at, held.step = choice, by, now, step or held.step
    held.save(update_fields=["status", "decided_by", "decided_at", "step"])
    return held


@as_county()
def undo(*, decision: MatchDecision, by: User, now: datetime) -> None:
    """Takes back the join that this decision is part of. Raises `ValueError` if that has been done."""
    if decision.step is not None:
        reviewing.undo(step=decision.step, by=by, now=now)
        return
    record = decision.source_record
    if record.person_id != decision.person_id:
        raise ValueError("This join has been undone already.")
    reviewing.undo_join(source_record=record, by=by, now=now)


@as_county()
@transaction.atomic
def draw_spot_checks(*, number: int, by: User, now: datetime, seed: int | None = None) -> int:
    """Puts joins that nobody has looked at, drawn at random, before a person; how many there were.

    Only so can it be said how often the machine is right.
    """
    machine = MatchDecision.objects.filter(outcome=MatchDecision.Outcome.JOINED, decided_by=None)
    records = machine.order_by("source_record").values_list("source_record", "person").distinct()
    chances = list(records)
    Random(seed).shuffle(chances)
    drawn = 0
    for record_pk, person in chances:
        if drawn == number:
            break
        record = SourceRecord.objects.filter(pk=record_pk, person=person).first()
        if record is not None and questions.ask_whether_right(record, rule=SPOT_CHECK, now=now):
            drawn += 1
    return drawn
