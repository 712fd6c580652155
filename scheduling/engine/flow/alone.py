"""Ruin and recreate on days whose rounds stand alone: no pairs, no meals, no price on any minute but the way.

Nothing is tried out, nothing is copied but the rounds that change, and where all shifts are alike only the
places beside near doors are looked at, and rounds exchange their ends.
"""

from __future__ import annotations

import math

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import below, chance
from scheduling.engine.flow.positions import insert_anywhere, insert_near, settle
from scheduling.engine.improve import MOST_TRIED, is_stale, ruin_strings, save_best
from scheduling.engine.routes import meet, set_absent, start_step
from scheduling.engine.tables import Ints, Tables

ORDERS = (0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7)
"""How often each order of `urgency` is drawn."""
TAILS = 16
"""Neighbours with which the ends of rounds change places."""


@compiled
def urgency(t: Tables, u: int, rule: int) -> int:
    """Smaller goes in first: by chance, price, load, far or near its base, narrow, early or late windows."""
    row, key = t.node[u], 0
    base = row[tb.PLACE]
    if row[tb.CAND_TO] > row[tb.CAND_FROM]:
        base = t.route[t.candidates[row[tb.CAND_FROM]], tb.BASE]
    opens, closes = t.windows[row[tb.WIN_FROM], 0], t.windows[row[tb.WIN_TO] - 1, 1]
    if rule == 1:
        key = -row[tb.PRICE]
    elif rule == 2:
        key = -t.flow[u, tb.LOAD]
    elif rule == 3:
        key = -t.travel[base, row[tb.PLACE]]
    elif rule == 4:
        key = t.travel[base, row[tb.PLACE]]
    elif rule == 5:
        key = closes - opens
    elif rule == 6:
        key = opens
    elif rule == 7:
        key = -closes
    return int(key * (1 << 20) + below(t.random, 1 << 20))


@compiled
def line_up(t: Tables, u: int, count: int, rule: int) -> int:
    """Adds absent node u to the queue `work[2]`, which `keys` holds in order; its length."""
    key = urgency(t, u, rule)
    at = count
    while at > 0 and t.keys[at - 1] > key:
        t.keys[at], t.work[2, at] = t.keys[at - 1], t.work[2, at - 1]
        at -= 1
    t.keys[at], t.work[2, at] = key, u
    return count + 1


@compiled
def recreate_alone(t: Tables, near: bool) -> None:
    """Puts absent services back, those just taken out and some that have been absent for longer."""
    rule, count, size = ORDERS[below(t.random, len(ORDERS))], 0, t.number[tb.ABSENT]
    for k in range(t.number[tb.MOVES]):
        if t.spot[t.work[0, k], tb.ROUTE] < 0:
            count = line_up(t, t.work[0, k], count, rule)
    first = below(t.random, size) if size > MOST_TRIED + count else 0
    limit = count + MOST_TRIED
    for i in range(size):
        if count == limit:
            break
        u = t.absent[first + i if first + i < size else first + i - size]
        if t.spot[u, tb.MOVED] != t.number[tb.STEP]:
            count = line_up(t, u, count, rule)
    for i in range(count):
        u = t.work[2, i]
        lately = t.spot[u, tb.MOVED] == t.number[tb.STEP]
        if near and lately and insert_near(t, u, True):
            continue
        insert_anywhere(t, u, True, not lately and is_stale(t, u))


@compiled
def put_back(t: Tables, total: int) -> None:
    """As `undo`: every route touched in this step is as it was before."""
    for k in range(t.number[tb.MOVES]):
        u = t.work[0, k]
        if t.spot[u, tb.ROUTE] >= 0:
            t.met[t.node[u, tb.PERSON], t.route[t.spot[u, tb.ROUTE], tb.WORKER]] -= 1
            t.spot[u, tb.ROUTE] = -1
    for k in range(t.number[tb.TOUCHES]):
        r = t.undo_route[k]
        t.route[r] = t.undo_row[k]
        carried = 0
        for i in range(t.route[r, tb.LENGTH]):
            stop = t.stops[r, i]
            stop[:] = t.undo_stops[k, i]
            u = stop[tb.NODE]
            t.spot[u, tb.ROUTE], t.spot[u, tb.POS], t.spot[u, tb.START] = r, i, stop[tb.AT]
            carried += t.flow[u, tb.LOAD]
        t.day[r, tb.CARRIED] = carried
    for k in range(t.number[tb.MOVES]):
        u = t.work[0, k]
        if t.spot[u, tb.ROUTE] >= 0:
            t.met[t.node[u, tb.PERSON], t.route[t.spot[u, tb.ROUTE], tb.WORKER]] += 1
        set_absent(t, u, t.spot[u, tb.ROUTE] < 0)
    t.number[tb.TOTAL] = total


@compiled
def swap_tails(t: Tables, heat: float) -> bool:
    """Lets what follows a door drawn at random change places with a near door and what follows that one.

    If both rounds can be worked then, and it costs hardly more than `heat`; all shifts are alike. Several
    are drawn; returns whether any changed.
    """
    changed = False
    for _ in range(t.settings[tb.SWAPS]):
        u = below(t.random, len(t.node))
        v = t.beside[tb.AFTER_IT, u, below(t.random, min(TAILS, t.beside.shape[2]))]
        if v < 0 or t.spot[u, tb.ROUTE] < 0 or t.spot[v, tb.ROUTE] < 0:
            continue
        if t.spot[u, tb.ROUTE] != t.spot[v, tb.ROUTE] and is_worth_swapping(t, u, v, heat):
            r, q, k, m = t.spot[u, tb.ROUTE], t.spot[v, tb.ROUTE], t.spot[u, tb.POS] + 1, t.spot[v, tb.POS]
            changed = exchange(t, r, q, k, m) or changed
    return changed


@compiled
def is_worth_swapping(t: Tables, u: int, v: int, heat: float) -> bool:
    """Whether node v may follow node u, and what followed u the one before v, in time and at that heat."""
    r, q, k, m = t.spot[u, tb.ROUTE], t.spot[v, tb.ROUTE], t.spot[u, tb.POS] + 1, t.spot[v, tb.POS]
    base, allowance = t.route[r, tb.BASE], t.policy[tb.ALLOWANCE]
    one, two = t.stops[r, k - 1], t.stops[q, m]
    before, free = base, t.route[q, tb.OPEN]
    if m > 0:
        before, free = t.stops[q, m - 1, tb.WHERE], t.stops[q, m - 1, tb.AT] + t.stops[q, m - 1, tb.LASTS]
    after, late, direct = base, t.route[r, tb.CLOSE], t.travel[one[tb.WHERE], base]
    if k < t.route[r, tb.LENGTH]:
        after, direct = t.stops[r, k, tb.WHERE], t.stops[r, k, tb.CAME]
        late = t.stops[r, k, tb.LATEST] - allowance
    way, other = t.travel[one[tb.WHERE], two[tb.WHERE]], t.travel[before, after]
    if one[tb.AT] + one[tb.LASTS] + way + allowance > two[tb.LATEST] or free + other > late:
        return False
    cost = t.policy[tb.PER_TRAVEL] * (way + other - direct - two[tb.CAME])
    return bool(cost <= 0 or cost <= -heat * math.log(chance(t.random)))


@compiled
def exchange(t: Tables, r: int, q: int, k: int, m: int) -> bool:
    """Exchanges the stops of route r from k on for those of route q from m on, if there is room for them."""
    n, o, size = t.route[r, tb.LENGTH], t.route[q, tb.LENGTH], t.stops.shape[1]
    if k + o - m + 1 > size or m + n - k + 1 > size:
        return False
    head, tail = 0, 0
    for i in range(k):
        head += t.flow[t.stops[r, i, tb.NODE], tb.LOAD]
    for i in range(m, o):
        tail += t.flow[t.stops[q, i, tb.NODE], tb.LOAD]
    both = t.day[r, tb.CARRIED] + t.day[q, tb.CARRIED]
    if head + tail > t.day[r, tb.MOST_LOAD] or both - head - tail > t.day[q, tb.MOST_LOAD]:
        return False
    w, x = t.route[r, tb.WORKER], t.route[q, tb.WORKER]
    for i in range(k, n):
        t.work[3, i - k] = t.stops[r, i, tb.NODE]
        meet(t, t.stops[r, i, tb.NODE], w, -1)
    for i in range(m, o):
        t.stops[r, k + i - m, tb.NODE] = t.stops[q, i, tb.NODE]
        meet(t, t.stops[q, i, tb.NODE], x, -1)
        meet(t, t.stops[q, i, tb.NODE], w, 1)
    for i in range(n - k):
        t.stops[q, m + i, tb.NODE] = t.work[3, i]
        meet(t, t.work[3, i], x, 1)
    t.route[r, tb.LENGTH], t.route[q, tb.LENGTH] = k + o - m, m + n - k
    t.route[r, tb.TOUCHED] = t.route[q, tb.TOUCHED] = t.number[tb.STEP]
    settle(t, r)
    settle(t, q)
    return True


@compiled
def anneal_alone(t: Tables, best: Ints, steps: int, first: int, stride: int, total: int) -> None:
    """As `anneal`, for days whose rounds stand alone."""
    near = True
    for r in range(len(t.route)):
        settle(t, r)
        near = near and t.day[r, tb.ALIKE] == t.day[0, tb.ALIKE]
    hot, cold = t.settings[tb.HOT] / 1000.0, t.settings[tb.COLD] / 1000.0
    for i in range(steps):
        heat = hot * math.exp(math.log(cold / hot) * (first + stride * i) / total)
        before = t.number[tb.TOTAL]
        start_step(t)
        if near and swap_tails(t, heat):
            before = t.number[tb.TOTAL]
            if before < t.number[tb.BEST]:
                save_best(t, best)
            start_step(t)
        seed = below(t.random, len(t.node))
        if t.number[tb.ABSENT] > 0 and below(t.random, 100) < t.settings[tb.ABSENTEES]:
            seed = t.absent[below(t.random, t.number[tb.ABSENT])]
        ruin_strings(t, seed)
        for k in range(t.number[tb.PENDING]):
            r = t.work[1, k]
            t.route[r, tb.LOOSE] = 0
            settle(t, r)
        t.number[tb.PENDING] = 0
        recreate_alone(t, near)
        if t.number[tb.STUCK] == 1 or t.number[tb.TOTAL] > before - heat * math.log(chance(t.random)):
            put_back(t, before)
        elif t.number[tb.TOTAL] < t.number[tb.BEST]:
            save_best(t, best)
