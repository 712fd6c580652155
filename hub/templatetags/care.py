"""Template filters for the house's own ways of writing things: 07:30, Mon 30 Nov."""

from __future__ import annotations

from datetime import date, datetime, time

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def clock(value: datetime | time | None) -> str:
    """A local time of day, 24 hours: 07:30."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%H:%M}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A short date: Mon 30 Nov."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value:%a} {value.day} {value:%b}"


@register.filter
def hours(minutes: float | None) -> str:
    """Minutes as hours and minutes: 90 becomes 1 h 30 min."""
    if minutes is None:
        return ""
    whole, rest = divmod(round(minutes), 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02d} min" if rest else f"{whole} h"
