"""Two rotas' figures side by side, in words and units."""

from __future__ import annotations

from scheduling.services.comparing import Comparison

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


def side_by_side(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """(label, published, candidate, change) of each figure that either rota has."""
    return [
        (
            LABELS.get(row.name, row.name.replace("_", " ").capitalize()),
            written(row.name, row.before),
            written(row.name, row.after),
            _change(row.name, row.difference),
        )
        for row in (*comparison.counts, *comparison.figures)
        if row.before is not None or row.after is not None
    ]


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
