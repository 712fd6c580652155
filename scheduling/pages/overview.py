"""The partnership at a glance, for the hub's administrator."""

from __future__ import annotations

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hub import selectors as hub
from hub.access import allowed
from hub.models import Role
from hub.recurrence import monday_of
from visits import selectors
from visits.models import Rota

SHOWN = 20


@allowed(Role.HUB_ADMINISTRATOR)
def show(request: HttpRequest) -> HttpResponse:
    """Which agency last sent what, and which areas have a rota in force this week and next."""
    today = timezone.localdate()
    deliveries = (
        hub.deliveries(request.user)
        .order_by("agency__name")
        .values("agency__name", "agency__letter", "agency__hue")
        .annotate(
            sent=Count("pk"),
            last=Max("received_at"),
            refused=Count("pk", filter=Q(status="refused")),
        )
    )
    rotas = (
        selectors.rotas(request.user)
        .filter(week_start__gte=monday_of(today), status=Rota.Status.PUBLISHED)
        .select_related("area")
        .order_by("week_start", "area")
    )
    context = {
        "today": today,
        "people": hub.people(request.user, on=today).count(),
        "without_a_place": hub.people_without_a_place(request.user, on=today).count(),
        "needs": hub.needs(request.user, on=today).count(),
        "workers": selectors.workers(request.user).filter(is_active=True).count(),
        "agreements": hub.agreements(request.user).in_force(today).count(),
        "reviews": hub.agreements_to_review(on=today).order_by("review_on"),
        "emergencies": hub.emergencies(request.user)
        .filter(reviewed_at=None)
        .select_related("user__agency")[:SHOWN],
        "left_out": hub.agencies_left_out(on=today),
        "deliveries": deliveries,
        "rotas": rotas,
        "areas": hub.areas(request.user),
    }
    return render(request, "scheduling/overview.html", context)
