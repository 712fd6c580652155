"""A published week mended: the problem as if nothing had happened, what happened, and the candidate of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from contextlib import suppress
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
from scheduling.mapping.excused import CALLS, excused
from scheduling.mapping.rewriting import facts
from scheduling.mapping.saving import published_plan, save_plan
from scheduling.models import Repair
from visits.history import copied_overrides, overrides_in_force
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
    new_left_out: tuple[LeftOut, ...]  # due since it was published, and without a place


def mend(
    mapped: Mapped, row: Repair, *, seconds: float | None = SECONDS, steps: int | None = None
) -> Outcome:
    """The published plan after all that has happened. Raises CannotMendError or ProblemError."""
    plan = published_plan(mapped.problem)
    if plan is None:
        raise CannotMendError("Nothing of the published rota is planned any more.")
    minute = mapped.clock.minute(row.requested_at)
    new = {event["occurrence"] for event in row.change}
    placed = {one.occurrence for one in plan.assignments}
    late = [one for code, one in _still_late(row, minute).items() if code in placed - new]
    change = changes.Change(
        (*_absences(mapped), *_told([*late, *row.change])), now=None if minute < 0 else minute
    )
    mended = _mended(mapped, plan, change, overrides_in_force(row.of), seconds=seconds, steps=steps)
    kept = tuple(one for one in mended.plan.assignments if one.occurrence in mapped.due)
    there = {one.occurrence for one in kept}
    reasons = {one.occurrence: one for one in mended.plan.unplaced}
    left_out = tuple(
        reasons.get(code) or LeftOut(code, Reason.NO_CAPACITY) for code in mapped.due if code not in there
    )
    known = facts(row.of)
    published = {part.code for part in known.parts}
    told_of = known.codes | {one.occurrence for one in mended.changed}
    return Outcome(
        Solution(kept, left_out),
        mended,
        tuple(sorted(published - mapped.due.keys())),
        tuple(one for one in left_out if one.occurrence not in told_of),
    )


def _mended(
    mapped: Mapped, plan: Solution, change: changes.Change, overrides: list[Override], **search: Any
) -> Mended:
    """The repair with what people answer for where it stands; without the exceptions that it would misuse."""
    whole, now = _as_if_nobody_were_away(mapped), -1 if change.now is None else change.now

    def has_begun(one: Assignment) -> bool:
        return one.start < now

    def stands(one: Assignment) -> bool:
        return has_begun(one) or not any(
            event.worker in one.workers and event.start <= one.start < event.end
            for event in change.events
            if isinstance(event, changes.WorkerOff)
        )

    if overrides:
        with suppress(ProblemError):
            mended = repair(excused(whole, plan, overrides, stands=stands), plan, change, **search)
            found = rules.not_within(rules.breaches(mapped, mended.plan), overrides)
            if not any(one.rule in CALLS and one.ids[0] not in mended.fixed for one in found):
                return _legal(mended)
    return _legal(repair(excused(whole, plan, overrides, stands=has_begun), plan, change, **search))


def _legal(mended: Mended) -> Mended:
    if broken := check(mended.problem, mended.plan):
        raise CannotMendError("; ".join(str(one) for one in broken[:MOST_NAMED]))
    return mended


def keep(outcome: Outcome, mapped: Mapped, row: Repair, *, now: datetime) -> Rota:
    """The candidate rota, with who answers for what had begun and fits no rule any more.

    In the caller's transaction.
    """
    known = {one.occurrence for one in (*outcome.mended.plan.unplaced, *outcome.mended.changed)}
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


def told(outcome: Outcome, mapped: Mapped) -> dict[str, Any]:
    """What changed, to keep with the repair: codes and minutes of the week."""
    mended = outcome.mended
    locked = {lock.occurrence for lock in mapped.problem.locks}  # by a person, not to hold what was answered
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
        ]
        + [
            {
                "kind": "unplaced",
                "occurrence": one.occurrence,
                "before": None,
                "after": None,
                "noticed": True,
                "reason": str(one.reason),
            }
            for one in outcome.new_left_out
        ],
        "gone": list(outcome.gone),
        "stretched": [[one.worker, one.before, one.after] for one in mended.stretched],
        "lost_locks": sorted(locked & {one.lock.occurrence for one in mended.lost_locks}),
        "people": len(mended.people),
        "seconds": round(mended.seconds, 2),
    }


def earliest(found: dict[str, Any]) -> int | None:
    """The first minute of the week that a repair changes anything at."""
    spots = [spot for one in found.get("changed", ()) for spot in (one["before"], one["after"]) if spot]
    return min((spot[1] for spot in spots), default=None)


def _still_late(row: Repair, minute: int) -> dict[str, dict[str, Any]]:
    """Visits that last beyond this minute, as an earlier repair was told that was not discarded."""
    earlier = Repair.objects.filter(
        of__area=row.of.area_id,
        of__week_start=row.of.week_start,
        kind=Repair.Kind.RUNS_OVER,
        pk__lt=row.pk,
    ).exclude(rota__status=Rota.Status.WITHDRAWN)
    told = [event for one in earlier.order_by("pk") for event in one.change]
    return {event["occurrence"]: event for event in told if event["end"] > minute}


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
