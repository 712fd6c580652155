"""Offering fire safety visits to those at most risk, and noting what came of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hub.feeds import repeats
from hub.feeds.fire_visits import DAYS_OF_PRIORITY, MINUTES
from hub.models import FactorPoints, Need, Person, PreventionAnswer, User
from hub.prevention import homes
from hub.prevention.factors import BY_CODE
from hub.scope import Scope
from hub.services import needs

MOST_POINTS = 10


@transaction.atomic
def offer(
    *,
    person: Person,
    seen: Scope,
    priority: int,
    starts_on: date,
    window_start: time,
    window_end: time,
    by: User,
    now: datetime,
) -> Need:
    """Asks for one visit at the person's door within the days of its priority; the next plan may join it.

    Raises `ValidationError` by field, also when one is asked for there already.
    """
    if by.agency is None:
        raise ValidationError("Only a fire service asks for a fire safety visit.")
    door = Person.objects.select_for_update().filter(address=person.address_id).order_by("pk")
    list(door.values_list("pk", flat=True))  # two who offer at once: the second waits, and finds the first's
    if homes.fire_visits_asked(seen, person, on=timezone.localdate(now)).exists():
        raise ValidationError("A fire safety visit is already asked for at this door.")
    days = DAYS_OF_PRIORITY[priority]
    return needs.enter(
        person=person,
        agency=by.agency,
        record=homes.record_of(seen, person),
        by=by,
        now=now,
        title="Home fire safety visit",
        skills=[homes.SKILL],
        minutes=MINUTES,
        window_start=window_start,
        window_end=window_end,
        rrule=repeats.ONCE,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days),
        flexible_days=days,
        priority=priority,
    )


def note_answer(
    *, person: Person, kind: str, reason: str, until: date | None, by: User, now: datetime
) -> PreventionAnswer:
    """Notes that a visit is not wanted, needed or possible now, or takes it back. Raises ValidationError."""
    if by.agency is None:
        raise ValidationError("Only a fire service notes what its offers came to.")
    reason = reason.strip()
    if kind != PreventionAnswer.Kind.REOPENED and not reason:
        raise ValidationError({"reason": "Say why, for whoever looks here next."})
    if until is not None and until <= timezone.localdate(now):
        raise ValidationError({"until": "A day to come, or none."})
    if kind == PreventionAnswer.Kind.LATER and until is None:
        raise ValidationError({"until": "Say from which day to ask again."})
    return PreventionAnswer.objects.create(
        person=person,
        agency=by.agency,
        kind=kind,
        reason=reason,
        until=None if kind == PreventionAnswer.Kind.REOPENED else until,
        given_at=now,
        noted_by=by,
    )


def set_points(*, factor: str, points: int, source: str, by: User, now: datetime) -> FactorPoints:
    """Sets what a factor adds from now on. Raises `ValidationError` by field."""
    if factor not in BY_CODE:
        raise ValidationError({"factor": "Choose one of the factors."})
    if not 0 <= points <= MOST_POINTS:
        raise ValidationError({"points": f"From 0 to {MOST_POINTS}."})
    if not source.strip():
        raise ValidationError({"source": "Say on whose word."})
    return FactorPoints.objects.create(
        factor=factor, points=points, source=source.strip(), set_by=by, set_at=now
    )
