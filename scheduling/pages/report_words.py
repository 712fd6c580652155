"""The figures of the reports: their names, units and ways of being written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scheduling.reporting.reading import Row, Week


def count(value: float) -> str:
    """1,234."""
    return f"{round(value):,}"


def decimal(value: float) -> str:
    """14.1."""
    return f"{value:,.1f}"


def per_cent(value: float) -> str:
    """A share of 0.258 is 26 %."""
    return f"{round(100 * value)} %"


def hours(value: float) -> str:
    """212 h."""
    return f"{round(value):,} h"


def miles(value: float) -> str:
    """1,350 mi."""
    return f"{round(value):,} mi"


def pounds(value: float | Decimal) -> str:
    """£1,234."""
    return f"£{round(value):,}"


def travel_words(minutes: int, miles: int, rotas: int) -> str:
    """How the minutes and the miles of travel were reckoned in so many of these rotas."""
    if not minutes and not miles:
        return (
            "Travel minutes and miles are as the crow flies, lengthened: no roads were loaded when these "
            "were planned and counted."
        )
    if minutes == miles == rotas:
        return (
            "Travel minutes are by road, and miles are along those quickest ways; to doors beyond the roads "
            "both are as the crow flies, lengthened."
        )
    return (
        f"Travel minutes are by road in {minutes} of {rotas} rotas, miles in {miles}; in the others they are "
        "as the crow flies, lengthened."
    )


def week_of(monday: date) -> str:
    """30 Nov, as short as a plot has room for."""
    return f"{monday.day} {monday:%b}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a week or of a group."""

    name: str
    title: str
    means: str  # one sentence
    value: Callable[[Week | Row], float | None]
    text: Callable[[float], str]

    def written(self, one: Week | Row) -> str:
        """The figure with its unit; a dash where it cannot be worked out."""
        value = self.value(one)
        return "–" if value is None else self.text(value)


def _of(name: str) -> Callable[[Week | Row], float | None]:
    return lambda one: None if one.sums is None else getattr(one.sums, name)


MEASURES = (
    Measure(
        "avoided",
        "Visits avoided",
        "Needs met at a door where somebody had come for another need already.",
        _of("avoided"),
        count,
    ),
    Measure(
        "arrivals_per_person",
        "Arrivals per person",
        "How often somebody knocks at a person’s door in the week.",
        _of("arrivals_per_person"),
        decimal,
    ),
    Measure(
        "faces_per_person",
        "Faces per person",
        "How many different workers a person meets in the week.",
        _of("faces_per_person"),
        decimal,
    ),
    Measure(
        "named_share",
        "Visits by the named worker",
        "Of the visits to people who have a named worker.",
        _of("named_share"),
        per_cent,
    ),
    Measure(
        "travel_hours",
        "Travel, hours",
        "From base to doors and back, of the agency’s own staff.",
        _of("travel_hours"),
        hours,
    ),
    Measure(
        "miles",
        "Travel, miles",
        "The same ways, always by the straight line lengthened by three tenths.",
        _of("miles"),
        miles,
    ),
    Measure(
        "saved",
        "Saved",
        "Visits avoided at what an arrival of that week cost.",
        lambda one: None if one.saved is None else float(one.saved),
        pounds,
    ),
)
