"""One occurrence of a need: why it has no place, and calling it off."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hub import selectors as hub
from hub.access import allowed
from hub.models import Need, Role
from hub.recurrence import days_due, monday_of
from hub.services import needs as need_services
from visits import selectors
from visits.pages.remedies import REMEDIES


@allowed(Role.COORDINATOR, Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, public_id: str, due_on: date) -> HttpResponse:
    """What is asked on that day, what each rota says of it, and a form to call it off."""
    today = timezone.localdate()
    found = hub.needs(request.user, on=today).select_related("person__address__area", "agency")
    need = get_object_or_404(found, public_id=public_id)
    if not days_due(need.rrule, starts_on=need.starts_on, ends_on=need.ends_on, first=due_on, last=due_on):
        raise Http404
    problem = ""
    if request.method == "POST" and request.user.role == Role.COORDINATOR:
        try:
            _cancel(request, need, due_on)
        except ValueError as error:
            problem = str(error)
        else:
            messages.success(request, "✓ Called off. It stays counted; plan the week again to use the time.")
            return redirect("occurrence", public_id=public_id, due_on=due_on)
    context = {
        "need": need,
        "due_on": due_on,
        "said": _said(request, need, due_on),
        "cancellation": need.cancellations.filter(due_on=due_on).select_related("cancelled_by").first(),
        "skills": selectors.skill_names(),
        "may_cancel": request.user.role == Role.COORDINATOR,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "longest": need_services.LONGEST_REASON,
        "week_start": monday_of(due_on),
    }
    template = "visits/occurrence_panel.html" if request.htmx else "visits/panel_page.html"
    context["panel"] = "visits/occurrence_panel.html"
    return render(request, template, context, status=400 if problem else 200)


def _cancel(request: HttpRequest, need: Need, due_on: date) -> None:
    need_services.cancel_occurrence(
        need=need,
        due_on=due_on,
        reason=request.POST.get("reason", ""),
        by=request.user,
        now=timezone.now(),
    )


def _said(request: HttpRequest, need: Need, due_on: date) -> list[dict[str, object]]:
    """What the rotas of its week make of it, first the one that `?rota=` names, then the newest."""
    wanted = request.GET.get("rota", "")
    first = monday_of(due_on) - timedelta(days=need.flexible_days)
    rotas = (
        selectors.rotas(request.user)
        .filter(week_start__gte=first, week_start__lte=due_on, unplaced__need=need, unplaced__due_on=due_on)
        .order_by("-version")
    )
    rows = []
    for rota in sorted(rotas.distinct(), key=lambda one: str(one.public_id) != wanted)[:5]:
        item = rota.unplaced.get(need=need, due_on=due_on)
        rows.append({"rota": rota, "item": item, "remedy": REMEDIES.get(item.reason, "")})
    return rows
