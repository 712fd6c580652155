"""The days on which a need falls due (RFC 5545 recurrence rules, by the day)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


ONCE = "ONCE"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_APART = 12  # days, weeks or months between two dues of a plain choice


class RecurrenceError(ValueError):
    """A rule that is not RFC 5545, or repeats within a day, which a need does not."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """A recurrence in the few choices that people make: once, or every so many days, weeks or months.

    `days` are the weekdays of weeks, or the one weekday of months, whose `which` of the month it is (-1 the
    last).
    """

    kind: str  # ONCE or a frequency
    every: int = 1
    days: tuple[str, ...] = ()
    which: int = 0

    @property
    def rule(self) -> str:
        """The rule of RFC 5545."""
        if self.kind == ONCE:
            return "FREQ=DAILY;COUNT=1"
        parts = [f"FREQ={self.kind}"] + ([f"INTERVAL={self.every}"] if self.every > 1 else [])
        if self.kind == "WEEKLY":
            parts.append("BYDAY=" + ",".join(day for day in WEEKDAYS if day in self.days))
        elif self.kind == "MONTHLY":
            parts.append(f"BYDAY={self.which}{self.days[0]}")
        return ";".join(parts)


def repeats_of(rule: str) -> Repeats | None:
    """The choices that make this rule, or None if no plain choices do."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    every, byday = parts.get("INTERVAL", "1"), parts.get("BYDAY", "")
    found = re.fullmatch(r"(-?\d)([A-Z]{2})", byday)
    if parts.get("COUNT") == "1":
        made = Repeats(ONCE)
    elif found:
        made = Repeats(parts["FREQ"], int(every), (found[2],), int(found[1]))
    else:
        made = Repeats(parts["FREQ"], int(every), tuple(byday.split(",")) if byday else ())
    return made if made.kind in (ONCE, *FREQUENCIES) and _is_said_by(made, parts) else None


def _is_said_by(made: Repeats, parts: dict[str, str]) -> bool:
    if (made.kind in ("WEEKLY", "MONTHLY") and not made.days) or made.kind == "YEARLY":
        return False
    ours = dict(part.split("=", 1) for part in made.rule.split(";"))
    same_days = set(ours.get("BYDAY", "").split(",")) == set(parts.get("BYDAY", "").split(","))
    rest = {"BYDAY": "", "INTERVAL": "1"}
    return same_days and rest | ours | {"BYDAY": ""} == rest | parts | {"BYDAY": ""}


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
    return list(_between(rule, starts_on, first, last)) if first <= last else []


@lru_cache(maxsize=32_768)  # the same week is mapped again and again, and a need's rule hardly ever changes
def _between(rule: str, starts_on: date, first: date, last: date) -> tuple[date, ...]:
    found = _parsed(rule, starts_on).between(_midnight(first), _midnight(last), inc=True)
    return tuple(moment.date() for moment in found)


def monday_of(day: date) -> date:
    """The Monday that begins the week of `day`."""
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=4096)
def _parsed(rule: str, starts_on: date) -> rrule:
    return rrulestr(rule, dtstart=_midnight(starts_on))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
