"""Precautions and preferences at a door."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError

from hub.models import Note, Person, User

LONGEST = timedelta(days=366)


def write(*, person: Person, kind: str, what: str, do: str, review_on: date, by: User, now: datetime) -> Note:
    """Writes a note of the writer's agency. Raises `ValidationError` by field."""
    if by.agency is None:
        raise ValidationError("A note is an agency's: your log-in belongs to none.")
    if kind == Note.Kind.PRECAUTION and not do.strip():
        raise ValidationError({"do": "Say what whoever comes is to do: a warning alone helps nobody."})
    _check_review(review_on, now)
    note = Note(
        person=person,
        agency=by.agency,
        kind=kind,
        what=what.strip(),
        do=do.strip(),
        review_on=review_on,
        written_by=by,
        written_at=now,
    )
    note.full_clean()
    note.save()
    return note


def review(*, note: Note, still: bool, review_on: date | None, by: User, now: datetime) -> Note:
    """Confirms the note until another day, or ends it. Raises `ValidationError` by field."""
    if still:
        if review_on is None:
            raise ValidationError({"review_on": "Say when somebody is to look again."})
        _check_review(review_on, now)
        note.review_on = review_on
    else:
        note.ended_at = now
    note.reviewed_by, note.reviewed_at = by, now
    note.save(update_fields=["review_on", "ended_at", "reviewed_by", "reviewed_at"])
    return note


def _check_review(review_on: date, now: datetime) -> None:
    if not now.date() < review_on <= now.date() + LONGEST:
        raise ValidationError({"review_on": "A day after today and within a year."})
