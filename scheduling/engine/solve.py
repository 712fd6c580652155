"""Plans a week: takes over or builds a first plan, improves it until told to stop, says why not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.engine import cost
from scheduling.engine import tables as tb
from scheduling.engine.construct import fill, take_over_plan
from scheduling.engine.flow.plan import finish_flow, load_flow
from scheduling.engine.improve import save_best
from scheduling.engine.problem import Flow, Occurrence, Person, Policy, Problem, ProblemError, Span, Worker
from scheduling.engine.reasons import insert_leftovers, reason_for
from scheduling.engine.retime import retime
from scheduling.engine.routes import load
from scheduling.engine.search import Progress, Search, Stop
from scheduling.engine.solution import Assignment, Solution, Unplaced
from scheduling.engine.tables import Ints, Tables

__all__ = ["Progress", "Result", "Stop", "solve", "warm", "warm_flow"]

LONGEST_RETIMING = 600.0
"""Seconds; only a backstop where steps stop the search and the clock must not."""


@dataclass(frozen=True)
class Result:
    """A plan with its price; `dropped` are occurrences of the initial plan that were not legal as given."""

    solution: Solution
    cost: int
    terms: dict[str, int]
    steps: int
    seconds: float
    dropped: tuple[str, ...]


def solve(
    problem: Problem,
    *,
    stop: Stop,
    seed: int = 1,
    threads: int = 1,
    initial: Solution | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Result:
    """The best plan found until `stop`. The same seed, steps and threads give the same plan.

    Raises
    ------
    ProblemError
        If a lock cannot hold; the message names it.
    """
    search = Search(problem, stop, seed, threads, on_progress)
    t = search.tables
    dropped = take_over_plan(problem, t, initial) if initial else ()
    given = t.spot[:, :4].copy()
    search.warm = initial is not None and not dropped
    fill(t)
    save_best(t, search.best)
    search.tell("construct")
    if len(t.node):
        search.improve()
    solution = _finish(problem, search)
    terms = cost.price(problem, solution)
    if initial and not dropped and cost.total(terms) > cost.total(cost.price(problem, initial)):
        load(t, given)
        solution = initial if problem.flow else solution_of(problem, t)
        terms = cost.price(problem, solution)
    search.tell("done")
    return Result(solution, cost.total(terms), terms, search.steps, search.seconds, dropped)


def _finish(problem: Problem, search: Search) -> Solution:
    """The best plan, re-timed, with what can still go in, and a true reason for each that cannot."""
    t = search.tables
    if problem.flow:
        load_flow(t, search.best)
        return finish_flow(problem, t)
    load(t, search.best)
    if not search.is_cancelled():
        limited = search.stop.seconds is not None and search.stop.steps is None
        retime(t, seconds=search.seconds_to_finish() if limited else LONGEST_RETIMING)
    insert_leftovers(t)
    save_best(t, search.best)
    for i, lock in enumerate(problem.locks):
        if t.spot[problem.occurrence_index[lock.occurrence], tb.ROUTE] < 0:
            raise ProblemError(f"locks[{i}]", f"{lock.occurrence!r} cannot be placed as the locks ask")
    return solution_of(problem, t)


def _placed(problem: Problem, t: Tables, spot: Ints) -> Solution:
    assignments = []
    for u, occurrence in enumerate(problem.occurrences):
        if spot[u, tb.ROUTE] >= 0:
            nodes = [u] if t.node[u, tb.TWIN] < 0 else [u, int(t.node[u, tb.TWIN])]
            names = tuple(problem.workers[t.route[spot[n, tb.ROUTE], tb.WORKER]].id for n in nodes)
            assignments.append(Assignment(occurrence.id, names, int(spot[u, tb.START])))
    return Solution(tuple(assignments))


def solution_of(problem: Problem, t: Tables) -> Solution:
    """The plan in the tables as facts, with a reason for everything absent."""
    placed = _placed(problem, t, t.spot)
    unplaced = [
        Unplaced(occurrence.id, reason_for(problem, t, occurrence))
        for u, occurrence in enumerate(problem.occurrences)
        if t.spot[u, tb.ROUTE] < 0
    ]
    return Solution(placed.assignments, tuple(unplaced))


def tiny_problem() -> Problem:
    """A day of one worker and three services, one of which has to be left out."""
    person = Person("p", place=1)
    worker = Worker("w", "a", 0, None, frozenset({"care"}), 2400, (Span(420, 900),))
    occurrences = [
        Occurrence(f"o{k}", "p", "a", 2, frozenset({"care"}), 30, workers, (Span(480, 600),))
        for k, workers in enumerate((1, 1, 2))
    ]
    return Problem(
        name="tiny",
        week_start="2026-01-05",
        days=1,
        travel=np.array([[0, 5], [5, 0]], np.int32),
        policy=Policy(),
        people=(person,),
        workers=(worker,),
        delegations=(),
        occurrences=tuple(occurrences),
    )


def warm() -> None:
    """Compiles everything, or loads it from the cache (some 40 s once, then under a second)."""
    problem = tiny_problem()
    plan = solve(problem, stop=Stop(steps=2)).solution
    solve(problem, stop=Stop(steps=2), initial=plan)


def warm_flow() -> None:
    """As `warm`, for days whose times flow; a server that plans only weeks has no need of it."""
    week = tiny_problem()
    pairs = week.replace(
        people=tuple(Person(o.id, place=1) for o in week.occurrences),
        occurrences=tuple(dataclasses.replace(o, person=o.id) for o in week.occurrences),
        policy=Policy(break_minutes=0),
        flow=Flow(),
    )
    alone = pairs.replace(occurrences=tuple(dataclasses.replace(o, workers=1) for o in pairs.occurrences))
    for problem in (pairs, alone):
        plan = solve(problem, stop=Stop(steps=2)).solution
        solve(problem, stop=Stop(steps=2), initial=plan)
