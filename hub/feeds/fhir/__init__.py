"""FHIR R4 as JSON: a Bundle, a single resource, or newline-delimited JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from hub.feeds.fhir import appointment, patient, request
from hub.feeds.fhir.documents import resources
from hub.feeds.fhir.elements import Found, refuse_modifiers, text, type_name
from hub.feeds.fields import rejected
from hub.feeds.record import Record, Rejected, Skipped
from hub.feeds.values import RefusedError

Taken = Iterator[Record | Rejected | Skipped]
READERS: dict[str, Callable[[Found], Taken]] = {
    "Patient": patient.take,
    "ServiceRequest": request.take_service_request,
    "CarePlan": request.take_care_plan,
    "Appointment": appointment.take,
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
        yield from READERS[kind](found)
    except RefusedError as refused:
        yield rejected(refused, place=found.place, key=found.id[:120])
