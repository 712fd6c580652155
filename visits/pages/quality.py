"""How good an agency's data is, and what its gaps cost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.access import allowed
from hub.models import Role
from hub.recurrence import monday_of
from visits import quality, selectors


@allowed(Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The manager's own agency; for the hub every agency that takes part."""
    today = timezone.localdate()
    agencies = [one for one in selectors.agency_marks() if one.is_active]
    if request.user.role == Role.AGENCY_MANAGER:
        agencies = [one for one in agencies if one.pk == request.user.agency_id]
    rows = [(quality.of(one, on=today, monday=monday_of(today)), quality.rules(one)) for one in agencies]
    context = {"rows": rows, "may_decide": request.user.role == Role.HUB_ADMINISTRATOR}
    return render(request, "visits/quality.html", context)
