"""What would let an occurrence in that is left out; each remedy is tried out before it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from scheduling.engine import tables as tb
from scheduling.engine.answers.hypothetical import STRETCH, start_outside, start_stretched, start_with
from scheduling.engine.answers.ranking import Trial
from scheduling.engine.cost import total
from scheduling.engine.problem import Span, Worker
from scheduling.engine.rounds import service_of
from scheduling.engine.rules import separate_pairs, worker_violations
from scheduling.engine.solution import Assignment

MOST_MINUTES_OUTSIDE = 720


class Help(StrEnum):
    """What would have to be otherwise."""

    WINDOW = "window"
    SKILL = "skill"
    DELEGATION = "delegation"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that, were it so, would let the occurrence in with everything else as it is.

    Attributes
    ----------
    workers, start
        Who would come and when.
    cost, terms
        The plan's cost then less the cost now.
    facts
        `window`: `minutes` outside the nearest window. `skill`: `worker` and the `skills` given.
        `delegation`: `from_agency`, `to_agency`, `skills`. `shift`: `worker`, the `shift` as it is
        (start and end) and as it would be (`longer`), and how many `minutes` more.
    """

    kind: Help
    workers: tuple[str, ...]
    start: int
    cost: int
    terms: dict[str, int]
    facts: dict[str, Any] = field(default_factory=dict)


def remedies(trial: Trial) -> tuple[Remedy, ...]:
    """The best remedy of each kind that has any, the cheapest first.

    The best window is the nearest, the best longer shift the one with the fewest minutes more; of skills and
    delegations it is the one that costs least in the plan.
    """
    found: list[Remedy] = []
    for look in (_window, _skill, _delegation, _shift):
        best = look(trial)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda r: (r.cost, r.kind)))


def _window(trial: Trial) -> Remedy | None:
    """The nearest start outside its windows."""
    t, u, now = trial.t, trial.u, trial.desk.now
    if any(k.occurrence == trial.id and k.start is not None for k in trial.desk.problem.locks):
        return None
    best: Remedy | None = None
    nearest, helpers = MOST_MINUTES_OUTSIDE, trial.helpers(None)
    for w in [w for w in range(len(helpers)) if helpers[w]]:
        start = start_outside(t, u, w, now, nearest, helpers)
        if start >= 0:
            away = min(max(s.start - start, start - s.end) for s in trial.asked.windows)
            made = _remedy(trial, Help.WINDOW, w, start, {"minutes": away})
            if made is not None:
                nearest, best = away, made
    return best


def _skill(trial: Trial) -> Remedy | None:
    """A skill that one worker lacks and nothing else forbids."""

    def facts(worker: Worker) -> dict[str, Any] | None:
        missing = sorted(trial.asked.skills - worker.skills)
        given = replace(worker, skills=worker.skills | trial.asked.skills)
        if missing and trial.desk.problem.may_serve(given, trial.asked):
            return {"worker": worker.id, "skills": missing}
        return None

    return _cheapest(trial, Help.SKILL, facts)


def _delegation(trial: Trial) -> Remedy | None:
    """Delegations that one worker's agency lacks and nothing else forbids."""

    def facts(worker: Worker) -> dict[str, Any] | None:
        missing = trial.desk.undelegated(worker, trial.asked)
        own = replace(worker, agency=trial.asked.agency)
        if missing and trial.desk.problem.may_serve(own, trial.asked):
            return {"from_agency": trial.asked.agency, "to_agency": worker.agency, "skills": missing}
        return None

    return _cheapest(trial, Help.DELEGATION, facts)


def _cheapest(trial: Trial, kind: Help, facts_of: Callable[[Worker], dict[str, Any] | None]) -> Remedy | None:
    """The cheapest of the workers for whom there are facts."""
    found = []
    helpers = trial.helpers(None)
    for w, facts in _helped(trial, facts_of):
        start = start_with(trial.t, trial.u, w, trial.desk.now, -1, helpers)
        if start >= 0:
            made = _remedy(trial, kind, w, start, facts)
            found += [made] if made else []
    return min(found, key=lambda r: (r.cost, r.workers), default=None)


def _helped(
    trial: Trial, facts_of: Callable[[Worker], dict[str, Any] | None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    held = {k.worker for k in trial.desk.problem.locks if k.occurrence == trial.id and k.worker}
    for w, worker in enumerate(trial.desk.problem.workers):
        facts = facts_of(worker)
        if facts is not None and (len(held) < trial.asked.workers or worker.id in held):
            yield w, facts


def _shift(trial: Trial) -> Remedy | None:
    """The fewest minutes by which a shift would have to be longer."""
    t, best, least, helpers = trial.t, None, 2 * STRETCH, trial.helpers(None)
    for w in [w for w in range(len(helpers)) if helpers[w]]:
        start = start_stretched(t, trial.u, w, trial.desk.now, least, helpers)
        if start < 0:
            continue
        made = _longer(trial, w, start)
        if made is not None:
            best, least = made, made.facts["minutes"]
    return best


def _longer(trial: Trial, w: int, start: int) -> Remedy | None:
    """The remedy with the worker's shift as long as the round with the occurrence in it."""
    desk, t = trial.desk, trial.t
    r = int(t.number[tb.FOUND])
    worker = desk.problem.workers[w]
    shift = Span(int(t.route[r, tb.OPEN]), int(t.route[r, tb.CLOSE]))
    services = [service_of(desk.problem, a) for a in trial.week_of(worker)]
    services = [s for s in services if shift.start <= s.start < shift.end]
    services.append(service_of(desk.problem, Assignment(trial.id, (worker.id,), start)))
    services.sort(key=lambda s: s.start)
    travel, base = desk.problem.travel, worker.place
    leave = services[0].start - desk.problem.policy.arrival_allowance - int(travel[base, services[0].place])
    back = services[-1].end + int(travel[services[-1].place, base])
    longer = Span(min(shift.start, leave), max(shift.end, back))
    minutes = (longer.end - longer.start) - (shift.end - shift.start)
    facts = {
        "worker": worker.id,
        "shift": [shift.start, shift.end],
        "longer": [longer.start, longer.end],
        "minutes": minutes,
    }
    shifts = tuple(longer if s == shift else s for s in worker.shifts)
    return _remedy(trial, Help.SHIFT, w, start, facts, as_if=replace(worker, shifts=shifts))


def _remedy(
    trial: Trial, kind: Help, w: int, start: int, facts: dict[str, Any], *, as_if: Worker | None = None
) -> Remedy | None:
    """The remedy, if the plain rules agree that everybody's week holds with the occurrence in it."""
    desk, t = trial.desk, trial.t
    workers = [desk.problem.workers[w]]
    if trial.v >= 0:
        workers.append(desk.problem.workers[int(t.route[int(t.number[tb.FOUND_TWO]), tb.WORKER])])
    new = Assignment(trial.id, tuple(x.id for x in workers), start)
    separate = separate_pairs(desk.problem)
    for worker in workers:
        week = [service_of(desk.problem, a) for a in (*trial.week_of(worker), new)]
        own = as_if if as_if is not None and worker.id == as_if.id else worker
        if worker_violations(desk.problem, own, week, separate):
            return None
    terms = desk.difference({trial.id: new}, as_if=as_if)
    return Remedy(kind, new.workers, start, total(terms), terms, facts)
