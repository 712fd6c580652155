"""Field staff: what a worker's week is like, and what they may do until when."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub.access import allowed
from hub.models import Role
from hub.pages.listing import Filter, Listing, by_words
from hub.recurrence import monday_of
from visits import selectors
from visits.models import Absence, Worker
from visits.pages.competences import SIGNERS
from visits.pages.panels import READERS
from visits.pages.rights import WRITERS
from visits.wall_clock import local_day

COLUMNS = (
    ("name", lambda worker: worker.name),
    ("agency", lambda worker: worker.agency.name),
    ("area", lambda worker: worker.area.name),
    ("reference", lambda worker: worker.reference),
    ("minutes a week", lambda worker: worker.max_week_minutes),
)
AHEAD = 14
ABSENCES_SHOWN = 10
SOON = 30  # days before its end that a competence is pointed out


@allowed(*READERS)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The field staff of the reader's areas or agency, to be found by name, agency, area, task."""
    today = timezone.localdate()
    has_left = "left" in (request.POST.get("who"), request.GET.get("who"))  # as the filter below
    found = selectors.workers(request.user).filter(is_active=not has_left).select_related("agency", "area")
    found = selectors.with_tasks_ending(found, first=today, last=today + timedelta(days=SOON))
    listing = Listing(
        request,
        found.order_by("agency__name", "name", "pk"),
        file_name="workers",
        columns=COLUMNS,
        search=("name__icontains", "reference__icontains"),
        label="Find by name",
        hint="Part of a name or of the agency's reference",
        personal=True,
        filters=_filters(found.order_by()),
    )
    context = {
        "listing": listing,
        "may_write": request.user.role in WRITERS,
        "may_repair": request.user.role == Role.COORDINATOR,
        "soon": SOON,
    }
    return listing.answer or render(request, "visits/workers.html", context)


def _filters(workers: QuerySet[Worker]) -> list[Filter]:
    """By what these workers have: their agency, their area, a task they are signed off for today."""
    today = timezone.localdate()
    signed = selectors.competences(workers).in_force(today)
    agencies = workers.values_list("agency__code", "agency__name").distinct()
    areas = workers.values_list("area__code", "area__name").distinct()
    skills = signed.order_by().values_list("skill", "skill__name").distinct()
    return [
        Filter("agency", "Agency", by_words(agencies), lambda found, code: found.filter(agency__code=code)),
        Filter("area", "Area", by_words(areas), lambda found, code: found.filter(area__code=code)),
        Filter(
            "task",
            "May do",
            by_words(skills),
            lambda found, code: found.filter(pk__in=signed.filter(skill=code).values("worker")),
        ),
        Filter(
            "ends",
            "A task ends",
            [("soon", f"within {SOON} days")],
            lambda found, _: found.filter(is_ending=True),
        ),
        Filter("who", "Who", [("left", "who have left")], lambda found, _: found.filter(is_active=False)),
    ]


@allowed(*READERS)
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One worker: shifts and published visits of two weeks, competences and when they end."""
    today = timezone.localdate()
    found = selectors.workers(request.user).select_related("agency", "area")
    worker = get_object_or_404(found, public_id=public_id)
    first = monday_of(today)
    visits = selectors.visits(request.user, on=today).filter(worker=worker, is_published=True)
    visits = selectors.within(visits, first=first, days=AHEAD).order_by("starts_at")
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
        "calendar": selectors.calendar_feed(worker),
        "mondays": [first, first + timedelta(weeks=1)],
        "may_sign": request.user.role in SIGNERS,
        "may_repair": request.user.role == Role.COORDINATOR and worker.is_active,
        "may_write": request.user.role in WRITERS,
        "today": today,
        "absences": _absences(request, worker),
        "competences": [(one, standing(one.starts_on, one.expires_on, today)) for one in competences],
    }
    return render(request, "visits/worker.html", context)


def _absences(request: HttpRequest, worker: Worker) -> list[tuple[Absence, str, int]]:
    """Those that still matter, each with how it stands and how many published visits wait for another."""
    now = timezone.now()
    found = selectors.absences(request.user).filter(worker=worker).select_related("noted_by")
    rows = []
    for one in found.order_by("-starts_at")[:ABSENCES_SHOWN]:
        if one.taken_back_at:
            rows.append((one, "back", 0))
            continue
        is_over = one.ends_at is not None and one.ends_at <= now
        state = "over" if is_over else "later" if one.starts_at > now else "now"
        rows.append((one, state, 0 if is_over else selectors.visits_without_worker(one, now=now).count()))
    return rows


def standing(starts_on: date, expires_on: date | None, today: date) -> str:
    """How a competence stands: wrong (over), attention (ends soon or not begun), fine."""
    if expires_on is not None and expires_on < today:
        return "over"
    if starts_on > today:
        return "later"
    return "soon" if expires_on is not None and (expires_on - today).days <= SOON else "fine"
