"""A field worker's day on a phone: where now, what to do there, what next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.recurrence import monday_of
from scheduling import selectors as scheduling
from scheduling.mapping.places import Places
from scheduling.services import telling
from visits import selectors
from visits.models import Visit, Worker
from visits.wall_clock import local_day, midnight

BACK, AHEAD = selectors.BACK_DAYS, selectors.AHEAD_DAYS
LONGEST_KEY = 19  # digits


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit of the day: the minutes of travel before it, and whether it is past, now or next.

    `is_off` says that nothing of it is due any more, because its person is not there.
    """

    visit: Visit
    travel: int | None
    when: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Days whose rounds changed, or were published first, and the worker has not said to know."""

    days: list[date]
    is_first: bool
    at: datetime
    up_to: int


@allowed(Role.FIELD_WORKER)
def show(request: HttpRequest, day: date | None = None) -> HttpResponse:
    """Only the worker's own published visits, a week back and two weeks ahead."""
    now = timezone.now()
    today = timezone.localdate(now)
    day = day or today
    worker = selectors.workers(request.user).first()
    in_reach = -BACK <= (day - today).days <= AHEAD
    visits = _visits(request, day, today) if worker and in_reach else []
    context = {
        "day": day,
        "today": today,
        "now": now,
        "worker": worker,
        "in_reach": in_reach,
        "before": day - timedelta(days=1) if (day - today).days > -BACK else None,
        "after": day + timedelta(days=1) if (day - today).days < AHEAD else None,
        "stops": _stops(worker, visits, now) if worker else [],
        "next_visits": None if visits else _next_visits(request, day, today),
        "shift": selectors.shifts([worker.pk], first=day, days=1).first() if worker else None,
        "skills": selectors.skill_names(),
        "changed": _changed(worker, today) if worker else None,
        "monday": monday_of(day),
    }
    return render(request, "scheduling/my_day.html", context)


@allowed(Role.FIELD_WORKER)
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """The worker has seen that rounds changed; what was told after that page stays."""
    worker, up_to = selectors.workers(request.user).first(), request.POST.get("up_to", "")
    if worker is not None and up_to.isdecimal() and len(up_to) < LONGEST_KEY:
        telling.mark_seen(worker=worker, up_to=int(up_to), now=timezone.now())
    return redirect("my-day")


def _changed(worker: Worker, today: date) -> Changed | None:
    """What the worker has been told and not seen: the days within reach, since when, the last notice."""
    notices = list(scheduling.with_first(telling.unseen(worker)))
    days = {day for notice in notices for day in notice.days if 0 <= (day - today).days <= AHEAD}
    if not days:
        return None
    is_first = all(notice.is_first for notice in notices)
    return Changed(sorted(days), is_first, notices[-1].at, notices[-1].pk)


def _visits(request: HttpRequest, day: date, today: date) -> list[Visit]:
    found = selectors.within(selectors.visits(request.user, on=today), first=day, days=1)
    found = found.select_related("person__address").order_by("starts_at", "pk")
    return list(selectors.with_parts(found, request.user, on=today))


def _next_visits(request: HttpRequest, day: date, today: date) -> date | None:
    """The next day within reach that has visits."""
    ahead = selectors.visits(request.user, on=today).filter(
        starts_at__gte=midnight(max(day, today) + timedelta(days=1)),
        starts_at__lt=midnight(today + timedelta(days=AHEAD + 1)),
    )
    first = ahead.order_by("starts_at").values_list("starts_at", flat=True).first()
    return None if first is None else local_day(first)


def _stops(worker: Worker, visits: list[Visit], now: datetime) -> list[Stop]:
    travel = _travel(worker, visits)
    off = _off(visits)
    ahead = (number for number, visit in enumerate(visits) if visit.starts_at > now and visit.pk not in off)
    coming = next(ahead, len(visits))
    return [
        Stop(visit, travel[number], _when(visit, now, is_next=number == coming), visit.pk in off)
        for number, visit in enumerate(visits)
    ]


def _off(visits: list[Visit]) -> set[int]:
    """The visits of which nothing is due on their day: in hospital, died, or no longer with the agency.

    Planning leaves such calls out; what was published before stands here until the week is planned again.
    """
    parts = {visit.pk: list(visit.parts.all()) for visit in visits}
    away = hub.days_away([part.need for some in parts.values() for part in some])
    return {
        visit.pk
        for visit in visits
        if parts[visit.pk] and all(away(part.need, local_day(visit.starts_at)) for part in parts[visit.pk])
    }


def _when(visit: Visit, now: datetime, *, is_next: bool) -> str:
    if visit.ends_at <= now:
        return "past"
    if visit.starts_at <= now:
        return "now"
    return "next" if is_next else "later"


def _travel(worker: Worker, visits: list[Visit]) -> list[int | None]:
    """Minutes from the stop before, or from the base; None where the door has no known place."""
    places = Places(worker.area_id)
    stops: list[int | None] = [places.base(worker.latitude, worker.longitude)]
    for visit in visits:
        address = visit.person.address
        known = address is not None and address.latitude is not None
        stops.append(places.door(address.pk, address.latitude, address.longitude) if known else None)
    minutes = places.minutes().matrix
    return [
        None if one is None or other is None else int(minutes[one, other]) for one, other in pairwise(stops)
    ]
