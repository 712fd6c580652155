"""The printed table: what each agency alone would do, beside all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from config.demo.planning import Planned
from hub.identity import linkage_report
from hub.models import Delivery, MatchReview, Rejection, SourceRecord
from scheduling.models import PlanningRun
from visits.models import Rota, Unplaced, Worker

REASONS = dict(Unplaced.Reason.choices)
COUNTED = (
    "arrivals",
    "faces",
    "named_visits",
    "nameable_visits",
    "joined",
    "travel_minutes",
    "care_minutes",
)


@dataclass(slots=True)
class Sum:
    """Figures of plans added up; `people` are those who are asked for, each once."""

    asked: int = 0
    people: int = 0
    arrivals: int = 0
    faces: int = 0
    named_visits: int = 0
    nameable_visits: int = 0
    travel_minutes: int = 0
    joined: int = 0
    care_minutes: int = 0
    unplaced: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, runs: Iterable[PlanningRun], rotas: Sequence[Rota]) -> Sum:
        """The runs' figures, for what the rotas of the same weeks were asked and for whom."""
        result = cls(
            asked=sum(rota.asked - rota.cancelled for rota in rotas),
            people=sum(rota.figures["people"] for rota in rotas),
        )
        for run in runs:
            for name in COUNTED:
                setattr(result, name, getattr(result, name) + run.figures[name])
            result.unplaced.update(run.figures["unplaced"])
        return result

    @property
    def placed(self) -> int:
        """Occurrences that somebody serves."""
        return self.asked - self.unplaced.total()


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a label, two values and how to write them."""

    label: str
    alone: float
    together: float
    decimals: int = 0
    unit: str = ""

    def cells(self) -> tuple[str, str, str, str]:
        """Label, alone, together, difference."""
        difference = round(self.together, self.decimals) - round(self.alone, self.decimals)
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        return (
            self.label,
            self._written(self.alone),
            self._written(self.together),
            f"{sign}{self._written(abs(difference))}",
        )

    def _written(self, value: float) -> str:
        return f"{value:,.{self.decimals}f}{self.unit}"


def lines(alone: Sum, together: Sum) -> list[Line]:
    """The rows of the table, unplaced reasons among them."""
    reasons = sorted(alone.unplaced.keys() | together.unplaced.keys())
    return [
        Line("Visits (arrivals at a door)", alone.arrivals, together.arrivals),
        Line("Arrivals saved by joining calls", alone.joined, together.joined),
        Line("Arrivals for each 100 occurrences placed", _per_100(alone), _per_100(together), 1),
        Line("Arrivals per person", _per(alone.arrivals, alone), _per(together.arrivals, together), 2),
        Line("Faces per person in the 7 days", _per(alone.faces, alone), _per(together.faces, together), 2),
        Line("Visits by the named worker", _named(alone), _named(together), 1, " %"),
        Line("Travel, hours", alone.travel_minutes / 60, together.travel_minutes / 60, 1),
        Line("Care given, hours", alone.care_minutes / 60, together.care_minutes / 60, 1),
        Line("Occurrences asked", alone.asked, together.asked),
        Line("Occurrences placed", alone.placed, together.placed),
        Line("Occurrences unplaced", alone.unplaced.total(), together.unplaced.total()),
        *(
            Line(f"  {REASONS[reason]}", alone.unplaced[reason], together.unplaced[reason])
            for reason in reasons
        ),
    ]


def written(title: str, rows: Sequence[Line], *, note: str = "") -> str:
    """The table as text."""
    heading = ("", "each agency alone", "all together", "difference")
    cells = [heading, *(row.cells() for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    ruler = "─" * (sum(widths) + 6)
    body = [
        f"{label:<{widths[0]}}  {one:>{widths[1]}}  {other:>{widths[2]}}  {change:>{widths[3]}}"
        for label, one, other, change in cells
    ]
    return "\n".join([title, ruler, body[0], ruler, *body[1:], ruler, *([note] if note else [])])


def of_plans(planned: Planned, *, week_start: date, seconds: int) -> str:
    """The table of each agency alone beside all together."""
    rotas = planned.rotas
    alone, together = Sum.of(planned.alone, rotas), Sum.of(planned.together, rotas)
    where = rotas[0].area.name if len(rotas) == 1 else f"{len(rotas)} areas"
    workers = Worker.objects.filter(area__in=[rota.area_id for rota in rotas], is_active=True).count()
    title = (
        f"Week of {week_start:%-d %B %Y}, {where}: "
        f"{together.people:,} people to visit, {workers:,} workers.\n"
        f"Both columns by the same optimiser in the same {seconds} s of search; published: all together."
    )
    note = "These plans were made and published before; nothing they rest on has changed."
    return written(title, lines(alone, together), note=note if planned.repeated else "")


def of_deliveries(deliveries: Sequence[Delivery]) -> str:
    """What became of the files, why records were rejected, and how records became people."""
    rules = Counter(
        Rejection.objects.filter(delivery__in=[delivery.pk for delivery in deliveries])
        .order_by()
        .values_list("rule", flat=True)
    )
    records = SourceRecord.objects.filter(kind=SourceRecord.Kind.PERSON, person__isnull=False)
    people = records.order_by().values("person").distinct().count()
    review = linkage_report.open_ones(MatchReview.objects.all()).count()
    new = [delivery for delivery in deliveries if not delivery.already_taken]
    same = sum(delivery.taken + delivery.unchanged for delivery in deliveries if delivery.already_taken)
    found = [
        f"Deliveries: {sum(one.taken for one in new):,} records taken, "
        f"{sum(one.unchanged for one in new) + same:,} unchanged, "
        f"{sum(one.rejected for one in deliveries):,} rejected, "
        f"{sum(one.skipped for one in deliveries):,} skipped",
        "Rejected:   " + ", ".join(f"{count} {rule}" for rule, count in sorted(rules.items())),
        f"Matching:   {records.count():,} records are {people:,} people; {review:,} pairs wait for review",
    ]
    refused = [delivery for delivery in deliveries if delivery.status == Delivery.Status.REFUSED]
    found += [f"Refused:    {delivery.agency.name}: {delivery.refusal}" for delivery in refused]
    return "\n".join(found)


def outcome(delivery: Delivery) -> str:
    """One delivery in a few words."""
    if delivery.status == Delivery.Status.REFUSED:
        return "refused"
    if delivery.already_taken:
        return "the same bytes as before, unchanged"
    return f"{delivery.taken:,} taken, {delivery.unchanged:,} unchanged, {delivery.rejected:,} rejected"


def _per(count: int, of: Sum) -> float:
    return count / of.people if of.people else 0.0


def _per_100(of: Sum) -> float:
    """Fair to a side that places more: double-handed calls make it more than 100 without any joining."""
    return 100 * of.arrivals / of.placed if of.placed else 0.0


def _named(of: Sum) -> float:
    return 100 * of.named_visits / of.nameable_visits if of.nameable_visits else 0.0
