"""What a person's contact times mean for a call that is asked for at their door.

A call begins within them as far as its agency's own band allows. They never keep care away: a time-critical
call, and one whose whole band lies outside them, stays in its band, and whoever plans is told. See
docs/decisions/0104-contact-times-bind-until-they-would-cost-care.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.db.models import F, Q

from hub.models import Need, Person

# Needs of which a call may begin when its person asks for none: the rule of `band_of`, for the database.
_TOO_EARLY = Q(person__contact_from__gt=F("window_end"))
_TOO_LATE = Q(person__contact_until__lt=F("window_start"))
_IN_PART = Q(person__contact_from__gt=F("window_start")) | Q(person__contact_until__lt=F("window_end"))
OUTSIDE = _TOO_EARLY | _TOO_LATE | (Q(time_critical=True) & _IN_PART)


@dataclass(frozen=True, slots=True)
class Band:
    """When a call may begin, and best. `outside`: also at times that the person does not ask for."""

    start: time
    end: time
    best: time | None
    outside: bool = False


def band_of(need: Need, person: Person) -> Band:
    """The need's own band, within the person's times where that takes no care away."""
    start = max(need.window_start, person.contact_from or need.window_start)
    end = min(need.window_end, person.contact_until or need.window_end)
    asked = (need.window_start, need.window_end)
    if end < start:  # then as near to what the person asks for as the band goes
        return Band(*asked, asked[1] if start > asked[1] else asked[0], outside=True)
    best = need.preferred and min(max(need.preferred, start), end)
    if need.time_critical:
        return Band(*asked, best, outside=(start, end) != asked)
    return Band(start, end, best)


def in_words(first: time | None, last: time | None) -> str:
    """A stretch of the day as one says it, "" for all of it."""
    if first and last:
        return f"between {first:%H:%M} and {last:%H:%M}"
    if first:
        return f"not before {first:%H:%M}"
    return f"not after {last:%H:%M}" if last else ""
