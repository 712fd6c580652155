"""Where an absent occurrence could go, cheapest first, and putting it there.

Joining a visit is just another position: next to a service of the same person there is no
travel and no doorstep. Positions are found with the hints of `routes.refresh` and only
estimated; `timetable` has the last word on the cheapest.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import blinks
from scheduling.engine.routes import lift_whole, mend, order_with, place, refresh, visit_price
from scheduling.engine.tables import Tables
from scheduling.engine.timing import are_apart, hours_left, timetable, wanted_start

FEW, PAIRS, TRIES, HALF = 3, 16, 5, tb.MOST_FOUND // 2
REACH, WIDE_REACH = 50, 150
"""Routes that are looked at for what was just taken out, and for what has been absent for longer."""


@compiled
def earliest_by_gaps(t: Tables, u: int, low: int, r: int) -> int:
    """The earliest start of absent node u in a window from `low`, by gaps, if it went to route r."""
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.gaps[k, tb.G_OTHER]
        if t.spot[other, tb.ROUTE] < 0:
            continue
        inner = t.spot[other, tb.ROUTE] == r and t.node[other, tb.TWIN] < 0 and t.node[u, tb.TWIN] < 0
        start = t.stops[r, t.spot[other, tb.POS], tb.EARLIEST] if inner else t.spot[other, tb.START]
        if t.gaps[k, tb.G_AFTER] == 1:
            low = max(low, start + t.node[other, tb.MINUTES] + t.gaps[k, tb.G_MIN])
        else:
            low = max(low, start - t.node[u, tb.MINUTES] - t.gaps[k, tb.G_MAX])
    return int(low)


@compiled
def latest_by_gaps(t: Tables, u: int, high: int, r: int) -> int:
    """The latest start of absent node u in a window to `high`, by gaps, if it went to route r."""
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.gaps[k, tb.G_OTHER]
        if t.spot[other, tb.ROUTE] < 0:
            continue
        inner = t.spot[other, tb.ROUTE] == r and t.node[other, tb.TWIN] < 0 and t.node[u, tb.TWIN] < 0
        start = t.stops[r, t.spot[other, tb.POS], tb.LATEST] if inner else t.spot[other, tb.START]
        if t.gaps[k, tb.G_AFTER] == 1:
            high = min(high, start + t.node[other, tb.MINUTES] + t.gaps[k, tb.G_MAX])
        else:
            high = min(high, start - t.node[u, tb.MINUTES] - t.gaps[k, tb.G_MIN])
    return int(high)


@compiled
def keep(
    t: Tables, base: int, kept: int, most: int, cost: int, r: int, k: int, j: int, early: int, late: int
) -> int:
    """Adds a place to the sorted list from row `base`, of at most `most`; returns its length."""
    if kept == most and cost >= t.found[base + most - 1, tb.F_COST]:
        return kept
    at = kept if kept < most else most - 1
    while at > 0 and t.found[base + at - 1, tb.F_COST] > cost:
        t.found[base + at] = t.found[base + at - 1]
        at -= 1
    row = t.found[base + at]
    row[tb.F_COST], row[tb.F_ROUTE], row[tb.F_POS] = cost, r, k
    row[tb.F_WINDOW], row[tb.F_FROM], row[tb.F_TO] = j, early, late
    return min(kept + 1, most)


@compiled
def find_places(t: Tables, u: int, base: int, most: int, blink: bool, fresh: bool) -> int:
    """Writes the cheapest places for absent node u to `found` from row `base`; returns how many.

    `blink` leaves out one position in a hundred, routes that cannot be among the cheapest, and all but
    the routes whose bases are nearest;
    `fresh` looks only at routes that changed in this step.
    """
    row = t.node[u]
    reach = row[tb.CAND_TO]
    if blink:
        near = REACH if t.spot[u, tb.MOVED] == t.number[tb.STEP] else WIDE_REACH
        reach = min(reach, row[tb.CAND_FROM] + near)
    kept, many = 0, row[tb.WIN_TO] - row[tb.WIN_FROM] > 1
    for j in range(row[tb.WIN_FROM], row[tb.WIN_TO]):
        opens = max(t.windows[j, 0], t.fence[u, tb.FENCE_FROM])
        closes = min(t.windows[j, 1], t.fence[u, tb.FENCE_TO])
        low, high = earliest_by_gaps(t, u, opens, -1), latest_by_gaps(t, u, closes, -1)
        inner = False
        for k in range(row[tb.GAP_FROM], row[tb.GAP_TO]):
            inner = inner or t.spot[t.gaps[k, tb.G_OTHER], tb.ROUTE] >= 0
        if low > high and not inner:
            continue
        for turn in range(2):
            for c in range(row[tb.CAND_FROM], reach):
                r = t.candidates[c]
                shift = t.route[r]
                if t.worker[shift[tb.WORKER], tb.MINE] == 0:
                    continue
                known = t.met[row[tb.PERSON], shift[tb.WORKER]] > 0
                if known == (turn == 1) or (fresh and shift[tb.TOUCHED] != t.number[tb.STEP]):
                    continue
                if many and (shift[tb.OPEN] > t.windows[j, 1] or shift[tb.CLOSE] < t.windows[j, 0]):
                    continue
                price = visit_price(t, u, shift[tb.WORKER])
                face = 0 if known else t.face[row[tb.PERSON], shift[tb.WORKER]]
                dear = kept == most and price + face >= t.found[base + most - 1, tb.F_COST]
                if blink and not known and dear:
                    continue
                if shift[tb.STALE] == 1:
                    refresh(t, r)
                first, last = low, high
                if inner:
                    first = earliest_by_gaps(t, u, opens, r)
                    last = latest_by_gaps(t, u, closes, r)
                if first <= last:
                    kept = scan_route(t, u, r, j, first, last, price, face, base, kept, most, blink)
    return kept


@compiled
def scan_route(
    t: Tables,
    u: int,
    r: int,
    j: int,
    low: int,
    high: int,
    price: int,
    face: int,
    base: int,
    kept: int,
    most: int,
    blink: bool,
) -> int:
    """Estimates every position of one route for node u, starting between `low` and `high`."""
    row, shift = t.node[u], t.route[r]
    n, place, minutes, person = shift[tb.LENGTH], row[tb.PLACE], row[tb.MINUTES], row[tb.PERSON]
    allowance, join_wait, tens = t.policy[tb.ALLOWANCE], t.policy[tb.JOIN_WAIT], t.policy[tb.TENS]
    cap = hours_left(t, r)
    wish = wanted_start(t, u, shift[tb.WORKER])
    if n + 2 > t.stops.shape[1]:
        return kept
    home = t.travel[place, shift[tb.BASE]]
    straight = t.travel[t.stops[r, n - 1, tb.WHERE], shift[tb.BASE]] if n > 0 else 0
    for k in range(n + 1):
        if k < n and t.stops[r, k, tb.LATEST] < low:
            continue
        before_place = t.stops[r, k - 1, tb.WHERE] if k > 0 else shift[tb.BASE]
        after_place = t.stops[r, k, tb.WHERE] if k < n else shift[tb.BASE]
        there, onward = t.inward[place, before_place], t.travel[place, after_place]
        direct = max(t.stops[r, k, tb.CAME], 0) if k < n else straight
        after_same = k < n and t.stops[r, k, tb.WHO] == person
        before_same = k > 0 and t.stops[r, k - 1, tb.WHO] == person
        free, need = shift[tb.SH_FROM], there + allowance
        if k > 0:
            free = t.stops[r, k - 1, tb.EARLIEST] + t.stops[r, k - 1, tb.LASTS]
            need = 0 if before_same else need
        early = max(free + need, low)
        if early > high:
            break
        room = 0
        if k < n:
            room = 0 if after_same else onward + allowance
            late = min(t.stops[r, k, tb.LATEST] - room - minutes, high)
        else:
            late = min(shift[tb.SH_TO] - home - minutes, high)
        if late < early:
            continue
        if blink and blinks(t.random, t.settings[tb.BLINKS]):
            continue
        visits = 1
        if before_same and not are_apart(t, t.stops[r, k - 1, tb.NODE], u):
            last = t.stops[r, k - 1]
            visits -= early <= last[tb.LATEST] + last[tb.LASTS] + join_wait
        if after_same and not are_apart(t, u, t.stops[r, k, tb.NODE]):
            visits -= t.stops[r, k, tb.EARLIEST] - minutes - join_wait <= late
        if k < n:
            visits += t.stops[r, k, tb.CAME] == tb.JOINED_BEFORE
        if n > 0 and k == n:
            leave = t.stops[r, 0, tb.LATEST] - allowance - t.stops[r, 0, tb.CAME]
            if early + minutes + home - leave > cap:
                continue
        elif n > 0 and k == 0:
            end = t.stops[r, n - 1]
            back = end[tb.EARLIEST] + end[tb.LASTS] + straight
            if back - (late - need) > cap:
                continue
        cost = face + visits * price + there + onward - direct
        floor, ceiling = early, late
        if k > 0:
            floor = max(early, t.stops[r, k - 1, tb.AT] + t.stops[r, k - 1, tb.LASTS] + need)
        if k < n:
            ceiling = min(late, t.stops[r, k, tb.AT] - room - minutes)
        at = min(max(wish, early), late) if wish >= 0 else early
        shoved = 0
        if floor <= ceiling:
            at = min(max(at, floor), ceiling)
        else:
            shoved = floor - ceiling
        if wish >= 0:
            shoved += abs(at - wish)
        cost += tens * shoved // 10
        published = t.published[u, tb.PUB_START]
        if published >= 0:
            one, two = t.published[u, tb.PUB_ONE], t.published[u, tb.PUB_TWO]
            other = shift[tb.WORKER] != one and shift[tb.WORKER] != two
            if other or abs(at - published) > tb.UNCHANGED:
                cost += t.policy[tb.CHANGE]
        kept = keep(t, base, kept, most, cost, r, k, j, early, late)
    return kept


@compiled
def try_place(t: Tables, u: int, r: int, k: int, j: int) -> bool:
    """Puts absent node u at position k of route r with window j, if the route can be worked then."""
    t.spot[u, tb.WINDOW], t.spot[u, tb.ROUTE] = j, r
    n = order_with(t, r, u, k)
    if timetable(t, r, n):
        place(t, r, n, u)
        return True
    t.spot[u, tb.ROUTE] = -1
    return False


@compiled
def insert_single(t: Tables, u: int, most: int, blink: bool, fresh: bool) -> bool:
    """Puts a one-worker occurrence at its cheapest place that holds; False if none of the found does."""
    kept = find_places(t, u, 0, most, blink, fresh)
    for i in range(kept):
        row = t.found[i]
        if try_place(t, u, row[tb.F_ROUTE], row[tb.F_POS], row[tb.F_WINDOW]):
            return True
    return False


@compiled
def try_pair(t: Tables, u: int, one: int, two: int, start: int) -> bool:
    """Puts both nodes of a pair at the found places `one` and `two`, both at `start`; all or nothing."""
    v = t.node[u, tb.TWIN]
    r, q, k, m = (
        t.found[one, tb.F_ROUTE],
        t.found[two, tb.F_ROUTE],
        t.found[one, tb.F_POS],
        t.found[two, tb.F_POS],
    )
    t.spot[u, tb.WINDOW] = t.spot[v, tb.WINDOW] = t.found[one, tb.F_WINDOW]
    t.spot[u, tb.START] = t.spot[v, tb.START] = start
    t.spot[u, tb.ROUTE], t.spot[v, tb.ROUTE] = r, q
    if timetable(t, q, order_with(t, q, v, m)):
        n = order_with(t, r, u, k)
        if timetable(t, r, n):
            place(t, r, n, u)
            n = order_with(t, q, v, m)
            if timetable(t, q, n):
                place(t, q, n, v)
                return True
            t.spot[v, tb.ROUTE] = -1
            lift_whole(t, u)
            mend(t)
            return False
    t.spot[u, tb.ROUTE] = t.spot[v, tb.ROUTE] = -1
    return False


@compiled
def insert_pair(t: Tables, u: int, most: int, tries: int, blink: bool, fresh: bool) -> bool:
    """Puts a two-worker occurrence with the two cheapest workers free at one time; both or neither."""
    v = t.node[u, tb.TWIN]
    kept, other, base = find_places(t, u, 0, most, blink, fresh), 0, 0
    if kept == 0:
        return False
    if t.published[u, tb.OWN_LOCK] == 1:
        base = HALF
        other = find_places(t, v, HALF, most, blink, fresh)
    else:
        other = kept
    past_cost, past_at = -tb.FAR, -1
    for _ in range(tries):
        best_cost, best_at = tb.FAR * 100, -1
        for i in range(kept):
            if t.found[i, tb.F_COST] + t.found[base, tb.F_COST] > best_cost:
                break
            for m in range(i + 1 if base == 0 else 0, other):
                cost, at = t.found[i, tb.F_COST] + t.found[base + m, tb.F_COST], i * HALF + m
                if cost >= best_cost:
                    break
                if cost < past_cost or (cost == past_cost and at <= past_at):
                    continue
                one, two = t.found[i], t.found[base + m]
                if t.route[one[tb.F_ROUTE], tb.WORKER] == t.route[two[tb.F_ROUTE], tb.WORKER]:
                    continue
                if max(one[tb.F_FROM], two[tb.F_FROM]) <= min(one[tb.F_TO], two[tb.F_TO]):
                    best_cost, best_at = cost, at
        if best_at < 0:
            return False
        past_cost, past_at = best_cost, best_at
        i, m = best_at // HALF, base + best_at % HALF
        low = max(t.found[i, tb.F_FROM], t.found[m, tb.F_FROM])
        high = min(t.found[i, tb.F_TO], t.found[m, tb.F_TO])
        wish = wanted_start(t, u, t.route[t.found[i, tb.F_ROUTE], tb.WORKER])
        if try_pair(t, u, i, m, min(max(wish, low), high) if wish >= 0 else low):
            return True
        if high > low and try_pair(t, u, i, m, (low + high) // 2):
            return True
    return False


@compiled
def insert(t: Tables, u: int, blink: bool, fresh: bool) -> bool:
    """Puts the absent occurrence of node u (the first of a pair) at a cheap place, if there is one."""
    if t.node[u, tb.TWIN] >= 0:
        return insert_pair(t, u, PAIRS, TRIES, blink, fresh)
    return insert_single(t, u, FEW, blink, fresh)
