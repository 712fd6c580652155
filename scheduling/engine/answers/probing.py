"""Trying an occurrence out in a standing plan, worker by worker, and putting everything back.

First with everything else at its present time, at every start; then with the other services of the
round moved within their windows. `now` is the minute before which nobody can be sent anywhere (-1:
nothing has begun). A node whose fence is one minute wide has begun and stands still.
"""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.placing import HALF, find_places, try_pair, try_place
from scheduling.engine.routes import adopt, change_price, lift, start_step, undo
from scheduling.engine.standing import fits_at, is_candidate, order_at, place_at, stands
from scheduling.engine.tables import Ints, Tables
from scheduling.engine.timing import timetable, wanted_start

NOTHING = tb.FAR * 1000
# columns of what `best_pairs` finds for each worker
P_COST, P_START, P_ROUTE, P_OTHER = range(4)


@compiled
def hold(t: Tables, r: int) -> bool:
    """Prices route r, from which something was lifted: at its present times if those stand, else re-timed."""
    n = order_at(t, r, -1, 0, 0)
    if stands(t, r, n, 0) or timetable(t, r, n):
        adopt(t, r, n)
        return True
    return False


@compiled
def take_out(t: Tables, u: int) -> bool:
    """Takes the occurrence of node u off, both workers of a pair; False if the rest cannot stand then."""
    v, r, q = t.node[u, tb.TWIN], t.spot[u, tb.ROUTE], -1
    lift(t, u)
    if v >= 0:
        q = t.spot[v, tb.ROUTE]
        lift(t, v)
    t.number[tb.PENDING] = 0
    return hold(t, r) and (q < 0 or hold(t, q))


@compiled
def is_fixed(t: Tables, u: int) -> bool:
    """Whether node u has begun, or somebody is on the way to it."""
    return bool(t.fence[u, tb.FENCE_FROM] == t.fence[u, tb.FENCE_TO])


@compiled
def in_time(t: Tables, r: int, n: int, now: int) -> bool:
    """Whether one can still set out at `now` for each service in Q, as in WHEN, that has not begun."""
    if now < 0:
        return True
    place, person = t.route[r, tb.BASE], -1
    for i in range(n):
        row = t.node[t.scratch[tb.Q, i]]
        if not is_fixed(t, t.scratch[tb.Q, i]):
            lead = 0
            if row[tb.PERSON] != person:
                lead = t.travel[place, row[tb.PLACE]] + t.policy[tb.ALLOWANCE]
            if t.scratch[tb.WHEN, i] - lead < now:
                return False
        place, person = row[tb.PLACE], row[tb.PERSON]
    return True


@compiled
def fits_still(t: Tables, u: int, r: int, start: int, now: int) -> bool:
    """Whether absent node u fits on route r at `start`, all else as it is, and can still be set out for."""
    return fits_at(t, u, r, start, 0) and in_time(t, r, t.route[r, tb.LENGTH] + 1, now)


@compiled
def price_at(t: Tables, u: int, r: int, start: int) -> int:
    """What putting absent node u on route r at `start` adds to the cost; nothing is changed."""
    before = t.number[tb.TOTAL]
    start_step(t)
    place_at(t, u, r, start)
    added = t.number[tb.TOTAL] - before
    undo(t, before)
    return int(added)


@compiled
def is_near(start: int, other: int) -> bool:
    """Whether `start` counts as the same time as `other` (-1: none does)."""
    return other >= 0 and abs(start - other) <= tb.UNCHANGED


@compiled
def best_still(t: Tables, u: int, w: int, now: int, other_than: int) -> int:
    """The cheapest start of absent node u with worker w, all else as it is; -1 if there is none.

    Starts within `UNCHANGED` of `other_than` are passed over. The route is left in number[FOUND],
    what it adds to the cost in found[0, F_COST].
    """
    best, best_start = NOTHING, -1
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        if not is_candidate(t, u, r):
            continue
        for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
            low = max(t.windows[j, 0], t.fence[u, tb.FENCE_FROM], t.route[r, tb.OPEN])
            high = min(t.windows[j, 1], t.fence[u, tb.FENCE_TO], t.route[r, tb.CLOSE] - 1)
            for start in range(low, high + 1):
                if is_near(start, other_than) or not fits_still(t, u, r, start, now):
                    continue
                added = price_at(t, u, r, start)
                if added < best:
                    best, best_start = added, start
                    t.number[tb.FOUND] = r
    t.found[0, tb.F_COST] = best
    return int(best_start)


@compiled
def best_moved(t: Tables, u: int, w: int, now: int, tries: int) -> int:
    """The row of `found` with the cheapest place of absent node u with worker w, the round re-timed; or -1.

    What it adds to the cost is left in number[FOUND_TWO]. Of the places, `tries` are looked at.
    """
    t.worker[:, tb.MINE] = 0
    t.worker[w, tb.MINE] = 1
    kept = find_places(t, u, 0, tries, False, False)
    t.worker[:, tb.MINE] = 1
    best, best_row, before = NOTHING, -1, t.number[tb.TOTAL]
    for i in range(kept):
        start_step(t)
        if try_found(t, u, i, now):
            added = t.number[tb.TOTAL] - before
            if added < best:
                best, best_row = added, i
        undo(t, before)
    t.number[tb.FOUND_TWO] = best
    return int(best_row)


@compiled
def try_found(t: Tables, u: int, i: int, now: int) -> bool:
    """Puts absent node u at the place in row i of `found`; the caller undoes it, also if it is False."""
    r = t.found[i, tb.F_ROUTE]
    if not try_place(t, u, r, t.found[i, tb.F_POS], t.found[i, tb.F_WINDOW]):
        return False
    return in_time(t, r, t.route[r, tb.LENGTH], now)


@compiled
def best_pairs(t: Tables, u: int, now: int, other_than: int, found: Ints) -> None:
    """For each worker the cheapest pairing of an absent pair, all else as it is.

    `found` is (workers, 4): cost (`NOTHING` if there is none), start, and the routes of u and its twin.
    """
    v = t.node[u, tb.TWIN]
    found[:, :] = -1
    found[:, P_COST] = NOTHING
    ones = np.empty((t.node[u, tb.CAND_TO] - t.node[u, tb.CAND_FROM] + 1, 2), np.int64)
    twos = np.empty((t.node[v, tb.CAND_TO] - t.node[v, tb.CAND_FROM] + 1, 2), np.int64)
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        low = max(t.windows[j, 0], t.fence[u, tb.FENCE_FROM])
        high = min(t.windows[j, 1], t.fence[u, tb.FENCE_TO])
        for start in range(low, high + 1):
            if is_near(start, other_than):
                continue
            first = 0
            for c in range(t.node[u, tb.CAND_FROM], t.node[u, tb.CAND_TO]):
                if fits_still(t, u, t.candidates[c], start, now):
                    ones[first, 0] = t.candidates[c]
                    ones[first, 1] = price_at(t, u, t.candidates[c], start)
                    first += 1
            if first == 0:
                continue
            second = 0
            for c in range(t.node[v, tb.CAND_FROM], t.node[v, tb.CAND_TO]):
                if fits_still(t, v, t.candidates[c], start, now):
                    twos[second, 0] = t.candidates[c]
                    twos[second, 1] = price_at(t, v, t.candidates[c], start)
                    second += 1
            for a in range(first):
                r = ones[a, 0]
                w = t.route[r, tb.WORKER]
                t.spot[u, tb.ROUTE] = r
                for b in range(second):
                    q = twos[b, 0]
                    x = t.route[q, tb.WORKER]
                    if x == w:
                        continue
                    added = ones[a, 1] + twos[b, 1] + change_price(t, v, x, start)
                    for one in (w, x):
                        if added < found[one, P_COST]:
                            found[one, P_COST], found[one, P_START] = added, start
                            found[one, P_ROUTE], found[one, P_OTHER] = r, q
                t.spot[u, tb.ROUTE] = -1


@compiled
def list_pair_places(t: Tables, u: int, places: Ints) -> None:
    """Writes the places of both nodes of an absent pair to `found`, from rows 0 and `HALF`; their counts."""
    places[0] = find_places(t, u, 0, HALF - 1, False, False)
    places[1] = find_places(t, t.node[u, tb.TWIN], HALF, HALF - 1, False, False)


@compiled
def best_pair_moved(t: Tables, u: int, w: int, now: int, tries: int, places: Ints) -> int:
    """The cheapest pairing of an absent pair that has worker w, their rounds re-timed; -1 if there is none.

    `list_pair_places` was called before. Returns row * `HALF` + row of the twin, counted from `HALF`;
    the start is left in number[FOUND], what it adds to the cost in number[FOUND_TWO].
    """
    before, best, best_at = t.number[tb.TOTAL], NOTHING, -1
    past_cost, past_at = -NOTHING, -1
    for _ in range(tries):
        next_cost, next_at = NOTHING, -1
        for i in range(places[0]):
            mine = t.route[t.found[i, tb.F_ROUTE], tb.WORKER] == w
            for m in range(places[1]):
                one, two = t.found[i], t.found[HALF + m]
                cost, at = one[tb.F_COST] + two[tb.F_COST], i * HALF + m
                if cost >= next_cost:
                    break
                if cost < past_cost or (cost == past_cost and at <= past_at):
                    continue
                theirs = t.route[two[tb.F_ROUTE], tb.WORKER] == w
                if mine != theirs and max(one[tb.F_FROM], two[tb.F_FROM]) <= min(one[tb.F_TO], two[tb.F_TO]):
                    next_cost, next_at = cost, at
        if next_at < 0:
            break
        past_cost, past_at = next_cost, next_at
        i, m = next_at // HALF, HALF + next_at % HALF
        low = max(t.found[i, tb.F_FROM], t.found[m, tb.F_FROM])
        high = min(t.found[i, tb.F_TO], t.found[m, tb.F_TO])
        wish = wanted_start(t, u, t.route[t.found[i, tb.F_ROUTE], tb.WORKER])
        first = min(max(wish, low), high) if wish >= 0 else low
        for start in (first, (low + high) // 2):
            start_step(t)
            if try_found_pair(t, u, i, m, start, now):
                added = t.number[tb.TOTAL] - before
                if added < best:
                    best, best_at = added, next_at
                    t.number[tb.FOUND] = start
            undo(t, before)
    t.number[tb.FOUND_TWO] = best
    return int(best_at)


@compiled
def try_found_pair(t: Tables, u: int, i: int, m: int, start: int, now: int) -> bool:
    """Puts an absent pair at the places in rows i and m of `found`; the caller undoes it, also if False."""
    if not try_pair(t, u, i, m, start):
        return False
    return round_in_time(t, t.found[i, tb.F_ROUTE], now) and round_in_time(t, t.found[m, tb.F_ROUTE], now)


@compiled
def round_in_time(t: Tables, r: int, now: int) -> bool:
    """`in_time` for route r as it is."""
    return in_time(t, r, order_at(t, r, -1, 0, 0), now)


@compiled
def start_without(t: Tables, u: int, w: int, skip: int, wish: int) -> int:
    """The start nearest to `wish` at which node u would fit with worker w but for the rules in `skip`.

    -1 if there is none.
    """
    best, best_start = NOTHING, -1
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
            for start in range(t.windows[j, 0], t.windows[j, 1] + 1):
                if abs(start - wish) < best and fits_at(t, u, r, start, skip):
                    best, best_start = abs(start - wish), start
    return int(best_start)


@compiled
def least_trouble(t: Tables, u: int, w: int, wish: int) -> int:
    """The start in a window and a shift of worker w at which node u overlaps least with the rest, or -1."""
    best, best_start, row = NOTHING, -1, t.node[u]
    allowance = t.policy[tb.ALLOWANCE]
    for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
        base, place = t.route[r, tb.BASE], row[tb.PLACE]
        for j in range(row[tb.WIN_FROM], row[tb.WIN_TO]):
            low, high = (
                max(t.windows[j, 0], t.route[r, tb.OPEN]),
                min(t.windows[j, 1], t.route[r, tb.CLOSE] - 1),
            )
            for start in range(low, high + 1):
                end = start + row[tb.MINUTES]
                short = max(0, t.route[r, tb.OPEN] + allowance + t.travel[base, place] - start)
                short += max(0, end + t.travel[place, base] - t.route[r, tb.CLOSE])
                for i in range(t.route[r, tb.LENGTH]):
                    stop = t.stops[r, i]
                    same = stop[tb.WHO] == row[tb.PERSON]
                    if stop[tb.AT] <= start:
                        lead = 0 if same else t.travel[stop[tb.WHERE], place] + allowance
                        short += max(0, stop[tb.AT] + stop[tb.LASTS] + lead - start)
                    else:
                        lead = 0 if same else t.travel[place, stop[tb.WHERE]] + allowance
                        short += max(0, end + lead - stop[tb.AT])
                cost = short * 10_000 + min(abs(start - wish), 9_999)
                if cost < best:
                    best, best_start = cost, start
    return int(best_start)
