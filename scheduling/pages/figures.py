"""Rotas' figures and terms side by side, in words and units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduling.pages.hand_wording import TERMS
from visits.models import Rota

LABELS = {
    "asked": "Asked",
    "placed": "Placed",
    "unplaced": "Unplaced",
    "cancelled": "Cancelled",
    "arrivals": "Arrivals",
    "arrivals_per_person": "Arrivals per person",
    "faces_per_person": "Faces per person",
    "named_share": "By the named worker",
    "joined": "Arrivals saved by joining",
    "travel_minutes": "Travel",
    "cost": "Cost, equivalent minutes",
}
DECIMALS = {"arrivals_per_person", "faces_per_person"}


COUNTS = {"asked": "asked", "placed": "placed", "unplaced": "unplaced_count", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Side:
    """One column: a version, or each agency alone. Values by name; what is not known is left out."""

    label: str
    figures: dict[str, float]
    terms: dict[str, int]


def of_rota(rota: Rota) -> Side:
    """A version as a column."""
    counts = {name: getattr(rota, attribute) for name, attribute in COUNTS.items()}
    return Side(
        f"Version {rota.version}, {rota.get_status_display().lower()}", rota.figures | counts, rota.terms
    )


def table(sides: Sequence[Side], *, of_terms: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """(label, a cell for each side) of everything that any side has; a cell is its value and how far the
    first side is from it."""
    values = [side.terms if of_terms else side.figures for side in sides]
    names: Iterable[str] = dict.fromkeys(name for some in values for name in some) if of_terms else LABELS
    labels = TERMS if of_terms else LABELS
    return [
        (
            _capital(labels.get(name, name.replace("_", " "))),
            [_cell(name, some.get(name), values[0].get(name), is_first=some is values[0]) for some in values],
        )
        for name in names
        if any(some.get(name) is not None for some in values)
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _cell(name: str, value: float | None, first: float | None, *, is_first: bool) -> tuple[str, str]:
    if is_first or value is None or first is None:
        return written(name, value), ""
    return written(name, value), _change(name, first - value)


def written(name: str, value: float | None) -> str:
    """A figure with its unit: 71 %, 412 h, 11.2, 4,401."""
    if value is None:
        return "–"
    if name == "named_share":
        return f"{round(100 * value)} %"
    if name == "travel_minutes":
        return f"{round(value / 60):,} h"
    return f"{value:.1f}" if name in DECIMALS else f"{round(value):,}"


def _change(name: str, value: float | None) -> str:
    if value is None:
        return ""
    if written(name, abs(value)) == written(name, 0):  # too small to be seen in the figures beside it
        return "same"
    return f"{'+' if value > 0 else '−'}{written(name, abs(value))}"
