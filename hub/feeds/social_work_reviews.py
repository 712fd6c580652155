"""Social-work reviews that are due, as CSV: one row a review, to be held once between two days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import BinaryIO

from hub.feeds import repeats, values
from hub.feeds.columns import (
    NAME,
    NEED,
    PERSON_OPTIONAL,
    PERSON_REQUIRED,
    care,
    person_once,
    read_rows,
    reference_once,
)
from hub.feeds.fields import Fields
from hub.feeds.record import NeedRecord, Record, Rejected, Skipped
from hub.feeds.seen import Seen
from hub.feeds.table import Columns
from hub.feeds.values import RefusedError

COLUMNS = Columns(
    required=(*PERSON_REQUIRED, "review_reference", "review_type", "not_before", "due_by", "minutes"),
    optional=(*PERSON_OPTIONAL, *NEED),
)
OFFICE_HOURS = (time(9), time(16))
LONGEST_DAYS = 366


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields each person once and a need for each review."""
    people, reviews = Seen(), Seen()

    def take(fields: Fields) -> Iterator[Record]:
        yield from person_once(fields, people)
        client = fields.key
        yield _need(fields, key=reference_once(fields, "review_reference", reviews), client=client)

    yield from read_rows(stream, COLUMNS, take)


def _need(fields: Fields, *, key: str, client: str) -> NeedRecord:
    first = fields.required("not_before", values.day)
    last = fields.required("due_by", values.day)
    if last < first:
        raise RefusedError("date_order", "Give a day that is not before not_before.", field="due_by")
    if (last - first).days > LONGEST_DAYS:
        raise RefusedError(
            "range", f"Give a day at most {LONGEST_DAYS} days after not_before.", field="due_by"
        )
    return NeedRecord(
        key=key,
        place=fields.place,
        person_key=client,
        title=fields.required("review_type", NAME),
        rrule=repeats.ONCE,
        starts_on=first,
        ends_on=last,
        flexible_days=(last - first).days,
        **care(fields, tasks=("review",), window=OFFICE_HOURS),
    )
