"""Recurrence rules: makes those a feed needs and checks those a partner writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

from hub.feeds.values import RefusedError
from hub.recurrence import RecurrenceError, days_due, validate

ONCE = "FREQ=DAILY;COUNT=1"
LOOK_AHEAD_YEARS = 9  # beyond the longest wait for a 29 February


def daily(*, every: int = 1) -> str:
    return f"FREQ=DAILY;INTERVAL={every}" if every > 1 else "FREQ=DAILY"


def weekly(days: Sequence[str], *, every: int = 1) -> str:
    """`days` as RFC 5545 writes them; every other week counts from the week of the first day."""
    if len(days) == 7 and every == 1:
        return daily()
    interval = f";INTERVAL={every}" if every > 1 else ""
    return f"FREQ=WEEKLY{interval};BYDAY={','.join(days)}"


def monthly(first: date, *, every: int) -> str:
    """On the day of the month of `first`, or the last day of a month that is too short."""
    return f"FREQ=MONTHLY;INTERVAL={every};{_day_of_month(first.day)}"


def yearly(first: date, *, every: int) -> str:
    """On the day of `first`; 29 February becomes the 28th in other years."""
    return f"FREQ=YEARLY;INTERVAL={every};BYMONTH={first.month};{_day_of_month(first.day)}"


def checked(text: str, *, starts_on: date) -> str:
    """A rule that a partner wrote, or `once`. Raises `RefusedError` if it is none or never due."""
    if text.lower() == "once":
        return ONCE
    rule = text.upper()
    if len(rule) > 200:
        raise RefusedError("too_long", "Shorten the rule to 200 characters.")
    try:
        validate(rule)
        due = _falls_due(rule, starts_on)
    except (RecurrenceError, ValueError, TypeError, ArithmeticError, LookupError):
        raise RefusedError(
            "recurrence", "Write once, or a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO,TH."
        ) from None
    if not due:
        raise RefusedError("never_due", "Mend the rule; no day fits it.")
    return rule


def _day_of_month(number: int) -> str:
    if number <= 28:
        return f"BYMONTHDAY={number}"
    return f"BYMONTHDAY={','.join(str(n) for n in range(28, number + 1))};BYSETPOS=-1"


def _falls_due(rule: str, starts_on: date) -> bool:
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    if not re.fullmatch(r"[1-9][0-9]{0,2}", parts.get("INTERVAL", "1")):
        raise ValueError("an interval of nothing never ends")
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("COUNT", "UNTIL"))
    # dateutil looks for the next day as far as the year 9999. The calendar repeats every 400 years, so the
    # search begins as near to that end as can be, and an impossible rule is known soon.
    ahead = (9999 - LOOK_AHEAD_YEARS - starts_on.year) // 400 * 400
    late_start = starts_on.replace(year=starts_on.year + ahead)
    first = next(iter(rrulestr(endless, dtstart=datetime.combine(late_start, time()))), None)
    if first is None or first.year - late_start.year > LOOK_AHEAD_YEARS:
        return False
    day = first.date().replace(year=first.year - ahead)
    return bool(days_due(rule, starts_on=starts_on, ends_on=None, first=starts_on, last=day))
