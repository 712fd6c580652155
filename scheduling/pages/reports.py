"""Reports: fewer knocks, the same face, what it saved; the trend first, a table under each picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.access import allowed
from hub.models import Role
from hub.pages.listing import Column, by_words, csv_file
from hub.recurrence import monday_of
from scheduling import selectors
from scheduling.pages import plots
from scheduling.pages.report_words import MEASURES, Measure, count, hours, travel_words, week_of
from scheduling.reporting.costs import Prices
from scheduling.reporting.reading import SMALLEST, Report, Row, Week, Wish
from visits.models import Unplaced

READERS = (Role.AGENCY_MANAGER, Role.COORDINATOR, Role.HUB_ADMINISTRATOR)
PERIODS = (("13", "13 weeks"), ("26", "26 weeks"), ("52", "52 weeks"))
UNKNOWN = "No deprivation known"
DECILES = {1: "1, most deprived", 10: "10, least deprived", 0: UNKNOWN}
MINUTES = (
    ("placed", "placed", "minutes_placed"),
    ("unplaced", "unplaced", "minutes_unplaced"),
    ("cancelled", "called off", "minutes_cancelled"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the page, kept in the address."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    all: str = "All"


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot, what it says in a sentence, and the rows of the table under it."""

    measure: Measure
    plot: plots.Plot
    told: str
    rows: list[tuple[date, str]]
    behind: tuple[str, str] | None  # address and name of the list that it is counted from


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A table of groups over all the weeks."""

    name: str
    title: str
    rows: list[tuple[str, Row]]


class Page:
    """What the request asks for, within what its reader may see."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, user = request, request.user
        self.facts = selectors.week_facts(user)
        self.own = user.agency_id
        self.is_one_agency = user.role == Role.AGENCY_MANAGER
        self.areas = {area.code: (area.name, area.pk) for area in selectors.counted_areas(user)}
        self.agencies = {one.code: (one.name, one.pk) for one in selectors.counted_agencies(user)}
        self.filters = [
            Choice("weeks", "Time", PERIODS[1:], self._said("weeks", dict(PERIODS)), PERIODS[0][1]),
            self._choice("area", "Area", self.areas),
            self._choice("agency", "Agency", {} if self.is_one_agency else self.agencies, "All together"),
            self._decile(),
        ]
        self.wish = self._wish(user)

    def _said(self, name: str, known: Any) -> str:
        said = self.request.GET.get(name, "")
        return said if said in known else ""

    def _choice(self, name: str, label: str, known: dict[str, tuple[str, int]], all: str = "All") -> Choice:
        words = by_words((code, name) for code, (name, _) in known.items())
        return Choice(name, label, words, self._said(name, known), all)

    def _decile(self) -> Choice:
        choices = [(str(number), decile_words(number)) for number in (*range(1, 11), 0)]
        return Choice("decile", "Deprivation", choices, self._said("decile", dict(choices)))

    def _wish(self, user: Any) -> Wish:
        weeks, area, agency, decile = (one.chosen for one in self.filters)
        if area:
            self.facts = self.facts.filter(area=self.areas[area][1])
        last = self.facts.aggregate(last=Max("week_start"))["last"] or monday_of(timezone.localdate())
        key = self.agencies[agency][1] if agency else None
        return Wish(
            since=last - timedelta(weeks=int(weeks or PERIODS[0][0]) - 1),
            until=last,
            agency=user.agency_id if self.is_one_agency else key,
            decile=int(decile) if decile else None,
            own=user.agency_id,
        )

    def address(self, **more: str) -> str:
        """The query of this page's address with something added."""
        kept = {one.name: one.chosen for one in self.filters if one.chosen}
        return urlencode(kept | more)


def decile_words(number: int) -> str:
    """A decile as one says it."""
    return DECILES.get(number, str(number))


@allowed(*READERS)
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The weeks as plots with tables, and by agency, area and deprivation; or one table as CSV."""
    page = Page(request)
    prices = Prices(selectors.unit_costs(request.user))
    report = Report(page.facts, page.wish, prices)
    form = request.GET.get("as", "")
    weeks = report.weeks
    if form == "csv":
        return csv_file("weeks", WEEK_COLUMNS, weeks)
    breakdowns = _breakdowns(page, report)
    for one in breakdowns:
        if form == f"csv-{one.name}":
            return csv_file(one.name, GROUP_COLUMNS, one.rows)
    shown = [week for week in weeks if week.sums is not None]
    reasons = _reasons(page, report, shown)
    if form == "csv-reasons":
        return csv_file("unplaced", REASON_COLUMNS, reasons)
    context = {
        "filters": page.filters,
        "csv": page.address(**{"as": "csv"}),
        "is_empty": report.is_empty,
        "has_deciles": report.has_deciles,
        "is_one_agency": page.is_one_agency,
        "last": shown[-1] if shown else None,
        "total": report.total(),
        "measures": MEASURES,
        "headline": [(one, one.written(shown[-1])) for one in MEASURES] if shown else [],
        "pictures": [_picture(measure, weeks, _lists(page, shown)) for measure in MEASURES],
        "minutes": _minutes(weeks),
        "sums": _sums(weeks, report, page),
        "breakdowns": [(one, page.address(**{"as": f"csv-{one.name}"})) for one in breakdowns],
        "travel": travel_words(*report.by_road()),
        "reasons": reasons,
        "reasons_csv": page.address(**{"as": "csv-reasons"}),
        "hidden": sum(week.is_hidden for week in weeks),
        "smallest": SMALLEST,
    }
    return render(request, "scheduling/reports.html", context)


def _lists(page: Page, shown: list[Week]) -> dict[str, tuple[str, str]]:
    """By figure, the list behind it: in the area chosen, and to the end of the last week shown."""
    if not shown:
        return {}
    area = page.filters[1].chosen
    kept = {"area": area} if area else {}
    joins = f"{reverse('merges')}?{urlencode(kept)}", "Joins across agencies, one by one"
    last = shown[-1].monday + timedelta(days=6)
    whose = f"{reverse('continuity')}?{urlencode(kept | {'to': last.isoformat()})}"
    faces = whose, f"Whose faces, in the fortnight to {last.day} {last:%b}"
    return {"avoided": joins, "faces_per_person": faces, "named_share": faces}


def _tray(page: Page, shown: list[Week], reason: str) -> str:
    """Where what the last week shown left out for a reason is listed, for who plans it; else nothing."""
    code = page.filters[1].chosen or (next(iter(page.areas)) if len(page.areas) == 1 else "")
    if page.is_one_agency or not code or not shown:
        return ""
    agency = page.filters[2].chosen
    kept = urlencode(({"agency": agency} if agency else {}) | {"reason": reason})
    return f"{reverse('board', args=[code, shown[-1].monday])}?{kept}#tray"


def _picture(measure: Measure, weeks: list[Week], lists: dict[str, tuple[str, str]]) -> Picture:
    values = [measure.value(week) for week in weeks]
    labels = [week_of(week.monday) for week in weeks]
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    told = f"{measure.title} by week: nothing to show."
    if known:
        (first, began), (last, ended) = known[0], known[-1]
        told = f"{measure.title} by week: {measure.text(began)} in the week of {first}"
        told += "." if len(known) == 1 else f", {measure.text(ended)} in the week of {last}."
    rows = [(week.monday, _cell(measure, week)) for week in reversed(weeks)]
    plot = plots.line(labels, values, text=measure.text)
    return Picture(measure, plot, told, rows, lists.get(measure.name))


def _cell(measure: Measure, week: Week) -> str:
    if week.is_hidden:
        return f"fewer than {SMALLEST} people"
    return "no published rota" if week.sums is None else measure.written(week)


def _minutes(weeks: list[Week]) -> tuple[plots.Plot, str]:
    stacks = [
        [
            (kind, words, getattr(week.sums, name) / 60)
            for kind, words, name in MINUTES
            if week.sums is not None
        ]
        for week in weeks
    ]
    plot = plots.bars([week_of(week.monday) for week in weeks], stacks, text=hours)
    return plot, "Hours asked by week, as placed, unplaced and called off; the table below has the figures."


def _sums(weeks: list[Week], report: Report, page: Page) -> list[tuple[Week, int]]:
    """Each week with how much its rotas said beyond what can be counted."""
    compares = page.wish.agency is None and page.wish.decile is None
    said = report.rotas_say() if compares else {}
    return [
        (week, said.get(week.monday, week.sums.asked) - week.sums.asked)
        for week in reversed(weeks)
        if week.sums is not None
    ]


def _breakdowns(page: Page, report: Report) -> list[Breakdown]:
    agencies = {key: name for name, key in page.agencies.values()}
    areas = {key: name for name, key in page.areas.values()}
    found = []
    if not page.is_one_agency:
        rows = [(agencies[row.group], row) for row in report.by_agency() if row.group is not None]
        found.append(Breakdown("agencies", "By agency", sorted(rows, key=lambda row: row[0])))
    rows = [(areas[row.group], row) for row in report.by_area() if row.group is not None]
    found.append(Breakdown("areas", "By area", sorted(rows, key=lambda row: row[0])))
    if report.has_deciles:
        deciles = sorted(report.by_decile(), key=lambda row: row.group or 11)
        found.append(
            Breakdown("deciles", "By deprivation", [(decile_words(row.group or 0), row) for row in deciles])
        )
    return found


def _reasons(page: Page, report: Report, shown: list[Week]) -> list[tuple[str, str, int, str]]:
    """(reason, how often, minutes, address of its list).

    Small numbers of a decile or of another agency are not told.
    """
    labels = dict(Unplaced.Reason.choices)
    wish = page.wish
    careful = wish.decile is not None or wish.agency not in (None, wish.own)
    return [
        (
            labels.get(reason, reason),
            *((f"under {SMALLEST}", 0) if careful and n < SMALLEST else (count(n), m)),
            _tray(page, shown, reason),
        )
        for reason, n, m in report.reasons()
    ]


def _column(title: str, name: str) -> Column:
    return title, lambda week: "" if week.sums is None else getattr(week.sums, name)


COUNTED = (
    ("people", "people"),
    ("asked", "asked"),
    ("placed", "placed"),
    ("unplaced", "unplaced"),
    ("called off", "cancelled"),
    ("minutes asked", "minutes_asked"),
    ("minutes placed", "minutes_placed"),
    ("minutes unplaced", "minutes_unplaced"),
    ("minutes called off", "minutes_cancelled"),
    ("arrivals", "arrivals"),
    ("visits avoided", "avoided"),
    ("faces", "faces"),
    ("visits to people with a named worker", "nameable_visits"),
    ("of them by the named worker", "named_visits"),
    ("travel minutes", "travel_minutes"),
)
FIGURES: list[Column] = [
    *(_column(title, name) for title, name in COUNTED),
    ("travel miles", lambda one: "" if one.sums is None else round(one.sums.miles, 1)),
    ("pounds saved", lambda one: "" if one.saved is None else round(float(one.saved), 2)),
]
WEEK_COLUMNS: list[Column] = [
    ("week of", lambda week: week.monday),
    (
        "shown",
        lambda week: f"fewer than {SMALLEST} people" if week.is_hidden else "yes" if week.sums else "no rota",
    ),
    *FIGURES,
]
GROUP_COLUMNS: list[Column] = [
    ("group", lambda row: row[0]),
    ("weeks", lambda row: row[1].weeks),
    (f"weeks hidden, fewer than {SMALLEST} people", lambda row: row[1].hidden),
    *((title, lambda row, value=value: value(row[1])) for title, value in FIGURES),
]
REASON_COLUMNS: list[Column] = [
    ("reason", lambda row: row[0]),
    ("how often", lambda row: row[1]),
    ("minutes", lambda row: row[2] or ""),
]
