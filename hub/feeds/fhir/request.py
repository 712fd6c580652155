"""ServiceRequest and CarePlan become needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.feeds.fhir import timing
from hub.feeds.fhir.elements import Found, Json, items, part, refuse_modifiers, text
from hub.feeds.fhir.need import Undertaking, needs_of, person_key, whole
from hub.feeds.fields import rejected
from hub.feeds.record import Item, NeedRecord, Replaces, Skipped
from hub.feeds.values import RefusedError

ENDED = frozenset({"completed", "revoked", "on-hold", "entered-in-error", "cancelled", "stopped"})
NOT_YET = frozenset({"draft", "unknown"})
UNDER_WAY = frozenset({"scheduled", "in-progress", "not-started"})
PROPOSALS = frozenset({"proposal", "option"})
PRIORITIES = {"": 3, "routine": 3, "urgent": 2, "asap": 1, "stat": 1}
LONGEST_ACTIVITY_ID = 40


def take_service_request(found: Found) -> Iterator[Item]:
    """Yields a need for each time of day, or what ends. Raises `RefusedError` for what cannot be read."""
    request = found.resource
    key = f"ServiceRequest/{found.checked_id()}"
    if nothing := _nothing_to_do(found, request, key, active=frozenset({"active"})):
        yield nothing
        return
    priority = text(request.get("priority"))
    if priority not in PRIORITIES:
        raise RefusedError("priority", "Write routine, urgent, asap or stat.", field="priority")
    asked = Undertaking(
        key=key,
        person_key=person_key(found, request.get("subject")),
        element=request,
        concepts=request.get("code"),
        schedule=_schedule(request, "occurrence", otherwise_from=text(request.get("authoredOn"))),
        priority=PRIORITIES[priority],
    )
    yield from whole(found, asked)


def take_care_plan(found: Found) -> Iterator[Item]:
    """Yields what each activity gives; one that cannot be read does not keep the others back."""
    key = f"CarePlan/{found.checked_id()}"
    live: list[str] = []
    for number, activity in enumerate(items(found.resource.get("activity"))):
        place = f"{found.place}.activity[{number}]"
        at = replace(found, place=place)
        own = f"{key}/{number}"
        try:
            own = f"{key}/{(text(activity.get('id')) or str(number))[:LONGEST_ACTIVITY_ID]}"
            for item in _activity(at, part(activity, "detail"), own, group=key):
                live += [item.key] if isinstance(item, NeedRecord) else []
                yield item
        except RefusedError as refused:
            live += [own, f"{own}@*"]  # what it said before stands until it can be read
            yield rejected(refused, place=place, key=key)
    yield Replaces(found.place, key, tuple(live))
    if not found.resource.get("activity"):
        yield Skipped(found.place, "a CarePlan without activities")


def _activity(found: Found, detail: Json, key: str, *, group: str) -> Iterator[NeedRecord | Skipped]:
    plan = found.resource
    if nothing := _nothing_to_do(found, plan, key, active=frozenset({"active"})):
        yield replace(nothing, group=group)
        return
    if not any(name.startswith("scheduled") for name in detail):
        yield Skipped(found.place, "an activity without a schedule")
        return
    refuse_modifiers(detail)
    if nothing := _nothing_to_do(found, detail, key, active=UNDER_WAY):
        yield replace(nothing, group=group)
        return
    asked = Undertaking(
        key=key,
        person_key=person_key(found, plan.get("subject")),
        element=detail,
        concepts=detail.get("code"),
        schedule=_schedule(detail, "scheduled", otherwise_from=text(part(plan, "period").get("start"))),
        group=group,
    )
    yield from needs_of(found, asked)


def _nothing_to_do(found: Found, element: Json, key: str, *, active: frozenset[str]) -> Skipped | None:
    """Why there is nothing to do, if there is not. Raises `RefusedError` for a status that is not of FHIR."""
    status = text(element.get("status"))
    if status in ENDED:
        return Skipped(found.place, f"status {status}", ends_need=key)
    if status in NOT_YET:
        return Skipped(found.place, f"status {status}")
    if status not in active:
        raise RefusedError("status", "Give a status of FHIR R4.", field="status")
    if (intent := text(element.get("intent"))) in PROPOSALS:
        return Skipped(found.place, f"intent {intent}")
    if element.get("doNotPerform") is True:
        return Skipped(found.place, "not to be performed", ends_need=key)
    if element.get("asNeededBoolean") is True or element.get("asNeededCodeableConcept"):
        return Skipped(found.place, "as needed, so on no day in particular")
    return None


def _schedule(element: Json, name: str, *, otherwise_from: str) -> timing.Schedule:
    if f"{name}Timing" in element:
        return timing.of_timing(part(element, f"{name}Timing"), otherwise_from=otherwise_from)
    if f"{name}Period" in element:
        return timing.of_period(part(element, f"{name}Period"))
    if name == "occurrence" and text(element.get("occurrenceDateTime")):
        return timing.of_moment(element["occurrenceDateTime"])
    raise RefusedError("timing", f"Say when it is to be done, in {name}Timing or {name}Period.", field=name)
