"""Somebody is not at home: seen, lifted with a reason, and that taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from hub import selectors
from hub.access import allowed
from hub.models import Role
from hub.services import suspensions as services


@allowed(Role.COORDINATOR, Role.HUB_ADMINISTRATOR)
@require_POST
def act(request: HttpRequest, number: int) -> HttpResponse:
    """What the coordinator says of one suspension; back to Today."""
    now = timezone.now()
    found = selectors.suspensions(request.user, on=timezone.localdate())
    suspension = get_object_or_404(found, pk=number)
    try:
        match request.POST.get("do"):
            case "seen":
                services.mark_seen(suspension=suspension, by=request.user, now=now)
            case "lift":
                because = request.POST.get("because", "")
                services.lift(suspension=suspension, because=because, by=request.user, now=now)
                messages.success(request, "✓ Care goes on. Plan the week again for the visits to come back.")
            case "undo":
                services.suspend_again(suspension=suspension, by=request.user, now=now)
                messages.success(request, "✓ Suspended again.")
            case _:
                raise Http404
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("today")
