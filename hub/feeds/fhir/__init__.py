"""FHIR R4 as JSON or XML: a Bundle, a single resource, or newline-delimited JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from hub.feeds.fhir import appointment, encounter, patient, request
from hub.feeds.fhir.documents import resources
from hub.feeds.fhir.elements import Found, refuse_modifiers, text, type_name
from hub.feeds.fields import rejected
from hub.feeds.record import AllOrNothing, Item, Rejected, Skipped
from hub.feeds.values import RefusedError

Taken = Iterator[Item]
READERS: dict[str, Callable[[Found], Taken]] = {
    "Patient": patient.take,
    "ServiceRequest": request.take_service_request,
    "CarePlan": request.take_care_plan,
    "Appointment": appointment.take,
    "Encounter": encounter.take,
    "EpisodeOfCare": encounter.take_episode,
}


def read(stream: BinaryIO) -> Taken:
    """Yields what each resource gives. A Bundle gives its persons first."""
    for found in resources(stream):
        if isinstance(found, Found):
            yield from _take(found)
        else:
            yield found


def _take(found: Found) -> Taken:
    try:
        kind = text(found.resource.get("resourceType"))
        if not kind:
            raise RefusedError("resource_type", "Give the resource its resourceType.", field="resourceType")
        if kind not in READERS:
            yield Skipped(found.place, f"{type_name(found.resource)} is not needed")
            return
        refuse_modifiers(found.resource)
        said_at = found.said_at
        for item in READERS[kind](found):
            if said_at is None or isinstance(item, Rejected | AllOrNothing) or item.said_at == said_at:
                yield item
            else:
                yield replace(item, said_at=said_at)
    except RefusedError as refused:
        yield rejected(refused, place=found.place, key=found.id[:120])
