"""Plans a week: takes over or builds a first plan, improves it until told to stop, says why not."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from scheduling.engine import cost
from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.construct import fill, take_over_plan
from scheduling.engine.improve import anneal, save_best
from scheduling.engine.problem import Occurrence, Person, Policy, Problem, ProblemError, Span, Worker
from scheduling.engine.reasons import insert_leftovers, reason_for
from scheduling.engine.routes import load
from scheduling.engine.sharing import divide, follow_best, put_together
from scheduling.engine.solution import Assignment, Solution, Unplaced
from scheduling.engine.tables import Ints, Tables

FINE = 1_000_000
CHUNK_SECONDS = 0.1
FIRST_CHUNK = 50
ROUND_STEPS = 4096
"""Where steps stop the search, the first so many cool by themselves, whatever the limit: so a larger
limit never gives a worse plan among small limits, and hardly among large ones."""
ENDLESS_SECONDS = 60.0
SHORTEST_LEG, LONGEST_LEG = 600, 20_000
"""Steps of each of several searches before their plan is put together and divided anew."""
FEWEST_TO_DIVIDE = 40
"""Workers for each search that make it worth dividing the plan."""
LEGS = 12
"""How often searches with a plan of their own look at each other."""


@dataclass(frozen=True)
class Stop:
    """When to stop: after wall-clock seconds, after steps or when `cancelled` says so; the first counts."""

    seconds: float | None = None
    steps: int | None = None
    cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Progress:
    """How far a search is: best cost so far, occurrences it leaves out, its visits."""

    seconds: float
    steps: int
    cost: int
    unplaced: int
    arrivals: int
    phase: str


@dataclass(frozen=True)
class Result:
    """A plan with its price; `dropped` are occurrences of the initial plan that were not legal as given."""

    solution: Solution
    cost: int
    terms: dict[str, int]
    steps: int
    seconds: float
    dropped: tuple[str, ...]


class _Search:
    """The searches over one problem (one for each thread), the best plan met, the clock."""

    def __init__(
        self,
        problem: Problem,
        stop: Stop,
        seed: int,
        threads: int,
        report: Callable[[Progress], None] | None,
    ) -> None:
        self.problem, self.stop, self.report = problem, stop, report
        self.began = time.monotonic()
        self.tables = build_tables(problem, seed)
        self.best = np.full((len(self.tables.node), 4), -1, np.int32)
        self.steps = 0
        self.dice = np.random.default_rng(seed)
        self.threads = max(1, min(threads, len(problem.workers) // 2))
        self.leg = min(max(len(self.tables.node) // 8, SHORTEST_LEG), LONGEST_LEG)

    @property
    def seconds(self) -> float:
        """Since the search was made."""
        return time.monotonic() - self.began

    def tell(self, phase: str) -> None:
        """Reports the best plan so far."""
        if self.report:
            unplaced = int((self.best[: len(self.problem.occurrences), tb.ROUTE] < 0).sum())
            best_cost = int(self.tables.number[tb.BEST])
            visits = count_visits(self.tables, self.best)
            self.report(Progress(self.seconds, self.steps, best_cost, unplaced, visits, phase))

    def is_over(self) -> bool:
        """Whether one of the limits is reached."""
        stop = self.stop
        if stop.cancelled is not None and stop.cancelled():
            return True
        if stop.steps is not None and self.steps >= stop.steps:
            return True
        return stop.seconds is not None and self.seconds >= stop.seconds

    def share(self) -> float:
        """How much of the run is over, by seconds if no steps stop it; 0 if it is by steps."""
        if self.stop.steps is not None:
            return 0.0
        return self.seconds / (self.stop.seconds or ENDLESS_SECONDS)

    def steps_of_leg(self) -> int:
        """Steps of each search between two looks at the others, where each has its own plan."""
        return (
            LONGEST_LEG * LEGS if self.stop.steps is None else max(1, self.stop.steps // LEGS // self.threads)
        )

    def cooling(self) -> tuple[int, int, int]:
        """How far the cooling is, as (first, stride, total) of `anneal`: by steps if they stop the search."""
        if self.stop.steps is not None:
            if self.steps < ROUND_STEPS:
                return self.steps, self.threads, ROUND_STEPS
            return self.steps - ROUND_STEPS, self.threads, self.stop.steps - ROUND_STEPS
        whole = self.stop.seconds or ENDLESS_SECONDS
        return int(FINE * ((self.seconds / whole) % 1.0)), 0, FINE

    def steps_to_limit(self) -> int:
        """Steps that each search may still do before the next limit in steps."""
        if self.stop.steps is None:
            return self.leg
        limit = min(ROUND_STEPS, self.stop.steps) if self.steps < ROUND_STEPS else self.stop.steps
        return -(-(limit - self.steps) // self.threads)

    def improve(self) -> None:
        """Anneals until told to stop."""
        if self.threads == 1:
            self.improve_alone()
        else:
            self.improve_together()
        if self.tables.number[tb.TOTAL] < self.tables.number[tb.BEST]:
            save_best(self.tables, self.best)

    def improve_alone(self) -> None:
        """Anneals in chunks of about a tenth of a second, so that a stop is soon noticed."""
        chunk = FIRST_CHUNK
        while not self.is_over():
            if self.stop.steps is not None:
                chunk = min(chunk, self.steps_to_limit())
            before = self.seconds
            anneal(self.tables, self.best, chunk, *self.cooling())
            self.steps += chunk
            self.tell("improve")
            chunk = _next_chunk(chunk, self.seconds - before)

    def improve_together(self) -> None:
        """Anneals with several searches, in legs after which they share what they have found."""
        others = [self.tables.copy(int(self.dice.integers(2**32))) for _ in range(self.threads - 1)]
        searches = [self.tables, *others]
        kept = [self.best, *(self.best.copy() for _ in others)]
        divided = len(self.problem.workers) >= FEWEST_TO_DIVIDE * self.threads
        chunk, legs = FIRST_CHUNK, 0
        with ThreadPoolExecutor(self.threads) as pool:
            while not self.is_over():
                legs += 1
                best_cost = int(self.tables.number[tb.BEST])
                if divided:
                    owner = divide(searches, self.dice)
                    for t in searches:
                        t.number[tb.BEST] = 0  # so that no part of a plan is saved
                left = min(self.leg if divided else self.steps_of_leg(), self.steps_to_limit())
                while left > 0 and not self.is_over() and (divided or self.share() * LEGS < legs):
                    chunk, before = min(chunk, left), self.seconds
                    cooling = self.cooling()
                    runs = [
                        pool.submit(anneal, t, k, chunk, *cooling)
                        for t, k in zip(searches, kept, strict=True)
                    ]
                    for run in runs:
                        run.result()
                    self.steps += chunk * self.threads
                    left -= chunk
                    chunk = _next_chunk(chunk, self.seconds - before)
                if divided:
                    put_together(searches, owner)
                    self.tables.number[tb.BEST] = best_cost
                    if self.tables.number[tb.TOTAL] < best_cost:
                        save_best(self.tables, self.best)
                else:
                    follow_best(searches, kept)
                self.tell("improve")


def _next_chunk(chunk: int, seconds: float) -> int:
    """Steps for the next tenth of a second, if these took so many seconds."""
    return max(1, int(chunk * min(4.0, CHUNK_SECONDS / max(seconds, 1e-6))))


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
    search = _Search(problem, stop, seed, threads, on_progress)
    t = search.tables
    dropped = take_over_plan(problem, t, initial) if initial else ()
    given = t.spot[:, :4].copy()
    fill(t)
    save_best(t, search.best)
    search.tell("construct")
    if len(t.node):
        search.improve()
    solution = _finish(problem, search)
    terms = cost.price(problem, solution)
    if initial and not dropped and cost.total(terms) > cost.total(cost.price(problem, initial)):
        load(t, given)
        solution = solution_of(problem, t)
        terms = cost.price(problem, solution)
    search.tell("done")
    return Result(solution, cost.total(terms), terms, search.steps, search.seconds, dropped)


def _finish(problem: Problem, search: _Search) -> Solution:
    """The best plan, with what can still go in, and a true reason for each that cannot."""
    t = search.tables
    load(t, search.best)
    insert_leftovers(t)
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


def count_visits(t: Tables, spot: Ints) -> int:
    """Arrivals of the plan in `spot`."""
    placed = np.flatnonzero(spot[:, tb.ROUTE] >= 0)
    order = placed[np.lexsort((spot[placed, tb.START], spot[placed, tb.ROUTE]))]
    if not len(order):
        return 0
    start, route, person = spot[order, tb.START], spot[order, tb.ROUTE], t.node[order, tb.PERSON]
    wait = start[1:] - start[:-1] - t.node[order[:-1], tb.MINUTES]
    joined = (route[1:] == route[:-1]) & (person[1:] == person[:-1]) & (wait <= t.policy[tb.JOIN_WAIT])
    return int(len(order) - joined.sum())


def warm() -> None:
    """Compiles everything, or loads it from the cache (some 40 s once, then under a second).

    Plans a day of one worker and three services, one of which has to be left out.
    """
    person = Person("p", place=1)
    worker = Worker("w", "a", 0, None, frozenset({"care"}), 2400, (Span(420, 900),))
    occurrences = [
        Occurrence(f"o{k}", "p", "a", 2, frozenset({"care"}), 30, workers, (Span(480, 600),))
        for k, workers in enumerate((1, 1, 2))
    ]
    problem = Problem(
        name="warm",
        week_start="2026-01-05",
        days=1,
        travel=np.array([[0, 5], [5, 0]], np.int32),
        policy=Policy(),
        people=(person,),
        workers=(worker,),
        delegations=(),
        occurrences=tuple(occurrences),
    )
    plan = solve(problem, stop=Stop(steps=2)).solution
    solve(problem, stop=Stop(steps=2), initial=plan)
