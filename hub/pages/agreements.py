"""The register of sharing agreements, to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hub import selectors
from hub.access import allowed
from hub.models import Role, SharingAgreement


@allowed(Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
def index(request: HttpRequest) -> HttpResponse:
    """Who may use what for what, until when."""
    today = timezone.localdate()
    found = selectors.agreements(request.user).prefetch_related("parties")
    in_force = set(selectors.agreements(request.user).in_force(today).values_list("pk", flat=True))
    rows = [(agreement, agreement.pk in in_force, _labels(agreement)) for agreement in found]
    return render(request, "hub/agreements.html", {"rows": rows, "today": today})


def _labels(agreement: SharingAgreement) -> dict[str, list[str]]:
    """Purposes and items in words."""
    purposes, items = dict(agreement.Purpose.choices), dict(agreement.Item.choices)
    return {
        "purposes": [purposes.get(code, code) for code in agreement.purposes],
        "items": [items.get(code, code) for code in agreement.items],
    }
