"""What a record must keep to before it can be stored, whatever feed it came from.

Feeds say the same earlier and with better words; this is the wall behind them, so that one record
cannot bring a whole delivery down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hub.feeds.record import (
    AbsenceRecord,
    ContactRecord,
    HomeRecord,
    NeedRecord,
    PersonRecord,
    Record,
    Rejected,
)
from hub.recurrence import RecurrenceError, validate

# The longest text of each field, in characters: the sizes of the columns.
LONGEST = {
    "key": 120,
    "person_key": 120,
    "family_name": 120,
    "given_name": 120,
    "gender": 1,
    "postcode": 8,
    "uprn": 12,
    "tenure": 20,
    "title": 120,
    "rrule": 200,
    "separate_reason": 200,
    "worker_reference": 60,
    "group": 120,
}
LONGEST_ADDRESS = 300  # characters, all lines with a comma and a space between
MOST_MINUTES = 1440
MOST_DAYS = 366
GENDERS = ("", "F", "M", "X")
TENURES = ("", "owner", "social_rent", "private_rent", "sheltered", "other")

Wrong = tuple[str, str, str]  # field, rule, message


def problem(record: Record) -> Rejected | None:
    """The first thing that keeps a record from being stored, or None."""
    for wrong in (_texts, _RULES[type(record)]):
        for field, rule, message in wrong(record):
            return Rejected(place=record.place, key=record.key, field=field, rule=rule, message=message)
    return None


def _texts(record: Record) -> Iterator[Wrong]:
    for field in record.__dataclass_fields__:
        value = getattr(record, field)
        for text in value if isinstance(value, tuple) else (value,):
            if not isinstance(text, str):
                continue
            if not text.isprintable() and not _can_be_kept(text):
                yield field, "text", "Take out the characters that are not text (NUL or half a character)."
            if len(text) > LONGEST.get(field, len(text)):
                yield field, "too_long", f"Keep it to {LONGEST[field]} characters."
    if not record.key:
        yield "key", "required", "Give the record a reference of its own."


def _can_be_kept(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _person(record: PersonRecord) -> Iterator[Wrong]:
    if not record.family_name.strip():
        yield "family_name", "required", "Give the family name."
    if len(", ".join(record.address_lines)) > LONGEST_ADDRESS:
        yield "address_lines", "too_long", f"Keep the address to {LONGEST_ADDRESS} characters."
    if (record.gender or "") not in GENDERS:
        yield "gender", "gender", "Write F, M or X, or leave it out."
    if (record.tenure or "") not in TENURES:
        yield "tenure", "tenure", f"Write one of {', '.join(TENURES[1:])}, or leave it out."
    if record.contact_from and record.contact_until and record.contact_until <= record.contact_from:
        yield "contact_until", "contact_order", "Give a time that is later than contact_from."


def _need(record: NeedRecord) -> Iterator[Wrong]:
    if not (0 if record.codes else 1) <= record.minutes <= MOST_MINUTES:
        yield "minutes", "range", f"Give 1 to {MOST_MINUTES} minutes."
    if record.window_end < record.window_start:
        yield "window_end", "window", "Let the time band end after it starts."
    if record.workers not in (1, 2):
        yield "workers", "range", "Ask for one worker or two."
    if not 1 <= record.priority <= 4:
        yield "priority", "range", "Give a priority from 1 to 4."
    if not 0 <= record.flexible_days <= MOST_DAYS:
        yield "flexible_days", "range", f"Give 0 to {MOST_DAYS} days."
    if not record.mergeable and not record.separate_reason.strip():
        yield "separate_reason", "required", "Say why this call must stay on its own."
    if (record.gender or "") not in GENDERS:
        yield "gender", "gender", "Write F, M or X, or leave it out."
    if record.ends_on and record.ends_on < record.starts_on:
        yield "ends_on", "dates", "Let it end on or after the day it starts."
    for gap in record.gaps:
        if not 0 <= gap.min_minutes <= (gap.max_minutes or MOST_MINUTES) <= MOST_MINUTES:
            yield (
                "gaps",
                "range",
                f"Give gaps of 0 to {MOST_MINUTES} minutes, the least no more than the most.",
            )
        if not _can_be_kept(gap.after) or gap.after == record.key:
            yield "gaps", "gap", "Let the gap name another call."
    try:
        validate(record.rrule)
    except RecurrenceError as error:
        yield "rrule", "recurrence", f"The rule {error}."


def _contact(record: ContactRecord) -> Iterator[Wrong]:
    if record.starts_at.tzinfo is None:
        yield "starts_at", "time_zone", "Give the time with its offset from UTC."
    if not 0 <= record.minutes <= MOST_MINUTES:
        yield "minutes", "range", f"Give 0 to {MOST_MINUTES} minutes."


def _absence(record: AbsenceRecord) -> Iterator[Wrong]:
    if record.cause not in ("hospital", "left"):
        yield "cause", "cause", "Write hospital or left."
    if record.ends_on and record.ends_on < record.starts_on:
        yield "ends_on", "dates", "Let it end on or after the day it starts."


def _home(record: HomeRecord) -> Iterator[Wrong]:
    if len(", ".join(record.address_lines)) > LONGEST_ADDRESS:
        yield "address_lines", "too_long", f"Keep the address to {LONGEST_ADDRESS} characters."
    if (record.tenure or "") not in TENURES:
        yield "tenure", "tenure", f"Write one of {', '.join(TENURES[1:])}, or leave it out."


_RULES: dict[type, Callable[..., Iterator[Wrong]]] = {
    PersonRecord: _person,
    NeedRecord: _need,
    ContactRecord: _contact,
    AbsenceRecord: _absence,
    HomeRecord: _home,
}
