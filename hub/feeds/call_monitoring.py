"""Visits that were made: electronic call monitoring as the Access Abacus provider portal exports it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from hub.feeds import values
from hub.feeds.columns import read_rows
from hub.feeds.fields import Fields
from hub.feeds.record import ContactRecord, Record, Rejected, Skipped
from hub.feeds.table import Columns
from hub.feeds.values import RefusedError

COLUMNS = Columns(
    required=("ServiceUserRef", "CarerRef", "VisitDate", "ActualStartTime", "ActualDuration"), strict=False
)
LONGEST_MINUTES = 1440


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields a contact for each visit that was made."""
    yield from read_rows(stream, COLUMNS, _take)


def duration(text: str) -> int:
    """Whole minutes, written as 30, 00:30 or 00:30:59 (seconds are dropped)."""
    if found := re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?", text):
        minutes = int(found[1]) * 60 + int(found[2])
    elif re.fullmatch(r"[0-9]{1,6}", text):
        minutes = int(text)
    else:
        raise RefusedError("duration", "Write whole minutes, or hours and minutes as 00:30.")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise RefusedError("range", f"Give a duration from 1 to {LONGEST_MINUTES} minutes.")
    return minutes


def _take(fields: Fields) -> Iterator[Record | Skipped]:
    client = fields.key = fields.required("ServiceUserRef", values.text_up_to(60))
    if not fields.text("ActualStartTime") and not fields.text("ActualDuration"):
        yield Skipped(fields.place, "the visit was not made")
        return
    worker = fields.required("CarerRef", values.text_up_to(40))
    day = fields.required("VisitDate", values.day)
    at = fields.required("ActualStartTime", values.clock)
    yield ContactRecord(
        key=f"{client}/{day}T{at:%H:%M}/{worker}",
        place=fields.place,
        person_key=client,
        worker_reference=worker,
        starts_at=values.local_moment(day, at),
        minutes=fields.required("ActualDuration", duration),
    )
