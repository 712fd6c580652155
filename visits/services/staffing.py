"""A worker's shifts and a worker's row, changed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hub import audit
from hub.models import Agency, Area, Postcode, User
from hub.services.postcodes import written
from visits.models import Shift, Worker
from visits.wall_clock import local_day, midnight, moment

MOST_WEEKS = 26


@transaction.atomic
def set_shifts(
    *, worker: Worker, day: date, start: time, end: time, weeks: int, by: User, now: datetime
) -> list[Shift]:
    """Puts the worker on from `start` to `end` by the clocks, on that weekday of so many weeks.

    An end at or before the start is on the next day. A shift of the same day gives way; the others stand,
    and where one would overlap nothing at all is set. Raises `ValidationError` by field.
    """
    days = _days(worker, day, weeks, now)
    made = [
        Shift(
            worker=worker,
            starts_at=moment(each, start),
            ends_at=moment(each if end > start else each + timedelta(days=1), end),
        )
        for each in days
    ]
    if lost := [one for one in made if one.ends_at <= one.starts_at]:
        said = _say([local_day(one.starts_at) for one in lost])
        raise ValidationError({"end": f"The clocks change and nothing of it is left: {said}."})
    _on(worker, days).delete()
    around = Shift.objects.filter(
        worker=worker, starts_at__lt=made[-1].ends_at, ends_at__gt=made[0].starts_at
    )
    standing = list(around)
    over = [
        local_day(one.starts_at)
        for one in made
        if any(other.starts_at < one.ends_at and other.ends_at > one.starts_at for other in standing)
    ]
    if over:
        raise ValidationError(
            {"start": f"It would overlap a shift of the day before or after: {_say(over)}."}
        )
    Shift.objects.bulk_create(made)
    _record(by, worker, f"on {start:%H:%M}–{end:%H:%M}", days)
    return made


@transaction.atomic
def remove_shifts(*, worker: Worker, day: date, weeks: int, by: User, now: datetime) -> int:
    """Takes the worker's shifts of that weekday away for so many weeks. Raises `ValidationError`."""
    days = _days(worker, day, weeks, now)
    number, _ = _on(worker, days).delete()
    if not number:
        raise ValidationError("There is no shift on these days.")
    _record(by, worker, "off", days)
    return number


def save_worker(
    *,
    worker: Worker,
    name: str,
    reference: str,
    area: Area,
    gender: str,
    base_postcode: str,
    hours: float,
    by: User,
) -> Worker:
    """Adds a worker of an agency or changes one. Raises `ValidationError` by field."""
    if worker.agency_id is None:
        raise ValidationError({"agency": "Choose whose worker this is."})
    try:
        place = Postcode.objects.filter(code=written(base_postcode)).first()
    except ValueError:
        place = None
    if place is None:
        raise ValidationError({"base_postcode": "This postcode is not among those known; write it whole."})
    twin = Worker.objects.filter(agency=worker.agency_id, reference=reference).exclude(pk=worker.pk)
    if twin.exists():
        raise ValidationError({"reference": "Another worker of this agency has it already."})
    worker.name, worker.reference, worker.area, worker.gender = name, reference, area, gender
    worker.base_postcode, worker.latitude, worker.longitude = place.code, place.latitude, place.longitude
    worker.max_week_minutes = round(hours * 60)
    is_new = worker.pk is None
    worker.save()
    _record(by, worker, "added" if is_new else "changed", [])
    return worker


def switch(*, worker: Worker, is_active: bool, by: User) -> Worker:
    """Takes a worker out of every plan to come, or back in; nothing of the past is touched."""
    worker.is_active = is_active
    worker.save(update_fields=["is_active"])
    _record(by, worker, "back" if is_active else "left", [])
    return worker


def _days(worker: Worker, day: date, weeks: int, now: datetime) -> list[date]:
    """The days meant, with the agency held, as a shift file holds it: the two take turns."""
    Agency.objects.select_for_update().get(pk=worker.agency_id)
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValidationError({"weeks": f"1 to {MOST_WEEKS}."})
    if day < timezone.localdate(now):
        raise ValidationError("The past is not rewritten: choose a day from today on.")
    return [day + timedelta(weeks=number) for number in range(weeks)]


def _on(worker: Worker, days: Sequence[date]) -> QuerySet[Shift]:
    first, last = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
    found = Shift.objects.filter(worker=worker, starts_at__gte=first, starts_at__lt=last)
    keys = [one.pk for one in found if local_day(one.starts_at) in set(days)]
    return Shift.objects.filter(pk__in=keys)


def _say(days: Sequence[date]) -> str:
    shown = ", ".join(f"{day:%a} {day.day} {day:%b}" for day in days[:5])
    return shown + (f" and {len(days) - 5} more" if len(days) > 5 else "")


def _record(by: User, worker: Worker, what: str, days: Sequence[date]) -> None:
    when = f", {days[0]} for {len(days)} weeks" if days else ""
    audit.record(
        by=by, action=audit.Action.CHANGE, what="worker", reason=f"worker {worker.public_id} {what}{when}"
    )
