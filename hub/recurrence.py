"""The days on which a need falls due (RFC 5545 recurrence rules, by the day)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


class RecurrenceError(ValueError):
    """A rule that is not RFC 5545, or repeats within a day, which a need does not."""


def validate(rule: str) -> None:
    """Raises `RecurrenceError` if `rule` is not one that a need may have."""
    if not re.fullmatch(r"[A-Z]+=[^;=]+(;[A-Z]+=[^;=]+)*", rule):
        raise RecurrenceError("is not a recurrence rule such as FREQ=WEEKLY;BYDAY=MO,TH")
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    if unknown := sorted(parts.keys() - PARTS):
        raise RecurrenceError(f"has {', '.join(unknown)}, which is not among {', '.join(sorted(PARTS))}")
    if parts.get("FREQ") not in FREQUENCIES:
        raise RecurrenceError(f"needs FREQ to be one of {', '.join(sorted(FREQUENCIES))}")
    try:
        _parsed(rule, date(2026, 1, 5))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise RecurrenceError("cannot be read as a recurrence rule") from error


def days_due(rule: str, *, starts_on: date, ends_on: date | None, first: date, last: date) -> list[date]:
    """The due days from `first` to `last`, both included, within the need's own life."""
    last = min(last, ends_on) if ends_on else last
    first = max(first, starts_on)
    if first > last:
        return []
    found = _parsed(rule, starts_on).between(_midnight(first), _midnight(last), inc=True)
    return [moment.date() for moment in found]


def monday_of(day: date) -> date:
    """The Monday that begins the week of `day`."""
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=4096)
def _parsed(rule: str, starts_on: date) -> rrule:
    return rrulestr(rule, dtstart=_midnight(starts_on))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
