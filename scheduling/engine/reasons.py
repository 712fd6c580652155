"""Why something is left out; every reason is tried out before it is given."""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.locks import can_reach
from scheduling.engine.placing import insert_pair, insert_single
from scheduling.engine.problem import Occurrence, Problem
from scheduling.engine.routes import start_step
from scheduling.engine.solution import Reason
from scheduling.engine.standing import NO_GAPS, NO_LIMITS, NO_LOCKED, find_still, place_at
from scheduling.engine.tables import Tables

MANY, MANY_TRIES = 256, 40


def insert_leftovers(t: Tables) -> None:
    """Puts in whatever can still go in alone, until nothing can, whatever it costs.

    Afterwards no absent occurrence fits with everything else at its present time.
    """
    start_step(t)
    while True:
        absent = sorted(int(u) for u in t.absent[: t.number[tb.ABSENT]] if not _is_second(t, int(u)))
        if not sum(_insert(t, u) for u in absent):
            return


def _is_second(t: Tables, u: int) -> bool:
    return 0 <= int(t.node[u, tb.TWIN]) < u


def _insert(t: Tables, u: int) -> bool:
    if t.node[u, tb.TWIN] >= 0:
        if insert_pair(t, u, MANY, MANY_TRIES, False, False):
            return True
    elif insert_single(t, u, MANY, False, False):
        return True
    start = find_still(t, u, 0, False)
    if start < 0:
        return False
    one, two = int(t.number[tb.FOUND]), int(t.number[tb.FOUND_TWO])
    place_at(t, u, one, start)
    if t.node[u, tb.TWIN] >= 0:
        place_at(t, int(t.node[u, tb.TWIN]), two, start)
    return True


def reason_for(problem: Problem, t: Tables, occurrence: Occurrence) -> Reason:
    """The first reason that is true for an occurrence that `insert_leftovers` could not place."""
    u = problem.occurrence_index[occurrence.id]
    able = [w for w in problem.workers if problem.may_serve(w, occurrence)]
    if len(able) < occurrence.workers:
        if _skilled(problem, occurrence) >= occurrence.workers:
            return Reason.BARRED_OR_GENDER
        return Reason.NO_PAIR_FREE if able else Reason.NO_COMPETENT_WORKER
    if sum(can_reach(problem, w, occurrence, None, detours=False) for w in able) < occurrence.workers:
        return Reason.NO_SHIFT_IN_WINDOW
    if find_still(t, u, NO_GAPS, False) >= 0:
        return Reason.GAP
    if find_still(t, u, NO_LIMITS, False) >= 0:
        return Reason.REST_OR_HOURS
    if occurrence.workers == 2 and find_still(t, u, 0, True) >= 0:
        return Reason.NO_PAIR_FREE
    if problem.locks and find_still(t, u, NO_LOCKED, False) >= 0:
        return Reason.CONFLICTS_WITH_LOCK
    return Reason.NO_CAPACITY


def _skilled(problem: Problem, occurrence: Occurrence) -> int:
    """Workers who hold the skills and the delegation, whatever their gender and whoever barred them."""
    delegated = {(d.from_agency, d.to_agency, d.skill) for d in problem.delegations}
    return sum(
        occurrence.skills <= w.skills
        and (
            w.agency == occurrence.agency
            or all((occurrence.agency, w.agency, skill) in delegated for skill in occurrence.skills)
        )
        for w in problem.workers
    )
