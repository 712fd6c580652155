"""The first plan: what still stands of a given one, and the rest put in greedily."""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.improve import LARGE, recreate
from scheduling.engine.problem import Problem
from scheduling.engine.routes import clear, load, start_step
from scheduling.engine.solution import Assignment, Solution
from scheduling.engine.standing import all_stands, is_candidate, take_over, window_of
from scheduling.engine.tables import Ints, Tables

FEWEST_CHOICES = 2


def take_over_plan(problem: Problem, t: Tables, plan: Solution) -> tuple[str, ...]:
    """Fills empty tables with what of `plan` is legal as given; returns the occurrences that were not.

    A plan that is legal as a whole is taken whole. Else services go in one by one, and again as long
    as others go in, because a service may be legal only beside another (a later one can make the
    idle time that the break rule asks for).
    """
    kept: dict[int, tuple[int, int, int]] = {}
    dropped: list[str] = []
    for assignment in sorted(plan.assignments, key=lambda a: (a.start, a.occurrence)):
        u = problem.occurrence_index.get(assignment.occurrence, -1)
        routes = _routes_of(problem, t, u, assignment) if u >= 0 and u not in kept else None
        if routes is None:
            dropped.append(assignment.occurrence)
        else:
            kept[u] = (*routes, assignment.start)
    load(t, _as_saved(t, kept))
    if all_stands(t):
        return tuple(dropped)
    clear(t)
    start_step(t)
    waiting = list(kept.items())
    while waiting:
        refused = [(u, at) for u, at in waiting if not take_over(t, u, *at)]
        if len(refused) == len(waiting):
            dropped += [problem.occurrences[u].id for u, _ in refused]
            break
        waiting = refused
    return tuple(dropped)


def _routes_of(problem: Problem, t: Tables, u: int, assignment: Assignment) -> tuple[int, int] | None:
    """The routes of the node and its twin (its own again if it has none), None if nobody may do it then."""
    if len(assignment.workers) != problem.occurrences[u].workers or window_of(t, u, assignment.start) < 0:
        return None
    routes = [_route_at(problem, t, name, assignment.start) for name in assignment.workers]
    if min(routes) < 0:
        return None
    twin = int(t.node[u, tb.TWIN])
    if twin < 0:
        return (routes[0], routes[0]) if is_candidate(t, u, routes[0]) else None
    if t.route[routes[0], tb.WORKER] == t.route[routes[1], tb.WORKER]:
        return None
    for one, two in (routes, routes[::-1]):
        if is_candidate(t, u, one) and is_candidate(t, twin, two):
            return one, two
    return None


def _route_at(problem: Problem, t: Tables, worker: str, start: int) -> int:
    """The route of the worker's shift in which `start` lies, -1 if there is none."""
    if worker not in problem.worker_index:
        return -1
    first, end = (int(x) for x in t.worker[problem.worker_index[worker], tb.ROUTE_FROM : tb.ROUTE_TO + 1])
    for r in range(first, end):
        if t.route[r, tb.OPEN] <= start < t.route[r, tb.CLOSE]:
            return r
    return -1


def _as_saved(t: Tables, kept: dict[int, tuple[int, int, int]]) -> Ints:
    """The plan as `routes.load` takes it; what overflows a route (it could never be legal) is left out."""
    saved = np.full((len(t.node), 4), -1, np.int32)
    lengths: dict[int, int] = {}
    for u, (one, two, start) in sorted(kept.items(), key=lambda item: (item[1][2], item[0])):
        twin = int(t.node[u, tb.TWIN])
        for node, r in ((u, one), (twin, two))[: 1 + (twin >= 0)]:
            at = lengths.get(r, 0)
            if at < t.stops.shape[1] - 1:
                saved[node] = (r, at, start, window_of(t, u, start))
                lengths[r] = at + 1
    return saved


def fill(t: Tables) -> None:
    """Puts in greedily whatever fits, those with the fewest possible shifts first, locked ones before all."""
    start_step(t)
    recreate(t, True, FEWEST_CHOICES, len(t.node) > LARGE)
