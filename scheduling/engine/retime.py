"""The best starts for a finished plan, by CP-SAT: who serves whom in which order stays as it is.

The search times one round at a time, with pairs and the gaps to other rounds held still. Here the
starts of all rounds of a day move together, under every rule, towards what people prefer. Day by day,
because a week in one model took thirty times as long (an area: 29 s) for nothing.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from scheduling.engine import tables as tb
from scheduling.engine.problem import MINUTES_PER_DAY
from scheduling.engine.routes import load
from scheduling.engine.standing import all_stands
from scheduling.engine.tables import Ints, Tables
from scheduling.engine.timing import shift_from, shift_to

WORK = 0.5
SHARES = 2
"""A round may take half of what its worker's week has left, so that the next day finds some too."""


def retime(t: Tables, *, seconds: float) -> bool:
    """Moves starts so that the plan costs less; False, and nothing moved, if that cannot be done.

    Takes `WORK` of the solver's own deterministic seconds for each day, and none after `seconds`.
    """
    saved, total, began = t.spot[:, :4].copy(), int(t.number[tb.TOTAL]), time.monotonic()
    days = t.route[:, tb.OPEN] // MINUTES_PER_DAY
    for day in np.unique(days[t.route[:, tb.LENGTH] > 0]).tolist():
        left = seconds - (time.monotonic() - began)
        if left <= 0:
            break
        routes = np.flatnonzero((days == day) & (t.route[:, tb.LENGTH] > 0)).tolist()
        moved = t.spot[:, :4].copy()
        for u, start in _Day(t, routes).best_starts(left).items():
            moved[u, tb.START] = start
        load(t, moved)
    if t.number[tb.TOTAL] < total and all_stands(t):
        return True
    load(t, saved)
    return False


class _Day:
    """The model: a start for every node on some routes (a pair shares one), every rule, the price of starts.

    Other routes stand still. A round may last longer by its share of what its worker has left in the week.
    """

    def __init__(self, t: Tables, routes: list[int]) -> None:
        self.t, self.model = t, cp_model.CpModel()
        self.starts: dict[int, Any] = {}
        self.price: list[Any] = []
        nodes = sorted(n for r in routes for n in t.stops[r, : t.route[r, tb.LENGTH], tb.NODE].tolist())
        for u in nodes:
            self._place(u, set(nodes))
        for r in routes:
            self._round(r)
        for u in nodes:
            if not 0 <= t.node[u, tb.TWIN] < u:
                self._gaps(u)
        self.model.minimize(sum(self.price))

    def best_starts(self, seconds: float) -> dict[int, int]:
        """The best starts found for the nodes, none if the solver finds nothing in time."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False  # else it takes Ctrl-C away from whoever called us
        solver.parameters.max_deterministic_time = WORK
        solver.parameters.max_time_in_seconds = seconds
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return {}
        return {u: solver.value(start) for u, start in self.starts.items()}

    def _place(self, u: int, here: set[int]) -> None:
        twin = int(self.t.node[u, tb.TWIN])
        if 0 <= twin < u and twin in self.starts:
            self.starts[u] = self.starts[twin]
            return
        first, last = (int(x) for x in self.t.windows[self.t.spot[u, tb.WINDOW], :2])
        if twin >= 0 and twin not in here:  # the other of the pair is on a shift that began another day
            first = last = int(self.t.spot[u, tb.START])
        start = self.model.new_int_var(first, last, "")
        self.model.add_hint(start, int(self.t.spot[u, tb.START]))
        self.starts[u] = start
        preferred = int(self.t.node[u, tb.PREFERRED])
        if preferred >= 0:
            tens = self.model.new_int_var(0, max(abs(first - preferred), abs(last - preferred)) // 10, "")
            self.model.add(10 * tens + 9 >= start - preferred)
            self.model.add(10 * tens + 9 >= preferred - start)
            self.price.append(int(self.t.policy[tb.TENS]) * tens)
        published = int(self.t.published[u, tb.PUB_START])
        if published >= 0:
            self._published(start, published, first, last)

    def _published(self, start: Any, published: int, first: int, last: int) -> None:
        """Priced as if the workers were the published ones; else it costs the same whenever it is."""
        day = published // 1440 * 1440
        low, high = max(published - tb.UNCHANGED, day), min(published + tb.UNCHANGED, day + 1439)
        if high < first or low > last:
            return
        near = self.model.new_bool_var("")
        self.model.add_linear_constraint(start, low, high).only_enforce_if(near)
        self.price.append(int(self.t.policy[tb.CHANGE]) * (1 - near))

    def _round(self, r: int) -> None:
        """The shift, rest and hours of one round."""
        t, route = self.t, self.t.route[r]
        nodes = t.stops[r, : route[tb.LENGTH], tb.NODE].tolist()
        lead = int(t.travel[route[tb.BASE], t.node[nodes[0], tb.PLACE]] + t.policy[tb.ALLOWANCE])
        home = int(t.travel[t.node[nodes[-1], tb.PLACE], route[tb.BASE]])
        leave = self.starts[nodes[0]] - lead
        back = self.starts[nodes[-1]] + int(t.node[nodes[-1], tb.MINUTES]) + home
        self.model.add(leave >= shift_from(t, r))
        self.model.add(back <= shift_to(t, r))
        worker = t.worker[route[tb.WORKER]]
        spare = int(worker[tb.WEEK_MAX] - worker[tb.WEEK_USED]) // SHARES
        self.model.add(back - leave <= int(route[tb.SPAN]) + spare)
        self._order(nodes)

    def _order(self, nodes: list[int]) -> None:
        """Travel, joins and the break of one round: what is joined stays so, the break where it is."""
        t = self.t
        allowance, join_wait = int(t.policy[tb.ALLOWANCE]), int(t.policy[tb.JOIN_WAIT])
        need, idlest, arcs = int(t.policy[tb.BREAK_MINUTES]), -1, []
        for i, (a, b) in enumerate(pairwise(nodes)):
            lasts = int(t.node[a, tb.MINUTES])
            wait = int(t.spot[b, tb.START] - t.spot[a, tb.START]) - lasts
            go = int(t.travel[t.node[a, tb.PLACE], t.node[b, tb.PLACE]]) + allowance
            low, high = go, tb.FAR
            if t.node[a, tb.PERSON] == t.node[b, tb.PERSON]:
                low, high = (0, join_wait) if wait <= join_wait else (max(allowance, join_wait + 1), tb.FAR)
                go = 0 if wait <= join_wait else allowance
            arcs.append([a, b, lasts, low, high, go])
            if idlest < 0 or wait - go > arcs[idlest][6]:
                idlest = i
            arcs[i].append(wait - go)
        whole = int(t.spot[nodes[-1], tb.START] - t.spot[nodes[0], tb.START]) + int(
            t.node[nodes[-1], tb.MINUTES]
        )
        if whole > t.policy[tb.BREAK_AFTER]:
            arcs[idlest][3] = max(arcs[idlest][3], arcs[idlest][5] + need)
        else:
            span = self.starts[nodes[-1]] + int(t.node[nodes[-1], tb.MINUTES]) - self.starts[nodes[0]]
            self.model.add(span <= int(t.policy[tb.BREAK_AFTER]))
        for a, b, lasts, low, high, *_ in arcs:
            self.model.add(self.starts[b] - self.starts[a] >= lasts + low)
            if high < tb.FAR:
                self.model.add(self.starts[b] - self.starts[a] <= lasts + high)

    def _gaps(self, u: int) -> None:
        for other, comes_after, least, most in self._gap_rows(u).tolist():
            if self.t.spot[other, tb.ROUTE] < 0:
                continue
            at = self.starts.get(other, int(self.t.spot[other, tb.START]))
            if comes_after:
                wait = self.starts[u] - at - int(self.t.node[other, tb.MINUTES])
            else:
                wait = at - self.starts[u] - int(self.t.node[u, tb.MINUTES])
            self.model.add(wait >= least)
            if most < tb.FAR:
                self.model.add(wait <= most)

    def _gap_rows(self, u: int) -> Ints:
        return self.t.gaps[self.t.node[u, tb.GAP_FROM] : self.t.node[u, tb.GAP_TO]]
