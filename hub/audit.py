"""Who saw or did what with whose record, and why.

Within a request every person whose row is fetched for the viewer counts as seen, whichever page fetches
it (`Person.from_db` tells), and one event is written before the answer goes out: what cannot be recorded
is not shown. Rows that a service fetches `as_county` are nobody's view. Pages that fetch plain values say
whom they show with `saw`, and deeds are recorded with `record`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hub import walls
from hub.models import AuditEvent, Role, User
from hub.models import person as person_model

Action, Purpose = AuditEvent.Action, AuditEvent.Purpose
WRITTEN = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(slots=True)
class _Watch:
    """Whom the request in hand has shown so far."""

    people: set[int] = field(default_factory=set)
    purpose: str = ""
    reason: str = ""


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


def saw(people: Iterable[int]) -> None:
    """These people are shown by the request in hand; outside a request, or `as_county`, it is nothing."""
    watch = _watch.get()
    if watch is not None and not walls.is_beyond_viewer():
        watch.people.update(people)


def explain(*, purpose: str, reason: str = "") -> None:
    """Why the request in hand is made, where that is asked."""
    if (watch := _watch.get()) is not None:
        watch.purpose, watch.reason = purpose, reason


def record(
    *,
    by: User | None,
    action: str,
    what: str,
    people: Iterable[int] = (),
    purpose: str = "",
    reason: str = "",
    machine: str = "",
) -> AuditEvent:
    """Writes one event. Raises ValueError if neither a user nor a machine is named."""
    if by is None and not machine:
        raise ValueError("Somebody or some machine does it.")
    return AuditEvent.objects.create(
        at=timezone.now(),
        by=by,
        machine=machine,
        agency_id=by.agency_id if by else None,
        action=action,
        purpose=purpose or purpose_of(by),
        what=what,
        people=sorted(set(people)),
        reason=reason[:200],
    )


def purpose_of(user: User | None) -> str:
    """What a role is for, so that nobody is asked on every click."""
    return Purpose.RUNNING if user is None or user.role == Role.HUB_ADMINISTRATOR else Purpose.CARE


class AuditMiddleware:
    """Writes down what the viewer was shown, before it is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        watch = _Watch()
        token = _watch.set(watch)
        try:
            response = self.get_response(request)
        finally:
            _watch.reset(token)
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated or response.status_code >= 400:
            return response
        action = _action(request, response, watch)
        if action:
            record(
                by=user,
                action=action,
                what=_name(request),
                people=watch.people,
                purpose=watch.purpose,
                reason=watch.reason,
            )
        return response


def _action(request: HttpRequest, response: HttpResponse, watch: _Watch) -> str:
    """What kind of event the request was; none if nobody was shown, unless it sought somebody."""
    if watch.people and response.headers.get("Content-Disposition", "").startswith("attachment"):
        return Action.EXPORT
    if "search" in _name(request) or "q" in request.POST or "q" in request.GET:
        return Action.SEARCH
    if not watch.people:
        return ""
    if request.method in WRITTEN and not getattr(request, "htmx", False):
        return Action.CHANGE
    return Action.VIEW if len(watch.people) == 1 else Action.LIST


def _name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name or "")[:80] if match else ""


person_model.on_fetch(saw)
