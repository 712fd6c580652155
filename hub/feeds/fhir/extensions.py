"""What FHIR has no place for travels in extensions of ours, whose addresses begin with urn:care-visits:."""

from __future__ import annotations

from hub.feeds.fhir.elements import Found, Json, items, part, text
from hub.feeds.fields import Fields
from hub.feeds.record import GapRecord
from hub.feeds.values import RefusedError, text_up_to, whole_number

OURS = "urn:care-visits:"
TASK = f"{OURS}task"
GAP = "gap"
ADDRESS = {"tenure": "valueCode"}
NEED = {
    "window-start": "valueTime",
    "window-end": "valueTime",
    "tolerance-minutes": "valueUnsignedInt",
    "preferred": "valueTime",
    "minutes": "valuePositiveInt",
    "workers": "valuePositiveInt",
    "worker-gender": "valueCode",
    "priority": "valuePositiveInt",
    "time-critical": "valueBoolean",
    "keep-separate": "valueString",
    "flexible-days": "valueUnsignedInt",
}


def cells_of(element: Json, known: dict[str, str]) -> dict[str, str]:
    """The values of our extensions by name. Raises `RefusedError` for a name or type that is not `known`."""
    cells: dict[str, str] = {}
    for extension in items(element.get("extension")):
        address = text(extension.get("url"))
        if not address.startswith(OURS):
            continue
        name = address.removeprefix(OURS)
        if name == GAP and known is NEED:
            continue
        if name not in known or name in cells or known[name] not in extension:
            raise RefusedError(
                "unknown_extension",
                "Use each extension of docs/feeds.md at most once, with its type of value.",
                field=name[:60],
            )
        cells[name] = text(extension[known[name]])
    return cells


def gaps_of(found: Found, element: Json, *, key: str) -> tuple[GapRecord, ...]:
    """The gaps to needs that come after the one with this key."""
    return tuple(
        _gap(found, extension, key=key)
        for extension in items(element.get("extension"))
        if text(extension.get("url")) == OURS + GAP
    )


def _gap(found: Found, extension: Json, *, key: str) -> GapRecord:
    parts = {text(one.get("url")): one for one in items(extension.get("extension"))}
    after = parts.get("after", {})
    named = text(after.get("valueString"))
    if part(after, "valueReference"):
        named = "/".join(name for name in found.target(after["valueReference"]) if name)
    cells = {"gap.after": named}
    for name in ("min-minutes", "max-minutes"):
        cells[f"gap.{name}"] = text(parts.get(name, {}).get("valueUnsignedInt"))
    fields = Fields(found.place, cells)
    gap = GapRecord(
        after=fields.required("gap.after", text_up_to(120)),
        min_minutes=fields.required("gap.min-minutes", whole_number(0, 1440)),
        max_minutes=fields.optional("gap.max-minutes", whole_number(0, 1440), None),
    )
    if gap.after == key or (gap.max_minutes is not None and gap.max_minutes < gap.min_minutes):
        raise RefusedError(
            "gap", "Name another need, and no fewer minutes at most than at least.", field="gap"
        )
    return gap
