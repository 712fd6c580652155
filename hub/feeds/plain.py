"""The plain CSV for any partner, such as fire and rescue or housing: a person a row, with a need or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from hub.feeds.values import RefusedError

OF_A_NEED = (*NEED, "need", "repeats", "starts", "ends", "flexible_days")
COLUMNS = Columns(required=PERSON_REQUIRED, optional=(*PERSON_OPTIONAL, "need_reference", *OF_A_NEED))


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields each person once and the needs that rows hold."""
    yield from read_rows(stream, COLUMNS, taker())


def taker() -> Callable[[Fields], Iterator[Record | Skipped]]:
    """What makes records of the rows of one file, whatever its columns were called."""
    people, needs = Seen(), Seen()

    def take(fields: Fields) -> Iterator[Record | Skipped]:
        said = list(person_once(fields, people))
        yield from said
        client = fields.key
        if fields.text("need_reference"):
            yield _need(fields, key=reference_once(fields, "need_reference", needs), client=client)
        elif any(fields.text(name) for name in OF_A_NEED):
            raise RefusedError(
                "need_reference",
                "Give the need a reference, or leave every column of the need empty.",
                field="need_reference",
                value_class="empty",
            )
        elif not said:
            yield Skipped(fields.place, "says nothing new of the person")

    return take


def _need(fields: Fields, *, key: str, client: str) -> NeedRecord:
    starts_on, ends_on = life(fields)

    def rule(text: str) -> str:
        return repeats.checked(text, starts_on=starts_on)

    return NeedRecord(
        key=key,
        place=fields.place,
        person_key=client,
        title=fields.required("need", NAME),
        rrule=fields.optional("repeats", rule, repeats.ONCE),
        starts_on=starts_on,
        ends_on=ends_on,
        flexible_days=fields.optional("flexible_days", values.whole_number(0, 366), 0),
        **care(fields),
    )
