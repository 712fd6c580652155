"""What would change, for whom, if a candidate took the place of the published rota."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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


def affected(
    candidate: Rota, published: Rota | None, *, same_time: timedelta = SAME_TIME
) -> tuple[Affected, ...]:
    """For whom what changes if the candidate takes the published rota's place; no more than `same_time`
    earlier or later is no change that anybody is told of. Nobody, if there is no such rota."""
    if published is None:
        return ()
    before, after = _placed(published), _placed(candidate)
    needs = Need.objects.select_related("person", "agency").in_bulk({key[0] for key in before | after})
    by_person: dict[int, list[Change]] = defaultdict(list)
    for key in sorted(before.keys() | after.keys(), key=lambda key: (key[1], key[0])):
        if kinds := _kinds(before.get(key), after.get(key), same_time):
            need = needs.get(key[0])
            if need is None:  # the database walls off what is not shared with who looks
                continue
            change = Change(need, key[1], before.get(key), after.get(key), kinds)
            by_person[need.person_id].append(change)
    people = {need.person_id: need.person for need in needs.values()}
    losing = losing_named(candidate, published)
    found = [Affected(people[key], tuple(some), key in losing) for key, some in by_person.items()]
    return tuple(sorted(found, key=lambda a: (a.person.family_name, a.person.given_name, a.person.pk)))


def losing_named(candidate: Rota, published: Rota) -> set[int]:
    """The people whose named worker comes by the published rota and does not by the candidate."""
    named = Visit.objects.filter(person__named__worker=F("worker")).order_by()
    came, comes = (
        set(named.filter(rota=rota).values_list("person", flat=True)) for rota in (published, candidate)
    )
    return came - comes


def _placed(rota: Rota) -> dict[tuple[int, date], Placed]:
    """How each occurrence is served, by need and day due."""
    workers: dict[tuple[int, date], list[Worker]] = defaultdict(list)
    starts: dict[tuple[int, date], datetime] = {}
    parts = VisitPart.objects.filter(visit__rota=rota).select_related("visit__worker__agency")
    for part in parts.order_by("visit__worker"):
        workers[part.need_id, part.due_on].append(part.visit.worker)
        starts[part.need_id, part.due_on] = part.starts_at
    return {key: Placed(tuple(found), starts[key]) for key, found in workers.items()}


def _kinds(before: Placed | None, after: Placed | None, same_time: timedelta) -> tuple[str, ...]:
    if before is None or after is None:
        return ("added",) if before is None else ("dropped",)
    kinds = []
    if {worker.pk for worker in before.workers} != {worker.pk for worker in after.workers}:
        kinds.append("worker")
    if local_day(before.starts_at) != local_day(after.starts_at):
        kinds.append("day")
    elif abs(before.starts_at - after.starts_at) > same_time:
        kinds.append("time")
    return tuple(kinds)
