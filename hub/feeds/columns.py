"""The columns of a person and of a need that several CSV feeds share, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import BinaryIO, TypedDict

from hub.feeds import values
from hub.feeds.fields import Fields, rejected
from hub.feeds.record import GapRecord, PersonRecord, Record, Rejected, Skipped
from hub.feeds.seen import Seen
from hub.feeds.table import Columns, Row, rows
from hub.feeds.values import RefusedError

PERSON_REQUIRED = ("client_reference", "family_name")
PERSON_OPTIONAL = (
    "given_name",
    "date_of_birth",
    "nhs_number",
    "nhs_number_verified",
    "gender",
    "address",
    "postcode",
    "uprn",
    "tenure",
    "restricted",
    "date_of_death",
    "contact_from",
    "contact_until",
)
NEED = (
    "tasks",
    "minutes",
    "earliest",
    "latest",
    "preferred",
    "carers",
    "carer_gender",
    "priority",
    "time_critical",
    "may_be_combined",
    "separate_reason",
    "next_call",
    "next_call_min_minutes",
    "next_call_max_minutes",
)
REFERENCE = values.text_up_to(120)
NAME = values.text_up_to(120)


class Care(TypedDict):
    """What of a need is the same in every CSV feed."""

    skills: tuple[str, ...]
    minutes: int
    window_start: time
    window_end: time
    preferred: time | None
    workers: int
    gender: str | None
    priority: int
    time_critical: bool
    mergeable: bool
    separate_reason: str
    gaps: tuple[GapRecord, ...]


def read_rows(
    stream: BinaryIO, columns: Columns, take: Callable[[Fields], Iterator[Record | Skipped]]
) -> Iterator[Record | Rejected | Skipped]:
    """Yields what `take` makes of each row, then what the row went without or why it was refused."""
    yield from each_row(rows(stream, columns), take)


def each_row(
    found: Iterator[Row | Rejected], take: Callable[[Fields], Iterator[Record | Skipped]]
) -> Iterator[Record | Rejected | Skipped]:
    """The same for rows that have been found otherwise."""
    for row in found:
        if isinstance(row, Rejected):
            yield row
            continue
        fields = Fields(row.place, row.cells)
        try:
            yield from take(fields)
        except RefusedError as refused:
            yield rejected(refused, place=fields.place, key=fields.key)
        yield from fields.notes


def person(fields: Fields) -> PersonRecord:
    """The person of a row. Raises `RefusedError` without a reference or a family name."""
    key = fields.key = fields.required("client_reference", REFERENCE)
    family_name = fields.required("family_name", NAME)
    given_name = fields.optional("given_name", NAME, "")
    restricted = fields.optional("restricted", values.yes_no, False)
    verified = fields.optional("nhs_number_verified", values.yes_no, False)
    lines = fields.optional("address", values.address_lines, ())
    # From here on nothing refuses the person, so every note about a field is true.
    number = fields.soft("nhs_number", values.nhs_number)
    contact_from, contact_until = _contact_times(fields)
    return PersonRecord(
        key=key,
        place=fields.place,
        family_name=family_name,
        given_name=given_name,
        birth_date=fields.soft("date_of_birth", values.day),
        gender=fields.soft("gender", values.gender),
        nhs_number=number,
        nhs_number_verified=verified and number is not None,
        address_lines=() if restricted else lines,
        postcode="" if restricted else fields.soft("postcode", values.postcode) or "",
        uprn=None if restricted else fields.soft("uprn", values.uprn),
        tenure=None if restricted else fields.soft("tenure", values.tenure),
        restricted=restricted,
        deceased=bool(fields.text("date_of_death")),
        deceased_on=fields.soft("date_of_death", values.day),
        contact_from=contact_from,
        contact_until=contact_until,
    )


def _contact_times(fields: Fields) -> values.Stretch:
    """Neither of the two if either cannot be read: half a wish may be the opposite of it."""
    noted = len(fields.notes)
    first, last = (fields.soft(name, values.clock) for name in ("contact_from", "contact_until"))
    if len(fields.notes) > noted:
        return None, None
    try:
        return values.stretch(first, last, field="contact_until")
    except RefusedError as refused:
        fields.note(refused)
        return None, None


def person_once(fields: Fields, seen: Seen) -> Iterator[PersonRecord]:
    """The person of a row if it says something new; what was noted of them before is not noted again."""
    found = person(fields)
    if seen.is_news(found):
        yield found
    else:
        fields.notes.clear()


def reference_once(fields: Fields, name: str, seen: Seen) -> str:
    """The reference of a need, which no earlier row may have had."""
    key = fields.key = fields.required(name, REFERENCE)
    if seen.is_repeated(key):
        raise RefusedError(
            "duplicate", "Give each row a reference of its own; an earlier row has it.", field=name
        )
    return key


def care(fields: Fields, *, tasks: tuple[str, ...] = (), window: tuple[time, time] | None = None) -> Care:
    """What a need asks for. `tasks` and `window` stand in for empty cells; else these cells are required."""
    skills = fields.optional("tasks", values.tasks, tasks) or fields.required("tasks", values.tasks)
    start = _time(fields, "earliest", window and window[0])
    end = _time(fields, "latest", window and window[1])
    preferred = fields.optional("preferred", values.clock, None)
    if end < start:
        raise RefusedError(
            "window_order", "Give a latest time that is not before the earliest.", field="latest"
        )
    if preferred and not start <= preferred <= end:
        raise RefusedError("within_window", "Give a time between earliest and latest.", field="preferred")
    mergeable = fields.optional("may_be_combined", values.yes_no, True)
    reason = "" if mergeable else fields.optional("separate_reason", values.text_up_to(200), "")
    if not mergeable and not reason:
        raise RefusedError(
            "separate_reason", "Say why the call may not be combined.", field="separate_reason"
        )
    return Care(
        skills=skills,
        minutes=fields.required("minutes", values.whole_number(1, 1440)),
        window_start=start,
        window_end=end,
        preferred=preferred,
        workers=fields.optional("carers", values.whole_number(1, 2), 1),
        gender=fields.optional("carer_gender", values.worker_gender, None),
        priority=fields.optional("priority", values.whole_number(1, 4), 3),
        time_critical=fields.optional("time_critical", values.yes_no, False),
        mergeable=mergeable,
        separate_reason=reason,
        gaps=_gaps(fields),
    )


def life(fields: Fields) -> tuple[date, date | None]:
    """The first and the last day of a need."""
    starts_on = fields.required("starts", values.day)
    ends_on = fields.optional("ends", values.day, None)
    if ends_on and ends_on < starts_on:
        raise RefusedError("date_order", "Give a last day that is not before the first.", field="ends")
    return starts_on, ends_on


def _time(fields: Fields, name: str, default: time | None) -> time:
    return fields.optional(name, values.clock, default) if default else fields.required(name, values.clock)


def _gaps(fields: Fields) -> tuple[GapRecord, ...]:
    after = fields.optional("next_call", REFERENCE, "")
    least = fields.optional("next_call_min_minutes", values.whole_number(0, 1440), None)
    most = fields.optional("next_call_max_minutes", values.whole_number(0, 1440), None)
    if not after and least is None and most is None:
        return ()
    if not after or after == fields.key or least is None:
        raise RefusedError(
            "gap", "Name another call and the least minutes to it, or leave both empty.", field="next_call"
        )
    if most is not None and most < least:
        raise RefusedError("gap", "Give no fewer minutes than the least.", field="next_call_max_minutes")
    return (GapRecord(after=after, min_minutes=least, max_minutes=most),)
