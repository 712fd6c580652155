"""The first plan: what still stands of a given one, and the rest put in greedily."""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.flow.changing import begin_flow_step
from scheduling.engine.flow.improve import recreate_flow
from scheduling.engine.flow.plan import load_flow
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
    kept: dict[int, tuple[int, int, int, int]] = {}
    dropped: list[str] = []
    for assignment in sorted(plan.assignments, key=lambda a: (a.start, a.occurrence)):
        u = problem.occurrence_index.get(assignment.occurrence, -1)
        routes = _routes_of(problem, t, u, assignment) if u >= 0 and u not in kept else None
        if routes is None:
            dropped.append(assignment.occurrence)
        else:
            kept[u] = (*routes, assignment.start, assignment.start_of(1))
    kept |= _meals(problem, t, plan)
    saved = _as_saved(t, kept)
    if problem.flow:
        if load_flow(t, saved):
            return tuple(dropped)
        load_flow(t, np.full_like(saved, -1))
        return tuple(a.occurrence for a in plan.assignments)
    load(t, saved)
    if all_stands(t):
        return tuple(dropped)
    clear(t)
    start_step(t)
    waiting = list(kept.items())
    while waiting:
        refused = [(u, at) for u, at in waiting if not take_over(t, u, *at[:3])]
        if len(refused) == len(waiting):
            dropped += [problem.occurrences[u].id for u, _ in refused]
            break
        waiting = refused
    return tuple(dropped)


def _routes_of(problem: Problem, t: Tables, u: int, assignment: Assignment) -> tuple[int, int] | None:
    """The routes of the node and its twin (its own again if it has none), None if nobody may do it then."""
    if len(assignment.workers) != problem.occurrences[u].workers or window_of(t, u, assignment.start) < 0:
        return None
    routes = [
        _route_at(problem, t, name, assignment.start_of(number))
        for number, name in enumerate(assignment.workers)
    ]
    if min(routes) < 0:
        return None
    twin = int(t.node[u, tb.TWIN])
    if twin < 0:
        return (routes[0], routes[0]) if is_candidate(t, u, routes[0]) else None
    if t.route[routes[0], tb.WORKER] == t.route[routes[1], tb.WORKER]:
        return None
    ways = (routes, routes[::-1]) if problem.occurrences[u].second is None else (routes,)
    if window_of(t, twin, assignment.start_of(1)) < 0:
        return None
    for one, two in ways:
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


def _meals(problem: Problem, t: Tables, plan: Solution) -> dict[int, tuple[int, int, int, int]]:
    """The meals of a plan by node, as `kept` holds services."""
    found = {}
    eaters = [worker.id for worker in problem.workers if worker.meal]
    for meal in plan.meals:
        r = _route_at(problem, t, meal.worker, meal.start)
        if meal.worker in eaters and r >= 0:
            u = len(t.node) - len(eaters) + eaters.index(meal.worker)
            if window_of(t, u, meal.start) >= 0:
                found[u] = (r, r, meal.start, meal.start)
    return found


def _as_saved(t: Tables, kept: dict[int, tuple[int, int, int, int]]) -> Ints:
    """The plan as `routes.load` takes it; what overflows a route (it could never be legal) is left out."""
    saved = np.full((len(t.node), 4), -1, np.int32)
    lengths: dict[int, int] = {}
    nodes = []
    for u, (one, two, start, later) in kept.items():
        nodes.append((start, u, one))
        if t.node[u, tb.TWIN] >= 0:
            nodes.append((later, int(t.node[u, tb.TWIN]), two))
    for start, node, r in sorted(nodes):
        at = lengths.get(r, 0)
        if at < t.stops.shape[1] - 1:
            saved[node] = (r, at, start, window_of(t, node, start))
            lengths[r] = at + 1
    return saved


def fill(t: Tables) -> None:
    """Puts in greedily whatever fits, those with the fewest possible shifts first, locked ones before all."""
    if t.policy[tb.FLOWS] == 1:
        begin_flow_step(t)
        recreate_flow(t, True, FEWEST_CHOICES, False)
        return
    start_step(t)
    recreate(t, True, FEWEST_CHOICES, len(t.node) > LARGE)
