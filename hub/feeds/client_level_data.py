"""The Adult Social Care Client Level Data return, Release 1 or 2, as CSV: one row an event of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from hub.feeds import tenure, values
from hub.feeds.columns import NAME, REFERENCE, read_rows
from hub.feeds.fields import Fields
from hub.feeds.record import PersonRecord, Record, Rejected, Skipped
from hub.feeds.seen import Seen
from hub.feeds.table import Columns

COLUMNS = Columns(
    required=(
        "LA Person Unique Identifier",
        "First Name",
        "Last Name",
        "NHS Number",
        "Gender",
        "Date of Birth",
        "Postcode",
        "Accommodation Status",
    ),
    optional=("Date of Death", "Client Type", "Event Start Date", "Event Outcome"),
    strict=False,
)
CARERS = ("carer", "unpaid carer")
DIED = "nfa deceased"  # "NFA - Deceased" of Release 1 and "NFA: Deceased" of Release 2
NO_GENDER = ("not stated", "not known", "unknown", "indeterminate", "not specified", "prefer not to say")


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields each person at first sight, and again when a later event says something different."""
    people = Seen()

    def take(fields: Fields) -> Iterator[Record | Skipped]:
        fields.key = fields.text("LA Person Unique Identifier")
        if fields.text("Client Type").lower().startswith(CARERS):
            yield Skipped(fields.place, "an unpaid carer, who is not visited")
            return
        person = _person(fields)
        dated = fields.soft("Event Start Date", values.day)
        if people.is_news(person, dated=dated):
            yield person
        else:
            fields.notes.clear()
            yield Skipped(fields.place, "says nothing new of the person")

    yield from read_rows(stream, COLUMNS, take)


def _person(fields: Fields) -> PersonRecord:
    key = fields.required("LA Person Unique Identifier", REFERENCE)
    family_name = fields.required("Last Name", NAME)
    given_name = fields.optional("First Name", NAME, "")
    # From here on nothing refuses the person, so every note about a field is true.
    return PersonRecord(
        key=key,
        place=fields.place,
        family_name=family_name,
        given_name=given_name,
        birth_date=fields.soft("Date of Birth", values.day),
        gender=fields.soft("Gender", _gender),
        nhs_number=fields.soft("NHS Number", values.nhs_number),
        postcode=fields.soft("Postcode", values.postcode) or "",
        tenure=fields.soft("Accommodation Status", tenure.of_accommodation),
        deceased=bool(fields.text("Date of Death")) or _bare(fields.text("Event Outcome")) == DIED,
        deceased_on=fields.soft("Date of Death", values.day),
    )


def _gender(text: str) -> str | None:
    """The gender; None for the ways in which councils say that they do not know."""
    return None if text.lower() in NO_GENDER else values.gender(text)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^a-z]", " ", text.lower()).split())
