"""What would change, for whom, if a candidate took the place of the published rota."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.models import Need, Person
from visits.models import Rota, VisitPart, Worker
from visits.wall_clock import local_day

FIGURES = (
    "arrivals",
    "arrivals_per_person",
    "faces_per_person",
    "named_share",
    "joined",
    "travel_minutes",
    "cost",
)
SAME_TIME = timedelta(minutes=15)  # what the optimiser's price of a change lets pass, too


@dataclass(frozen=True, slots=True)
class Row:
    """One figure or term side by side; `before` is None where nothing is published."""

    name: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After less before, where both are known."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Placed:
    """Who serves an occurrence when."""

    workers: tuple[Worker, ...]
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence that is served otherwise.

    `kinds` holds what changed: `worker`, `day`, `time`, or `dropped` or `added` alone.
    """

    need: Need
    due_on: date
    before: Placed | None
    after: Placed | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """A person and everything that changes at that door, in the order of days."""

    person: Person
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rotas of one area and week; `published` is None where there is none."""

    candidate: Rota
    published: Rota | None
    counts: tuple[Row, ...]  # asked, placed, unplaced, cancelled
    figures: tuple[Row, ...]
    terms: tuple[Row, ...]  # equivalent minutes
    affected: tuple[Affected, ...]


def compare(candidate: Rota, published: Rota | None) -> Comparison:
    """The candidate beside the published rota of its week."""
    terms = list(candidate.terms) or list(published.terms if published else {})
    return Comparison(
        candidate=candidate,
        published=published,
        counts=tuple(
            Row(
                name,
                None if published is None else getattr(published, attribute),
                getattr(candidate, attribute),
            )
            for name, attribute in (
                ("asked", "asked"),
                ("placed", "placed"),
                ("unplaced", "unplaced_count"),
                ("cancelled", "cancelled"),
            )
        ),
        figures=_rows(FIGURES, published.figures if published else {}, candidate.figures),
        terms=_rows(terms, published.terms if published else {}, candidate.terms),
        affected=_affected(candidate, published),
    )


def _rows(
    names: list[str] | tuple[str, ...], before: dict[str, float], after: dict[str, float]
) -> tuple[Row, ...]:
    return tuple(Row(name, before.get(name), after.get(name)) for name in names)


def _affected(candidate: Rota, published: Rota | None) -> tuple[Affected, ...]:
    if published is None:
        return ()
    before, after = _placed(published), _placed(candidate)
    needs = Need.objects.select_related("person", "agency").in_bulk({key[0] for key in before | after})
    by_person: dict[int, list[Change]] = defaultdict(list)
    for key in sorted(before.keys() | after.keys(), key=lambda key: (key[1], key[0])):
        if kinds := _kinds(before.get(key), after.get(key)):
            need = needs.get(key[0])
            if need is None:  # the database walls off what is not shared with who looks
                continue
            change = Change(need, key[1], before.get(key), after.get(key), kinds)
            by_person[need.person_id].append(change)
    people = {need.person_id: need.person for need in needs.values()}
    affected = [Affected(people[key], tuple(changes)) for key, changes in by_person.items()]
    return tuple(sorted(affected, key=lambda a: (a.person.family_name, a.person.given_name, a.person.pk)))


def _placed(rota: Rota) -> dict[tuple[int, date], Placed]:
    """How each occurrence is served, by need and day due."""
    workers: dict[tuple[int, date], list[Worker]] = defaultdict(list)
    starts: dict[tuple[int, date], datetime] = {}
    parts = VisitPart.objects.filter(visit__rota=rota).select_related("visit__worker__agency")
    for part in parts.order_by("visit__worker"):
        workers[part.need_id, part.due_on].append(part.visit.worker)
        starts[part.need_id, part.due_on] = part.starts_at
    return {key: Placed(tuple(found), starts[key]) for key, found in workers.items()}


def _kinds(before: Placed | None, after: Placed | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ("added",) if before is None else ("dropped",)
    kinds = []
    if {worker.pk for worker in before.workers} != {worker.pk for worker in after.workers}:
        kinds.append("worker")
    if local_day(before.starts_at) != local_day(after.starts_at):
        kinds.append("day")
    elif abs(before.starts_at - after.starts_at) > SAME_TIME:
        kinds.append("time")
    return tuple(kinds)
