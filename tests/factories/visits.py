"""The smallest true rows of visits; every value can be given, nothing is random.

Days are around Monday 11 January 2027, the `known_monday` of the tests; times are local wall time.
"""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from hub.models import Agency, Area, Need, Person
from tests.factories.hub import make_skill
from visits.models import (
    BarredWorker,
    NamedWorker,
    Rota,
    RotaEvent,
    Shift,
    Unplaced,
    Visit,
    VisitPart,
    Worker,
)
from visits.wall_clock import moment

MONDAY = dt.date(2027, 1, 11)
NOW = dt.datetime(2027, 1, 13, 9, 0, tzinfo=dt.UTC)
_numbers = count(1)


def make_worker(
    agency: Agency, area: Area, *skills: str, expires_on: dt.date | None = None, **fields: Any
) -> Worker:
    """A worker in Aylsham with the skills given, personal care if none are, 40 hours a week."""
    number = next(_numbers)
    fields = {
        "reference": f"W{number}",
        "name": f"Worker {number}",
        "gender": "F",
        "base_postcode": "NR11 6AA",
        "latitude": 52.79,
        "longitude": 1.25,
        "max_week_minutes": 2400,
    } | fields
    worker = Worker.objects.create(agency=agency, area=area, **fields)
    for skill in skills or ("personal_care",):
        worker.competences.create(
            skill=make_skill(skill),
            starts_on=dt.date(2026, 1, 1),
            expires_on=expires_on,
            signed_by="the lead nurse",
        )
    return worker


def make_shift(worker: Worker, day: dt.date = MONDAY, start: str = "07:00", end: str = "15:00") -> Shift:
    """A shift from `start` to `end` by the clocks; an end at or before the start is on the next day."""
    ends_on = day if end > start else day + dt.timedelta(days=1)
    return Shift.objects.create(
        worker=worker,
        starts_at=moment(day, dt.time.fromisoformat(start)),
        ends_at=moment(ends_on, dt.time.fromisoformat(end)),
    )


def make_shifts(worker: Worker, *days: dt.date, start: str = "07:00", end: str = "15:00") -> None:
    """The same shift on each day, Monday to Friday if none are given."""
    for day in days or [MONDAY + dt.timedelta(days=d) for d in range(5)]:
        make_shift(worker, day, start, end)


def make_named_worker(person: Person, worker: Worker) -> NamedWorker:
    """The one worker that the person should see."""
    return NamedWorker.objects.create(
        person=person, worker=worker, since=dt.date(2026, 12, 1), reason="Came most often."
    )


def make_barred_worker(person: Person, worker: Worker) -> BarredWorker:
    """A worker who may not go to the person."""
    return BarredWorker.objects.create(person=person, worker=worker, reason="Asked for by the person.")


def make_rota(area: Area, *, week_start: dt.date = MONDAY, **fields: Any) -> Rota:
    """A rota with nothing in it; its counts must add up as in any other. `status` makes it published."""
    last = Rota.objects.filter(area=area, week_start=week_start).count()
    fields = {
        "version": last + 1,
        "inputs_hash": "0" * 64,
        "asked": 0,
        "placed": 0,
        "unplaced_count": 0,
        "cancelled": 0,
        "created_at": NOW,
    } | fields
    rota = Rota.objects.create(area=area, week_start=week_start, **fields)
    RotaEvent.objects.create(rota=rota, status=rota.status, at=rota.created_at, by=rota.created_by)
    return rota


def make_visit(
    rota: Rota,
    worker: Worker,
    *needs: Need,
    day: dt.date = MONDAY,
    start: str = "08:00",
    person: Person | None = None,
    **fields: Any,
) -> Visit:
    """One arrival that serves the needs one after another; 30 minutes if there are none."""
    person = person or needs[0].person
    begins = starts_at = moment(day, dt.time.fromisoformat(start))
    minutes = sum(need.minutes for need in needs) or 30
    fields = {"is_published": rota.status == Rota.Status.PUBLISHED} | fields
    visit = Visit.objects.create(
        rota=rota,
        worker=worker,
        person=person,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=minutes),
        **fields,
    )
    for need in needs:
        VisitPart.objects.create(visit=visit, need=need, due_on=day, starts_at=begins, minutes=need.minutes)
        begins += dt.timedelta(minutes=need.minutes)
    return visit


def make_unplaced(
    rota: Rota, need: Need, *, due_on: dt.date = MONDAY, reason: str = "no_capacity"
) -> Unplaced:
    """An occurrence left out."""
    return Unplaced.objects.create(rota=rota, need=need, due_on=due_on, reason=reason)
