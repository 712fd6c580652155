"""A home-care provider's planned calls as CSV: one row a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from hub.feeds import repeats, values
from hub.feeds.columns import (
    NAME,
    NEED,
    PERSON_OPTIONAL,
    PERSON_REQUIRED,
    care,
    life,
    person_once,
    read_rows,
    reference_once,
)
from hub.feeds.fields import Fields
from hub.feeds.record import NeedRecord, Record, Rejected, Skipped
from hub.feeds.seen import Seen
from hub.feeds.table import Columns

COLUMNS = Columns(
    required=(
        *PERSON_REQUIRED,
        *("call_reference", "call_name", "days", "tasks", "minutes", "earliest", "latest", "starts"),
    ),
    optional=(*PERSON_OPTIONAL, *NEED, "every_weeks", "ends"),
)


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields each client once and a need for each call."""
    people, calls = Seen(), Seen()

    def take(fields: Fields) -> Iterator[Record]:
        yield from person_once(fields, people)
        client = fields.key
        yield _need(fields, key=reference_once(fields, "call_reference", calls), client=client)

    yield from read_rows(stream, COLUMNS, take)


def _need(fields: Fields, *, key: str, client: str) -> NeedRecord:
    starts_on, ends_on = life(fields)
    days = fields.required("days", values.weekdays)
    every = fields.optional("every_weeks", values.whole_number(1, 52), 1)
    return NeedRecord(
        key=key,
        place=fields.place,
        person_key=client,
        title=fields.required("call_name", NAME),
        rrule=repeats.weekly(days, every=every),
        starts_on=starts_on,
        ends_on=ends_on,
        **care(fields),
    )
