"""What ServiceRequest, CarePlan and Appointment share: from a schedule and our extensions to needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from hub.feeds import values
from hub.feeds.fhir.elements import MAX_ID, Found, Json, codes, wording
from hub.feeds.fhir.extensions import NEED, TASK, cells_of, gaps_of
from hub.feeds.fhir.snomed import snomed_codes
from hub.feeds.fhir.timing import Band, Schedule, Slot
from hub.feeds.fields import Fields
from hub.feeds.record import NeedRecord, Replaces
from hub.feeds.values import RefusedError

DAYTIME: Band = (time(8), time(18))
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One thing to be done, as a resource says it. `element` carries our extensions, `concepts` the tasks."""

    key: str
    person_key: str
    element: Json = field(repr=False)
    concepts: Any = field(repr=False)
    schedule: Schedule
    title: str = ""
    priority: int = 3
    tolerance: int = 30  # minutes around a time of day
    group: str = ""  # the key itself if nothing else is said


def person_key(found: Found, reference: Any) -> str:
    """The key of the Patient that a reference points to."""
    kind, id_ = found.target(reference)
    if kind not in ("Patient", "") or not 1 <= len(id_) <= MAX_ID:
        raise RefusedError("reference", "Point to a Patient, as Patient/ID.", field="subject")
    return id_


def tasks_of(concepts: Any) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The tasks among the codings; else the SNOMED CT codes. Raises `RefusedError` if there are neither."""
    if named := ";".join(codes(concepts, TASK)):
        return Fields("", {"code": named}).required("code", values.tasks), ()
    if coded := snomed_codes(concepts):
        return (), coded
    raise RefusedError(
        "task_code",
        f"Add a coding with system {TASK}, or one of SNOMED CT.",
        field="code",
        value_class="empty",
    )


def whole(found: Found, asked: Undertaking) -> Iterator[NeedRecord | Replaces]:
    """Yields the needs of a resource that is all of its group, then what they replace."""
    needs = list(needs_of(found, asked))
    yield from needs
    yield Replaces(found.place, asked.key, tuple(need.key for need in needs))


def needs_of(found: Found, asked: Undertaking) -> Iterator[NeedRecord]:
    """Yields a need for each time of the day."""
    fields = Fields(found.place, cells_of(asked.element, NEED))
    skills, coded = tasks_of(asked.concepts)
    schedule = asked.schedule
    minutes = schedule.minutes or fields.optional("minutes", values.whole_number(1, 1440), 0)
    if not minutes and (not coded or schedule.latest_end):  # when it must be over, its length tells the band
        fields.required("minutes", values.whole_number(1, 1440))
    reason = fields.optional("keep-separate", values.text_up_to(200), "")
    if "keep-separate" in fields and not reason:
        raise RefusedError("separate_reason", "Say why it may not be combined.", field="keep-separate")
    for slot in schedule.slots:
        start, end, preferred = _window(fields, asked, slot, minutes)
        yield NeedRecord(
            key=asked.key + slot.suffix,
            place=found.place,
            person_key=asked.person_key,
            title=_title(asked, skills or tuple(code for code, _ in coded)),
            skills=skills,
            codes=coded,
            minutes=minutes,
            window_start=start,
            window_end=end,
            rrule=schedule.rrule,
            starts_on=schedule.starts_on,
            ends_on=schedule.ends_on,
            preferred=preferred,
            flexible_days=fields.optional(
                "flexible-days", values.whole_number(0, 366), schedule.flexible_days
            ),
            workers=fields.optional("workers", values.whole_number(1, 2), 1),
            gender=fields.optional("worker-gender", values.worker_gender, None),
            priority=fields.optional("priority", values.whole_number(1, 4), asked.priority),
            time_critical=fields.optional("time-critical", values.yes_no, False),
            mergeable=not reason,
            separate_reason=reason,
            gaps=gaps_of(found, asked.element, key=asked.key + slot.suffix),
            group=asked.group or asked.key,
        )


def _title(asked: Undertaking, skills: tuple[str, ...]) -> str:
    title = asked.title or wording(asked.concepts) or ", ".join(skills)
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _window(fields: Fields, asked: Undertaking, slot: Slot, minutes: int) -> tuple[time, time, time | None]:
    """Earliest and latest time to begin, and the preferred one."""
    preferred = fields.optional("preferred", values.clock, slot.at)
    start = fields.optional("window-start", values.clock, None)
    end = fields.optional("window-end", values.clock, None)
    if (start is None) != (end is None) or (start and end and (end < start or len(asked.schedule.slots) > 1)):
        raise RefusedError(
            "window_order",
            "Give window-start and a later window-end, and only with one time of day.",
            field="window-end",
        )
    if start is None or end is None:
        tolerance = fields.optional("tolerance-minutes", values.whole_number(0, 720), asked.tolerance)
        start, end = _around(preferred, tolerance) if preferred and not slot.band else slot.band or DAYTIME
        if asked.schedule.latest_end:
            end = max(start, _moved(end, -minutes))
    if preferred and not start <= preferred <= end:
        raise RefusedError("within_window", "Give a time within the window.", field="preferred")
    return start, end, preferred


def _around(at: time, tolerance: int) -> Band:
    return _moved(at, -tolerance), _moved(at, tolerance)


def _moved(at: time, minutes: int) -> time:
    """A time moved within its day: it stops at 00:00 and at 23:59."""
    moved = min(max(at.hour * 60 + at.minute + minutes, 0), 1439)
    return time(moved // 60, moved % 60)
