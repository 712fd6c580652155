"""When a Patient asks to be called: the PreferredContactTimes of UK Core's ContactPreference.

UK Core sends a Timing, PDS a sentence. Of a sentence only what can mean one thing is read; all else is noted,
because a guess would keep a call away that somebody waits for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

from hub.feeds import values
from hub.feeds.fhir.elements import Json, items, part, text, texts
from hub.feeds.fhir.timing import BANDS
from hub.feeds.fields import Fields
from hub.feeds.values import WEEKDAYS, RefusedError, Stretch, stretch

PREFERENCE = "Extension-UKCore-ContactPreference"
TIMES = "PreferredContactTimes"
# What a Timing may hold and still say only when in a day; more would be a limit of another kind.
READ = {"frequency", "period", "periodUnit", "dayOfWeek", "when"}

_CLOCK = r"(\d{1,2}[:.]\d{2} ?(?:am|pm)?|\d{1,2} ?(?:am|pm)|noon|midday)"
_FIRST = rf"(?:not before|no earlier than|after|from) {_CLOCK}"
_LAST = rf"(?:not after|no later than|before|until|by) {_CLOCK}"
_SENTENCES = tuple(
    (re.compile(rf"(?:only )?{pattern}(?: only)?\.?"), names)
    for pattern, names in (
        (_FIRST, ("from",)),
        (_LAST, ("until",)),
        (rf"between {_CLOCK} and {_CLOCK}", ("from", "until")),
        (rf"(?:from )?{_CLOCK} ?(?:-|–|to|until|till) ?{_CLOCK}", ("from", "until")),
        (rf"{_FIRST},? (?:and |or |but )?{_LAST}", ("from", "until")),
        (rf"not before {_CLOCK},? (?:and|or) after {_CLOCK}", ("from", "until")),
    )
)  # fmt: skip


def contact_times(patient: Json, fields: Fields) -> Stretch:
    """The stretch of the day in which the person asks to be called; what cannot be read is noted."""
    try:
        found = [_one(value, fields) for value in _said(patient)]
        return _together(found) if found else (None, None)
    except RefusedError as refused:
        refused.field = refused.field or TIMES
        fields.note(refused)
        return None, None


def _said(patient: Json) -> Iterator[Json]:
    for extension in items(patient.get("extension")):
        if text(extension.get("url")).endswith(PREFERENCE):
            yield from (one for one in items(extension.get("extension")) if text(one.get("url")) == TIMES)


def _one(value: Json, fields: Fields) -> Stretch:
    if "valueString" in value:
        return _of_sentence(text(value["valueString"]))
    repeat = part(part(value, "valueTiming"), "repeat")
    whens = texts(repeat.get("when"))
    if not whens or any(when not in BANDS for when in whens) or repeat.keys() - READ:
        raise RefusedError(
            "contact_times",
            f"Give a Timing with `when` alone, of {', '.join(BANDS)}, or a sentence.",
            value_class="Timing",
        )
    days = Fields("", {"dayOfWeek": ";".join(texts(repeat.get("dayOfWeek")))})
    named = days.optional("dayOfWeek", values.weekdays, WEEKDAYS)
    if named != WEEKDAYS:
        fields.note(
            RefusedError(
                "contact_days",
                "The times are kept, for every day: on which days somebody comes, a need says itself.",
                field=f"{TIMES}.dayOfWeek",
                value_class="days",
            )
        )
    return _together([BANDS[when] for when in whens])


def _of_sentence(said: str) -> Stretch:
    for pattern, names in _SENTENCES:
        if found := pattern.fullmatch(said.casefold()):
            at = {name: _clock(written.strip()) for name, written in zip(names, found.groups(), strict=True)}
            return stretch(at.get("from"), at.get("until"), field=TIMES)
    raise RefusedError(
        "contact_times",
        "Write it as: between 09:00 and 17:00, not before 09:00, or not after 7pm.",
        value_class=values.value_class(said),
    )


def _clock(written: str) -> time:
    if written in ("noon", "midday"):
        return time(12)
    half = written[-2:] if written[-2:] in ("am", "pm") else ""
    hour, _, minute = re.sub(r" ?(am|pm)$", "", written).replace(".", ":").partition(":")
    if half and not 1 <= int(hour) <= 12:
        raise RefusedError("time", "Write a time of day as 07:30 or 7.30pm.", value_class="time-like")
    told = int(hour) % 12 + (12 if half == "pm" else 0) if half else int(hour)
    return values.clock(f"{told}:{minute or '00'}")


def _together(found: list[Any]) -> Stretch:
    """The one stretch that several make."""
    ordered = sorted(found, key=lambda one: one[0] or time.min)
    first, last = ordered[0]
    for start, end in ordered[1:]:
        if last is not None and start is not None and start > last:
            raise RefusedError("contact_times", "Give one stretch of the day.", value_class="several")
        last = None if last is None or end is None else max(last, end)
    return first, last
