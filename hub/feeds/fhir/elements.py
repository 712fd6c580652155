"""Looks into FHIR of any shape: what is not there is empty, what is of a wrong type is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from hub.feeds import values
from hub.feeds.values import LOCAL, RefusedError, clean

Json = Mapping[str, Any]
YEARS_BEFORE = 1900  # nothing was said in a computer's first year or the year 1
MAX_ID = 64  # characters, as FHIR has it
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?"
)


@dataclass(frozen=True)
class Found:
    """A resource where it was found. `names` gives type and id for the full addresses of its Bundle."""

    place: str
    resource: Json = field(repr=False)
    full_url: str = ""
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    sent: str = ""  # when its Bundle was put together
    address: str = ""  # where the Bundle asks for it to be put: Patient/ID

    @cached_property
    def id(self) -> str:
        """The id of the resource, else the end of its full address, else ""."""
        own = self.resource.get("id")
        return clean(own) if isinstance(own, str) and own else last_part(self.address or self.full_url)

    @cached_property
    def said_at(self) -> datetime | None:
        """When the sender last changed it, as far as that is told and can be read."""
        meta = self.resource.get("meta")
        told = meta.get("lastUpdated") if isinstance(meta, dict) else None
        for written in (told, self.sent):
            if isinstance(written, str) and len(written) > len("2026-03-02T07"):
                try:
                    at = datetime.fromisoformat(written)
                except ValueError:
                    continue
                if at.tzinfo is not None and at.year > YEARS_BEFORE:
                    return at.astimezone(UTC)
        return None

    def checked_id(self) -> str:
        """The id. Raises `RefusedError` if there is none or it is too long."""
        if not 1 <= len(self.id) <= MAX_ID:
            raise RefusedError("id", f"Give the resource an id of 1 to {MAX_ID} characters.", field="id")
        return self.id

    def target(self, reference: Any) -> tuple[str, str]:
        """Type and id of what a Reference points to; the type is "" where it is not said."""
        address = (
            re.sub(r"/_history/[^/]*$", "", text(items(reference)[0].get("reference"))) if reference else ""
        )
        if address in self.names:
            return self.names[address]
        if address.startswith("urn:"):
            return "", last_part(address)
        if found := re.search(r"(?:^|/)([A-Z][A-Za-z]{1,60})/([^/#?]+)$", address):
            return found[1], found[2]
        return "", ""


def type_name(resource: Json) -> str:
    """The type, for a place or a reason: what is no word may hold anything and is not repeated."""
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) and re.fullmatch(r"[A-Za-z]{1,60}", kind) else "resource"


def last_part(address: str) -> str:
    """The last part of an address or a URN."""
    return re.split(r"[/:]", address)[-1]


def text(value: Any) -> str:
    """Cleaned text of a primitive, "" for none. Raises `RefusedError` for an object or a list."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict) and value and value.keys() <= {"extension", "id"}:
        return ""  # a primitive without a value, only with extensions, as XML writes it
    raise RefusedError("type", "Give a single value where FHIR has one.", value_class=type(value).__name__)


def items(value: Any) -> list[Json]:
    """The objects of a list; a single one counts as a list of one. Raises `RefusedError` for all else."""
    if value is None:
        return []
    found = value if isinstance(value, list) else [value]
    for item in found:  # no generator: this is asked twenty times of each resource
        if not isinstance(item, dict):
            raise RefusedError("type", "Give objects where FHIR has them.", value_class="not an object")
    return found


def part(parent: Json, name: str) -> Json:
    """The object under a name, {} for none."""
    found = items(parent.get(name))
    if len(found) > 1:
        raise RefusedError("type", "Give one object where FHIR has one.", field=name, value_class="list")
    return found[0] if found else {}


def texts(value: Any) -> list[str]:
    """The texts of a list of primitives that are not empty; a single one counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return [cleaned for item in found if (cleaned := text(item))]


def codes(concepts: Any, system: str) -> list[str]:
    """The codes that CodeableConcepts have in a system."""
    return [text(coding.get("code")) for coding in codings(concepts) if text(coding.get("system")) == system]


def wording(concepts: Any) -> str:
    """What a human reads for CodeableConcepts: their text, else the display of a coding."""
    said = [text(concept.get("text")) for concept in items(concepts)]
    shown = [text(coding.get("display")) for coding in codings(concepts)]
    return next((words for words in (*said, *shown) if words), "")


def refuse_modifiers(element: Json) -> None:
    """Raises `RefusedError` for what may turn the meaning round and is not understood here."""
    for name in ("modifierExtension", "implicitRules"):
        if element.get(name):
            raise RefusedError("modifier_extension", "Send it without; this feed knows none.", field=name)


def moment(value: str) -> tuple[date, time | None]:
    """Local day and time of a FHIR dateTime. Raises `RefusedError` for a year or a month alone."""
    on, at, offset = _parsed(value)
    if at and offset:
        there = _instant(on, at, offset)
        return there.date(), there.time().replace(second=0)
    return on, at.replace(second=0) if at else None


def instant(value: str) -> datetime:
    """A FHIR instant in local time. Raises `RefusedError` without a time of day and an offset."""
    on, at, offset = _parsed(value)
    if not at or not offset:
        raise RefusedError("offset", "Give the time of day with its offset from UTC.")
    return _instant(on, at, offset)


def written_day(value: str) -> date:
    """The day as it is written, whatever the offset behind it."""
    return _parsed(value)[0]


def _parsed(value: str) -> tuple[date, time | None, str]:
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", value):
        raise RefusedError("partial_date", "Give the day too.")
    found = _MOMENT.fullmatch(value)
    if not found:
        raise RefusedError("date", "Write it as 2026-03-02 or 2026-03-02T07:30:00Z.")
    return values.day(found[1]), values.clock(found[2]) if found[2] else None, found[3] or ""


def _instant(on: date, at: time, offset: str) -> datetime:
    ahead = timedelta()
    if offset != "Z":
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])) * (-1 if offset[0] == "-" else 1)
    return (datetime.combine(on, at, tzinfo=UTC) - ahead).astimezone(LOCAL)


def codings(concepts: Any) -> Iterator[Json]:
    """Every Coding of CodeableConcepts."""
    found: Iterable[Json] = items(concepts)
    for concept in found:
        yield from items(concept.get("coding"))
