"""Unit costs: what is in force for whom on which day, and what visits avoided save at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scheduling.models import UnitCost
from scheduling.reporting.sums import Sums

Kind = UnitCost.Kind
METRES_A_MILE = Decimal("1609.344")


@dataclass(frozen=True, slots=True)
class Price:
    """What one of something costs from a day on, by whose word; `row` if somebody here has set it."""

    kind: str
    pounds: Decimal
    source: str
    valid_from: date
    row: UnitCost | None = None

    @property
    def label(self) -> str:
        """What it is the price of."""
        return Kind(self.kind).label


# Until somebody sets others. Pay alone: what an employer adds to it is for the county to say.
DEFAULTS = (
    Price(
        Kind.MILE,
        Decimal("0.45"),
        "HM Revenue & Customs, approved mileage rate for cars, first 10,000 miles, from 2011/12",
        date(2011, 4, 6),
    ),
    Price(
        Kind.TRAVEL_HOUR,
        Decimal("12.21"),
        "National Living Wage from 1 April 2025 (GOV.UK); travel between calls is paid working time",
        date(2025, 4, 1),
    ),
    Price(
        Kind.TRAVEL_HOUR,
        Decimal("12.71"),
        "National Living Wage from 1 April 2026 (GOV.UK); travel between calls is paid working time",
        date(2026, 4, 1),
    ),
    Price(
        Kind.DOORSTEP,
        Decimal("0.00"),
        "No public price is known of an arrival beyond its travel; nothing is claimed until one is set",
        date(2011, 4, 6),
    ),
)


class Prices:
    """The unit costs that somebody set, before those that stand by default."""

    def __init__(self, rows: Iterable[UnitCost]) -> None:
        self._set: dict[tuple[str, int | None], list[Price]] = {}
        for row in sorted(rows, key=lambda row: (row.valid_from, row.set_at, row.pk)):
            price = Price(row.kind, row.pounds, row.source, row.valid_from, row)
            self._set.setdefault((row.kind, row.agency_id), []).append(price)
        self._defaults: dict[str, list[Price]] = {}
        for price in DEFAULTS:
            self._defaults.setdefault(price.kind, []).append(price)
        self._found: dict[tuple[str, int | None, date], Price] = {}

    def of(self, kind: str, *, agency: int | None, on: date) -> Price:
        """The agency's own price in force on the day, else the county's, else the default."""
        if (kind, agency, on) not in self._found:
            self._found[kind, agency, on] = self._find(kind, agency, on)
        return self._found[kind, agency, on]

    def _find(self, kind: str, agency: int | None, on: date) -> Price:
        for some in (self._set.get((kind, agency), []), self._set.get((kind, None), [])):
            begun = [price for price in some if price.valid_from <= on]
            if begun:
                return begun[-1]
        defaults = self._defaults[kind]
        return next((price for price in reversed(defaults) if price.valid_from <= on), defaults[0])

    def saved(self, sums: Sums, *, agency: int | None, on: date, mean: Sums | None = None) -> Decimal:
        """Pounds that visits avoided would have cost: each what an arrival of that week costs in the mean.

        `mean` is whose arrivals are meant where the agency's own staff made none.
        """
        if not sums.avoided:
            return Decimal(0)
        travelled = sums if sums.legs or mean is None else mean
        each = self.of(Kind.DOORSTEP, agency=agency, on=on).pounds
        if travelled.legs:
            hours = Decimal(travelled.travel_minutes) / 60 / travelled.legs
            miles = Decimal(travelled.travel_metres) / METRES_A_MILE / travelled.legs
            each += hours * self.of(Kind.TRAVEL_HOUR, agency=agency, on=on).pounds
            each += miles * self.of(Kind.MILE, agency=agency, on=on).pounds
        return sums.avoided * each
