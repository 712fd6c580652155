"""Field staff: what a worker's week is like, and what they may do until when."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hub.access import allowed
from hub.recurrence import monday_of
from visits import selectors
from visits.pages.panels import READERS
from visits.wall_clock import local_day

PAGE = 100
AHEAD = 14
SOON = 28  # days before its end that a competence is pointed out


@allowed(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The field staff of the reader's areas or agency; of one agency on request."""
    found = selectors.workers(request.user).filter(is_active=True).select_related("agency", "area")
    employers = set(found.order_by().values_list("agency", flat=True))
    agency = request.GET.get("agency", "")
    if agency:
        found = found.filter(agency__code=agency)
    page = Paginator(found.order_by("agency__name", "name", "pk"), PAGE).get_page(request.GET.get("page"))
    agencies = [one for one in selectors.agency_marks() if one.pk in employers]
    return render(request, "visits/workers.html", {"page": page, "agency": agency, "agencies": agencies})


@allowed(*READERS)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One worker: shifts and published visits of two weeks, competences and when they end."""
    today = timezone.localdate()
    found = selectors.workers(request.user).select_related("agency", "area")
    worker = get_object_or_404(found, public_id=public_id)
    first = monday_of(today)
    visits = (
        selectors.visits(request.user, on=today)
        .filter(
            worker=worker,
            is_published=True,
            starts_at__gte=selectors.midnight(first),
            starts_at__lt=selectors.midnight(first + timedelta(days=AHEAD)),
        )
        .order_by("starts_at")
    )
    by_day = {day: list(some) for day, some in groupby(visits, lambda visit: local_day(visit.starts_at))}
    shifts = {
        local_day(shift.starts_at): shift for shift in selectors.shifts([worker.pk], first=first, days=AHEAD)
    }
    days = [first + timedelta(days=number) for number in range(AHEAD)]
    competences = (
        selectors.competences([worker.pk]).select_related("skill").order_by("skill__name", "starts_on")
    )
    context = {
        "worker": worker,
        "week": [
            (day, shifts.get(day), by_day.get(day, [])) for day in days if day in shifts or day in by_day
        ],
        "competences": [(one, standing(one.starts_on, one.expires_on, today)) for one in competences],
    }
    return render(request, "visits/worker.html", context)


def standing(starts_on: date, expires_on: date | None, today: date) -> str:
    """How a competence stands: wrong (over), attention (ends soon or not begun), fine."""
    if expires_on is not None and expires_on < today:
        return "over"
    if starts_on > today:
        return "later"
    return "soon" if expires_on is not None and (expires_on - today).days <= SOON else "fine"
