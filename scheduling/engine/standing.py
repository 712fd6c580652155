# ruff: noqa: SIM110  (compiled code: loops, for numba knows no generators)
"""Plans with fixed starts: whether a route stands as given, and what would fit with all else still.

The search re-times a route when it changes it. Here nothing moves: this is how a given plan is
taken over, and the last word on whether something left out could go in after all.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.routes import place
from scheduling.engine.tables import Tables
from scheduling.engine.timing import APART, MUST_WAIT, has_break, lay_out, shift_from, shift_to

NO_GAPS, NO_LIMITS, NO_LOCKED = 1, 2, 4
"""Rules left out of a test: gaps; rest and weekly hours; services that are locked."""


@compiled
def order_at(t: Tables, r: int, u: int, start: int, skip: int) -> int:
    """Writes route r with node u at `start` to Q and WHEN, everything else at its present time."""
    n, done = 0, u < 0
    for i in range(t.route[r, tb.LENGTH] + 1):
        if not done and (i == t.route[r, tb.LENGTH] or t.stops[r, i, tb.AT] >= start):
            t.scratch[tb.Q, n], t.scratch[tb.WHEN, n] = u, start
            n, done = n + 1, True
        if i < t.route[r, tb.LENGTH]:
            other = t.stops[r, i, tb.NODE]
            if skip & NO_LOCKED and t.published[other, tb.OWN_LOCK] == 1:
                continue
            t.scratch[tb.Q, n], t.scratch[tb.WHEN, n] = other, t.stops[r, i, tb.AT]
            n += 1
    return n


@compiled
def gaps_hold(t: Tables, u: int, start: int) -> bool:
    """Whether every gap of node u to something placed holds if it starts at `start`."""
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.gaps[k, tb.G_OTHER]
        if t.spot[other, tb.ROUTE] < 0:
            continue
        if t.gaps[k, tb.G_AFTER] == 1:
            wait = start - t.spot[other, tb.START] - t.node[other, tb.MINUTES]
        else:
            wait = t.spot[other, tb.START] - start - t.node[u, tb.MINUTES]
        if wait < t.gaps[k, tb.G_MIN] or wait > t.gaps[k, tb.G_MAX]:
            return False
    return True


@compiled
def stands(t: Tables, r: int, n: int, skip: int) -> bool:
    """Whether route r may hold the nodes in Q at the starts in WHEN (their gaps aside)."""
    if n == 0:
        return True
    sc, join_wait, allowance = t.scratch, t.policy[tb.JOIN_WAIT], t.policy[tb.ALLOWANCE]
    if n + 1 > t.stops.shape[1]:
        return False
    lay_out(t, r, n, False)
    opens, closes, end = t.route[r, tb.OPEN], t.route[r, tb.CLOSE], 0
    if not skip & NO_LIMITS:
        opens, closes = shift_from(t, r), shift_to(t, r)
    for i in range(n):
        start, wait = sc[tb.WHEN, i], sc[tb.WHEN, i] - end
        if i == 0:
            if start - sc[tb.ARC, 0] < opens:
                return False
        elif sc[tb.SAME, i] == APART:
            if wait < sc[tb.ARC, i]:
                return False
        else:
            joined = wait <= join_wait
            if wait < (0 if joined else allowance) or (joined and sc[tb.SAME, i] == MUST_WAIT):
                return False
        end = start + t.node[sc[tb.Q, i], tb.MINUTES]
    back = end + t.travel[t.node[sc[tb.Q, n - 1], tb.PLACE], t.route[r, tb.BASE]]
    if back > closes or not has_break(t, n):
        return False
    if skip & NO_LIMITS:
        return True
    row = t.worker[t.route[r, tb.WORKER]]
    lasts = back - (sc[tb.WHEN, 0] - sc[tb.ARC, 0])
    return bool(row[tb.WEEK_USED] - t.route[r, tb.SPAN] + lasts <= row[tb.WEEK_MAX])


@compiled
def is_candidate(t: Tables, u: int, r: int) -> bool:
    """Whether route r is of a worker who may serve node u."""
    for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
        if t.candidates[c] == r:
            return True
    return False


@compiled
def window_of(t: Tables, u: int, start: int) -> int:
    """The window of node u that holds `start`, -1 if none does."""
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        if t.windows[j, 0] <= start <= t.windows[j, 1]:
            return j
    return -1


@compiled
def place_at(t: Tables, u: int, r: int, start: int) -> None:
    """Puts node u on route r at `start`, moving nothing; the caller knows that it stands."""
    t.spot[u, tb.WINDOW], t.spot[u, tb.START] = window_of(t, u, start), start
    n = order_at(t, r, u, start, 0)
    place(t, r, n, u)


@compiled
def is_busy(t: Tables, r: int, u: int, start: int, skip: int) -> bool:
    """Whether route r has something else to do while node u would be served: the quick test."""
    end = start + t.node[u, tb.MINUTES]
    for i in range(t.route[r, tb.LENGTH]):
        stop = t.stops[r, i]
        if stop[tb.AT] >= end:
            return False
        overlaps = stop[tb.AT] + stop[tb.LASTS] > start
        if overlaps and not (skip & NO_LOCKED and t.published[stop[tb.NODE], tb.OWN_LOCK] == 1):
            return True
    return False


@compiled
def fits_at(t: Tables, u: int, r: int, start: int, skip: int) -> bool:
    """Whether node u could go to route r at `start` with everything else as it is."""
    if not skip & NO_GAPS and not gaps_hold(t, u, start):
        return False
    if start < t.route[r, tb.OPEN] or start >= t.route[r, tb.CLOSE] or is_busy(t, r, u, start, skip):
        return False
    return stands(t, r, order_at(t, r, u, start, skip), skip)


@compiled
def take_over(t: Tables, u: int, r: int, q: int, start: int) -> bool:
    """Puts the occurrence of node u at `start` on route r (its twin on q), if that breaks no rule."""
    v = t.node[u, tb.TWIN]
    if window_of(t, u, start) < 0 or not is_candidate(t, u, r) or not fits_at(t, u, r, start, 0):
        return False
    if v >= 0:
        if t.route[r, tb.WORKER] == t.route[q, tb.WORKER]:
            return False
        if not is_candidate(t, v, q) or not fits_at(t, v, q, start, 0):
            return False
    place_at(t, u, r, start)
    if v >= 0:
        place_at(t, v, q, start)
    return True


@compiled
def find_still(t: Tables, u: int, skip: int, alone: bool) -> int:
    """A start at which the occurrence of node u fits with everything else still, -1 if there is none.

    The routes are left in number[FOUND] and number[FOUND_TWO]. `alone` asks for one worker of a pair.
    """
    v = t.node[u, tb.TWIN]
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        for start in range(t.windows[j, 0], t.windows[j, 1] + 1):
            if not skip & NO_GAPS and not gaps_hold(t, u, start):
                continue
            for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
                r = t.candidates[c]
                if not fits_at(t, u, r, start, skip):
                    continue
                t.number[tb.FOUND] = r
                if v < 0 or alone:
                    return int(start)
                for d in range(t.node[v, tb.CAND_FROM], t.node[v, tb.CAND_TO]):
                    q = t.candidates[d]
                    if t.route[q, tb.WORKER] != t.route[r, tb.WORKER] and fits_at(t, v, q, start, skip):
                        t.number[tb.FOUND_TWO] = q
                        return int(start)
    return -1


@compiled
def all_stands(t: Tables) -> bool:
    """Whether the plan in the tables, however it came there, breaks no rule of time or order."""
    for r in range(len(t.route)):
        n = t.route[r, tb.LENGTH]
        for i in range(n):
            u, start = t.stops[r, i, tb.NODE], t.stops[r, i, tb.AT]
            t.scratch[tb.Q, i], t.scratch[tb.WHEN, i] = u, start
            if not gaps_hold(t, u, start):
                return False
        if not stands(t, r, n, 0):
            return False
    return True
