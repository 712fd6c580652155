"""The first plan: what still stands of a given one, and the rest put in greedily."""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.improve import recreate
from scheduling.engine.problem import Problem
from scheduling.engine.routes import start_step
from scheduling.engine.solution import Assignment, Solution
from scheduling.engine.standing import take_over
from scheduling.engine.tables import Tables

FEWEST_CHOICES = 2


def take_over_plan(problem: Problem, t: Tables, plan: Solution) -> tuple[str, ...]:
    """Fills empty tables with what of `plan` is legal as given; returns the occurrences that were not.

    Services are tried again as long as others go in, because a service may be legal only beside
    another (a later one can make the idle time that the break rule asks for).
    """
    start_step(t)
    known: dict[str, Assignment] = {}
    dropped: list[str] = []
    for assignment in sorted(plan.assignments, key=lambda a: (a.start, a.occurrence)):
        if assignment.occurrence in problem.occurrence_index and assignment.occurrence not in known:
            known[assignment.occurrence] = assignment
        else:
            dropped.append(assignment.occurrence)
    waiting = list(known.values())
    while waiting:
        refused = [a for a in waiting if not _take_over(problem, t, a)]
        if len(refused) == len(waiting):
            dropped += [a.occurrence for a in refused]
            break
        waiting = refused
    return tuple(dropped)


def _take_over(problem: Problem, t: Tables, assignment: Assignment) -> bool:
    u = problem.occurrence_index[assignment.occurrence]
    if len(assignment.workers) != problem.occurrences[u].workers:
        return False
    routes = [_route_at(problem, t, name, assignment.start) for name in assignment.workers]
    if min(routes) < 0:
        return False
    one, two = routes[0], routes[-1]
    if take_over(t, u, one, two, assignment.start):
        return True
    return one != two and take_over(t, u, two, one, assignment.start)


def _route_at(problem: Problem, t: Tables, worker: str, start: int) -> int:
    """The route of the worker's shift in which `start` lies, -1 if there is none."""
    if worker not in problem.worker_index:
        return -1
    _, _, first, end = (int(x) for x in t.worker[problem.worker_index[worker]])
    for r in range(first, end):
        if t.route[r, tb.OPEN] <= start < t.route[r, tb.CLOSE]:
            return r
    return -1


def fill(t: Tables) -> None:
    """Puts in greedily whatever fits, those with the fewest possible shifts first, locked ones before all."""
    start_step(t)
    recreate(t, True, FEWEST_CHOICES, False)
