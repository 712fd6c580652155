"""Social lettings as landlords send them to MHCLG (CORE): the bulk-upload CSV and the export of the service.

A letting has no names, so it gives a home: where it is and how it is held. Incomes, ages, health and the
reasons for a letting are nobody's business here and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from hub.feeds import values
from hub.feeds.columns import REFERENCE, each_row
from hub.feeds.fields import Fields
from hub.feeds.record import FeedError, HomeRecord, Record, Rejected, Skipped
from hub.feeds.table import rows_below
from hub.feeds.values import RefusedError

HEADING_ROWS = 8
NUMBERS = "bulk upload field number"  # the last row of the heading begins so
# A question of the bulk upload begins with or holds these words; years differ in order and in wording.
QUESTIONS = (
    ("tenant_code", "what is the tenant code"),
    ("property_reference", "what is the property reference"),
    ("uprn", "uprn"),
    ("line_1", "address line 1"),
    ("line_2", "address line 2"),
    ("town", "town or city"),
    ("postcode_1", "part 1 of the property's postcode"),
    ("postcode_2", "part 2 of the property's postcode"),
    ("sheltered", "sheltered accommodation"),
)
EXPORT = {
    "tenancycode": "tenant_code",
    "propcode": "property_reference",
    "uprn": "uprn",
    "address_line1": "line_1",
    "address_line2": "line_2",
    "town_or_city": "town",
    "postcode_full": "postcode_1",
    "sheltered": "sheltered",
}
NEEDED = ("line_1", "postcode_1")
SHELTERED = ("1", "2")  # extra care, or other housing for older people
SHELTERED_ANSWERS = ("", "1", "2", "3", "4", "5")


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields a home for each letting that says where it is."""
    yield from each_row(rows_below(stream, _names, most=HEADING_ROWS), _take)


def _names(heading: list[list[str]]) -> list[str] | None:
    """The columns that are read, once the heading is whole."""
    last = [" ".join(cell.lower().replace("’", "'").split()) for cell in heading[-1]]
    if last[0] == NUMBERS and len(heading) > 1:
        return _checked([_asked(cell) for cell in _questions(heading)])
    if "propcode" in last and "postcode_full" in last:
        return _checked([EXPORT.get(cell, "") for cell in last])
    return None


def _questions(heading: list[list[str]]) -> list[str]:
    for row in heading:
        if row[0].strip().lower() == "question":
            return row
    raise FeedError("The heading has no row of questions.", place="heading", rule="heading_missing")


def _asked(question: str) -> str:
    words = " ".join(question.lower().replace("’", "'").split())
    return next((name for name, part in QUESTIONS if part in words), "")


def _checked(names: list[str]) -> list[str]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        names[number] = "" if name in seen else name  # a later question may only mention the words
        seen.add(name)
    if missing := [name for name in NEEDED if name not in seen]:
        raise FeedError(
            f"The heading lacks the questions for {', '.join(missing)}.",
            place="heading",
            field=", ".join(missing),
            rule="heading_missing",
        )
    return names


def _take(fields: Fields) -> Iterator[Record | Skipped]:
    key = fields.optional("property_reference", REFERENCE, "")
    key = fields.key = key or fields.optional("tenant_code", REFERENCE, "")
    lines = [text for name in ("line_1", "line_2", "town") if (text := fields.text(name))]
    postcode = fields.text("postcode_1") + fields.text("postcode_2")
    if not lines and not postcode and not fields.text("uprn"):
        yield Skipped(fields.place, "a letting that does not say where it is")
        return
    if not key:
        raise RefusedError(
            "required",
            "Give the property reference or the tenant code.",
            field="property_reference",
            value_class="empty",
        )
    where = Fields(fields.place, {"address": ",".join(lines), "postcode": postcode}, key=key)
    home = HomeRecord(
        key=key,
        place=fields.place,
        address_lines=where.optional("address", values.address_lines, ()),
        postcode=where.required("postcode", values.postcode),
        uprn=fields.soft("uprn", values.uprn),
        tenure="sheltered" if fields.soft("sheltered", _sheltered) in SHELTERED else "social_rent",
    )
    yield home


def _sheltered(text: str) -> str:
    if text not in SHELTERED_ANSWERS:
        raise RefusedError("sheltered", "Write a code of the CORE specification.")
    return text
