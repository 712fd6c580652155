"""What becomes of a need by a human's hand."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hub.models import Agency, Cancellation, KeepSeparate, Need, NeedGap, Person, SourceRecord, User
from hub.recurrence import days_due

LONGEST_REASON = 200


def cancel_occurrence(*, need: Need, due_on: date, reason: str, by: User, now: datetime) -> Cancellation:
    """Calls off one occurrence; it stays counted. Asked again, the first cancellation stands.

    Raises `ValueError` when the reason is empty or too long, or the need is not due on that day.
    """
    reason = reason.strip()
    if not reason:
        raise ValueError("Say why this occurrence is called off.")
    if len(reason) > LONGEST_REASON:
        raise ValueError(f"Keep the reason to {LONGEST_REASON} characters.")
    if not days_due(need.rrule, starts_on=need.starts_on, ends_on=need.ends_on, first=due_on, last=due_on):
        raise ValueError(f"This need is not due on {due_on:%d/%m/%Y}.")
    cancellation, _ = Cancellation.objects.get_or_create(
        need=need,
        due_on=due_on,
        defaults={"reason": reason, "cancelled_at": now, "cancelled_by": by},
    )
    return cancellation


def restore_occurrence(*, cancellation: Cancellation) -> None:
    """What was called off is due after all; who called it off and why stays in the history of changes."""
    Cancellation.objects.filter(pk=cancellation.pk).delete()


@transaction.atomic
def enter(
    *,
    person: Person,
    agency: Agency,
    by: User,
    now: datetime,
    record: SourceRecord | None = None,
    **asked: Any,
) -> Need:
    """Enters a need that no feed has sent, on behalf of an agency that knows the person.

    It hangs on the agency's record of the person, or on the one by which another agency has told it of
    the person, so that it follows when records are joined or parted. Raises `ValidationError` by field.
    """
    records = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON)
    record = record or records.filter(agency=agency).first()
    if record is None:
        raise ValidationError({"agency": f"{agency.name} does not know this person."})
    if asked["starts_on"] < timezone.localdate(now):
        raise ValidationError({"starts_on": "The past is not rewritten: a day from today on."})
    return _keep(Need(person=person, agency=agency, source_record=record), asked, by=by, now=now)


@transaction.atomic
def change(*, need: Need, by: User, now: datetime, **asked: Any) -> Need:
    """Changes a need entered by hand from the day `starts_on` on, and returns it as it is from then.

    Before that day it stays as it was: one that has begun is ended the day before and followed by a new one,
    with what was called off, its gaps and what it is kept apart from. Raises `ValidationError` by field.
    """
    first = asked["starts_on"]
    held = _held(need, now=now)
    if first < timezone.localdate(now):
        raise ValidationError({"starts_on": "The past is not rewritten: a day from today on."})
    if first <= held.starts_on:
        return _keep(held, asked, by=held.entered_by or by, now=held.entered_at or now)
    if held.ends_on is not None and held.ends_on < first:
        raise ValidationError({"starts_on": f"It ends on {held.ends_on:%d/%m/%Y}; enter a new need instead."})
    made = Need(person=held.person, agency=held.agency, source_record=held.source_record)
    made = _keep(made, asked, by=by, now=now)
    held.ends_on, held.end_reason = first - timedelta(days=1), f"Changed from {first:%d/%m/%Y} on."
    held.save(update_fields=["ends_on", "end_reason"])
    _carry_over(held, made)
    return made


@transaction.atomic
def end(*, need: Need, ends_on: date, reason: str, by: User, now: datetime) -> Need:
    """Ends a need entered by hand with its last day. Raises `ValidationError` by field."""
    held = _held(need, now=now)
    if ends_on < timezone.localdate(now) - timedelta(days=1):
        raise ValidationError({"ends_on": "The past is not rewritten: yesterday at the earliest."})
    if held.ends_on is not None and ends_on > held.ends_on:
        raise ValidationError({"ends_on": f"It already ends on {held.ends_on:%d/%m/%Y}."})
    held.ends_on, held.end_reason = ends_on, reason.strip()
    held.save(update_fields=["ends_on", "end_reason"])
    return held


def _held(need: Need, *, now: datetime) -> Need:
    """The need as it is now, locked. Raises `ValidationError` if it is the sender's, or over."""
    held = Need.objects.select_for_update().get(pk=need.pk)
    if held.entered_at is None:
        raise ValidationError(f"{held.agency.name} sends this need and changes it in its own system.")
    if held.ends_on is not None and held.ends_on < timezone.localdate(now):
        raise ValidationError(f"This need ended on {held.ends_on:%d/%m/%Y}.")
    return held


def _keep(need: Need, asked: dict[str, Any], *, by: User, now: datetime) -> Need:
    for name, value in asked.items():
        setattr(need, name, value)
    need.reference = need.reference or f"by-hand-{uuid.uuid4()}"
    need.entered_by, need.entered_at = by, now
    if need.window_end < need.window_start:
        raise ValidationError({"window_end": "At or after the earliest start."})
    if need.preferred and not need.window_start <= need.preferred <= need.window_end:
        raise ValidationError({"preferred": "Between the earliest and the latest start."})
    if need.ends_on is not None and need.ends_on < need.starts_on:
        raise ValidationError({"ends_on": "On or after the first day."})
    if not need.mergeable and not need.separate_reason:
        raise ValidationError({"separate_reason": "Say why it must stay a visit of its own."})
    need.full_clean(exclude=["agency", "person", "source_record", "entered_by"])
    need.save()
    return need


def _carry_over(since: Need, to: Need) -> None:
    """Gives the need that follows what was said of its dates and of its neighbours."""
    Cancellation.objects.filter(need=since, due_on__gte=to.starts_on).update(need=to)
    for gap in NeedGap.objects.filter(before=since) | NeedGap.objects.filter(after=since):
        if gap.before_id == since.pk:
            gap.before = to
        else:
            gap.after = to
        gap.pk, gap._state.adding = None, True
        gap.save()
    for pair in KeepSeparate.objects.filter(first=since) | KeepSeparate.objects.filter(second=since):
        other = pair.second if pair.first_id == since.pk else pair.first
        pair.first, pair.second = sorted((other, to), key=lambda need: need.pk)
        pair.pk, pair._state.adding = None, True
        pair.save()


def keep_apart(*, one: Need, other: Need, reason: str, by: User, now: datetime) -> KeepSeparate:
    """Has two needs of a person never share a visit. Raises `ValidationError` by field."""
    _of_one_person(one, other)
    first, second = sorted((one, other), key=lambda need: need.pk)
    pair = KeepSeparate(first=first, second=second, reason=reason.strip(), set_by=by, set_at=now)
    if KeepSeparate.objects.filter(first=first, second=second).exists():
        raise ValidationError({"other": "These two are kept apart already."})
    pair.save()
    return pair


def leave_gap(
    *, before: Need, after: Need, min_minutes: int, max_minutes: int | None, by: User, now: datetime
) -> NeedGap:
    """Has minutes lie from the end of one need to the start of the other. Raises `ValidationError`."""
    _of_one_person(before, after)
    if max_minutes is not None and max_minutes < min_minutes:
        raise ValidationError({"max_minutes": "At least as many as the fewest."})
    if NeedGap.objects.filter(before=before, after=after).exists():
        raise ValidationError({"other": "A gap between these two is set already; end it first."})
    return NeedGap.objects.create(
        before=before, after=after, min_minutes=min_minutes, max_minutes=max_minutes, set_by=by, set_at=now
    )


def _of_one_person(one: Need, other: Need) -> None:
    if one.pk == other.pk or one.person_id != other.person_id:
        raise ValidationError({"other": "Choose another need of the same person."})
