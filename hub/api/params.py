"""Query parameters of the API, read once and refused by name."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def text_param(request: Request, name: str) -> str | None:
    """The text in a query parameter, or none; raises `ValidationError` for a NUL, which no column holds."""
    value = request.query_params.get(name)
    if value and "\x00" in value:
        raise ValidationError({name: ["has a NUL character"]})
    return value or None


def uuid_param(request: Request, name: str) -> UUID | None:
    """The id in a query parameter, or none; raises `ValidationError` naming the parameter."""
    value = request.query_params.get(name)
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise ValidationError({name: ["is not an id"]}) from None


def date_param(request: Request, name: str) -> date | None:
    """The date in a query parameter, or none; raises `ValidationError` naming the parameter."""
    value = request.query_params.get(name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValidationError({name: ["is not a date such as 2026-11-30"]}) from None
