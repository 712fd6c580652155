"""A published week mended: the problem as if nothing had happened, what happened, and the candidate of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scheduling.engine.answers import changes
from scheduling.engine.check import check
from scheduling.engine.problem import Problem, ProblemError
from scheduling.engine.solution import Assignment, Reason, Solution
from scheduling.engine.solution import Unplaced as LeftOut
from scheduling.mapping import breaches as rules
from scheduling.mapping.building import Mapped
from scheduling.mapping.rewriting import facts
from scheduling.mapping.saving import published_plan, save_plan
from scheduling.models import Repair
from visits.history import copied_overrides
from visits.models import Override, Rota, Unplaced

SECONDS = 1.0  # the search for less to change, which on a quiet machine has long found all it finds
MOST_NAMED = 5

if TYPE_CHECKING:
    from scheduling.engine.answers.repair import Repair as Mended


def repair(problem: Problem, plan: Solution, change: changes.Change, **how: Any) -> Mended:
    """As the engine's, whose compiled code is loaded here: the site, which only reads, does without."""
    from scheduling.engine.answers import repair as engine

    return engine.repair(problem, plan, change, **how)


class CannotMendError(Exception):
    """Why there is no repaired plan, in codes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A repaired plan of the whole week as it is now asked, and what changed."""

    solution: Solution
    mended: Mended
    gone: tuple[str, ...]  # published, and not due any more


def mend(
    mapped: Mapped, row: Repair, *, seconds: float | None = SECONDS, steps: int | None = None
) -> Outcome:
    """The published plan after all that has happened. Raises CannotMendError or ProblemError."""
    plan = published_plan(mapped.problem)
    if plan is None:
        raise CannotMendError("Nothing of the published rota is planned any more.")
    minute = mapped.clock.minute(row.requested_at)
    change = changes.Change((*_absences(mapped), *_told(row.change)), now=None if minute < 0 else minute)
    mended = repair(_as_if_nobody_were_away(mapped), plan, change, seconds=seconds, steps=steps)
    if broken := check(mended.problem, mended.plan):
        raise CannotMendError("; ".join(str(one) for one in broken[:MOST_NAMED]))
    placed = tuple(one for one in mended.plan.assignments if one.occurrence in mapped.due)
    there = {one.occurrence for one in placed}
    reasons = {one.occurrence: one for one in mended.plan.unplaced}
    left_out = tuple(
        reasons.get(code) or LeftOut(code, Reason.NO_CAPACITY) for code in mapped.due if code not in there
    )
    published = {row.code for row in facts(row.of).parts}
    return Outcome(Solution(placed, left_out), mended, tuple(sorted(published - mapped.due.keys())))


def keep(outcome: Outcome, mapped: Mapped, row: Repair, *, now: datetime) -> Rota:
    """The candidate rota, with who answers for what had begun and fits no rule any more.

    In the caller's transaction.
    """
    known = {one.occurrence for one in outcome.mended.plan.unplaced}
    written = {one.code: one.reason for one in facts(row.of, workers=(), codes=mapped.due).unplaced}
    reasons = {
        one.occurrence: written.get(one.occurrence, Unplaced.Reason.NEW_SINCE.value)
        for one in outcome.solution.unplaced
        if one.occurrence not in known
    }
    rota = save_plan(
        outcome.solution, mapped, by=row.requested_by, now=now, copied_from=row.of, reasons=reasons
    )
    in_force = copied_overrides(row.of, to=rota)
    found = rules.not_within(rules.breaches(mapped, outcome.solution), in_force)
    begun = set(outcome.mended.fixed)
    answered = [
        rules.answered(
            breach,
            mapped,
            rota=rota,
            reason=f"It had begun when the plan was repaired ({row.get_kind_display()}).",
            at=now,
            by=row.requested_by,
        )
        for breach in found
        if begun.intersection(breach.ids) or breach.rule in rules.AT_MOST
    ]
    Override.objects.bulk_create([*in_force, *answered])
    return rota


def told(outcome: Outcome, row: Repair) -> dict[str, Any]:
    """What changed, to keep with the repair: codes and minutes of the week."""
    mended = outcome.mended
    return {
        "changed": [
            {
                "kind": str(one.kind),
                "occurrence": one.occurrence,
                "before": _spot(one.before),
                "after": _spot(one.after),
                "noticed": one.noticed,
                "reason": str(one.reason) if one.reason else "",
            }
            for one in mended.changed
        ],
        "gone": list(outcome.gone),
        "stretched": [[one.worker, one.before, one.after] for one in mended.stretched],
        "lost_locks": sorted({one.lock.occurrence for one in mended.lost_locks}),
        "people": len(mended.people),
        "seconds": round(mended.seconds, 2),
    }


def earliest(found: dict[str, Any]) -> int | None:
    """The first minute of the week that a repair changes anything at."""
    spots = [spot for one in found.get("changed", ()) for spot in (one["before"], one["after"]) if spot]
    return min((spot[1] for spot in spots), default=None)


def _as_if_nobody_were_away(mapped: Mapped) -> Any:
    whole = {member.code: member.whole for member in mapped.members if member.away}
    workers = tuple(
        dataclasses.replace(worker, shifts=whole.get(worker.id, worker.shifts))
        for worker in mapped.problem.workers
    )
    return mapped.problem.replace(workers=workers)


def _absences(mapped: Mapped) -> Iterable[changes.Event]:
    for member in mapped.members:
        for span in member.away:
            yield changes.WorkerOff(member.code, span.start, span.end)


def _told(events: list[dict[str, Any]]) -> tuple[changes.Event, ...]:
    try:
        return changes.change_from({"format": changes.CHANGE_FORMAT, "changes": events}).events
    except ProblemError as error:
        raise CannotMendError(f"What happened cannot be read: {error}.") from error


def _spot(assignment: Assignment | None) -> list[Any] | None:
    return None if assignment is None else [list(assignment.workers), assignment.start]
