"""One run of the search: how long it goes on, how it cools, and what it tells on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.building import NEIGHBOURS, build_tables
from scheduling.engine.flow.alone import anneal_alone
from scheduling.engine.flow.improve import anneal_flow
from scheduling.engine.improve import anneal, save_best
from scheduling.engine.nearest import neighbours
from scheduling.engine.problem import Problem
from scheduling.engine.recombine import Pool, stand_alone
from scheduling.engine.routes import load
from scheduling.engine.sharing import divide, follow_best, put_together
from scheduling.engine.tables import Ints, Tables
from scheduling.engine.trading import trade

FINE = 1_000_000
CHUNK_SECONDS = 0.1
FIRST_CHUNK = 50
ROUND_STEPS = 4096
"""Where steps stop the search, the first so many cool by themselves, whatever the limit: so a larger
limit never gives a worse plan among small limits, and hardly among large ones."""
ENDLESS_SECONDS = 60.0
COOLEST_START, HOTTEST_START, WARM_START = 20, 100, 8
"""First temperatures in equivalent minutes; the last from a legal initial plan."""
STEPS_PER_SECOND, STEPS_PER_NODE = 10_000, 100
"""About what one thread does, and what it needs for each node at the coolest start."""
SHORTEST_LEG, LONGEST_LEG = 600, 20_000
"""Steps of each of several searches before their plan is put together and divided anew."""
SECONDS_TO_FINISH, SECONDS_TO_FINISH_NODE = 0.05, 0.0004
FEWEST_TO_DIVIDE = 40
"""Workers for each search that make it worth dividing the plan."""
COOLINGS, TAIL, NOTED_STEPS = 5, 0.2, 300
"""Where rounds are recombined: how often the search cools, how much of a cooling it goes on cold at the
end, and steps between two looks at the rounds."""
COLD_OF_A_DAY, REMOVED_OF_A_DAY, REMOVED_WHERE_SHORT, ABSENTEES_WHERE_SHORT = 100, 7, 14, 20
"""Settings (see `tables`) of days on which nobody is visited twice."""
TRADING, TRADING_HEAT, HOTTEST_WHERE_SHORT = 0.6, 20, 300
"""Where something is left out on such a day: the share of a cooling in which it is traded, how warm, and the
temperature after it, at which one more may be left out for a while (docs/decisions/0046)."""
LONGEST_RECOMBINING = 600.0
"""Seconds; only a backstop where steps stop the search and the clock must not."""
FLOW_HEAT, ALONE_HEAT = (120_000, 60), (8_000, 300)
"""First and last temperature where times flow, and where rounds stand alone on such a day, in thousandths of
what a minute is there."""
SWAPS_ALONE = 40
"""Draws of two doors before each ruin, after which rounds that stand alone may exchange their ends."""
NEIGHBOURLY, USUAL_WAY = 8, 10.0
"""Neighbours of a door looked at to see in what unit a day counts, and minutes of a way to them in a week."""
LEGS = 12
"""How often searches with a plan of their own look at each other."""


@dataclass(frozen=True)
class Stop:
    """When to stop: after wall-clock seconds, after steps or when `cancelled` says so; the first counts."""

    seconds: float | None = None
    steps: int | None = None
    cancelled: Callable[[], bool] | None = None
    clock: Callable[[], float] = time.monotonic
    """What counts the seconds; `time.process_time` on a machine that is busy with other things."""


@dataclass(frozen=True)
class Progress:
    """How far a search is: best cost so far, occurrences it leaves out, its visits."""

    seconds: float
    steps: int
    cost: int
    unplaced: int
    arrivals: int
    phase: str


class Search:
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
        self.began = stop.clock()
        self.tables = build_tables(problem, seed)
        self.best = np.full((len(self.tables.node), 4), -1, np.int32)
        self.searches = [self.tables]
        self.warm = False
        self.hottest_start, self.trading = HOTTEST_START, 0.0
        self.anneal = self.kind_of_search()
        self.grain = grain_of(self.tables) if problem.flow else 1.0
        self.steps = 0
        self.dice = np.random.default_rng(seed)
        self.threads = max(1, min(threads, len(problem.workers) // 2))
        self.limit = None if stop.seconds is None else stop.seconds - self.seconds_to_finish()
        self.leg = min(max(len(self.tables.node) // 8, SHORTEST_LEG), LONGEST_LEG)

    def kind_of_search(self) -> Callable[..., None]:
        """The compiled search for a problem of this kind."""
        if not self.problem.flow:
            return anneal
        t = self.tables
        if not rounds_stand_alone(t):
            return anneal_flow
        t.settings[tb.SWAPS] = SWAPS_ALONE
        t.beside = neighbours(t.node, t.windows, t.travel, min(NEIGHBOURS, max(len(t.node) - 1, 1)))
        t.near = t.beside[tb.EITHER]
        t.seal()
        return anneal_alone

    @property
    def seconds(self) -> float:
        """Since the search was made."""
        return self.stop.clock() - self.began

    def seconds_to_finish(self) -> float:
        """What to keep of a limit in seconds for the last touches: a tenth at most."""
        wanted = SECONDS_TO_FINISH + SECONDS_TO_FINISH_NODE * len(self.tables.node)
        return min(wanted, (self.stop.seconds or 0.0) / 10)

    def is_cancelled(self) -> bool:
        """Whether the caller wants the search to stop."""
        return self.stop.cancelled is not None and self.stop.cancelled()

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
        if self.is_cancelled():
            return True
        if stop.steps is not None and self.steps >= stop.steps:
            return True
        return self.limit is not None and self.seconds >= self.limit

    def heat(self, thousandths: int) -> None:
        """Sets the temperature at which the cooling begins, for every search."""
        for t in self.searches:
            t.settings[tb.HOT] = thousandths
            if self.problem.flow:
                heat = ALONE_HEAT if self.anneal is anneal_alone else FLOW_HEAT
                t.settings[tb.HOT], t.settings[tb.COLD] = (max(1, int(x * self.grain)) for x in heat)

    def share(self) -> float:
        """How much of the run is over, by seconds if no steps stop it; 0 if it is by steps."""
        if self.stop.steps is not None:
            return 0.0
        return self.seconds / (self.limit or ENDLESS_SECONDS)

    def steps_of_leg(self) -> int:
        """Steps of each search between two looks at the others, where each has its own plan."""
        return (
            LONGEST_LEG * LEGS if self.stop.steps is None else max(1, self.stop.steps // LEGS // self.threads)
        )

    def hottest(self) -> int:
        """The first temperature, in thousandths: the higher the longer the search may look at each node.

        Measured at 600 steps a node: 20 minutes left a week short of staff 5 % dearer than 150 did. At 50
        steps a node anything above 20 never cools in time. From a good plan a high one only loses it.
        """
        size = max(len(self.tables.node), 1)
        steps = self.stop.steps or (self.limit or ENDLESS_SECONDS) * STEPS_PER_SECOND
        hot = min(max(COOLEST_START * steps / size / STEPS_PER_NODE, COOLEST_START), self.hottest_start)
        return int(1000 * (WARM_START if self.warm else hot))

    def cooling(self) -> tuple[int, int, int]:
        """How far the cooling is, as (first, stride, total) of `anneal`: by steps if they stop the search."""
        self.heat(self.hottest())
        if self.stop.steps is not None:
            if self.steps < ROUND_STEPS:
                self.heat(1000 * (WARM_START if self.warm else COOLEST_START))
                return self.steps, self.threads, ROUND_STEPS
            return self.steps - ROUND_STEPS, self.threads, self.stop.steps - ROUND_STEPS
        whole = self.limit or ENDLESS_SECONDS
        return int(FINE * ((self.seconds / whole) % 1.0)), 0, FINE

    def seconds_left(self) -> float:
        """Of the limit in seconds, if that is what stops the search."""
        if self.limit is None or self.stop.steps is not None:
            return LONGEST_RECOMBINING
        return max(self.limit - self.seconds, 0.0)

    def position(self) -> float:
        """How many coolings are over, and how much of the present one, where rounds are recombined."""
        if self.stop.steps is not None:
            share = (self.steps - ROUND_STEPS) / max(self.stop.steps - ROUND_STEPS, 1)
        else:
            share = self.seconds / (self.limit or ENDLESS_SECONDS)
        return max(share, 0.0) * (COOLINGS + TAIL)

    def steps_to_limit(self) -> int:
        """Steps that each search may still do before the next limit in steps."""
        if self.stop.steps is None:
            return self.leg
        limit = min(ROUND_STEPS, self.stop.steps) if self.steps < ROUND_STEPS else self.stop.steps
        return -(-(limit - self.steps) // self.threads)

    def improve(self) -> None:
        """Anneals until told to stop."""
        if self.threads == 1 and not self.problem.flow and stand_alone(self.problem):
            self.settle_on_strings()
            self.improve_by_rounds()
        elif self.threads == 1:
            self.improve_alone()
        else:
            self.improve_together()
        if self.tables.number[tb.TOTAL] < self.tables.number[tb.BEST]:
            save_best(self.tables, self.best)

    def settle_on_strings(self) -> None:
        """Where nobody is visited twice there are no faces to save, and calls are short and many: colder,
        by strings alone; and more at once where something is left out, because it needs an exchange."""
        t = self.tables
        if len(self.problem.people) < len(self.problem.occurrences):
            return
        t.settings[tb.STRINGS], t.settings[tb.COLD] = 100, COLD_OF_A_DAY
        t.settings[tb.REMOVED] = REMOVED_OF_A_DAY
        if t.number[tb.ABSENT] > 0:
            t.settings[tb.REMOVED], t.settings[tb.ABSENTEES] = REMOVED_WHERE_SHORT, ABSENTEES_WHERE_SHORT
            self.hottest_start, self.trading = HOTTEST_WHERE_SHORT, TRADING

    def improve_by_rounds(self) -> None:
        """Cools several times; after each, the best plan is put together from all rounds seen so far."""
        pool, coolings, told = Pool(self.tables), 0, self.seconds
        absences, traded = np.zeros(len(self.tables.node), np.int32), False
        while not self.is_over():
            position = self.position()
            if position >= coolings + 1:
                coolings += 1
                pool.recombine(self.best, seconds=self.seconds_left(), cancelled=self.is_cancelled)
                self.tell("recombine")
                continue
            chunk = NOTED_STEPS if self.stop.steps is None else min(NOTED_STEPS, self.steps_to_limit())
            settled = self.stop.steps is None or self.steps >= ROUND_STEPS
            cooled = position - coolings if coolings < COOLINGS else 1.0
            trading = self.trading if self.tables.number[tb.BEST_ABSENT] else 0.0
            if settled and cooled < trading:
                trade(self.tables, self.best, absences, chunk, TRADING_HEAT)
                traded = True
            else:
                if traded:
                    load(self.tables, self.best)
                    traded = False
                first, stride, total = self.cooling()
                if settled:
                    first, stride, total = int(FINE * (cooled - trading) / (1 - trading)), 0, FINE
                anneal(self.tables, self.best, chunk, first, stride, total)
            self.steps += chunk
            pool.note()
            if self.seconds - told >= CHUNK_SECONDS:
                told = self.seconds
                self.tell("improve")

    def improve_alone(self) -> None:
        """Anneals in chunks of about a tenth of a second, so that a stop is soon noticed."""
        chunk = FIRST_CHUNK
        while not self.is_over():
            if self.stop.steps is not None:
                chunk = min(chunk, self.steps_to_limit())
            before = self.seconds
            self.anneal(self.tables, self.best, chunk, *self.cooling())
            self.steps += chunk
            self.tell("improve")
            chunk = _next_chunk(chunk, self.seconds - before)

    def improve_together(self) -> None:
        """Anneals with several searches, in legs after which they share what they have found."""
        others = [self.tables.copy(int(self.dice.integers(2**32))) for _ in range(self.threads - 1)]
        searches = self.searches = [self.tables, *others]
        kept = [self.best, *(self.best.copy() for _ in others)]
        divided = len(self.problem.workers) >= FEWEST_TO_DIVIDE * self.threads and not self.problem.flow
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
                        pool.submit(self.anneal, t, k, chunk, *cooling)
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


def rounds_stand_alone(t: Tables) -> bool:
    """Whether no round of a day whose times flow hangs on another, and only ways and doors have a price."""
    priced = (tb.LATENESS, tb.LATEST_OF_ALL, tb.RUNS, tb.BOUND)
    return not any(t.policy[k] for k in priced) and not t.flow[:, tb.FLOATS].any()


def grain_of(t: Tables) -> float:
    """What a minute of a week is where times are counted in another unit, by the ways between neighbours."""
    near = t.near[:, : min(NEIGHBOURLY, t.near.shape[1])]
    here = np.repeat(t.node[:, tb.PLACE], near.shape[1])[near.ravel() >= 0]
    there = t.node[near.ravel()[near.ravel() >= 0], tb.PLACE]
    ways = t.travel[here, there]
    mean = float(ways.mean()) if len(ways) else 0.0
    return max(0.01, float(t.policy[tb.PER_TRAVEL]) * mean / USUAL_WAY)


def _next_chunk(chunk: int, seconds: float) -> int:
    """Steps for the next tenth of a second, if these took so many seconds."""
    return max(1, int(chunk * min(4.0, CHUNK_SECONDS / max(seconds, 1e-6))))


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
