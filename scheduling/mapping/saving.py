"""From a plan to a candidate rota, and from a rota back to a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Max

from hub import bulk
from hub.models import Area, User
from scheduling.engine.problem import Problem
from scheduling.engine.rounds import all_rounds
from scheduling.engine.solution import Assignment, Reason, Solution
from scheduling.engine.solution import Unplaced as LeftOut
from scheduling.mapping.building import Mapped
from scheduling.mapping.due import code_of
from scheduling.mapping.figures import NO_LOCATION, figures
from scheduling.mapping.figures import reasons as counted
from scheduling.models import PlanningRun
from visits.models import Rota, RotaEvent, Unplaced, Visit, VisitPart


def save(solution: Solution, mapped: Mapped, run: PlanningRun, *, now: datetime) -> Rota:
    """A candidate rota of the plan that a run found, which must have passed `check`; see `save_plan`."""
    return save_plan(solution, mapped, by=run.requested_by, now=now)


def save_plan(
    solution: Solution,
    mapped: Mapped,
    *,
    by: User | None,
    now: datetime,
    copied_from: Rota | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Rota:
    """A candidate rota of a plan, whole or not at all.

    A joined run of services is one visit with several parts, and a pair is two visits. `reasons` says by code
    why something is left out where the plan cannot. Raises ValueError if the plan loses an occurrence or
    holds one twice.
    """
    what = mapped.asked
    placed = len(solution.assignments)
    unplaced = len(solution.unplaced) + len(what.no_location)
    codes = [item.occurrence for item in (*solution.assignments, *solution.unplaced)]
    if sorted(codes) != sorted(mapped.due) or placed + unplaced + len(what.cancelled) != len(what):
        raise ValueError("The plan does not hold every occurrence exactly once.")
    found = figures(solution, mapped) | {"unplaced": counted(solution, mapped, reasons)}
    with transaction.atomic():
        Area.objects.select_for_update().get(pk=mapped.area.pk)  # versions are given out one by one
        rota = Rota.objects.create(
            area=mapped.area,
            week_start=mapped.clock.week_start,
            version=_next_version(mapped),
            inputs_hash=mapped.inputs_hash,
            inputs=mapped.inputs,
            asked=len(what),
            placed=placed,
            unplaced_count=unplaced,
            cancelled=len(what.cancelled),
            terms=found["terms"],
            figures={name: value for name, value in found.items() if name != "terms"},
            created_at=now,
            created_by=by,
            copied_from=copied_from,
        )
        _save_visits(rota, solution, mapped)
        _save_unplaced(rota, solution, mapped, reasons or {})
        RotaEvent.objects.create(rota=rota, status=rota.status, at=now, by=by)
    return rota


def solution_of(rota: Rota, mapped: Mapped) -> Solution:
    """The rota as the plan it was saved from, in the ids of `mapped`.

    What is no longer known keeps its code, so that `check` can name it.
    """
    workers: dict[str, list[str]] = defaultdict(list)
    starts: dict[str, int] = {}
    for part in VisitPart.objects.filter(visit__rota=rota).select_related("visit").order_by("pk"):
        code = code_of(part.need_id, part.due_on)
        workers[code].append(f"w{part.visit.worker_id}")
        starts[code] = mapped.clock.minute(part.starts_at)
    left_out = rota.unplaced.exclude(reason=NO_LOCATION)
    return Solution(
        tuple(Assignment(code, tuple(sorted(workers[code])), starts[code]) for code in sorted(starts)),
        tuple(LeftOut(code_of(row.need_id, row.due_on), _reason(row.reason)) for row in left_out),
    )


def _reason(written: str) -> Reason:
    """The optimiser's own word; for what a person did it has none, and no rule asks."""
    return Reason(written) if written in set(Reason) else Reason.NO_CAPACITY


def published_plan(problem: Problem) -> Solution | None:
    """The published rota as a plan to start from: a short search shall not do worse than a long one did.

    It need not be legal any more. None if nothing is published.
    """
    if not problem.published:
        return None
    placed = {item.occurrence for item in problem.published}
    return Solution(
        tuple(Assignment(item.occurrence, item.workers, item.start) for item in problem.published),
        tuple(LeftOut(o.id, Reason.NO_CAPACITY) for o in problem.occurrences if o.id not in placed),
    )


def _next_version(mapped: Mapped) -> int:
    rotas = Rota.objects.filter(area=mapped.area, week_start=mapped.clock.week_start)
    return (rotas.aggregate(last=Max("version"))["last"] or 0) + 1


def _save_visits(rota: Rota, solution: Solution, mapped: Mapped) -> None:
    """Thousands of rows, while somebody waits for a repair: so no model is built for each."""
    rounds = all_rounds(mapped.problem, solution)
    runs = [(one.worker.id, services) for one in rounds for services in one.visits(mapped.problem)]
    keys = bulk.reserve(Visit, len(runs))
    at = mapped.clock.at
    bulk.put_rows(
        Visit,
        ("id", "public_id", "rota_id", "worker_id", "person_id", "starts_at", "ends_at", "is_published"),
        [
            (
                *(key, uuid4(), rota.pk, mapped.workers[worker].pk),
                mapped.people[services[0].occurrence.person].pk,
                *(at(services[0].start), at(services[-1].end), False),
            )
            for key, (worker, services) in zip(keys, runs, strict=True)
        ],
    )
    bulk.put_rows(
        VisitPart,
        ("visit_id", "need_id", "due_on", "starts_at", "minutes"),
        [
            (
                key,
                (due := mapped.due[one.occurrence.id]).need.pk,
                due.due_on,
                at(one.start),
                one.occurrence.minutes,
            )
            for key, (_, services) in zip(keys, runs, strict=True)
            for one in services
        ],
    )


def _save_unplaced(rota: Rota, solution: Solution, mapped: Mapped, reasons: Mapping[str, str]) -> None:
    left_out = [
        (mapped.due[item.occurrence], reasons.get(item.occurrence, str(item.reason)))
        for item in solution.unplaced
    ]
    left_out += [(due, NO_LOCATION) for due in mapped.asked.no_location]
    bulk.put_rows(
        Unplaced,
        ("rota_id", "need_id", "due_on", "reason"),
        [(rota.pk, due.need.pk, due.due_on, reason) for due, reason in left_out],
    )
