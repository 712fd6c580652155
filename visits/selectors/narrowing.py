"""By which days and by which agreement rows are narrowed, whatever the subject."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from hub import scope
from hub.models import User
from visits.wall_clock import midnight


def within(found: QuerySet, *, first: date, days: int) -> QuerySet:
    """Of these visits or shifts, those that begin on those days."""
    last = first + timedelta(days=days)
    return found.filter(starts_at__gte=midnight(first), starts_at__lt=midnight(last))


def shared(found: QuerySet, user: User, *, item: str, on: date, path: str = "agency") -> QuerySet:
    """Of these rows, those of the agencies whose `item` this user may read."""
    seen = scope.of(user, on=on)
    if seen.everything:
        return found
    theirs = Q(**{f"{path}__in": seen.agencies(item)})
    if seen.emergency:
        whose = "need__person" if path == "need__agency" else "person"
        theirs |= Q(**{f"{whose}__in": seen.emergency})
    return found.filter(theirs)
