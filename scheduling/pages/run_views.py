"""Asking for a plan, watching it, calling it off."""

from __future__ import annotations

from datetime import date

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.pages.listing import Filter, Listing, by_words
from scheduling import selectors
from scheduling.engine.problem import ProblemError
from scheduling.models import PlanningRun
from scheduling.pages.board_views import PLANNERS
from scheduling.pages.hand_wording import failure
from scheduling.services import locking, planning

LIVE = (PlanningRun.Status.QUEUED, PlanningRun.Status.RUNNING)
MOST_IN_BUDGET = 100_000
COLUMNS = (
    ("asked at", lambda run: run.requested_at),
    ("area", lambda run: run.area.name),
    ("week of", lambda run: run.week_start),
    ("agency alone", lambda run: run.agency.name if run.agency else ""),
    ("asked by", lambda run: _asked_by(run)),
    ("status", lambda run: run.get_status_display()),
    ("seconds", lambda run: run.seconds),
    ("candidate", lambda run: run.rota.version if run.rota else None),
    ("unplaced", lambda run: run.rota.unplaced_count if run.rota else None),
    ("ended at", lambda run: run.finished_at),
)


class PlanForm(forms.Form):
    """How long to search."""

    seconds = forms.IntegerField(min_value=1, max_value=planning.MOST_SECONDS, required=False)


@allowed(*PLANNERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every run of the reader's areas, the newest first; one that goes on can be stopped."""
    found = selectors.runs(request.user).select_related("area", "agency", "rota", "requested_by")
    areas = hub.areas(request.user).values_list("code", "name")
    listing = Listing(
        request,
        found,
        file_name="planning-runs",
        columns=(*COLUMNS, ("what went wrong", lambda run: failure(request.user, run.week_start, run.error))),
        filters=[
            Filter("area", "Area", by_words(areas), lambda runs, code: runs.filter(area__code=code)),
            Filter(
                "status",
                "Status",
                PlanningRun.Status.choices,
                lambda runs, status: runs.filter(status=status),
            ),
        ],
    )
    rows = [
        (run, _asked_by(run), run.status in LIVE, failure(request.user, run.week_start, run.error))
        for run in listing.page
    ]
    context = {"listing": listing, "rows": rows, "areas": by_words(areas)}
    return listing.answer or render(request, "scheduling/runs.html", context)


def _asked_by(run: PlanningRun) -> str:
    if run.overnight_id:
        return "the night"
    return run.requested_by.shown_name if run.requested_by else ""


@allowed(*PLANNERS)
@require_POST
def plan(request: HttpRequest, code: str, week_start: date) -> HttpResponse:
    """Asks for a candidate for the week; the board then shows how far the search is."""
    area = get_object_or_404(hub.areas(request.user), code=code)
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Search for 1 to {planning.MOST_SECONDS} whole seconds; nothing was begun.")
        return redirect("board", code=code, week_start=week_start)
    seconds = form.cleaned_data["seconds"] or settings.PLANNING_SECONDS
    try:
        locking.refuse_impossible(area=area, week_start=week_start, now=timezone.now())
        planning.request(
            area=area, week_start=week_start, by=request.user, now=timezone.now(), seconds=seconds
        )
    except planning.PlanningRefused as refused:
        messages.warning(request, str(refused))
    except ProblemError as error:
        said = failure(request.user, week_start, str(error))
        messages.error(request, f"✕ It was not planned. {said}")
    return redirect("board", code=code, week_start=week_start)


class BudgetForm(forms.Form):
    """How much a run may change of what people already count on."""

    most_people = forms.IntegerField(
        label="People who lose their named worker",
        help_text="At most; leave it empty for no bound.",
        min_value=0,
        max_value=MOST_IN_BUDGET,
        required=False,
    )
    most_visits = forms.IntegerField(
        label="Published visits that change their worker or are dropped",
        help_text="At most; leave it empty for no bound.",
        min_value=0,
        max_value=MOST_IN_BUDGET,
        required=False,
    )


@allowed(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def budget(request: HttpRequest, code: str) -> HttpResponse:
    """The area's stability budget, to read and to set."""
    area = get_object_or_404(hub.areas(request.user), code=code)
    in_force = selectors.stability_budget(area)
    kept = {"most_people": in_force.most_people, "most_visits": in_force.most_visits} if in_force else {}
    form = BudgetForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        planning.set_budget(area=area, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, "✓ Set. The next run obeys it; a rota in force is not touched.")
        return redirect("stability-budget", code=code)
    context = {"area": area, "in_force": in_force, "form": form}
    return render(request, "scheduling/budget.html", context, status=400 if form.errors else 200)


@allowed(*PLANNERS)
@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a run is; the page asks again each second while it goes on."""
    run = get_object_or_404(selectors.runs(request.user).select_related("area", "rota"), public_id=public_id)
    template = "scheduling/progress.html" if request.htmx else "scheduling/run.html"
    error = failure(request.user, run.week_start, run.error)
    context = {
        "run": run,
        "is_live": run.status in LIVE,
        "error": error,
        "budget": selectors.stability_budget(run.area),
    }
    return render(request, template, context)


@allowed(*PLANNERS)
@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Calls a run off; the best plan it has found is kept as a candidate."""
    run = get_object_or_404(selectors.runs(request.user).select_related("area"), public_id=public_id)
    planning.cancel(run=run, by=request.user, now=timezone.now())
    messages.info(request, "The run is being stopped. The best plan found so far is kept as a candidate.")
    return redirect("board", code=run.area.code, week_start=run.week_start)
