# ruff: noqa: SIM110  (compiled code: loops, for numba knows no generators)
"""Trying a whole visit elsewhere, its services as far apart as they are, with everything else still.

A visit is given as `seats` (rows of group, node, start now) and `holders` (the worker of each group).
Group 0 is the visit's own worker, whose place is given away; each other group is a partner in its
double-handed services, who keeps them and moves with them. All seats are absent while anything is tried.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.answers.probing import NOTHING, in_time, is_fixed
from scheduling.engine.compiled import compiled
from scheduling.engine.routes import adopt, lift, start_step, undo
from scheduling.engine.standing import (
    NO_GAPS,
    gaps_hold,
    is_busy,
    is_candidate,
    order_at,
    place_at,
    stands,
    window_of,
)
from scheduling.engine.tables import Ints, Tables

S_GROUP, S_NODE, S_START = range(3)
NO_ROUND = 8
"""For `fits_group`, beside the flags of `standing`: only windows and the shift are asked about."""


@compiled
def lift_visit(t: Tables, seats: Ints, holders: Ints) -> bool:
    """Takes all seats off; whether what is left of the own worker's round stands as it is."""
    for k in range(len(seats)):
        if t.spot[seats[k, S_NODE], tb.ROUTE] >= 0:
            lift(t, seats[k, S_NODE])
    all_stand = True
    for k in range(t.number[tb.PENDING]):
        r = t.work[1, k]
        n = order_at(t, r, -1, 0, 0)
        if t.route[r, tb.WORKER] == holders[0] and not stands(t, r, n, 0):
            all_stand = False
        n = order_at(t, r, -1, 0, 0)
        adopt(t, r, n)
    t.number[tb.PENDING] = 0
    return all_stand


@compiled
def order_group(t: Tables, seats: Ints, group: int, r: int, by: int) -> int:
    """Writes route r with the seats of a group, `by` minutes later than now, to Q and WHEN."""
    n, i, k = 0, 0, 0
    while True:
        while k < len(seats) and seats[k, S_GROUP] != group:
            k += 1
        if k < len(seats) and (i == t.route[r, tb.LENGTH] or t.stops[r, i, tb.AT] >= seats[k, S_START] + by):
            t.scratch[tb.Q, n], t.scratch[tb.WHEN, n] = seats[k, S_NODE], seats[k, S_START] + by
            k += 1
        elif i < t.route[r, tb.LENGTH]:
            t.scratch[tb.Q, n], t.scratch[tb.WHEN, n] = t.stops[r, i, tb.NODE], t.stops[r, i, tb.AT]
            i += 1
        else:
            return n
        n += 1


@compiled
def fits_group(t: Tables, seats: Ints, group: int, r: int, by: int, skip: int, now: int) -> bool:
    """Whether the seats of a group fit on route r `by` minutes later than now, all else as it is."""
    size = 0
    for k in range(len(seats)):
        if seats[k, S_GROUP] != group:
            continue
        u, start = seats[k, S_NODE], seats[k, S_START] + by
        if start < t.route[r, tb.OPEN] or start >= t.route[r, tb.CLOSE] or window_of(t, u, start) < 0:
            return False
        if start < t.fence[u, tb.FENCE_FROM] or start > t.fence[u, tb.FENCE_TO]:
            return False
        size += 1
        if skip & NO_ROUND:
            continue
        if is_busy(t, r, u, start, skip) or (not skip & NO_GAPS and not gaps_hold(t, u, start)):
            return False
    if skip & NO_ROUND:
        return True
    if t.route[r, tb.LENGTH] + size + 1 > t.stops.shape[1]:
        return False
    n = order_group(t, seats, group, r, by)
    return stands(t, r, n, skip) and in_time(t, r, n, now)


@compiled
def may_take(t: Tables, seats: Ints, r: int) -> bool:
    """Whether route r is of a worker who may have every seat of group 0."""
    for k in range(len(seats)):
        if seats[k, S_GROUP] == 0 and not is_candidate(t, seats[k, S_NODE], r):
            return False
    return True


@compiled
def route_at(t: Tables, w: int, start: int) -> int:
    """The route of worker w whose shift holds `start`, or -1."""
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        if t.route[r, tb.OPEN] <= start < t.route[r, tb.CLOSE]:
            return int(r)
    return -1


@compiled
def route_of_group(t: Tables, seats: Ints, holders: Ints, group: int, by: int) -> int:
    """The route of a partner at the first of its seats, or -1."""
    for k in range(len(seats)):
        if seats[k, S_GROUP] == group:
            return route_at(t, holders[group], seats[k, S_START] + by)
    return -1


@compiled
def partners_fit(t: Tables, seats: Ints, holders: Ints, by: int, now: int) -> bool:
    """Whether every partner can come `by` minutes later; where they are now they stand already."""
    if by == 0:
        return True
    for group in range(1, len(holders)):
        q = route_of_group(t, seats, holders, group, by)
        if q < 0 or not fits_group(t, seats, group, q, by, 0, now):
            return False
    return True


@compiled
def price_visit(t: Tables, seats: Ints, holders: Ints, r: int, by: int) -> int:
    """What the visit on route r, `by` minutes later, adds to the cost; nothing is changed.

    Of a pair the second node answers for the change against what is published, so the first goes first.
    """
    before = t.number[tb.TOTAL]
    start_step(t)
    for turn in range(2):
        for k in range(len(seats)):
            u, group = seats[k, S_NODE], seats[k, S_GROUP]
            is_second = 0 <= t.node[u, tb.TWIN] < u
            if is_second != (turn == 1):
                continue
            q = r if group == 0 else route_of_group(t, seats, holders, group, by)
            if q >= 0:
                place_at(t, u, q, seats[k, S_START] + by)
    added = t.number[tb.TOTAL] - before
    undo(t, before)
    return int(added)


@compiled
def best_visit(t: Tables, seats: Ints, holders: Ints, w: int, now: int) -> int:
    """By how many minutes later worker w has the visit at the least cost; `NOTHING` if at no time.

    What that adds to the cost is left in found[0, F_COST].
    """
    best, best_by, first = NOTHING, NOTHING, seats[0, S_NODE]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        if not may_take(t, seats, r):
            continue
        for j in range(t.node[first, tb.WIN_FROM], t.node[first, tb.WIN_TO]):
            low = max(t.windows[j, 0], t.route[r, tb.OPEN])
            high = min(t.windows[j, 1], t.route[r, tb.CLOSE] - 1)
            for start in range(low, high + 1):
                by = start - seats[0, S_START]
                if not fits_group(t, seats, 0, r, by, 0, now) or not partners_fit(t, seats, holders, by, now):
                    continue
                added = price_visit(t, seats, holders, r, by)
                if added < best:
                    best, best_by = added, by
    t.found[0, tb.F_COST] = best
    return int(best_by)


@compiled
def nearest_visit(t: Tables, seats: Ints, w: int, skip: int, now: int) -> int:
    """The fewest minutes, later or earlier, by which the visit would fit with worker w but for `skip`.

    Partners and competence are not asked about. `NOTHING` if it would at no time.
    """
    best, best_by, first = NOTHING, NOTHING, seats[0, S_NODE]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        for j in range(t.node[first, tb.WIN_FROM], t.node[first, tb.WIN_TO]):
            low = max(t.windows[j, 0], t.route[r, tb.OPEN])
            high = min(t.windows[j, 1], t.route[r, tb.CLOSE] - 1)
            for start in range(low, high + 1):
                by = start - seats[0, S_START]
                if abs(by) < best and fits_group(t, seats, 0, r, by, skip, now):
                    best, best_by = abs(by), by
    return int(best_by)


@compiled
def has_begun(t: Tables, seats: Ints) -> bool:
    """Whether any of it has begun, or somebody is on the way to it."""
    for k in range(len(seats)):
        if is_fixed(t, seats[k, S_NODE]):
            return True
    return False
