"""What would change, for whom, if a candidate took the place of the published rota."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import F

from hub.models import Agency, Need, Person
from scheduling.models import PlanningRun
from visits.models import Rota, Visit, VisitPart, Worker
from visits.wall_clock import local_day

SAME_TIME = timedelta(minutes=15)  # what the optimiser's price of a change lets pass, too


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
    loses_named: bool  # the named worker came, and comes no more


@dataclass(frozen=True, slots=True)
class Baseline:
    """Each agency planned alone for the week, added up; `missing` has not been planned alone."""

    figures: dict[str, float]
    terms: dict[str, int]
    missing: tuple[Agency, ...]


def baseline(rota: Rota, agencies: Iterable[Agency]) -> Baseline | None:
    """What these agencies alone came to in the rota's week, by the newest run of each; None without any run.

    A person whom two agencies visit is one person, so shares are worked out for the rota's people.
    """
    runs = PlanningRun.objects.filter(
        area=rota.area_id, week_start=rota.week_start, status=PlanningRun.Status.DONE
    )
    newest = {run.agency_id: run for run in runs.exclude(agency=None).order_by("finished_at", "pk")}
    wanted = list(agencies)
    found = [newest[agency.pk].figures for agency in wanted if agency.pk in newest]
    if not found:
        return None
    summed: dict[str, float] = {
        name: sum(one.get(name) or 0 for one in found)
        for name in (
            "arrivals",
            "joined",
            "travel_minutes",
            "cost",
            "faces",
            "named_visits",
            "nameable_visits",
        )
    }
    terms: Counter[str] = Counter()
    for one in found:
        terms.update(one.get("terms", {}))
    people = rota.figures.get("people")
    if people:
        summed["arrivals_per_person"] = summed["arrivals"] / people
        summed["faces_per_person"] = summed["faces"] / people
    if summed["nameable_visits"]:
        summed["named_share"] = summed["named_visits"] / summed["nameable_visits"]
    summed["unplaced"] = sum(sum(one.get("unplaced", {}).values()) for one in found)
    return Baseline(summed, dict(terms), tuple(agency for agency in wanted if agency.pk not in newest))


Key = tuple[int, date]  # a need and the day on which its occurrence is due


class Served(NamedTuple):
    """Who serves an occurrence when, in keys."""

    workers: tuple[int, ...]
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One occurrence that is served otherwise, in keys; a `Change` has the rows."""

    need: int
    due_on: date
    before: Served | None
    after: Served | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that changes, by the key of the person and in the order of days, and who loses whom."""

    of_person: dict[int, list[Difference]]
    losing: set[int]

    def people(self, what: str = "") -> set[int]:
        """For whom anything changes, or this kind of thing; `named` is losing the named worker."""
        if what == "named":
            return self.of_person.keys() & self.losing
        return {
            key for key, some in self.of_person.items() if not what or any(what in one.kinds for one in some)
        }


def differences(candidate: Rota, published: Rota | None, *, same_time: timedelta = SAME_TIME) -> Differences:
    """What changes for whom if the candidate takes the published rota's place; no more than `same_time`
    earlier or later is no change that anybody is told of. Nothing, if there is no such rota.

    In keys, so that a week of thousands is read quickly and only who is shown is fetched.
    """
    if published is None:
        return Differences({}, set())
    (before, after), person_of = _served(published, candidate)
    found = [
        Difference(*key, before.get(key), after.get(key), kinds)
        for key in before.keys() | after.keys()
        if (kinds := _kinds(before.get(key), after.get(key), same_time))
    ]
    # The database walls off needs that are not shared with who looks.
    known = set(Need.objects.filter(pk__in={one.need for one in found}).values_list("pk", flat=True))
    of_person: dict[int, list[Difference]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.due_on, one.need)):
        if one.need in known:
            of_person[person_of[one.need]].append(one)
    return Differences(dict(of_person), losing_named(candidate, published))


def affected(found: Differences, people: Iterable[int]) -> tuple[Affected, ...]:
    """What changes for these people, in their order, with the rows that a page tells it by."""
    wanted = list(people)
    some = [one for key in wanted for one in found.of_person[key]]
    needs = Need.objects.select_related("person", "agency").in_bulk({one.need for one in some})
    sent = {key for one in some for side in (one.before, one.after) if side for key in side.workers}
    workers = Worker.objects.select_related("agency").in_bulk(sent)

    def placed(side: Served | None) -> Placed | None:
        return side and Placed(tuple(workers[key] for key in side.workers), side.starts_at)

    return tuple(
        Affected(
            needs[found.of_person[key][0].need].person,
            tuple(
                Change(needs[one.need], one.due_on, placed(one.before), placed(one.after), one.kinds)
                for one in found.of_person[key]
            ),
            key in found.losing,
        )
        for key in wanted
    )


def losing_named(candidate: Rota, published: Rota) -> set[int]:
    """The people whose named worker comes by the published rota and does not by the candidate."""
    seen = seeing_named((candidate, published))
    return seen[published.pk] - seen[candidate.pk]


def seeing_named(rotas: Collection[Rota]) -> dict[int, set[int]]:
    """By the key of each of these rotas, the people to whom it sends their named worker."""
    seen: dict[int, set[int]] = {one.pk: set() for one in rotas}
    named = Visit.objects.filter(person__named__worker=F("worker"), rota__in=rotas).order_by()
    for rota, person in named.values_list("rota", "person").distinct():
        seen[rota].add(person)
    return seen


def _served(*rotas: Rota) -> tuple[list[dict[Key, Served]], dict[int, int]]:
    """How each rota serves each occurrence; and whose each need is."""
    sides: dict[int, dict[Key, Served]] = {one.pk: {} for one in rotas}
    person_of: dict[int, int] = {}
    rows = VisitPart.objects.filter(visit__rota__in=rotas).order_by("visit__worker")
    for rota, person, worker, need, due_on, starts_at in rows.values_list(
        "visit__rota", "visit__person", "visit__worker", "need", "due_on", "starts_at"
    ):
        side, key = sides[rota], (need, due_on)
        side[key] = Served((*side[key].workers, worker) if key in side else (worker,), starts_at)
        person_of[need] = person
    return [sides[one.pk] for one in rotas], person_of


def _kinds(before: Served | None, after: Served | None, same_time: timedelta) -> tuple[str, ...]:
    if before == after:
        return ()
    if before is None or after is None:
        return ("added",) if before is None else ("dropped",)
    kinds = []
    if set(before.workers) != set(after.workers):
        kinds.append("worker")
    if local_day(before.starts_at) != local_day(after.starts_at):
        kinds.append("day")
    elif abs(before.starts_at - after.starts_at) > same_time:
        kinds.append("time")
    return tuple(kinds)
