"""Template filters for the house's own ways of writing things: 07:30, Mon 30 Nov."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from hub import scope
from hub.contact_times import Band, band_of, in_words
from hub.models import Agency, Role
from hub.pages import wording

register = template.Library()

PREVENTION = ("Prevention", "prevention-home")
# The way in by role: what it is called, and the name of its address.
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    Role.COORDINATOR: (
        ("Today", "today"),
        ("Week", "week"),
        ("Merges", "merges"),
        ("Continuity", "continuity"),
        ("People", "people"),
        ("Workers", "workers"),
        ("Reports", "reports"),
        ("Agreements", "agreements"),
    ),
    Role.FIELD_WORKER: (("My day", "my-day"),),
    Role.AGENCY_MANAGER: (
        ("Deliveries", "deliveries"),
        ("Rejections", "rejections"),
        ("Data quality", "quality"),
        ("Matching", "matching"),
        ("Merges", "merges"),
        ("Continuity", "continuity"),
        ("People", "people"),
        ("Workers", "workers"),
        ("Reports", "reports"),
        ("Agreements", "agreements"),
    ),
    Role.HUB_ADMINISTRATOR: (
        ("Overview", "overview"),
        ("Today", "today"),
        ("Week", "week"),
        ("Merges", "merges"),
        ("Continuity", "continuity"),
        ("People", "people"),
        ("Workers", "workers"),
        ("Deliveries", "deliveries"),
        ("Rejections", "rejections"),
        ("Data quality", "quality"),
        ("Matching", "matching"),
        PREVENTION,
        ("Reports", "reports"),
        ("Agreements", "agreements"),
        ("Agencies", "agencies"),
    ),
}


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


@register.filter
def whole_hours(minutes: float) -> int:
    """Minutes as whole hours, rounded: 1,890 becomes 32."""
    return round(minutes / 60)


@register.filter
def rule_in_words(rule: str) -> str:
    """A recurrence rule as one says it: every Mon and Thu."""
    return wording.recurrence(rule)


@register.simple_tag
def asked_times(holder: Any) -> str:
    """When somebody asks for calls to begin: between 09:00 and 17:00; "" for any time."""
    return in_words(holder.contact_from, holder.contact_until)


@register.simple_tag
def band(need: Any, person: Any) -> Band:
    """When a call of the need may begin, within what its person asks for as far as that is possible."""
    return band_of(need, person)


@register.filter
def nhs(number: str) -> str:
    """An NHS number as it is written: 943 476 5919."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


@register.simple_tag
def skill_words(codes: list[str], names: dict[str, str]) -> str:
    """The names of skills, with commas between them."""
    return ", ".join(names.get(code, code) for code in codes)


@register.inclusion_tag("hub/navigation.html", takes_context=True)
def navigation(context: Any) -> dict[str, Any]:
    """The pages that the reader's role opens, the present one marked."""
    request = context["request"]
    here = getattr(getattr(request, "resolver_match", None), "url_name", "")
    places = PLACES.get(getattr(request.user, "role", ""), ())
    if (
        getattr(request.user, "role", "") == Role.COORDINATOR
        and scope.held(request.user).kind == Agency.Kind.FIRE
    ):
        places = (PREVENTION, *places)
    return {
        "places": [
            {"label": label, "address": reverse(name), "here": name in (here, f"{here}-home")}
            for label, name in places
        ]
    }


@register.simple_tag
def agency_mark(letter: str, hue: int, size: int = 20) -> str:
    """An agency's letter on its pattern, beside its name; the page must hold `hub/marks.html`."""
    return format_html(
        '<svg class="hue-{hue}" width="{size}" height="{size}" viewBox="0 0 20 20" aria-hidden="true">'
        '<rect width="20" height="20" rx="3" fill="url(#pattern-{hue})"/>'
        '<rect class="plate" x="4" y="4" width="12" height="12" rx="2"/>'
        '<text class="letter" x="10" y="14" text-anchor="middle">{letter}</text></svg>',
        hue=((hue or 1) - 1) % 8 + 1,
        size=size,
        letter=letter,
    )
