"""From the kept counts to what a reader asked for, with groups hidden that are too small to show.

Everything of one page comes of a few queries that sum in the database: at most a row for each week, agency
and decile, whatever the number of visits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum

from scheduling.models import UnplacedFacts, WeekFacts
from scheduling.reporting.costs import Prices
from scheduling.reporting.sums import COLUMNS, Sums
from visits.models import Rota

SMALLEST = 5  # people; a smaller group of a decile, or of another agency, could be recognised
Group = int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asked for. Without an agency: all together."""

    since: date
    until: date  # the last Monday
    agency: int | None = None
    decile: int | None = None
    own: int | None = None  # the reader's agency, whose people are no secret to them

    @property
    def weeks(self) -> list[date]:
        """Every Monday asked for, counted or not."""
        return [
            self.since + timedelta(weeks=number) for number in range((self.until - self.since).days // 7 + 1)
        ]


@dataclass(frozen=True, slots=True)
class Week:
    """One week of what was asked: none of it counted (`sums` is None), hidden, or what it came to."""

    monday: date
    sums: Sums | None
    saved: Decimal | None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One agency, area or decile over all the weeks; `hidden` counts weeks too small to show."""

    group: Group
    sums: Sums | None
    saved: Decimal | None
    weeks: int
    hidden: int


def too_small(people: Mapping[Group, int], *, own: int | None = None) -> set[Group]:
    """The groups that nobody is shown, by how many people are in each.

    A group of none tells of nobody. If one alone were hidden, the total less the others would give it away,
    so the next smallest is hidden with it.
    """
    some = {group: count for group, count in people.items() if count and (own is None or group != own)}
    hidden = {group for group, count in some.items() if count < SMALLEST}
    if len(hidden) == 1 and (rest := {g: count for g, count in some.items() if g not in hidden}):
        hidden.add(min(rest, key=lambda group: (rest[group], group or 0)))
    return hidden


class Report:
    """The figures of a wish, from facts that its reader may see."""

    def __init__(self, facts: QuerySet[WeekFacts], wish: Wish, prices: Prices) -> None:
        self.wish, self._prices = wish, prices
        self._facts = facts.filter(week_start__gte=wish.since, week_start__lte=wish.until)
        # Whoever reads one agency alone has no row of all together: there its own stand for them.
        self._cells: dict[date, dict[tuple[Group, int], Sums]] = defaultdict(dict)
        for row in _summed(self._facts, "week_start", "agency", "decile"):
            self._cells[row["week_start"]][row["agency"], row["decile"]] = Sums.of(row)

    @property
    def is_empty(self) -> bool:
        """Whether no week asked for has been counted."""
        return not self._cells

    @property
    def has_deciles(self) -> bool:
        """Whether any door's deprivation is known."""
        return any(decile for cells in self._cells.values() for _, decile in cells)

    @cached_property
    def weeks(self) -> list[Week]:
        """Each week asked for."""
        return [self._week(monday) for monday in self.wish.weeks]

    def total(self) -> Row:
        """All the weeks together."""
        return _together(None, self.weeks)

    def by_agency(self) -> list[Row]:
        """Each agency over the weeks, for the decile asked for or all."""
        return self._by({agency for cells in self._cells.values() for agency, _ in cells} - {None}, "agency")

    def by_decile(self) -> list[Row]:
        """Each decile over the weeks, for the agency asked for or all."""
        return self._by({decile for cells in self._cells.values() for _, decile in cells}, "decile")

    def by_area(self) -> list[Row]:
        """Each area over the weeks, for what was asked for; one more query."""
        wish = self.wish
        found = self._facts if wish.decile is None else self._facts.filter(decile=wish.decile)
        areas: dict[int, dict[date, dict[Group, Sums]]] = defaultdict(lambda: defaultdict(dict))
        for row in _summed(found, "week_start", "area", "agency"):
            areas[row["area"]][row["week_start"]][row["agency"]] = Sums.of(row)
        is_others = wish.decile is not None or wish.agency not in (None, wish.own)
        rows = []
        for area, weeks in areas.items():
            told = []
            for monday, groups in weeks.items():
                sums = groups.get(wish.agency, Sums())
                small = is_others and 0 < sums.people < SMALLEST
                saved = None if small else self._saved(monday, groups, wish.agency)
                told.append(Week(monday, None if small else sums, saved, small))
            rows.append(_together(area, told))
        return rows

    def reasons(self) -> list[tuple[str, int, int]]:
        """(reason, occurrences, minutes) left out in the weeks that are shown, the most frequent first."""
        shown = [week.monday for week in self.weeks if week.sums is not None]
        found = UnplacedFacts.objects.filter(
            facts__in=self._facts.filter(agency=self.wish.agency), facts__week_start__in=shown
        )
        if self.wish.decile is not None:
            found = found.filter(facts__decile=self.wish.decile)
        summed = found.order_by().values("reason").annotate(n=Sum("occurrences"), m=Sum("minutes"))
        return sorted(((row["reason"], row["n"], row["m"]) for row in summed), key=lambda row: (-row[1], row))

    def rotas_say(self) -> dict[date, int]:
        """How much each week's rotas said was asked when they were published, where all agencies are read."""
        rotas = Rota.objects.filter(pk__in=self._facts.filter(agency=None).values("rota"))
        return dict(rotas.order_by().values_list("week_start").annotate(asked=Sum("asked")))

    def by_road(self) -> tuple[int, int, int]:
        """How many rotas have their minutes by road, how many their miles, and how many there are.

        Whoever counts miles by road counts the minutes of the same ways, however the rota was planned.
        """
        rotas = Rota.objects.filter(pk__in=self._facts.values("rota"))
        roads = dict(rotas.order_by().values_list("pk", "figures__roads"))
        miles = set(self._facts.filter(metres_by_road=True).order_by().values_list("rota", flat=True))
        return len(miles | {pk for pk, stamp in roads.items() if stamp}), len(miles), len(roads)

    def _week(self, monday: date) -> Week:
        wish = self.wish
        cells = self._cells.get(monday)
        if cells is None:
            return Week(monday, None, None)
        if self._is_hidden(cells):
            return Week(monday, None, None, is_hidden=True)
        groups = _over_deciles(cells, wish.decile)
        return Week(monday, groups.get(wish.agency, Sums()), self._saved(monday, groups, wish.agency))

    def _is_hidden(self, cells: Mapping[tuple[Group, int], Sums]) -> bool:
        agency, decile, own = self.wish.agency, self.wish.decile, self.wish.own
        if agency not in (None, own) and agency in too_small(self._people(cells, "agency", None), own=own):
            return True
        return decile is not None and decile in too_small(self._people(cells, "decile", agency))

    def _by(self, groups: Iterable[Group], dimension: str) -> list[Row]:
        found: dict[Group, list[Week]] = {group: [] for group in sorted(groups, key=lambda g: g or 0)}
        is_agency = dimension == "agency"
        fixed = self.wish.decile if is_agency else self.wish.agency
        own = self.wish.own if is_agency and fixed is None else None
        for monday, cells in self._cells.items():
            hidden = too_small(self._people(cells, dimension, fixed), own=own)
            # By group the sums by agency: those of every agency are the same, each decile has its own.
            chosen: dict[Group, dict[Group, Sums]] = defaultdict(dict)
            for (agency, decile), sums in cells.items():
                chosen[decile][agency] = sums
            if is_agency:
                chosen = dict.fromkeys(found, _over_deciles(cells, fixed))
            for group, weeks in found.items():
                agency, sums = group if is_agency else fixed, chosen[group]
                if agency not in sums:
                    continue
                if group in hidden:
                    weeks.append(Week(monday, None, None, is_hidden=True))
                else:
                    weeks.append(Week(monday, sums[agency], self._saved(monday, sums, agency)))
        return [_together(group, weeks) for group, weeks in found.items()]

    def _people(
        self, cells: Mapping[tuple[Group, int], Sums], dimension: str, fixed: Group
    ) -> dict[Group, int]:
        """How many people each agency (of a decile or all) or each decile (of an agency or all) has."""
        people: dict[Group, int] = defaultdict(int)
        for (agency, decile), sums in cells.items():
            if dimension == "decile" and agency == fixed:
                people[decile] += sums.people
            if dimension == "agency" and agency is not None and fixed in (None, decile):
                people[agency] += sums.people
        return people

    def _saved(self, monday: date, groups: Mapping[Group, Sums], chosen: Group) -> Decimal:
        """Pounds saved in a week: each agency's visits avoided at its own prices."""
        everybody = groups.get(None)
        return sum(
            (
                self._prices.saved(sums, agency=one, on=monday, mean=everybody)
                for one, sums in groups.items()
                if one is not None and chosen in (None, one)
            ),
            Decimal(0),
        )


def _summed(found: QuerySet[WeekFacts], *by: str) -> Iterable[dict[str, Any]]:
    return found.order_by().values(*by).annotate(**{name: Sum(name) for name in COLUMNS})


def _over_deciles(cells: Mapping[tuple[Group, int], Sums], decile: int | None) -> dict[Group, Sums]:
    """By agency: the sums of one decile, or of all."""
    found: dict[Group, Sums] = {}
    for (agency, number), sums in cells.items():
        if decile in (None, number):
            found[agency] = found.get(agency, Sums()) + sums
    return found


def _together(group: Group, weeks: list[Week]) -> Row:
    shown = [week for week in weeks if week.sums is not None]
    hidden = sum(week.is_hidden for week in weeks)
    if not shown:
        return Row(group, None, None, 0, hidden)
    sums = sum((week.sums for week in shown if week.sums is not None), Sums())
    saved = sum((week.saved for week in shown if week.saved is not None), Decimal(0))
    return Row(group, sums, saved, len(shown), hidden)
