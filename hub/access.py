"""Who may call what: nothing is open unless it says for whom.

A view names its roles with `@allowed(...)`, or is public with Django's
`login_not_required`; anything else is refused, whoever asks. Which rows a viewer sees is
decided in the selectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.permissions import BasePermission

from hub import scope, walls
from hub.models.user import Role

EVERYONE = tuple(Role)


def allowed(*roles: str) -> Callable[[Any], Any]:
    """Opens a page function or an API view class to these roles."""

    def mark(view: Any) -> Any:
        view.allowed_roles = frozenset(roles)
        return view

    return mark


def roles_of(view: Any) -> frozenset[str]:
    """The roles that a resolved view is open to; none if it does not say."""
    for candidate in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        roles = getattr(candidate, "allowed_roles", None)
        if roles is not None:
            return frozenset(roles)
    return frozenset()


class WallsMiddleware:
    """Nobody sees a row of the database before the viewer is known, nor after the answer is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = walls.put_up(walls.NOBODY)
        try:
            return self.get_response(request)
        finally:
            walls.take_down(token)


class RoleMiddleware:
    """Refuses every page that is not open to the caller's role."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if hasattr(view, "cls"):  # an API view: RoleAllowed decides once the token has been read
            return None
        if not getattr(view, "login_required", True):
            return None
        if getattr(request.user, "role", None) not in roles_of(view):
            raise PermissionDenied
        scope.hold(request.user, on=timezone.localdate())
        return None


class NoStoreMiddleware:
    """Keeps answers to people who are logged in out of every cache, the browser's own included.

    A shared computer's Back button must not show a person's record after logging out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if (user is not None and user.is_authenticated) or "Authorization" in request.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


class RoleAllowed(BasePermission):
    """The same rule for API views; the default, so a view that names no role is closed."""

    def has_permission(self, request: Any, view: Any) -> bool:
        user = request.user
        if not (user and user.is_authenticated and user.is_active and user.role in roles_of(view)):
            return False
        scope.hold(user, on=timezone.localdate())
        return True
