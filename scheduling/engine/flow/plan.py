"""Plans of days whose times flow: into the tables, out of them, and why something is left out."""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.flow.changing import begin_flow_step, reckon
from scheduling.engine.flow.placing import NEVER, THOROUGH, insert_both, insert_one
from scheduling.engine.flow.prices import ease, reprice
from scheduling.engine.flow.reasons import reason_why
from scheduling.engine.flow.starts import enlist, forget, retime, slacken
from scheduling.engine.problem import Problem
from scheduling.engine.routes import lay_down
from scheduling.engine.solution import Assignment, Reason, Solution, Taken, Unplaced
from scheduling.engine.tables import Ints, Tables

MANY_TRIALS = 256


@compiled
def load_flow(t: Tables, kept: Ints) -> bool:
    """Makes the orders that `kept` holds the plan, as `routes.load` does; False if nobody can work it.

    The starts are only where the search for the earliest begins.
    """
    lay_down(t, kept)
    t.number[tb.TIMES] = t.number[tb.PLACED] = 0
    good = True
    for r in range(len(t.route)):
        reckon(t, r)
        good = good and t.day[r, tb.CARRIED] <= t.day[r, tb.MOST_LOAD]
    forget(t)
    enlist(t)
    good = retime(t) and good
    for r in range(len(t.route)):
        n = t.route[r, tb.LENGTH]
        if n > 0:
            last = t.stops[r, n - 1, tb.NODE]
            back = t.spot[last, tb.START] + t.node[last, tb.MINUTES]
            back += t.travel[t.stops[r, n - 1, tb.WHERE], t.route[r, tb.BASE]]
            good = good and back <= t.route[r, tb.CLOSE]
    reprice(t)
    slacken(t)
    return good


@compiled
def leave_late(t: Tables) -> None:
    """Moves the first services of each route towards the waits after them, as far as it costs nothing."""
    for r in range(len(t.route)):
        n = t.route[r, tb.LENGTH]
        later, wait = 0, 0
        for i in range(n - 2, -1, -1):
            u, y = t.stops[r, i, tb.NODE], t.stops[r, i + 1, tb.NODE]
            start = t.spot[u, tb.START]
            wait = (
                t.spot[y, tb.START] - later - start - t.stops[r, i, tb.LASTS] - t.stops[r, i + 1, tb.EARLIEST]
            )
            later = min(ease(t, u, start), wait + later)
            t.spot[u, tb.START] = start + later


def fill_flow(t: Tables) -> None:
    """Puts in whatever is worth its place, until nothing is."""
    reprice(t)
    begin_flow_step(t)
    before = -1
    while before != t.number[tb.ABSENT]:
        before = int(t.number[tb.ABSENT])
        for u in sorted(int(u) for u in t.absent[:before]):
            if t.spot[u, tb.ROUTE] < 0 and not 0 <= t.node[u, tb.TWIN] < u:
                go_in(t, u, int(t.node[u, tb.PRICE]))
    reprice(t)


def finish_flow(problem: Problem, t: Tables) -> Solution:
    """The plan in the tables as facts, with a reason for everything left out."""
    t.settings[tb.GUIDED] = 0
    fill_flow(t)
    left_out = [
        (occurrence, could_go_in(t, u))
        for u, occurrence in enumerate(problem.occurrences)
        if t.spot[u, tb.ROUTE] < 0
    ]
    leave_late(t)
    assignments = []
    for u, occurrence in enumerate(problem.occurrences):
        if t.spot[u, tb.ROUTE] < 0:
            continue
        nodes = [u] if t.node[u, tb.TWIN] < 0 else [u, int(t.node[u, tb.TWIN])]
        names = tuple(problem.workers[t.route[t.spot[n, tb.ROUTE], tb.WORKER]].id for n in nodes)
        starts = [int(t.spot[n, tb.START]) for n in nodes]
        second = starts[-1] if starts[-1] != starts[0] else None
        assignments.append(Assignment(occurrence.id, names, starts[0], second))
    unplaced = [
        Unplaced(occurrence.id, Reason.COSTS_MORE if could else reason_why(problem, occurrence))
        for occurrence, could in left_out
    ]
    meals = [
        Taken(problem.workers[t.route[t.spot[u, tb.ROUTE], tb.WORKER]].id, int(t.spot[u, tb.START]))
        for u in range(len(t.node))
        if t.flow[u, tb.FLOATS] == 1 and t.spot[u, tb.ROUTE] >= 0
    ]
    return Solution(tuple(assignments), tuple(unplaced), tuple(meals))


def could_go_in(t: Tables, u: int) -> bool:
    """Whether the absent occurrence of node u fits at any price; the plan is as before afterwards."""
    saved = t.spot[:, :4].copy()
    found = go_in(t, u, NEVER)
    if found:
        load_flow(t, saved)
    return found


def go_in(t: Tables, u: int, limit: int) -> bool:
    """Puts the absent occurrence of node u where it costs least, if less than `limit`, looking everywhere."""
    if t.node[u, tb.TWIN] >= 0:
        return bool(insert_both(t, u, THOROUGH, MANY_TRIALS, False, False, limit))
    return bool(insert_one(t, u, THOROUGH, False, False, limit))
