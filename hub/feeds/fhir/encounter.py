"""An Encounter is a visit that was made or a stay in hospital; an EpisodeOfCare ends an agency's care."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from hub.feeds.fhir.elements import Found, Json, instant, items, moment, part, text
from hub.feeds.fhir.need import person_key
from hub.feeds.fields import Fields
from hub.feeds.record import AbsenceRecord, ContactRecord, Item, Skipped
from hub.feeds.values import RefusedError, text_up_to

AT_HOME = frozenset({"HH"})
IN_HOSPITAL = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})
UNDER_WAY = frozenset({"arrived", "triaged", "in-progress", "onleave"})
CALLED_OFF = frozenset({"cancelled", "entered-in-error"})
NOT_YET = frozenset({"planned", "unknown"})
OVER = frozenset({"finished", "cancelled"})
LONGEST_MINUTES = 1440


def take(found: Found) -> Iterator[Item]:
    """Yields a contact, a stay, or why there is neither. Raises `RefusedError` for what cannot be read."""
    status = text(found.resource.get("status"))
    if status not in UNDER_WAY | CALLED_OFF | NOT_YET | {"finished"}:
        raise RefusedError("status", "Give a status of FHIR R4.", field="status")
    kind = text(part(found.resource, "class").get("code"))
    if kind not in AT_HOME | IN_HOSPITAL:
        yield Skipped(found.place, "an Encounter neither at home nor in hospital")
        return
    key = f"Encounter/{found.checked_id()}"
    if status in CALLED_OFF:
        yield Skipped(found.place, f"status {status}", ends_need=key)
    elif status in NOT_YET:
        yield Skipped(found.place, f"status {status}")
    elif kind in IN_HOSPITAL:
        yield _stay(found, key)
    elif status == "finished":
        yield _contact(found, key)
    else:
        yield Skipped(found.place, "a visit that goes on")


def take_episode(found: Found) -> Iterator[Item]:
    """Yields that the agency's care of a person has ended, or takes that back."""
    episode = found.resource
    status = text(episode.get("status"))
    key = f"EpisodeOfCare/{found.checked_id()}"
    if status not in OVER | {"planned", "waitlist", "active", "onhold", "entered-in-error"}:
        raise RefusedError("status", "Give a status of FHIR R4.", field="status")
    if status not in OVER:
        yield Skipped(found.place, f"status {status}", ends_need=key)
        return
    yield AbsenceRecord(
        key=key,
        place=found.place,
        person_key=person_key(found, episode.get("patient")),
        cause="left",
        starts_on=_day(part(episode, "period"), "end"),
    )


def _stay(found: Found, key: str) -> AbsenceRecord:
    period = part(found.resource, "period")
    starts_on = _day(period, "start")
    ends_on = _day(period, "end") if text(period.get("end")) else None
    if ends_on and ends_on < starts_on:
        raise RefusedError("timing", "Let it end after its start.", field="period.end")
    if ends_on is None and text(found.resource.get("status")) == "finished":
        raise RefusedError("required", "Say when it ended.", field="period.end", value_class="empty")
    return AbsenceRecord(
        key=key,
        place=found.place,
        person_key=person_key(found, found.resource.get("subject")),
        cause="hospital",
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _contact(found: Found, key: str) -> ContactRecord:
    period = part(found.resource, "period")
    fields = Fields(
        found.place,
        {
            "period.start": text(period.get("start")),
            "period.end": text(period.get("end")),
            "participant.individual": _worker(found),
        },
    )
    starts_at = fields.required("period.start", instant)
    lasted = fields.required("period.end", instant) - starts_at
    minutes = math.ceil(lasted.total_seconds() / 60)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise RefusedError("range", "Let it end 1 to 1440 minutes after its start.", field="period.end")
    return ContactRecord(
        key=key,
        place=found.place,
        person_key=person_key(found, found.resource.get("subject")),
        worker_reference=fields.required("participant.individual", text_up_to(60)),
        starts_at=starts_at,
        minutes=minutes,
    )


def _worker(found: Found) -> str:
    """The id of the first participant that is a Practitioner or a role of one."""
    for participant in items(found.resource.get("participant")):
        individual: Json = part(participant, "individual")
        kind, id_ = found.target(individual) if individual else ("", "")
        if kind in ("Practitioner", "PractitionerRole"):
            return id_
    return ""


def _day(period: Json, name: str) -> date:
    fields = Fields("", {f"period.{name}": text(period.get(name))})
    return fields.required(f"period.{name}", moment)[0]
