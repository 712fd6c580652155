"""A legal plan after a change that touches only what it must, and what changed for whom."""

from __future__ import annotations

import time
from collections.abc import Set
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.aftermath import Aftermath, LostLock, Stretched, after
from scheduling.engine.answers.changes import Change
from scheduling.engine.answers.mending import (
    K_WORKER,
    LEFT_OUT,
    insert_all,
    list_open,
    mend_plan,
    score,
)
from scheduling.engine.answers.prepared import Prepared
from scheduling.engine.answers.probing import (
    NOTHING,
    P_COST,
    P_OTHER,
    P_ROUTE,
    P_START,
    best_pairs,
    best_still,
)
from scheduling.engine.cost import price
from scheduling.engine.flow.fields import refuse_flow
from scheduling.engine.problem import MINUTES_PER_DAY, Gap, Lock, Problem
from scheduling.engine.routes import start_step
from scheduling.engine.solution import Assignment, Reason, Solution
from scheduling.engine.solve import solution_of
from scheduling.engine.standing import is_candidate, place_at
from scheduling.engine.tables import Ints, Tables

SECONDS, CHUNK, IDLE_STEPS = 2.0, 100, 3000


class Kind(StrEnum):
    """What became of an occurrence."""

    PLACED = "placed"
    UNPLACED = "unplaced"
    WORKER = "worker"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Changed:
    """An occurrence that is not where it was: `before` and `after` are None where it was or is left out.

    `kind` is `worker` if anybody else comes, `time` if only the start differs. `noticed` is false for a
    start at most 15 minutes away. `reason` says why it is left out, if it is.
    """

    occurrence: str
    person: str
    kind: Kind
    before: Assignment | None
    after: Assignment | None
    noticed: bool
    reason: Reason | None = None


@dataclass(frozen=True)
class Repair:
    """The plan after a change.

    Attributes
    ----------
    problem, plan
        The changed problem, and a legal plan of it.
    terms_before, terms
        Price of the old plan in the old problem, and of the new one in the new, by term.
    changed
        Every occurrence that is not where it was, in the order of time; those that are `gone` are not in it.
    people
        Who notices: ids of the people of changes that are `noticed`.
    gone, missed, lost_locks, stretched, waived, fixed
        See `aftermath.Aftermath`.
    """

    problem: Problem
    plan: Solution
    terms_before: dict[str, int]
    terms: dict[str, int]
    changed: tuple[Changed, ...]
    people: tuple[str, ...]
    gone: tuple[str, ...]
    missed: tuple[str, ...]
    lost_locks: tuple[LostLock, ...]
    stretched: tuple[Stretched, ...]
    waived: tuple[Gap, ...]
    fixed: tuple[str, ...]
    steps: int
    seconds: float = field(compare=False)


def repair(
    problem: Problem,
    plan: Solution,
    change: Change,
    *,
    seconds: float | None = SECONDS,
    steps: int | None = None,
    seed: int = 1,
) -> Repair:
    """A legal plan after the change: what it leaves out first, then how many people notice, then the cost.

    What the plan left out before is placed only where nothing else has to move for it.
    The search for less to change goes on for `seconds` or `steps`, or until it has long found nothing. What
    is not touched stays to the minute. The same seed and `steps`, with `seconds` None, give the same plan.

    Raises
    ------
    ProblemError
        If an event names something unknown, or what stands still cannot stand together.
    """
    refuse_flow(problem)
    began = time.monotonic()
    state = after(problem, plan, change)
    taken = 0
    while True:
        desk = Prepared(state.problem, state.standing)
        now = -1 if change.now is None else change.now
        mender = _Mender(desk, state, problem, plan, now, seed)
        taken += mender.mend(began + seconds if seconds is not None else None, steps)
        lost = mender.locks_lost()
        if not lost:
            break
        state.lost_locks += [LostLock(lock, None) for lock in lost]
        state.problem = state.problem.replace(locks=tuple(k for k in state.problem.locks if k not in lost))
    after_plan = solution_of(state.problem, desk.tables)
    changed = _changes(problem, state, plan, after_plan)
    return Repair(
        problem=state.problem,
        plan=after_plan,
        terms_before=price(problem, plan),
        terms=price(state.problem, after_plan),
        changed=changed,
        people=tuple(dict.fromkeys(c.person for c in changed if c.noticed)),
        gone=state.gone,
        missed=state.missed,
        lost_locks=tuple(state.lost_locks),
        stretched=tuple(state.stretched),
        waived=tuple(state.waived),
        fixed=tuple(sorted(state.fixed)),
        steps=taken,
        seconds=time.monotonic() - began,
    )


class _Mender:
    """The tables of the changed problem, and where people know each occurrence to be."""

    def __init__(
        self, desk: Prepared, state: Aftermath, before: Problem, plan: Solution, now: int, seed: int
    ) -> None:
        self.desk, self.state, self.now = desk, state, now
        self.t: Tables = desk.tables
        self.t.random[:] = tb.seeded(seed)
        self.known = self._known(plan, before.occurrence_index.keys())
        if now >= 0:
            self.t.fence[:, tb.FENCE_FROM] = now
        for name in state.fixed & state.problem.occurrence_index.keys():
            u = state.problem.occurrence_index[name]
            for n in (u, int(self.t.node[u, tb.TWIN])):
                if n >= 0 and self.t.spot[n, tb.ROUTE] >= 0:
                    self.t.fence[n, :2] = self.t.spot[n, tb.START]
        self.people = np.zeros(max(len(state.problem.people), 1), np.int32)
        self.found = np.zeros(len(self.t.node) + 1, np.int32)

    def _known(self, plan: Solution, asked: Set[str]) -> Ints:
        """(nodes, 3): the worker, start and route of each node in the plan before the change."""
        t, problem = self.t, self.state.problem
        known = np.full((len(t.node), 3), -1, np.int32)
        late = {a.occurrence: a for a in self.state.standing.assignments}
        for name in asked - {a.occurrence for a in plan.assignments}:
            u = problem.occurrence_index.get(name, -1)
            if u >= 0:
                known[[u, max(u, int(t.node[u, tb.TWIN]))], K_WORKER] = LEFT_OUT
        for old in plan.assignments:
            u = problem.occurrence_index.get(old.occurrence, -1)
            assignment = late.get(old.occurrence, old)
            if u < 0 or any(w not in problem.worker_index for w in assignment.workers):
                continue
            nodes = [u] if t.node[u, tb.TWIN] < 0 else [u, int(t.node[u, tb.TWIN])]
            workers = [problem.worker_index[w] for w in assignment.workers]
            if len(nodes) != len(workers):
                continue
            routes = [self._route(w, assignment.start) for w in workers]
            if len(nodes) == 2 and not all(
                r < 0 or is_candidate(t, n, r) for n, r in zip(nodes, routes, strict=True)
            ):
                workers, routes = workers[::-1], routes[::-1]
            for n, w, r in zip(nodes, workers, routes, strict=True):
                known[n] = w, assignment.start, r
        return known

    def _route(self, w: int, start: int) -> int:
        first, end = (int(x) for x in self.t.worker[w, tb.ROUTE_FROM : tb.ROUTE_TO + 1])
        for r in range(first, end):
            if self.t.route[r, tb.OPEN] <= start < self.t.route[r, tb.CLOSE]:
                return r
        return -1

    def mend(self, deadline: float | None, steps: int | None) -> int:
        """Puts back what it can, as gently as it can; returns how many steps it took."""
        t, done, idle = self.t, 0, 0
        insert_all(t, self.known, self.now)
        best, last = np.zeros(3, np.int64), np.zeros(3, np.int64)
        score(t, self.known, self.people, best)
        while list_open(t, self.known, self.found) and idle < IDLE_STEPS:
            if (deadline is not None and time.monotonic() >= deadline) or (
                steps is not None and done >= steps
            ):
                break
            chunk = CHUNK if steps is None else min(CHUNK, steps - done)
            last[:] = best
            mend_plan(t, self.known, self.now, chunk, best, self.people, self.found)
            done += chunk
            idle = idle + chunk if (last == best).all() else 0
        self._insert_what_still_fits()
        return done

    def _insert_what_still_fits(self) -> None:
        """Afterwards nothing that is left out fits with all else as it is; the dearest goes first."""
        t, placed = self.t, True
        while placed:
            placed = False
            absent = t.absent[: t.number[tb.ABSENT]].tolist()
            for u in sorted(absent, key=lambda u: (-int(t.node[u, tb.PRICE]), u)):
                if not 0 <= t.node[u, tb.TWIN] < u:
                    placed = self._insert_still(u) or placed

    def _insert_still(self, u: int) -> bool:
        t, v = self.t, int(self.t.node[u, tb.TWIN])
        if v >= 0:
            found = np.zeros((len(self.state.problem.workers), 4), np.int32)
            best_pairs(t, u, self.now, -1, found)
            if not len(found) or found[:, P_COST].min() >= NOTHING:
                return False
            row = found[int(found[:, P_COST].argmin())]
            start_step(t)
            place_at(t, u, int(row[P_ROUTE]), int(row[P_START]))
            place_at(t, v, int(row[P_OTHER]), int(row[P_START]))
            return True
        own = t.candidates[t.node[u, tb.CAND_FROM] : t.node[u, tb.CAND_TO]]
        best = (NOTHING, -1, -1)
        for w in np.unique(t.route[own, tb.WORKER]).tolist():
            start = best_still(t, u, w, self.now, -1)
            if start >= 0:
                best = min(best, (int(t.found[0, tb.F_COST]), int(t.number[tb.FOUND]), start))
        if best[1] < 0:
            return False
        start_step(t)
        place_at(t, u, best[1], best[2])
        return True

    def locks_lost(self) -> list[Lock]:
        """Locks whose occurrence could not be placed as they ask."""
        absent = {o.id for u, o in enumerate(self.state.problem.occurrences) if self.t.spot[u, tb.ROUTE] < 0}
        return [k for k in self.state.problem.locks if k.occurrence in absent]


def _changes(problem: Problem, state: Aftermath, plan: Solution, new: Solution) -> tuple[Changed, ...]:
    old = {a.occurrence: a for a in plan.assignments}
    now = {a.occurrence: a for a in new.assignments}
    reasons = {u.occurrence: u.reason for u in new.unplaced}
    was_left_out = {u.occurrence for u in plan.unplaced}
    found = []
    for occurrence in state.problem.occurrences:
        name = occurrence.id
        before, after = old.get(name), now.get(name)
        if after is None and before is None and name in was_left_out:
            continue
        kind, noticed = _kind(before, after)
        if kind is not None:
            found.append(Changed(name, occurrence.person, kind, before, after, noticed, reasons.get(name)))
    for name in state.missed:  # held up until no window of theirs is left
        if (before := old.get(name)) is not None:
            person = problem.occurrences[problem.occurrence_index[name]].person
            found.append(Changed(name, person, Kind.UNPLACED, before, None, True, Reason.NO_CAPACITY))
    return tuple(sorted(found, key=lambda c: ((c.before or c.after or _NOWHERE).start, c.occurrence)))


_NOWHERE = Assignment("", (), -1)


def _kind(before: Assignment | None, after: Assignment | None) -> tuple[Kind | None, bool]:
    if after is None:
        return Kind.UNPLACED, True
    if before is None:
        return Kind.PLACED, True
    if set(before.workers) != set(after.workers):
        return Kind.WORKER, True
    if before.start == after.start:
        return None, False
    far = abs(before.start - after.start) > tb.UNCHANGED
    return Kind.TIME, far or before.start // MINUTES_PER_DAY != after.start // MINUTES_PER_DAY
