"""Who may log in."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hub.models import Agency, Area, Role, User


@transaction.atomic
def add_user(
    *, name: str, role: str, agency: Agency | None, areas: Iterable[Area] = (), password: str
) -> User:
    """Adds someone who may log in. Raises `ValidationError` for a weak password, a name that is taken, or a
    role other than hub administrator without an agency."""
    if agency is None and role != Role.HUB_ADMINISTRATOR:
        raise ValidationError({"agency": "Everyone but the hub administrator belongs to an agency."})
    user = User(username=name, role=role, agency=agency)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    user.areas.set(areas)
    return user
