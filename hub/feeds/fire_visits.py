"""Home fire safety visits and the risk at each home, as a fire and rescue service keeps them: CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import BinaryIO

from hub.feeds import repeats, values
from hub.feeds.call_monitoring import duration
from hub.feeds.columns import PERSON_OPTIONAL, PERSON_REQUIRED, person_once, read_rows
from hub.feeds.fields import Fields
from hub.feeds.record import ContactRecord, NeedRecord, Record, Rejected, Skipped
from hub.feeds.seen import Seen
from hub.feeds.table import Columns
from hub.feeds.values import RefusedError

# The factors of CHARLIE-P, each scored 1 rare, 2 unlikely, 4 possible, 8 likely or 10 almost certain.
FACTORS = (
    "care_and_support",
    "hoarding",
    "alcohol_and_drugs",
    "reduced_mobility",
    "lives_alone",
    "smoking",
    "elderly",
    "previous_fires",
)
SCORES = ("1", "2", "4", "8", "10")
PRIORITY_OF_SCORE = {10: 1, 8: 2, 4: 3, 2: 4, 1: 4}
RISKS = {"very high": 1, "high": 2, "medium": 3, "low": 4}
# A visit is due so many days after its referral if nobody says by when.
DAYS_OF_PRIORITY = {1: 7, 2: 14, 3: 28, 4: 56}
COLUMNS = Columns(
    required=PERSON_REQUIRED,
    optional=(
        *(name for name in PERSON_OPTIONAL if not name.startswith("nhs_number")),
        *("visit_reference", "referred_on", "due_by", "minutes", "earliest", "latest", "risk"),
        *FACTORS,
        *("visited_on", "visited_at", "visited_by", "visit_minutes"),
    ),
)
DAYTIME = (time(9), time(17))
MINUTES = 40
LONGEST_DAYS = 366


def read(stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
    """Yields each person once, a need for each visit to come and a contact for each that was made."""
    people = Seen()

    def take(fields: Fields) -> Iterator[Record | Skipped]:
        said = list(person_once(fields, people))
        yield from said
        client = fields.key
        if fields.text("visited_on"):
            yield from _made(fields, client)
        elif fields.text("visit_reference"):
            yield _to_come(fields, client)
        elif not said:
            yield Skipped(fields.place, "says nothing new of the person")

    yield from read_rows(stream, COLUMNS, take)


def priority_of(fields: Fields) -> int:
    """1 (most urgent) to 4: what the service says, else what its highest factor says."""
    if fields.text("risk"):
        return fields.required("risk", _risk)
    scores = [fields.optional(name, _score, 0) for name in FACTORS]
    return PRIORITY_OF_SCORE.get(max(scores), 3)


def _to_come(fields: Fields, client: str) -> NeedRecord:
    priority = priority_of(fields)
    first: date = fields.required("referred_on", values.day)
    last = fields.optional("due_by", values.day, first + timedelta(days=DAYS_OF_PRIORITY[priority]))
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        raise RefusedError("date_order", "Give a day 0 to 366 days after referred_on.", field="due_by")
    start = fields.optional("earliest", values.clock, DAYTIME[0])
    end = fields.optional("latest", values.clock, DAYTIME[1])
    if end < start:
        raise RefusedError("window_order", "Give a latest time not before the earliest.", field="latest")
    return NeedRecord(
        key=fields.required("visit_reference", values.text_up_to(120)),
        place=fields.place,
        person_key=client,
        title="Home fire safety visit",
        skills=("fire_safety",),
        minutes=fields.optional("minutes", values.whole_number(1, 1440), MINUTES),
        window_start=start,
        window_end=end,
        rrule=repeats.ONCE,
        starts_on=first,
        ends_on=last,
        flexible_days=(last - first).days,
        priority=priority,
    )


def _made(fields: Fields, client: str) -> Iterator[Record | Skipped]:
    day = fields.required("visited_on", values.day)
    at = fields.required("visited_at", values.clock)
    worker = fields.required("visited_by", values.text_up_to(40))
    yield ContactRecord(
        key=f"{client[:60]}/{day}T{at:%H:%M}/{worker}",
        place=fields.place,
        person_key=client,
        worker_reference=worker,
        starts_at=values.local_moment(day, at),
        minutes=fields.optional("visit_minutes", duration, MINUTES),
    )
    if reference := fields.text("visit_reference"):
        yield Skipped(fields.place, "the visit was made", ends_need=reference)


def _risk(text: str) -> int:
    try:
        return RISKS[text.lower().replace("_", " ")]
    except KeyError:
        raise RefusedError("risk", f"Write one of {', '.join(RISKS)}.") from None


def _score(text: str) -> int:
    if text not in SCORES:
        raise RefusedError("risk_score", f"Write one of {', '.join(SCORES)}.")
    return int(text)
