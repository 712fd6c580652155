"""One evaluation of the lower bound, person by person: compiled. What it computes is said in `bound`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.tables import Tables

Floats = NDArray[np.float64]

BUCKET = 30
"""Minutes for which one price of a worker's time holds."""
NEVER = 1e12
TINY = 1e-7


@compiled
def integral(prices: Floats, minute: int) -> float:
    """The price of a worker's time from the start of the shift to `minute` of it."""
    total, b = 0.0, 0
    while minute > 0 and b < len(prices):
        total += prices[b] * min(minute, BUCKET)
        minute -= BUCKET
        b += 1
    return total


@compiled
def cheapest_time(prices: Floats, low: int, high: int, minutes: int) -> tuple[float, int]:
    """The least price of `minutes` in a row that begin from `low` to `high`, and when they begin.

    The price is piecewise linear, so it is least where the beginning or the end is on a border.
    """
    best, at = NEVER, low
    for k in range(4):
        start = (low, high, -(-low // BUCKET) * BUCKET, -(-(low + minutes) // BUCKET) * BUCKET - minutes)[k]
        while low <= start <= high:
            price = integral(prices, start + minutes) - integral(prices, start)
            if price < best:
                best, at = price, start
            if k < 2:
                break
            start += BUCKET
    return best, at


@compiled
def change_share(t: Tables, u: int, w: int, low: int, high: int) -> float:
    """The least node u adds for differing from the published rota if it begins from `low` to `high`."""
    published = t.published[u, tb.PUB_START]
    if published < 0:
        return 0.0
    price = t.policy[tb.CHANGE] / (2.0 if t.node[u, tb.TWIN] >= 0 else 1.0)
    day = published // 1440 * 1440
    near = max(low, published - tb.UNCHANGED, day) <= min(high, published + tb.UNCHANGED, day + 1439)
    same = t.published[u, tb.PUB_ONE] == w or t.published[u, tb.PUB_TWO] == w
    return 0.0 if near and same else price


@compiled
def node_cost(
    t: Tables,
    u: int,
    r: int,
    alone: Floats,
    ways: Floats,
    entry: float,
    others: float,
    week: float,
    whole: float,
    prices: Floats,
    at: Floats,
) -> float:
    """The least that serving node u on route r adds; in `at`: its time, when it begins and lasts.

    `alone` is the share of a visit that each node makes for itself, `entry` the way to the door, which it
    shares with `others` (itself among them), `ways` the shortest way from each base and to it,
    `week` and `whole` the price of a minute of the worker's week and of the shift.
    """
    row, shift = t.node[u], t.route[r]
    w, allowance = shift[tb.WORKER], t.policy[tb.ALLOWANCE]
    visit = float(t.policy[tb.ARRIVAL])
    if row[tb.NAMED] >= 0 and row[tb.NAMED] != w:
        visit += t.policy[tb.NOT_NAMED]
    time = row[tb.MINUTES] + allowance * alone[u] + entry / others
    lead = 0
    if alone[u] == 1.0:  # nobody is there before: so much passes between the service before and this one
        lead = int(allowance + (entry if others == 1.0 else 0.0))
    best = NEVER
    for j in range(row[tb.WIN_FROM], row[tb.WIN_TO]):
        low = max(t.windows[j, 0], shift[tb.OPEN] + allowance + int(ways[shift[tb.BASE], 0]))
        high = min(t.windows[j, 1], shift[tb.CLOSE] - row[tb.MINUTES] - int(ways[shift[tb.BASE], 1]))
        if low > high:
            continue
        price = change_share(t, u, w, low, high)
        preferred = row[tb.PREFERRED]
        if preferred >= 0 and (row[tb.TWIN] < 0 or row[tb.TWIN] > u):
            price += t.policy[tb.TENS] * (max(0, low - preferred, preferred - high) // 10)
        low, high = low - lead - shift[tb.OPEN], high - lead - shift[tb.OPEN]
        busy, start = cheapest_time(prices, low, high, row[tb.MINUTES] + lead)
        if price + busy < best:
            best, at[1], at[2] = price + busy, start, row[tb.MINUTES] + lead
    at[0] = time
    return float(best + visit * alone[u] + entry / others + (week + whole) * time)


@compiled
def ascend(costs: Floats, caps: Floats, faces: Floats, size: int, workers: int, values: Floats) -> float:
    """A feasible dual of 'each node to a worker or left out, a price for each worker who comes at all'.

    `costs` is (nodes, workers), `caps` the price of leaving out; raises the values of the nodes in turn,
    level by level, while no worker's `faces` are overspent (what remains is left there). Returns their sum.
    """
    for i in range(size):
        values[i] = caps[i]
        for k in range(workers):
            values[i] = min(values[i], costs[i, k])
    raised = True
    while raised:
        raised = False
        for i in range(size):
            if values[i] >= caps[i]:
                continue
            target, room = caps[i], NEVER
            for k in range(workers):
                if costs[i, k] <= values[i]:
                    room = min(room, faces[k])
                elif costs[i, k] < target:
                    target = costs[i, k]
            more = min(room, target - values[i])
            if more <= TINY:
                continue
            for k in range(workers):
                if costs[i, k] <= values[i]:
                    faces[k] -= more
            exact = more >= target - values[i]
            values[i] = target if exact else values[i] + more
            raised = True
    total = 0.0
    for i in range(size):
        total += values[i]
    return total


@compiled
def evaluate(
    t: Tables,
    caps: Floats,
    alone: Floats,
    entries: Floats,
    ways: Floats,
    weeks: Floats,
    wholes: Floats,
    prices: Floats,
    used_weeks: Floats,
    used_wholes: Floats,
    used: Floats,
) -> float:
    """The sum of the people's bounds at these prices of the workers' time; and the time that answers to it.

    Prices: `weeks` (workers), `wholes` (routes), `prices` (routes, buckets), none below 0. The `used` of the
    same shapes are the minutes that each node's cheapest choice takes: where to move the prices.
    """
    used_weeks[:] = 0.0
    used_wholes[:] = 0.0
    used[:, :] = 0.0
    most = 1
    for p in range(len(t.person_from) - 1):
        most = max(most, t.person_from[p + 1] - t.person_from[p])
    total, people_workers = 0.0, len(t.worker)
    costs, faces = np.empty((most, people_workers)), np.empty(people_workers)
    chosen = np.zeros((most, people_workers), np.int64)
    starts, times = np.zeros((most, people_workers)), np.zeros((most, people_workers))
    lasts = np.zeros((most, people_workers))
    values, own_caps, at = np.empty(most), np.empty(most), np.zeros(3)
    index, who = np.full(people_workers, -1, np.int64), np.zeros(people_workers, np.int64)
    there = np.zeros(len(t.route) + 1)
    for p in range(len(t.person_from) - 1):
        first, size, workers = t.person_from[p], t.person_from[p + 1] - t.person_from[p], 0
        for i in range(size):
            u = t.person_nodes[first + i]
            own_caps[i] = caps[u]
            for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
                r = t.candidates[c]
                there[r] += 1.0
                w = t.route[r, tb.WORKER]
                if index[w] < 0:
                    index[w], who[workers] = workers, w
                    faces[workers] = t.face[p, w]
                    workers += 1
        costs[:size, :workers] = NEVER
        for i in range(size):
            u = t.person_nodes[first + i]
            for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
                r = t.candidates[c]
                w = t.route[r, tb.WORKER]
                k = index[w]
                cost = node_cost(
                    t, u, r, alone, ways, entries[p], there[r], weeks[w], wholes[r], prices[r], at
                )
                if cost < costs[i, k]:
                    costs[i, k], chosen[i, k] = cost, r
                    times[i, k], starts[i, k], lasts[i, k] = at[0], at[1], at[2]
        total += ascend(costs, own_caps, faces, size, workers, values)
        for i in range(size):
            best, pick = own_caps[i], -1
            for k in range(workers):
                if costs[i, k] + faces[k] < best:
                    best, pick = costs[i, k] + faces[k], k
            if pick >= 0:
                r = chosen[i, pick]
                used_wholes[r] += times[i, pick]
                used_weeks[who[pick]] += times[i, pick]
                begin, end = int(starts[i, pick]), int(starts[i, pick] + lasts[i, pick])
                for b in range(used.shape[1]):
                    low, high = max(begin, b * BUCKET), min(end, (b + 1) * BUCKET)
                    if low < high:
                        used[r, b] += high - low
        for k in range(workers):
            index[who[k]] = -1
        for i in range(size):
            u = t.person_nodes[first + i]
            for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
                there[t.candidates[c]] = 0.0
    return total
