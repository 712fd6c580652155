"""What a worker is signed off to do, by whom, until when."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from hub.models import Skill
from visits.models import Competence, Worker


def sign_off(
    *, worker: Worker, skill: Skill, starts_on: date, expires_on: date | None, signed_by: str
) -> Competence:
    """Lets the worker do a task from that day. Raises `ValidationError` if it is signed already from then."""
    if expires_on is not None and expires_on < starts_on:
        raise ValidationError({"expires_on": "It cannot end before it starts."})
    competence = Competence(
        worker=worker, skill=skill, starts_on=starts_on, expires_on=expires_on, signed_by=signed_by
    )
    competence.full_clean()
    competence.save()
    return competence


def end(*, competence: Competence, on: date) -> Competence:
    """Lets it end with that day. Raises `ValidationError` if that is before it starts."""
    if on < competence.starts_on:
        raise ValidationError({"expires_on": "It cannot end before it starts."})
    competence.expires_on = on
    competence.save(update_fields=["expires_on"])
    return competence
