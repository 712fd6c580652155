"""The best plan that can be put together from rounds which the search has seen, by CP-SAT.

Set partitioning over a pool of rounds, each with the order and starts it had in some plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from scheduling.engine import tables as tb
from scheduling.engine.improve import save_best
from scheduling.engine.problem import Problem
from scheduling.engine.routes import load
from scheduling.engine.standing import all_stands
from scheduling.engine.tables import Ints, Tables

WORK = 2.0
"""Deterministic seconds of CP-SAT for one recombination."""
LOOK_SECONDS = 0.1
MOST_ROUNDS = 20_000
WORTH_KEEPING = 1.03
"""A plan is looked at for its rounds while it costs at most so many times the best."""

Round = tuple[int, tuple[int, ...]]
"""A route and its nodes in order."""


class Timing(NamedTuple):
    """The price of a round without faces, and the start and window of each of its nodes."""

    cost: int
    starts: list[int]
    windows: list[int]


def stand_alone(problem: Problem) -> bool:
    """Whether rounds can be exchanged one by one: a shift for each worker, and no gaps between services.

    Over a whole week gaps, rest, hours and faces bind rounds so closely that rounds of different plans
    hardly ever fit together (measured: docs/decisions/0012).
    """
    return not problem.gaps and all(len(worker.shifts) <= 1 for worker in problem.workers)


class Pool:
    """The rounds seen so far, the cheapest timing of each."""

    def __init__(self, t: Tables) -> None:
        self.t = t
        self.rounds: dict[Round, Timing] = {}
        self.seen = 0

    def note(self) -> None:
        """Takes in the rounds of the present plan that have changed since the last look."""
        t, number = self.t, self.t.number
        if number[tb.TOTAL] > number[tb.BEST] * WORTH_KEEPING or len(self.rounds) >= MOST_ROUNDS:
            return
        seen, self.seen = self.seen, int(number[tb.STEP])
        for key in rounds_now(t, after=seen):
            r = key[0]
            stops = t.stops[r, : t.route[r, tb.LENGTH]]
            cost = int(t.route[r, tb.COST])
            if key not in self.rounds or cost < self.rounds[key].cost:
                windows = t.spot[stops[:, tb.NODE], tb.WINDOW]
                self.rounds[key] = Timing(cost, stops[:, tb.AT].tolist(), windows.tolist())

    def recombine(self, best: Ints, *, seconds: float, cancelled: Callable[[], bool]) -> bool:
        """Makes the best plan of seen rounds the present and best one; False if none is better.

        Takes at most `WORK` of the solver's own deterministic seconds, and at most `seconds`.
        """
        t, bound = self.t, int(self.t.number[tb.BEST])
        load(t, best)
        self.seen = 0
        self.note()
        chosen = _Choice(t, self.rounds).best(set(rounds_now(t)), seconds, cancelled)
        if chosen is None:
            return False
        plan = np.full_like(best, -1)
        for key in chosen:
            timing = self.rounds[key]
            for i, u in enumerate(key[1]):
                plan[u] = (key[0], i, timing.starts[i], timing.windows[i])
        load(t, plan)
        if t.number[tb.TOTAL] < bound and all_stands(t):
            save_best(t, best)
            return True
        load(t, best)
        return False


def rounds_now(t: Tables, after: int = -1) -> Iterator[Round]:
    """The rounds of the present plan that were touched after a step."""
    for r in np.flatnonzero((t.route[:, tb.TOUCHED] > after) & (t.route[:, tb.LENGTH] > 0)).tolist():
        yield r, tuple(t.stops[r, : t.route[r, tb.LENGTH], tb.NODE].tolist())


class _Choice:
    """Which rounds: at most one for a shift, every service once or left out, a pair at one time."""

    def __init__(self, t: Tables, rounds: dict[Round, Timing]) -> None:
        self.t, self.keys = t, list(rounds)
        self.prices = [timing.cost + self._faces(key) for key, timing in rounds.items()]
        self.shifts: dict[int, list[int]] = defaultdict(list)
        self.services: dict[int, list[int]] = defaultdict(list)
        self.pairs: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for k, (key, timing) in enumerate(rounds.items()):
            self.shifts[key[0]].append(k)
            for u, start in zip(key[1], timing.starts, strict=True):
                self.services[u].append(k)
                twin = int(t.node[u, tb.TWIN])
                if twin >= 0:
                    self.pairs[min(u, twin), start].append((k, 1 if u < twin else -1))

    def _faces(self, key: Round) -> int:
        """A worker has one round, so whom it meets is met for the first time."""
        people = {int(self.t.node[u, tb.PERSON]) for u in key[1]}
        worker = int(self.t.route[key[0], tb.WORKER])
        return sum(int(self.t.face[person, worker]) for person in people)

    def _absent(self, u: int) -> int:
        """The node whose price and absence stand for the occurrence of node u."""
        twin = int(self.t.node[u, tb.TWIN])
        return u if twin < 0 else min(u, twin)

    def best(self, present: set[Round], seconds: float, cancelled: Callable[[], bool]) -> list[Round] | None:
        """The rounds of the cheapest plan found, `present` being those of one that is known."""
        t, nodes, model = self.t, range(len(self.t.node)), cp_model.CpModel()
        x = [model.new_bool_var("") for _ in self.keys]
        absent = {u: model.new_bool_var("") for u in nodes if self._absent(u) == u}
        for columns in self.shifts.values():
            model.add_at_most_one(x[k] for k in columns)
        for u in nodes:
            model.add_exactly_one(absent[self._absent(u)], *(x[k] for k in self.services[u]))
        for terms in self.pairs.values():
            model.add(sum(sign * x[k] for k, sign in terms) == 0)
        price = sum(price * variable for price, variable in zip(self.prices, x, strict=True))
        price += sum(int(t.node[u, tb.PRICE]) * variable for u, variable in absent.items())
        model.minimize(price)
        for key, variable in zip(self.keys, x, strict=True):
            model.add_hint(variable, key in present)
        for u, variable in absent.items():
            model.add_hint(variable, bool(t.spot[u, tb.ROUTE] < 0))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = (
            2  # measured: without, set partitioning takes ten times as long
        )
        solver.parameters.max_deterministic_time = WORK
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.catch_sigint_signal = False
        if _solved(solver, model, cancelled) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return [key for key, variable in zip(self.keys, x, strict=True) if solver.boolean_value(variable)]


def _solved(solver: Any, model: Any, cancelled: Callable[[], bool]) -> Any:
    """The solver's status; it stops soon after `cancelled` says so, with the best it has by then."""
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(solver.solve, model)
        while not wait([run], LOOK_SECONDS).done:
            if cancelled():
                solver.stop_search()
        return run.result()
