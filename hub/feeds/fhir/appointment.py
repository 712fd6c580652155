"""An Appointment becomes a need while it is to come, and a contact once it has been kept."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hub.feeds import repeats
from hub.feeds.fhir import timing
from hub.feeds.fhir.elements import Found, Json, instant, items, part, text
from hub.feeds.fhir.need import Undertaking, person_key, whole
from hub.feeds.fields import Fields
from hub.feeds.record import ContactRecord, Item, Skipped
from hub.feeds.values import RefusedError, text_up_to, whole_number

TO_COME = frozenset({"booked", "arrived", "checked-in"})
NOT_BOOKED = frozenset({"proposed", "pending", "waitlist"})
CALLED_OFF = frozenset({"cancelled", "noshow", "entered-in-error"})


def take(found: Found) -> Iterator[Item]:
    """Yields a need, a contact, or why there is neither. Raises `RefusedError` for what cannot be read."""
    status = text(found.resource.get("status"))
    key = f"Appointment/{found.checked_id()}"
    if status in TO_COME:
        yield from whole(found, _undertaking(found, key))
    elif status == "fulfilled":
        yield _contact(found, key)
    elif status in CALLED_OFF:
        yield Skipped(found.place, f"status {status}", ends_need=key)
    elif status in NOT_BOOKED:
        yield Skipped(found.place, f"status {status}")
    else:
        raise RefusedError("status", "Give a status of FHIR R4.", field="status")


def _undertaking(found: Found, key: str) -> Undertaking:
    visit = found.resource
    fields = Fields(found.place, {"start": text(visit.get("start"))})
    start = fields.required("start", instant)
    schedule = timing.Schedule(
        rrule=repeats.ONCE,
        starts_on=start.date(),
        slots=(timing.Slot(at=start.time().replace(second=0, microsecond=0)),),
        minutes=_minutes(visit),
    )
    return Undertaking(
        key=key,
        person_key=person_key(found, _actor(found, "Patient")),
        element=visit,
        concepts=visit.get("serviceType"),
        schedule=schedule,
        title=text(visit.get("description")),
        tolerance=0,
    )


def _contact(found: Found, key: str) -> ContactRecord:
    visit = found.resource
    worker = found.target(_actor(found, "Practitioner", "PractitionerRole"))[1]
    fields = Fields(found.place, {"start": text(visit.get("start")), "participant.actor": worker})
    return ContactRecord(
        key=key,
        place=found.place,
        person_key=person_key(found, _actor(found, "Patient")),
        worker_reference=fields.required("participant.actor", text_up_to(60)),
        starts_at=fields.required("start", instant),
        minutes=_minutes(visit),
    )


def _minutes(visit: Json) -> int:
    """How long it lasts. Raises `RefusedError` unless that is 1 to 1440 minutes."""
    if visit.get("minutesDuration") is not None:
        fields = Fields("", {"minutesDuration": text(visit["minutesDuration"])})
        return fields.required("minutesDuration", whole_number(1, 1440))
    fields = Fields("", {name: text(visit.get(name)) for name in ("start", "end")})
    lasted = fields.required("end", instant) - fields.required("start", instant)
    minutes = math.ceil(lasted.total_seconds() / 60)
    if not 1 <= minutes <= 1440:
        raise RefusedError("range", "Let it end 1 to 1440 minutes after its start.", field="end")
    return minutes


def _actor(found: Found, *kinds: str) -> Json:
    """The reference to the participant of one of these types."""
    for participant in items(found.resource.get("participant")):
        actor = part(participant, "actor")
        if actor and found.target(actor)[0] in kinds:
            return actor
    raise RefusedError("reference", f"Name a participant that is a {kinds[0]}.", field="participant.actor")
