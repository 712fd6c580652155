"""A worker's visits as a calendar (RFC 5545) that a phone subscribes to by a secret address.

Calendars are copied to companies outside the partnership, so nobody's name, street or need is in them:
docs/decisions/0097-calendars-without-people.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseGone
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from hub import scope
from hub.access import allowed
from hub.models import Role
from visits import selectors
from visits.models import Visit
from visits.services import calendars
from visits.wall_clock import LONDON

REFRESH = timedelta(hours=1)
REVOKERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)


@login_not_required
@require_safe
@sensitive_variables("key", "feed")
def feed(request: HttpRequest) -> HttpResponse:
    """The calendar that the secret in `?key=` opens. In the query, because paths are written into logs."""
    now = timezone.now()
    key = request.GET.get("key", "")
    found = calendars.find(key, now=now) if key else None
    if found is None:
        return HttpResponseGone("This calendar address is no longer valid. Make a new one on My day.")
    user, today = found.worker.user, timezone.localdate(now)
    scope.hold(user, on=today)  # from here on the database shows what this worker may see
    visits = list(selectors.for_a_calendar(user, today=today))
    changed_at = max((visit.published_at for visit in visits), default=found.made_at) or found.made_at
    body = _calendar(visits, request.build_absolute_uri(reverse("my-day")), today)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["ETag"] = etag = quote_etag(sha256(body).hexdigest())
    response["Last-Modified"] = format_datetime(changed_at, usegmt=True)
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag, None, response) or response


def _calendar(visits: Sequence[Visit], my_day: str, today: date) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Care visits//Rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Care visits")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for visit in visits:
        calendar.add_component(_event(visit, my_day))
    year = today.year  # the rules of these years; the whole table of 1970 to 2038 is a kilobyte a read
    calendar.add_missing_timezones(date(year - 1, 1, 1), date(year + 2, 1, 1))
    return calendar.to_ical()


def _event(visit: Visit, my_day: str) -> Event:
    """When, roughly where, how many come; the phone's My day has the rest."""
    parts = sorted(visit.parts.all(), key=lambda part: (part.due_on, part.need_id))
    event = Event()
    event.add("uid", _uid(visit, parts))
    event.add("dtstamp", visit.published_at or visit.rota.created_at)
    event.add("sequence", visit.rota.version)
    event.add("dtstart", visit.starts_at.astimezone(LONDON))
    event.add("dtend", visit.ends_at.astimezone(LONDON))
    is_pair = any(part.need.workers > 1 for part in parts)
    event.add("summary", "Visit, two of you" if is_pair else "Visit")
    if visit.district and not visit.is_restricted:
        event.add("location", visit.district.rsplit(" ", 1)[0])
    event.add("url", f"{my_day}{visit.starts_at.astimezone(LONDON).date()}/")
    event.add("class", "PRIVATE")
    return event


def _uid(visit: Visit, parts: Sequence[Any]) -> str:
    """The same for the same call of the same worker, whichever version of the rota it stands in."""
    of = f"{parts[0].need_id}:{parts[0].due_on}" if parts else str(visit.public_id)
    said = f"calendar:{visit.worker_id}:{of}".encode()
    return f"{hmac.new(settings.SECRET_KEY.encode(), said, sha256).hexdigest()[:32]}@care-visits"


@allowed(Role.FIELD_WORKER)
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The worker's own calendar address: made, shown once, revoked."""
    worker = get_object_or_404(selectors.workers(request.user).filter(is_active=True))
    said, address = request.POST.get("do", ""), ""
    if request.method == "POST":
        if said == "make":
            key = calendars.make(worker=worker, by=request.user, now=timezone.now())
            address = request.build_absolute_uri(f"{reverse('calendar')}?key={key}")
        elif said == "revoke":
            calendars.revoke(worker=worker, by=request.user, now=timezone.now())
            return redirect("own-calendar")
    context = {"feed": selectors.calendar_feed(worker), "address": address}
    return render(request, "visits/calendar.html", context)


@allowed(*REVOKERS)
@require_POST
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ends a worker's calendar address, for a phone that is lost while its owner cannot log in."""
    worker = get_object_or_404(selectors.workers(request.user), public_id=public_id)
    calendars.revoke(worker=worker, by=request.user, now=timezone.now())
    return redirect("worker", public_id=public_id)
