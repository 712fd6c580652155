"""Why two needs at one door are not one visit; where they could be, priced by really joining them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.hypothetical import best_beside, best_together, put_beside
from scheduling.engine.answers.prepared import Move, Prepared
from scheduling.engine.answers.probing import NOTHING, is_fixed, take_out, try_found
from scheduling.engine.cost import total
from scheduling.engine.problem import MINUTES_PER_DAY, Occurrence
from scheduling.engine.rounds import rounds_of, services_by_worker
from scheduling.engine.routes import start_step
from scheduling.engine.solution import Assignment, Solution

TRIES = 12


class Apart(StrEnum):
    """Why two needs of one person on one day do not share a visit."""

    KEEP_SEPARATE = "keep_separate"
    NOT_MERGEABLE = "not_mergeable"
    GAP = "gap"
    WINDOWS_APART = "windows_apart"
    LOCKED_APART = "locked_apart"
    SKILL_MISSING = "skill_missing"
    NO_DELEGATION = "no_delegation"
    BARRED_OR_GENDER = "barred_or_gender"
    BEGUN = "begun"
    TWO_PAIRS = "two_pairs"
    NO_ROOM = "no_room"
    COSTS_MORE = "costs_more"
    WOULD_SAVE = "would_save"


@dataclass(frozen=True, slots=True)
class NotJoined:
    """Why the occurrence and `other` are two visits.

    Attributes
    ----------
    facts
        `occurrences` (that must stand alone, or have begun), `minutes` (of the gap; or the least between the
        two by their windows, None if neither can follow the other), `skills` (that nobody holds together),
        `missing` (delegations as from_agency, to_agency, skill), `workers` (of the locks).
    cost, terms
        Where both could be one visit: the cost of the cheapest such plan found, less the cost now.
    assignments, moves
        That plan: both occurrences, and what else moves.
    """

    other: str
    code: Apart
    facts: dict[str, Any] = field(default_factory=dict)
    cost: int | None = None
    terms: dict[str, int] | None = None
    assignments: tuple[Assignment, ...] = ()
    moves: tuple[Move, ...] = ()


def joined_with(desk: Prepared, occurrence: str) -> tuple[str, ...]:
    """The other occurrences in the same visit, of either worker."""
    placed = desk.placed.get(occurrence)
    found: set[str] = set()
    for name in placed.workers if placed else ():
        part = Solution(tuple(desk.placed[n] for n in desk.of_worker[name]))
        services = services_by_worker(desk.problem, part)[name]
        worker = desk.problem.workers[desk.problem.worker_index[name]]
        for round_ in rounds_of(desk.problem, worker, services):
            for visit in round_.visits(desk.problem):
                ids = {service.occurrence.id for service in visit}
                found |= ids if occurrence in ids else set()
    return tuple(sorted(found - {occurrence}))


def not_joined(desk: Prepared, occurrence: str) -> tuple[NotJoined, ...]:
    """For every other need of the person on a day of this one, why they are not one visit.

    Only what is placed is compared; both must be, for otherwise there is no visit to share.
    """
    if occurrence not in desk.placed:
        return ()
    one = _asked(desk, occurrence)
    together, found = set(joined_with(desk, occurrence)), []
    day = desk.placed[occurrence].start // MINUTES_PER_DAY
    for name in desk.of_person[one.person]:
        other = desk.placed.get(name)
        if other and name != occurrence and name not in together and other.start // MINUTES_PER_DAY == day:
            found.append(_why(desk, one, _asked(desk, name)))
    return tuple(sorted(found, key=lambda n: (desk.placed[n.other].start, n.other)))


def _asked(desk: Prepared, name: str) -> Occurrence:
    return desk.problem.occurrences[desk.problem.occurrence_index[name]]


def _why(desk: Prepared, one: Occurrence, other: Occurrence) -> NotJoined:
    for code, facts in _forbidden(desk, one, other):
        return NotJoined(other.id, code, facts)
    try:
        return _tried(desk, one, other)
    finally:
        desk.restore()


def _forbidden(desk: Prepared, one: Occurrence, other: Occurrence) -> Iterator[tuple[Apart, dict[str, Any]]]:
    """What forbids one visit whatever the rest of the plan is."""
    problem = desk.problem
    if (one.id, other.id) in problem.separate or (other.id, one.id) in problem.separate:
        yield Apart.KEEP_SEPARATE, {}
    if alone := [o.id for o in (one, other) if not o.mergeable]:
        yield Apart.NOT_MERGEABLE, {"occurrences": alone}
    for gap in desk.gaps_of.get(one.id, ()):
        if {gap.before, gap.after} == {one.id, other.id} and gap.min > problem.policy.join_wait:
            yield Apart.GAP, {"minutes": gap.min}
    apart = min(_between(one, other), _between(other, one))
    if apart > problem.policy.join_wait:
        yield Apart.WINDOWS_APART, {"minutes": None if apart == NOTHING else apart}
    held = [_held(desk, o) for o in (one, other)]
    if all(len(h) == o.workers for h, o in zip(held, (one, other), strict=True)) and not held[0] & held[1]:
        yield Apart.LOCKED_APART, {"workers": [sorted(h) for h in held]}
    if not _common(desk, one, other):
        yield _nobody(desk, one, other)
    fixed = [o.id for o in (one, other) if is_fixed(desk.tables, desk.node(o.id))]
    if fixed:
        yield Apart.BEGUN, {"occurrences": fixed}
    if one.workers == 2 and other.workers == 2:
        yield Apart.TWO_PAIRS, {}


def _between(first: Occurrence, second: Occurrence) -> int:
    """The fewest minutes from the end of `first` to the start of `second`, if it can come after it at all."""
    waits = [
        max(0, b.start - a.end - first.minutes)
        for a in first.windows
        for b in second.windows
        if b.end >= a.start + first.minutes
    ]
    return min(waits, default=NOTHING)


def _common(desk: Prepared, one: Occurrence, other: Occurrence) -> list[int]:
    """Positions of the workers who may serve both."""
    workers = enumerate(desk.problem.workers)
    return [w for w, x in workers if desk.problem.may_serve(x, one) and desk.problem.may_serve(x, other)]


def _held(desk: Prepared, asked: Occurrence) -> set[str]:
    """The workers to whom it is locked."""
    return {k.worker for k in desk.problem.locks if k.occurrence == asked.id and k.worker}


def _not_locked_out(desk: Prepared, asked: Occurrence, workers: list[int]) -> list[int]:
    """Those of the workers whom its locks leave room for."""
    held = _held(desk, asked)
    return [w for w in workers if len(held) < asked.workers or desk.problem.workers[w].id in held]


def _nobody(desk: Prepared, one: Occurrence, other: Occurrence) -> tuple[Apart, dict[str, Any]]:
    """Why no worker may do both: skills first, then delegations, then who is welcome."""
    skills = one.skills | other.skills
    skilled = [w for w in desk.problem.workers if skills <= w.skills]
    if not skilled:
        return Apart.SKILL_MISSING, {"skills": sorted(skills)}
    lacking = [
        [(o.agency, w.agency, skill) for o in (one, other) for skill in desk.undelegated(w, o)]
        for w in skilled
    ]
    if all(lacking):
        least = min(lacking, key=lambda rows: (len(rows), rows))
        return Apart.NO_DELEGATION, {"missing": [list(row) for row in dict.fromkeys(least)]}
    return Apart.BARRED_OR_GENDER, {}


def _tried(desk: Prepared, one: Occurrence, other: Occurrence) -> NotJoined:
    """Joins them in every way looked at, and prices the cheapest."""
    u, x = desk.node(one.id), desk.node(other.id)
    best: NotJoined | None = None
    common = _not_locked_out(desk, other, _not_locked_out(desk, one, _common(desk, one, other)))
    for place in list(_ways(desk, u, x, common)):
        desk.restore()
        if not place():
            continue
        found = _priced(desk, other.id, (u, x))
        if best is None or (found.cost or 0) < (best.cost or 0):
            best = found
    if best is None:
        return NotJoined(other.id, Apart.NO_ROOM)
    return best


def _ways(desk: Prepared, u: int, x: int, common: list[int]) -> Iterator[Callable[[], bool]]:
    """Ways to make them one visit, as functions of the standing plan that say whether it worked."""
    t, now = desk.tables, desk.now
    for moved, stays in ((x, u), (u, x)):
        if t.node[moved, tb.TWIN] >= 0:
            continue
        nodes = [stays] if t.node[stays, tb.TWIN] < 0 else [stays, int(t.node[stays, tb.TWIN])]
        for node in nodes:
            if t.route[t.spot[node, tb.ROUTE], tb.WORKER] not in common:
                continue

            def beside(moved: int = moved, node: int = node) -> bool:
                start_step(t)
                if not take_out(t, moved):
                    return False
                turn = best_beside(t, moved, node, now)
                start_step(t)
                return turn >= 0 and put_beside(t, moved, node, turn, now)

            yield beside
    if t.node[u, tb.TWIN] >= 0 or t.node[x, tb.TWIN] >= 0:
        return

    def together() -> bool:
        start_step(t)
        if not (take_out(t, u) and take_out(t, x)):
            return False
        best = (NOTHING, -1)
        for w in common:
            if best_together(t, u, x, w, now, TRIES) >= 0:
                best = min(best, (int(t.number[tb.FOUND_TWO]), w))
        if best[1] < 0:
            return False
        at = best_together(t, u, x, best[1], now, TRIES)
        start_step(t)
        return try_found(t, u, at // 2, now) and put_beside(t, x, u, at % 2, now)

    yield together


def _priced(desk: Prepared, other: str, nodes: tuple[int, int]) -> NotJoined:
    """The plan now in the tables against the standing one."""
    t, problem = desk.tables, desk.problem
    touched = np.flatnonzero((t.spot[:, :4] != desk.kept).any(axis=1)).tolist()
    firsts = sorted({min(n, int(t.node[n, tb.TWIN])) if t.node[n, tb.TWIN] >= 0 else n for n in touched})
    now = {
        n: Assignment(problem.occurrences[n].id, desk.workers_of(n), int(t.spot[n, tb.START])) for n in firsts
    }
    changes: dict[str, Assignment | None] = {
        a.occurrence: a for a in now.values() if a != desk.placed[a.occurrence]
    }
    terms = desk.difference(changes)
    cost = total(terms)
    pair = tuple(
        changes.get(problem.occurrences[n].id) or desk.placed[problem.occurrences[n].id] for n in nodes
    )
    ids = {problem.occurrences[n].id for n in nodes}
    moves = tuple(
        Move(a.occurrence, desk.placed[a.occurrence].start, a.start)
        for a in changes.values()
        if a is not None and a.occurrence not in ids
    )
    code = Apart.COSTS_MORE if cost >= 0 else Apart.WOULD_SAVE
    return NotJoined(other, code, {}, cost, terms, pair, moves)
