"""Reads single values: each function takes cleaned text that is not empty, or raises `RefusedError`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.identity import nhs_number as nhs

LOCAL = ZoneInfo("Europe/London")
Stretch = tuple[time | None, time | None]  # of a day; either end may be open
YEARS = range(1880, 2201)
GENDERS = {"f": "F", "female": "F", "m": "M", "male": "M", "x": "X", "other": "X", "unknown": None}
TENURES = ("owner", "social_rent", "private_rent", "sheltered", "other")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = {name[:n]: WEEKDAYS[i] for i, name in enumerate(_DAY_NAMES) for n in (2, 3, 4, 5, len(name))}
_YES_NO = {"y": True, "yes": True, "true": True, "1": True} | dict.fromkeys(("n", "no", "false", "0"), False)
_POSTCODE = re.compile(
    r"(GIR|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?|[0-9][A-HJKPS-UW]))([0-9][ABD-HJLNP-UW-Z]{2})"
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?")
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
MOST_REMEMBERED = 32_768  # values of which a county's files have many alike: days, postcodes
_TASK = re.compile(r"[a-z0-9_-]{1,40}")


class RefusedError(ValueError):
    """One value is not what its field may hold. The message says what to do, never the value."""

    def __init__(self, rule: str, message: str, *, field: str = "", value_class: str = "") -> None:
        self.rule, self.message, self.field, self.value_class = rule, message, field, value_class
        super().__init__(message)


def clean(raw: str) -> str:
    """NFC, one space between words, no control, zero-width or direction marks."""
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.split()) if "  " in raw else raw.strip(" ")
    kept = (
        " " if char in "\r\n\t\v\f\x85" else char
        for char in raw
        if char in "\r\n\t\v\f\x85" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def value_class(text: str) -> str:
    """What kind of value this is, for a message that must not hold the value."""
    if not text:
        return "empty"
    if re.fullmatch(r"[+-]?[0-9][0-9 .,-]*", text):
        return "date-like" if re.fullmatch(r"[0-9]{1,4}[.-][0-9]{1,2}[.-][0-9]{1,4}", text) else "number"
    if _SCIENTIFIC.fullmatch(text):
        return "scientific number"
    if re.match(r"[0-9]{1,4}[/-][0-9]{1,2}[/-][0-9]{1,4}", text):
        return "date-like"
    if re.match(r"[0-9]{1,2}:[0-9]{1,2}", text):
        return "time-like"
    return "text"


def text_up_to(limit: int) -> Callable[[str], str]:
    """A parser of text of 1 to `limit` characters."""

    def parse(text: str) -> str:
        if len(text) > limit:
            raise RefusedError("too_long", f"Shorten it to {limit} characters.")
        return text

    return parse


@lru_cache(maxsize=MOST_REMEMBERED)
def day(text: str) -> date:
    """A date as 2026-03-02 or 02/03/2026; a time of midnight behind it is ignored."""
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)
    if iso := _ISO.fullmatch(text):
        year, month, number = (int(part) for part in iso.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        number, month, year = (int(part) for part in found.groups())
    elif re.fullmatch(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2}", text):
        raise RefusedError("two_digit_year", "Write the year with four digits.")
    elif re.fullmatch(r"[0-9]{5,6}(\.[0-9]+)?", text):
        raise RefusedError(
            "excel_serial",
            "Format the column as a date before saving; this is a day number of a spreadsheet.",
        )
    else:
        raise RefusedError("date", "Write a date as 2026-03-02 or 02/03/2026.")
    if year not in YEARS:
        raise RefusedError("year_range", f"Give a year from {YEARS[0]} to {YEARS[-1]}.")
    try:
        return date(year, month, number)
    except ValueError:
        raise RefusedError("date", "Give a day that is in the calendar.") from None


def clock(text: str) -> time:
    """A time of day as 07:30 or 07:30:00."""
    found = _CLOCK.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise RefusedError("time", "Write a time of day as 07:30.")
    return time(int(found[1]), int(found[2]), int(found[3] or 0))


def stretch(first: time | None, last: time | None, *, field: str) -> Stretch:
    """From one time of day to another. `field` is named if the second does not come after the first."""
    if first is not None and last is not None and last <= first:
        raise RefusedError("contact_order", "Give a time that is later than the first.", field=field)
    return first, last


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        if _SCIENTIFIC.fullmatch(text):
            raise RefusedError("scientific_notation", "Format the column as a whole number before saving.")
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise RefusedError("whole_number", "Write a whole number in digits.")
        if not low <= int(text) <= high:
            raise RefusedError("range", f"Give a number from {low} to {high}.")
        return int(text)

    return parse


def yes_no(text: str) -> bool:
    try:
        return _YES_NO[text.lower()]
    except KeyError:
        raise RefusedError("yes_no", "Write Y or N.") from None


def nhs_number(text: str) -> str:
    """Ten digits that pass modulus 11."""
    if _SCIENTIFIC.fullmatch(text):
        raise RefusedError(
            "scientific_notation", "Format the column as text before saving, so that all ten digits stay."
        )
    number = nhs.normalise(text)
    if not nhs.is_valid(number):
        raise RefusedError(
            "nhs_number_check",
            "The check digit is wrong or it is a placeholder: trace the number and send it again.",
        )
    return number


@lru_cache(maxsize=MOST_REMEMBERED)
def postcode(text: str) -> str:
    """A United Kingdom postcode: outward part, one space, inward part."""
    found = _POSTCODE.fullmatch(re.sub(r"[\s.-]", "", text.upper()))
    if not found:
        raise RefusedError("postcode", "Write a whole United Kingdom postcode such as NR11 6AA.")
    return f"{found[1]} {found[2]}"


def uprn(text: str) -> str:
    """1 to 12 digits, without leading zeros."""
    if _SCIENTIFIC.fullmatch(text):
        raise RefusedError(
            "scientific_notation", "Format the column as text before saving, so that all digits stay."
        )
    if not re.fullmatch(r"[0-9]{1,20}", text) or not 1 <= len(text.lstrip("0")) <= 12:
        raise RefusedError("uprn", "Write the UPRN as 1 to 12 digits.")
    return text.lstrip("0")


def gender(text: str) -> str | None:
    try:
        return GENDERS[text.lower()]
    except KeyError:
        raise RefusedError("gender", "Write F, M or X, or leave it empty.") from None


def worker_gender(text: str) -> str:
    """The gender that a person asks of their worker."""
    found = GENDERS.get(text.lower())
    if found not in ("F", "M"):
        raise RefusedError("worker_gender", "Write F or M, or leave it empty if either may come.")
    return found


def tenure(text: str) -> str:
    if text.lower() not in TENURES:
        raise RefusedError("tenure", f"Write one of {', '.join(TENURES)}.")
    return text.lower()


def tasks(text: str) -> tuple[str, ...]:
    """Task codes separated by semicolons, each once, in the order given."""
    codes = [re.sub(r"\s+", "_", code.strip().lower()) for code in text.split(";")]
    found = tuple(dict.fromkeys(code for code in codes if code))
    if not found or len(found) > 20 or any(not _TASK.fullmatch(code) for code in found):
        raise RefusedError(
            "task_code", "Write task codes separated by semicolons, such as personal_care;medication."
        )
    return found


def weekdays(text: str) -> tuple[str, ...]:
    """Days of the week in their order, as RFC 5545 writes them."""
    if text.lower() == "daily":
        return WEEKDAYS
    names = [name for name in re.split(r"[;,/|\s]+", text.lower()) if name]
    if not names or any(name not in _WEEKDAY for name in names):
        raise RefusedError("days", "Write days such as MO;WE;FR, or daily.")
    found = {_WEEKDAY[name] for name in names}
    return tuple(name for name in WEEKDAYS if name in found)


def address_lines(text: str) -> tuple[str, ...]:
    """The lines of an address, at most ten, 300 characters together."""
    lines = tuple(line for part in text.split(",") if (line := part.strip()))
    if len(lines) > 10 or len(", ".join(lines)) > 300:
        raise RefusedError("too_long", "Shorten the address to ten lines and 300 characters.")
    return lines


def local_moment(on: date, at: time) -> datetime:
    """Wall time in Europe/London with its offset.

    In the hour that comes twice the first is meant; a time in the hour that does not exist is moved
    forward by it.
    """
    wall = datetime.combine(on, at, tzinfo=LOCAL)
    return wall.astimezone(UTC).astimezone(LOCAL)
