"""Asking for a plan, watching it, calling it off."""

from __future__ import annotations

from datetime import date

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from scheduling import selectors
from scheduling.models import PlanningRun
from scheduling.pages.board_views import PLANNERS
from scheduling.services import planning

LIVE = (PlanningRun.Status.QUEUED, PlanningRun.Status.RUNNING)


class PlanForm(forms.Form):
    """How long to search."""

    seconds = forms.IntegerField(min_value=1, max_value=planning.MOST_SECONDS, required=False)


@allowed(Role.COORDINATOR)
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
        planning.request(
            area=area, week_start=week_start, by=request.user, now=timezone.now(), seconds=seconds
        )
    except planning.PlanningRefused as refused:
        messages.warning(request, str(refused))
    return redirect("board", code=code, week_start=week_start)


@allowed(*PLANNERS)
@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a run is; the page asks again each second while it goes on."""
    run = get_object_or_404(selectors.runs(request.user).select_related("area", "rota"), public_id=public_id)
    template = "scheduling/progress.html" if request.htmx else "scheduling/run.html"
    return render(request, template, {"run": run, "is_live": run.status in LIVE})


@allowed(Role.COORDINATOR)
@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Calls a run off; the best plan it has found is kept as a candidate."""
    run = get_object_or_404(selectors.runs(request.user).select_related("area"), public_id=public_id)
    planning.cancel(run=run, by=request.user, now=timezone.now())
    messages.info(request, "The run is being stopped. The best plan found so far is kept as a candidate.")
    return redirect("board", code=run.area.code, week_start=run.week_start)
