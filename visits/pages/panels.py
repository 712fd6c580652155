"""One visit, and one worker's day: beside the board, or on a page of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role, User
from hub.recurrence import monday_of
from visits import selectors
from visits.history import overrides_in_force
from visits.models import Override, Rota, Visit, Worker
from visits.pages.rules import RULES
from visits.wall_clock import local_day, midnight

READERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)


@allowed(*READERS)
def visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who comes to whom, when, for which agencies, and why this worker."""
    today = timezone.localdate()
    found = selectors.visits(request.user, on=today).select_related("rota__area", "worker__agency", "person")
    found = selectors.with_parts(found, request.user, on=today)
    chosen = get_object_or_404(found, public_id=public_id)
    context = {
        "visit": chosen,
        "parts": list(chosen.parts.all()),
        "why": why(chosen),
        "others": _with(request.user, chosen, today),
        "may_open_person": hub.people(request.user, on=today).filter(pk=chosen.person_id).exists(),
        "skills": selectors.skill_names(),
        "overrides": _overrides(chosen),
        "may_ask": request.user.role in (Role.COORDINATOR, Role.HUB_ADMINISTRATOR),
        "may_run_over": chosen.is_published and local_day(chosen.starts_at) == today,
        "may_change": request.user.role == Role.COORDINATOR
        and chosen.rota.status in (Rota.Status.CANDIDATE, Rota.Status.PUBLISHED),
    }
    return _answer(request, "visits/visit_panel.html", context)


@allowed(*READERS)
def worker_day(request: HttpRequest, public_id: str, day: date) -> HttpResponse:
    """One worker's visits of a day, in the rota that `?rota=` names or else as published."""
    today = timezone.localdate()
    workers = selectors.workers(request.user).select_related("agency", "area")
    worker = get_object_or_404(workers, public_id=public_id)
    found = selectors.visits(request.user, on=today).filter(
        worker=worker,
        starts_at__gte=midnight(day),
        starts_at__lt=midnight(day + timedelta(days=1)),
    )
    if asked := request.GET.get("rota"):
        try:
            found = found.filter(rota__public_id=UUID(asked))
        except ValueError as error:
            raise Http404 from error
    else:
        found = found.filter(is_published=True)
    context = {
        "worker": worker,
        "day": day,
        "visits": selectors.with_parts(found.select_related("person", "rota"), request.user, on=today),
        "may_repair": request.user.role == Role.COORDINATOR and worker.is_active,
        "shift": selectors.shifts([worker.pk], first=day, days=1).first(),
        "is_today": day == today,
        "week_start": monday_of(day),
        "may_open_map": request.user.role in (Role.COORDINATOR, Role.HUB_ADMINISTRATOR),
    }
    return _answer(request, "visits/worker_day_panel.html", context)


def why(visit: Visit) -> str:
    """Why this worker, in a sentence."""
    worker, person = visit.worker, visit.person
    day = local_day(visit.starts_at)
    named = selectors.named_workers([person.pk]).select_related("worker").first()
    times = selectors.contacts_between(person, worker, until=day)
    often = f"came {times} time{'' if times == 1 else 's'}" if times else "did not come"
    before = f"{often} in the 28 days before"
    if named is not None and named.worker_id == worker.pk:
        return f"{worker.name} is the named worker, and {before}."
    reason = (
        f"Known: {worker.name} {before}"
        if times
        else f"New face: {worker.name} did not come in the 28 days before"
    )
    return (
        f"{reason}. The named worker is {named.worker.name}." if named else f"{reason}. Nobody is named yet."
    )


def _overrides(visit: Visit) -> list[tuple[str, Override]]:
    """What is answered for in this visit, once for each rule and reason."""
    needs = {part.need_id for part in visit.parts.all()}
    codes = {f"n{part.need_id}-{part.due_on.isoformat()}" for part in visit.parts.all()}
    worker = f"w{visit.worker_id}"
    found = {
        (RULES.get(row.rule, row.rule), row.reason): row
        for row in overrides_in_force(visit.rota)
        if (row.need_id in needs and row.ids[0] in codes and (len(row.ids) < 2 or worker in row.ids))
        or row.ids == [worker]
    }
    return [(rule, row) for (rule, _), row in found.items()]


def _with(user: User, visit: Visit, today: date) -> list[Worker]:
    """The other worker of a pair."""
    keys = [(part.need_id, part.due_on) for part in visit.parts.all() if part.need.workers == 2]
    if not keys:
        return []
    pair = (
        selectors.visits(user, on=today)
        .filter(rota=visit.rota_id, person=visit.person_id, starts_at__lt=visit.ends_at)
        .filter(ends_at__gt=visit.starts_at, parts__need__in=[need for need, _ in keys])
        .exclude(pk=visit.pk)
        .select_related("worker__agency")
    )
    return list({one.worker_id: one.worker for one in pair}.values())


def _answer(request: HttpRequest, panel: str, context: dict[str, Any]) -> HttpResponse:
    """The panel alone for the board, or within a page for whoever follows the link."""
    if request.htmx:
        return render(request, panel, context)
    return render(request, "visits/panel_page.html", context | {"panel": panel})
