"""Capacity against demand: what a week asks of each hour of the day, and who is on shift then, by skill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.access import allowed
from hub.models import Role
from hub.pages.listing import Column, by_words, csv_file
from hub.recurrence import monday_of
from scheduling import selectors
from scheduling.models import HourFacts
from scheduling.pages import plots
from scheduling.pages.report_words import hours
from scheduling.pages.reports import READERS, Choice
from visits import selectors as visits

EVERY = "Every call"
WEEKS_SHOWN = 8


@dataclass(slots=True)
class Skill:
    """Hours of work asked and on shift by hour of the day."""

    name: str
    by_demand: list[float] = field(default_factory=lambda: [0.0] * 24)
    by_capacity: list[float] = field(default_factory=lambda: [0.0] * 24)

    def add(self, row: HourFacts) -> None:
        """Adds what a row holds, in minutes."""
        self.by_demand = [one + more / 60 for one, more in zip(self.by_demand, row.demand, strict=True)]
        self.by_capacity = [one + more / 60 for one, more in zip(self.by_capacity, row.capacity, strict=True)]

    @property
    def demand(self) -> float:
        return sum(self.by_demand)

    @property
    def capacity(self) -> float:
        return sum(self.by_capacity)

    @property
    def hours(self) -> list[Hour]:
        """The hours of the day in which anything is asked or anybody is on."""
        found = [
            Hour(number, *both)
            for number, both in enumerate(zip(self.by_demand, self.by_capacity, strict=True))
        ]
        return [one for one in found if one.demand or one.capacity]

    @property
    def short(self) -> str:
        """The hours in which more is asked than is on shift."""
        return ", ".join(one.label for one in self.hours if one.left < 0)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day, the seven days together."""

    number: int
    demand: float
    capacity: float

    @property
    def label(self) -> str:
        return f"{self.number:02d}:00"

    @property
    def left(self) -> float:
        """Below nought if more is asked than is on shift; half a minute is rounding."""
        left = self.capacity - self.demand
        return left if abs(left) >= 1 / 120 else 0.0


@allowed(*READERS)
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One week and skill hour by hour, and every skill with the hours that are short."""
    facts, names = selectors.hour_facts(request.user), visits.skill_names()
    filters, facts, monday = _narrowed(request, facts, names)
    skills, counted_at = _skills(facts.filter(week_start=monday), names)
    chosen = filters[-1].chosen
    skill = skills.get(chosen or None) or Skill(names.get(chosen, EVERY))
    kept = {one.name: one.chosen for one in filters if one.chosen}
    listed = sorted(skills.values(), key=lambda one: (one.name != EVERY, one.name))
    form = request.GET.get("as", "")
    if form == "csv":
        return csv_file("hours", HOUR_COLUMNS, skill.hours)
    if form == "csv-skills":
        return csv_file("skills", SKILL_COLUMNS, listed)
    short = f"Too few at {skill.short}." if skill.short else "No hour is short."
    context = {
        "filters": filters,
        "csv": urlencode(kept | {"as": "csv"}),
        "skills_csv": urlencode(kept | {"as": "csv-skills"}),
        "is_empty": not skills,
        "monday": monday,
        "counted_at": counted_at,
        "skill": skill.name,
        "skills": listed,
        "rows": skill.hours,
        "plot": _plot(skill),
        "told": f"{skill.name} by hour of the day: {hours(skill.demand)} asked, "
        f"{hours(skill.capacity)} on shift. {short}",
    }
    return render(request, "scheduling/hours.html", context)


def _narrowed(request: HttpRequest, facts: Any, names: dict[str, str]) -> tuple[list[Choice], Any, date]:
    """The filters as chosen, what they leave of the facts, and the week."""
    user = request.user
    areas = {area.code: area for area in selectors.areas_with_hours(user)}
    agencies = {one.code: one for one in selectors.agencies_with_hours(user)}
    if user.role == Role.AGENCY_MANAGER:
        agencies = {}
    mondays = facts.order_by("-week_start").values_list("week_start", flat=True).distinct()[:WEEKS_SHOWN]
    weeks = {monday.isoformat(): f"{monday.day} {monday:%b %Y}" for monday in sorted(mondays)}

    def said(name: str, known: Iterable[str]) -> str:
        value = request.GET.get(name, "")
        return value if value in known else ""

    filters = [
        Choice("week", "Week of", list(weeks.items()), said("week", weeks), "The one that comes"),
        Choice("area", "Area", by_words((c, a.name) for c, a in areas.items()), said("area", areas)),
        Choice(
            "agency", "Agency", by_words((c, a.name) for c, a in agencies.items()), said("agency", agencies)
        ),
        Choice("skill", "Skill", by_words(names.items()), said("skill", names), EVERY),
    ]
    week, area, agency, _ = (one.chosen for one in filters)
    if area:
        facts = facts.filter(area=areas[area])
    if agency:
        facts = facts.filter(agency=agencies[agency])
    return filters, facts, date.fromisoformat(week) if week else _coming(weeks)


def _coming(weeks: Iterable[str]) -> date:
    """Of the weeks that are counted, the first after the present one, else the last."""
    this = monday_of(timezone.localdate())
    mondays = [date.fromisoformat(week) for week in weeks]
    return next((monday for monday in mondays if monday > this), max(mondays, default=this))


def _skills(
    facts: Iterable[HourFacts], names: dict[str, str]
) -> tuple[dict[str | None, Skill], datetime | None]:
    found: dict[str | None, Skill] = {}
    counted_at: datetime | None = None
    for row in facts:
        one = found.setdefault(row.skill_id, Skill(names.get(row.skill_id or "", EVERY)))
        one.add(row)
        counted_at = min(filter(None, (counted_at, row.counted_at)))
    return found, counted_at


def _plot(skill: Skill) -> plots.Plot:
    shown = skill.hours
    return plots.pairs(
        [one.label for one in shown],
        [[("demand", "asked", one.demand), ("capacity", "on shift", one.capacity)] for one in shown],
        text=hours,
    )


HOUR_COLUMNS: list[Column] = [
    ("from", lambda hour: hour.label),
    ("hours asked", lambda hour: round(hour.demand, 2)),
    ("hours on shift", lambda hour: round(hour.capacity, 2)),
    ("left", lambda hour: round(hour.left, 2)),
]
SKILL_COLUMNS: list[Column] = [
    ("skill", lambda skill: skill.name),
    ("hours asked", lambda skill: round(skill.demand, 2)),
    ("hours on shift", lambda skill: round(skill.capacity, 2)),
    ("hours of the day with too few", lambda skill: skill.short),
]
