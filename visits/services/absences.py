"""When a worker does not work: noted, its end changed, taken back; each by somebody, nothing removed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from hub.models import User
from visits.models import Absence, Worker


def note(
    *,
    worker: Worker,
    kind: str,
    starts_at: datetime,
    ends_at: datetime | None,
    by: User,
    now: datetime,
) -> Absence:
    """The worker is away from then. Raises ValidationError for an end that does not come after the start."""
    _refuse_backwards(starts_at, ends_at)
    absence = Absence(
        worker=worker, kind=kind, starts_at=starts_at, ends_at=ends_at, noted_at=now, noted_by=by
    )
    absence.full_clean()
    absence.save()
    return absence


@transaction.atomic
def end(*, absence: Absence, at: datetime, by: User, now: datetime) -> Absence:
    """The worker is back then. Raises ValidationError if it was taken back or would end before it began."""
    held = _hold(absence)
    _refuse_backwards(held.starts_at, at)
    held.ends_at, held.ended_at, held.ended_by = at, now, by
    held.save(update_fields=["ends_at", "ended_at", "ended_by"])
    return held


@transaction.atomic
def take_back(*, absence: Absence, by: User, now: datetime) -> Absence:
    """It was noted by mistake: planning counts on the worker again. The row stays."""
    held = _hold(absence)
    held.taken_back_at, held.taken_back_by = now, by
    held.save(update_fields=["taken_back_at", "taken_back_by"])
    return held


def _hold(absence: Absence) -> Absence:
    held = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if held.taken_back_at is not None:
        raise ValidationError("Somebody has taken this absence back already.")
    return held


def _refuse_backwards(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": "It cannot end before it starts."})
