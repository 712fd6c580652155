"""Sentences about needs, for pages."""

from __future__ import annotations

DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
WEEKDAYS, WEEKEND = ["MO", "TU", "WE", "TH", "FR"], ["SA", "SU"]
UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def recurrence(rule: str) -> str:
    """A recurrence rule as one says it: every Mon and Thu; every 2 weeks on Tue; 6 times."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    unit = UNITS.get(parts.get("FREQ", ""), "")
    if not unit:
        return rule
    if parts.get("COUNT") == "1":
        return "once"
    interval = int(parts.get("INTERVAL", "1"))
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    said = _days(days)
    if unit == "week" and interval == 1 and said:
        words = f"every {said}"
    else:
        words = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
        words += f" on {said}" if said else ""
    if month_days := parts.get("BYMONTHDAY"):
        words += f" on day {_list(month_days.split(','))}"
    if "COUNT" in parts:
        words += f", {parts['COUNT']} times"
    if until := parts.get("UNTIL"):
        words += f", until {until[6:8].lstrip('0')}/{until[4:6]}/{until[:4]}"
    return words


def _days(days: list[str]) -> str:
    if sorted(days) == sorted(DAYS):
        return "day"
    if sorted(days) == sorted(WEEKDAYS):
        return "weekday"
    if sorted(days) == sorted(WEEKEND):
        return "Sat and Sun"
    return _list([_weekday(day) for day in days])


def _weekday(day: str) -> str:
    name = DAYS.get(day[-2:], day)
    if which := day[:-2]:
        return f"the {ORDINALS.get(int(which), which)} {name}"
    return name


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
