"""One door: who lives behind it, who is sent to whom, and how often somebody rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.recurrence import monday_of
from visits import selectors
from visits.models import Visit
from visits.pages.person import AHEAD, MOST
from visits.wall_clock import local_day

STAYS = timedelta(minutes=10)  # no longer between two visits: the worker has not left the door


@dataclass(frozen=True, slots=True)
class Day:
    """What happens at the door on one day."""

    date: date
    visits: list[Visit]
    arrivals: int
    faces: int


@allowed(Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everybody behind this person's door whom the reader may know, and the visits to all of them."""
    today = timezone.localdate()
    found = hub.people(request.user, on=today).select_related("address")
    person = get_object_or_404(found, public_id=public_id)
    if person.restricted or person.address is None or not hub.may_see_address(request.user, person):
        raise Http404
    people = [person, *hub.household(request.user, person, on=today)[: MOST - 1]]
    named = {one.person_id: one.worker for one in selectors.named_workers(people).select_related("worker")}
    asking: dict[int, list[str]] = {}
    needs = hub.needs(request.user, on=today).filter(person__in=people).exclude(ends_on__lt=today)
    for whose, agency in needs.order_by("agency__name").values_list("person", "agency__name").distinct():
        asking.setdefault(whose, []).append(agency)
    context = {
        "person": person,
        "people": [(one, named.get(one.pk), asking.get(one.pk, [])) for one in people],
        "notes": [(one, hub.notes(request.user, one, on=today).select_related("agency")) for one in people],
        "days": _days(request, [one.pk for one in people], today),
    }
    return render(request, "visits/household.html", context)


def _days(request: HttpRequest, people: list[int], today: date) -> list[Day]:
    found = selectors.visits(request.user, on=today).filter(person__in=people, is_published=True)
    found = selectors.within(found, first=monday_of(today), days=AHEAD)
    found = found.select_related("worker", "person").order_by("starts_at", "pk")
    found = selectors.with_parts(found, request.user, on=today)
    return [_day(day, list(some)) for day, some in groupby(found, lambda visit: local_day(visit.starts_at))]


def _day(day: date, visits: list[Visit]) -> Day:
    """A worker who goes on to the next person behind the same door has arrived once."""
    left: dict[int, datetime] = {}
    arrivals = 0
    for visit in visits:
        before = left.get(visit.worker_id)
        arrivals += before is None or visit.starts_at - before > STAYS
        left[visit.worker_id] = visit.ends_at
    return Day(day, visits, arrivals, len(left))
