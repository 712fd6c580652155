# ruff: noqa: SIM110  (compiled code: loops, for numba knows no generators)
"""What would fit if a window, a skill or a shift were otherwise, or two needs were one visit: compiled.

Competence is the caller's business here: a worker is tried whether or not she may serve the occurrence.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.answers.probing import NOTHING, fits_still, in_time, is_near, price_at, try_found
from scheduling.engine.compiled import compiled
from scheduling.engine.placing import find_places, try_place
from scheduling.engine.routes import start_step, undo
from scheduling.engine.tables import Ints, Tables

STRETCH = 240
"""The most minutes by which a shift is imagined longer at either end."""


@compiled
def partner_route(t: Tables, v: int, w: int, start: int, now: int, helpers: Ints) -> int:
    """A route of another of the `helpers` (1 for each worker who may) that is free for node v, or -1."""
    for x in range(len(helpers)):
        if helpers[x] == 0 or x == w:
            continue
        for q in range(t.worker[x, tb.ROUTE_FROM], t.worker[x, tb.ROUTE_TO]):
            if fits_still(t, v, q, start, now):
                return int(q)
    return -1


@compiled
def start_with(t: Tables, u: int, w: int, now: int, other_than: int, helpers: Ints) -> int:
    """The cheapest start in its windows of absent node u with worker w, all else still, or -1.

    A pair takes the first free of the `helpers` along. The routes are left in number[FOUND] and
    number[FOUND_TWO], the price of w's part in found[0, F_COST].
    """
    best, best_start, v = NOTHING, -1, t.node[u, tb.TWIN]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
            for start in range(t.windows[j, 0], t.windows[j, 1] + 1):
                if is_near(start, other_than) or not fits_still(t, u, r, start, now):
                    continue
                added = price_at(t, u, r, start)
                if added >= best:
                    continue
                if v >= 0:
                    q = partner_route(t, v, w, start, now, helpers)
                    if q < 0:
                        continue
                    t.number[tb.FOUND_TWO] = q
                best, best_start = added, start
                t.number[tb.FOUND] = r
    t.found[0, tb.F_COST] = best
    return int(best_start)


@compiled
def start_outside(t: Tables, u: int, w: int, now: int, nearer: int, helpers: Ints) -> int:
    """The start of absent node u with w nearest to its windows, outside by less than `nearer`, or -1."""
    best, best_start, v = nearer, -1, t.node[u, tb.TWIN]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        for start in range(t.route[r, tb.OPEN], t.route[r, tb.CLOSE]):
            away = distance(t, u, start)
            if away == 0 or away >= best or not fits_still(t, u, r, start, now):
                continue
            if v >= 0:
                q = partner_route(t, v, w, start, now, helpers)
                if q < 0:
                    continue
                t.number[tb.FOUND_TWO] = q
            best, best_start = away, start
            t.number[tb.FOUND] = r
    return int(best_start)


@compiled
def distance(t: Tables, u: int, start: int) -> int:
    """Minutes from `start` to the nearest window of node u, 0 inside."""
    best = NOTHING
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        away = max(0, t.windows[j, 0] - start, start - t.windows[j, 1])
        best = min(best, away)
    return int(best)


@compiled
def start_stretched(t: Tables, u: int, w: int, now: int, least: int, helpers: Ints) -> int:
    """The start at which worker w's shift needs the fewest minutes more (below `least`), or -1.

    The route is left in number[FOUND], that of a partner in number[FOUND_TWO].
    """
    best, best_start, v = least, -1, t.node[u, tb.TWIN]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        opens, closes, after = t.route[r, tb.OPEN], t.route[r, tb.CLOSE], t.route[r, tb.AFTER]
        before = t.route[r, tb.BEFORE]
        t.route[r, tb.OPEN] = max(opens - STRETCH, opens // 1440 * 1440)
        if before >= 0:
            t.route[r, tb.OPEN] = max(t.route[r, tb.OPEN], min(opens, t.route[before, tb.CLOSE]))
        t.route[r, tb.CLOSE] = closes + STRETCH
        if after >= 0:
            t.route[r, tb.CLOSE] = min(closes + STRETCH, t.route[after, tb.OPEN])
        for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
            for start in range(t.windows[j, 0], t.windows[j, 1] + 1):
                if not fits_still(t, u, r, start, now):
                    continue
                n = t.route[r, tb.LENGTH] + 1
                last = t.scratch[tb.Q, n - 1]
                leave = t.scratch[tb.WHEN, 0] - t.scratch[tb.ARC, 0]
                back = t.scratch[tb.WHEN, n - 1] + t.node[last, tb.MINUTES]
                back += t.travel[t.node[last, tb.PLACE], t.route[r, tb.BASE]]
                more = max(0, opens - leave) + max(0, back - closes)
                if more == 0 or more >= best:
                    continue
                if v >= 0:
                    q = partner_route(t, v, w, start, now, helpers)
                    if q < 0:
                        continue
                    t.number[tb.FOUND_TWO] = q
                best, best_start = more, start
                t.number[tb.FOUND] = r
        t.route[r, tb.OPEN], t.route[r, tb.CLOSE] = opens, closes
    return int(best_start)


@compiled
def are_joined(t: Tables, u: int, x: int) -> bool:
    """Whether two nodes of one person stand in one visit."""
    r = t.spot[u, tb.ROUTE]
    if r < 0 or t.spot[x, tb.ROUTE] != r:
        return False
    first, last = min(t.spot[u, tb.POS], t.spot[x, tb.POS]), max(t.spot[u, tb.POS], t.spot[x, tb.POS])
    for i in range(first + 1, last + 1):
        if t.stops[r, i, tb.CAME] != tb.JOINED_BEFORE:
            return False
    return True


@compiled
def put_beside(t: Tables, x: int, u: int, turn: int, now: int) -> bool:
    """Puts absent node x right before (turn 0) or after (1) placed node u, the round re-timed, in one visit.

    If it is False, the caller undoes the step.
    """
    r, k = t.spot[u, tb.ROUTE], t.spot[u, tb.POS] + turn
    for j in range(t.node[x, tb.WIN_FROM], t.node[x, tb.WIN_TO]):
        if try_place(t, x, r, k, j):
            return are_joined(t, u, x) and in_time(t, r, t.route[r, tb.LENGTH], now)
    return False


@compiled
def best_beside(t: Tables, x: int, u: int, now: int) -> int:
    """The turn of `put_beside` that costs less, or -1; what it adds is left in number[FOUND_TWO]."""
    before, best, best_turn = t.number[tb.TOTAL], NOTHING, -1
    for turn in range(2):
        start_step(t)
        if put_beside(t, x, u, turn, now):
            added = t.number[tb.TOTAL] - before
            if added < best:
                best, best_turn = added, turn
        undo(t, before)
    t.number[tb.FOUND_TWO] = best
    return best_turn


@compiled
def best_together(t: Tables, u: int, x: int, w: int, now: int, tries: int) -> int:
    """The cheapest place found for u with worker w and x beside it, both absent: row * 2 + turn, or -1.

    What it adds is left in number[FOUND_TWO]; the rows of `found` stay for `try_found`.
    """
    t.worker[:, tb.MINE] = 0
    t.worker[w, tb.MINE] = 1
    kept = find_places(t, u, 0, tries, False, False)
    t.worker[:, tb.MINE] = 1
    before, best, best_at = t.number[tb.TOTAL], NOTHING, -1
    for i in range(kept):
        for turn in range(2):
            start_step(t)
            if try_found(t, u, i, now) and put_beside(t, x, u, turn, now):
                added = t.number[tb.TOTAL] - before
                if added < best:
                    best, best_at = added, i * 2 + turn
            undo(t, before)
    t.number[tb.FOUND_TWO] = best
    return best_at
