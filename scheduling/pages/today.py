"""What needs the coordinator now."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role, SharingAgreement, Suspension, User
from hub.recurrence import monday_of
from scheduling import selectors
from scheduling.models import PlanningRun, Repair
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import failure
from scheduling.pages.run_views import LIVE
from visits import selectors as visit_selectors
from visits.models import Rota

SHOWN = 20


@allowed(*PLANNERS)
def show(request: HttpRequest) -> HttpResponse:
    """Last night's result, candidates that wait, what is unplaced, and runs that go on."""
    today = timezone.localdate()
    may_act = request.user.role == Role.COORDINATOR
    runs = selectors.runs(request.user).filter(agency=None).select_related("area", "rota")
    rotas = (
        visit_selectors.rotas(request.user)
        .filter(week_start__gte=monday_of(today))
        .select_related("area")
        .order_by("week_start", "area", "-version")
    )
    last_night = runs.filter(overnight__night=today).order_by("area", "week_start")
    to_tell = selectors.workers_to_tell(request.user, on=today).select_related("agency").order_by("told_at")
    outside = visit_selectors.needs_outside_contact_times(request.user, on=today).select_related(
        "person", "agency"
    )
    context = {
        "today": today,
        "areas": hub.areas(request.user),
        "may_act": may_act,
        "on_today": visit_selectors.workers_on(request.user, day=today)
        .select_related("agency")
        .order_by("name", "pk")
        if may_act
        else (),
        "reviews": hub.agreements_to_review(on=today)
        .filter(pk__in=hub.agreements(request.user))
        .order_by("review_on")[:SHOWN],
        "suspensions": _suspensions(request.user, today),
        "left_out": hub.agencies_left_out(on=today)[:SHOWN],
        "to_tell": to_tell[:SHOWN],
        "to_tell_count": to_tell.count(),
        "first_rotas": selectors.first_rotas_unseen(request.user, on=today),
        "without_a_place": _without_a_place(request.user, today),
        "outside": outside[:SHOWN],
        "outside_count": outside.count(),
        "live": runs.filter(status__in=LIVE)[:SHOWN],
        "repairs": _open_repairs(request.user, today),
        "failed": [
            (run, failure(request.user, run.week_start, run.error))
            for run in runs.filter(status=PlanningRun.Status.FAILED, finished_at__date=today)[:SHOWN]
        ],
        "last_night": last_night[:SHOWN],
        "published": rotas.filter(status=Rota.Status.PUBLISHED)[:SHOWN],
        "candidates": rotas.filter(status=Rota.Status.CANDIDATE)[:SHOWN],
    }
    return render(request, "scheduling/today.html", context)


def _open_repairs(user: User, today: date) -> list[Repair]:
    """Repairs that go on or wait for a decision, and those that failed today."""
    found = selectors.repairs(user).select_related("of__area", "rota")
    waits = Q(status=Repair.Status.DONE, rota__status=Rota.Status.CANDIDATE)
    failed = Q(status=Repair.Status.FAILED, finished_at__date=today)
    return list(found.filter(Q(status__in=LIVE) | waits | failed)[:SHOWN])


def _without_a_place(user: User, today: date) -> int:
    """How many people visits are asked for whom no rota can send anybody to."""
    found = hub.people_without_a_place(user, on=today)
    waiting = (
        hub.needs_of_people(user, found, on=today, item=SharingAgreement.Item.NEEDS)
        .order_by()
        .values("person")
    )
    return waiting.distinct().count()


def _suspensions(user: User, today: date) -> list[tuple[Suspension, int]]:
    """What has suspended or resumed care and nobody has seen yet, with the visits that are still planned."""
    found = hub.suspensions(user, on=today).filter(seen_at__isnull=True)
    rows = list(
        found.select_related("source_record__person", "agency", "noted_by").order_by("-told_at")[:SHOWN]
    )
    planned = visit_selectors.visits_ahead({row.source_record.person_id for row in rows}, on=today)
    return [(row, planned.get(row.source_record.person_id, 0)) for row in rows]
