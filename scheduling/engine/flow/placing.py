"""Where an absent occurrence could go on a day whose times flow, and putting it there.

Every position gets a price that it can hardly undercut, from the slack of the service after it; the
cheapest are tried out, with all that they push on, and the best goes in. What no place is worth is left out.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import blinks
from scheduling.engine.flow.changing import put, take
from scheduling.engine.flow.prices import dearer_by, guide_of, late_at
from scheduling.engine.flow.starts import (
    GOES,
    SEEN,
    begins,
    commit,
    forget,
    retime_alone,
    slacken,
    sort_order,
    spread,
    tries,
)
from scheduling.engine.routes import meet, note_move, set_absent, touch, visit_price
from scheduling.engine.tables import Tables

SECOND, BOTH = tb.MOST_FOUND // 3, 2 * tb.MOST_FOUND // 3
"""Rows of `found` where the places of the second of a pair begin, and those of both together."""
NEVER = 1 << 50
THOROUGH = 256
"""Where so many places are kept, each is tried out, whatever it was guessed to cost."""
ROW_BITS, ROWS = 12, tb.MOST_FOUND - 1


@compiled
def price_at(t: Tables, u: int, start: int, free: int, last: int) -> int:
    """What it costs at least that node u begins at `start`; up to `free` it pushes nothing on."""
    if start > last:
        return NEVER
    late = late_at(t, u, start)
    price = t.policy[tb.LATENESS] * (late + max(0, start - free))
    return int(price + t.policy[tb.LATEST_OF_ALL] * max(0, late - t.number[tb.WORST]))


@compiled
def note_place(t: Tables, base: int, kept: int, most: int, cost: int) -> int:
    """The row of `found` for a place among the `most` cheapest from row `base`, -1 if it is too dear.

    The rows are not in order; `ranked` holds cost and row in one number each, the cheapest first.
    """
    at, row = kept, base + kept
    if kept == most:
        dearest = t.ranked[base + most - 1]
        if cost >= dearest >> ROW_BITS:
            return -1
        at, row = most - 1, dearest & ROWS
    packed = (cost << ROW_BITS) + row
    while at > 0 and t.ranked[base + at - 1] > packed:
        t.ranked[base + at] = t.ranked[base + at - 1]
        at -= 1
    t.ranked[base + at] = packed
    t.found[row, tb.F_COST] = cost
    return int(row)


@compiled
def ranked(t: Tables, place: int) -> int:
    """The row of `found` of a place by its rank."""
    return int(t.ranked[place] & ROWS)


@compiled
def scan_flow(t: Tables, u: int, base: int, most: int, blink: bool, fresh: bool) -> int:
    """Writes the cheapest places for absent node u to `found` from row `base`; returns how many."""
    row, kept = t.node[u], 0
    t.number[tb.STAMPED] += 1
    for c in range(row[tb.CAND_FROM], row[tb.CAND_TO]):
        r = t.candidates[c]
        shift, day = t.route[r], t.day[r]
        if fresh and shift[tb.TOUCHED] != t.number[tb.STEP]:
            continue
        if (
            day[tb.CARRIED] + t.flow[u, tb.LOAD] > day[tb.MOST_LOAD]
            or shift[tb.LENGTH] + 2 > t.stops.shape[1]
        ):
            continue
        if shift[tb.LENGTH] == 0:  # of empty shifts that are alike, one is enough
            if t.work[SEEN, day[tb.ALIKE]] == t.number[tb.STAMPED]:
                continue
            t.work[SEEN, day[tb.ALIKE]] = t.number[tb.STAMPED]
        price = 0
        if t.flow[u, tb.FLOATS] == 0:
            price = visit_price(t, u, shift[tb.WORKER])
            if t.met[row[tb.PERSON], shift[tb.WORKER]] == 0:
                price += t.face[row[tb.PERSON], shift[tb.WORKER]]
        if kept == most and price >= t.ranked[base + most - 1] >> ROW_BITS and t.policy[tb.RUNS] == 0:
            continue
        for j in range(row[tb.WIN_FROM], row[tb.WIN_TO]):
            t.spot[u, tb.WINDOW] = j
            kept = scan_flow_route(t, u, r, j, price, base, kept, most, blink)
    return kept


@compiled
def scan_flow_route(
    t: Tables, u: int, r: int, j: int, price: int, base: int, kept: int, most: int, blink: bool
) -> int:
    """Prices every position of one route for node u in window j."""
    row, shift = t.node[u], t.route[r]
    n, minutes, allowance = shift[tb.LENGTH], row[tb.MINUTES], t.policy[tb.ALLOWANCE]
    floats, runs = t.flow[u, tb.FLOATS] == 1, t.policy[tb.RUNS] == 1
    here, free_from = shift[tb.BASE], shift[tb.OPEN]
    for k in range(n + 1):
        if k > 0:
            before = t.stops[r, k - 1]
            here = before[tb.WHERE]
            free_from = t.spot[before[tb.NODE], tb.START] + before[tb.LASTS]
        if free_from > t.windows[j, 1]:
            break
        if floats and k == 0 and n > 0:
            continue
        if k > 0 and not floats and t.flow[t.stops[r, 0, tb.NODE], tb.FLOATS] == 1:
            break  # nobody eats before the first visit
        if blink and blinks(t.random, t.settings[tb.BLINKS]):
            continue
        after = k  # the next stop that is somewhere
        while after < n and t.flow[t.stops[r, after, tb.NODE], tb.FLOATS] == 1:
            after += 1
        there = t.stops[r, after, tb.WHERE] if after < n else shift[tb.BASE]
        place = here if floats else row[tb.PLACE]
        way, onward = t.travel[here, place], t.travel[place, there]
        lead = 0 if floats else way + allowance
        start = begins(t, u, free_from + lead)
        if start > t.windows[j, 1]:
            continue
        rest = price + t.policy[tb.PER_TRAVEL] * (way + onward - t.travel[here, there])
        end = start + minutes
        if after > k:  # a meal comes next, and is had here from now on
            y = t.stops[r, k, tb.NODE]
            free, last = start, start + t.flow[y, tb.HARD]
        elif k < n:
            y = t.stops[r, k, tb.NODE]
            room = t.spot[y, tb.START] - minutes - onward - allowance
            free, last = room + t.flow[y, tb.SOFT], room + t.flow[y, tb.HARD]
        else:
            last = shift[tb.CLOSE] - minutes - onward
            free = last
            if t.policy[tb.OVERTIME] > 0:
                due = t.day[r, tb.DUE]
                back = due
                if n > 0:
                    back = max(back, free_from + t.travel[here, shift[tb.BASE]])
                rest += t.policy[tb.OVERTIME] * max(0, end + onward - back)
        cost = price_at(t, u, start, free, last)
        if cost >= NEVER:
            continue
        if runs:
            rest += run_guess(t, r, k, start - free_from - lead, minutes + lead + onward, start + minutes)
        at = note_place(t, base, kept, most, cost + rest)
        if at >= 0:
            t.found[at, tb.F_ROUTE], t.found[at, tb.F_POS], t.found[at, tb.F_WINDOW] = r, k, j
            t.found[at, tb.F_FROM], t.found[at, tb.F_FREE], t.found[at, tb.F_LAST] = start, free, last
            t.found[at, tb.F_REST] = rest
            kept = min(kept + 1, most)
    return kept


@compiled
def run_guess(t: Tables, r: int, k: int, wait: int, work: int, end: int) -> int:
    """About how much dearer the waits on route r get, and how much nearer to the others its idle minutes."""
    guess, n = 0, t.route[r, tb.LENGTH]
    if n > 0 and k > 0:
        guess = t.policy[tb.WAIT] * wait
        if k < n:
            y = t.stops[r, k]
            before = t.stops[r, k - 1]
            freed = t.spot[before[tb.NODE], tb.START] + before[tb.LASTS]
            was = t.spot[y[tb.NODE], tb.START] - freed - y[GOES]
            now = t.spot[y[tb.NODE], tb.START] - end - y[GOES]
            guess += t.policy[tb.WAIT] * (max(0, now) - was)
    if t.policy[tb.IDLEST] > 0:
        idle = t.day[r, tb.IDLE]
        rest = max(0, idle - work)
        squares = t.number[tb.IDLE_SQUARES] + rest * rest - idle * idle
        guess += guide_of(t, t.number[tb.IDLE_SUM] + rest - idle, squares) - t.number[tb.GUIDE]
    return int(guess)


@compiled
def try_one(t: Tables, u: int, place: int) -> int:
    """What it costs to put node u at the place in row `place` of `found`; NEVER if it cannot be.

    The node is left in its place, with the starts tried out; `commit` or `take` comes next.
    """
    spot = t.found[place]
    face = spot[tb.F_REST] * 0
    dearer = put(t, u, spot[tb.F_ROUTE], spot[tb.F_POS], spot[tb.F_WINDOW])
    forget(t)
    tries(t, u, spot[tb.F_FROM])
    if not spread(t, u, -1, 1):
        return NEVER
    return int(dearer + face + face_price(t, u) + dearer_by(t, u, -1))


@compiled
def face_price(t: Tables, u: int) -> int:
    """What it costs that the worker of node u's route and its person meet, if they do not yet."""
    p, w = t.node[u, tb.PERSON], t.route[t.spot[u, tb.ROUTE], tb.WORKER]
    return int(t.face[p, w]) if t.met[p, w] == 0 else 0


@compiled
def joint_start(t: Tables, u: int, v: int, one: int, two: int) -> tuple[int, int]:
    """The earliest starts of a pair at the places in two rows of `found`; FAR if there are none."""
    t.spot[u, tb.WINDOW], t.spot[v, tb.WINDOW] = t.found[one, tb.F_WINDOW], t.found[two, tb.F_WINDOW]
    first, second = t.found[one, tb.F_FROM], t.found[two, tb.F_FROM]
    low, high = t.flow[u, tb.TWIN_LOW], t.flow[u, tb.TWIN_HIGH]
    if high >= tb.FAR:
        return int(first), int(second)
    while first < tb.FAR and second < tb.FAR:
        if second < first + low:
            second = begins(t, v, first + low)
        elif second - first > high:
            first = begins(t, u, second - high)
        else:
            break
    return int(first), int(second)


@compiled
def price_both(t: Tables, u: int, v: int, one: int, two: int) -> int:
    """What it costs at least to put a pair at the places in two rows of `found`."""
    first, second = joint_start(t, u, v, one, two)
    if first >= tb.FAR or second >= tb.FAR:
        return NEVER
    cost = price_at(t, u, first, t.found[one, tb.F_FREE], t.found[one, tb.F_LAST])
    cost += price_at(t, v, second, t.found[two, tb.F_FREE], t.found[two, tb.F_LAST])
    return int(cost + t.found[one, tb.F_REST] + t.found[two, tb.F_REST])


@compiled
def try_both(t: Tables, u: int, one: int, two: int) -> int:
    """As `try_one` for both nodes of a pair."""
    v = t.node[u, tb.TWIN]
    a, b = t.found[one], t.found[two]
    first, second = joint_start(t, u, v, one, two)
    if first >= tb.FAR or second >= tb.FAR:
        return NEVER
    dearer = put(t, u, a[tb.F_ROUTE], a[tb.F_POS], a[tb.F_WINDOW])
    dearer += put(t, v, b[tb.F_ROUTE], b[tb.F_POS], b[tb.F_WINDOW])
    forget(t)
    tries(t, u, first)
    tries(t, v, second)
    good = spread(t, u, v, 2)
    if good:
        return int(dearer + face_price(t, u) + face_price(t, v) + dearer_by(t, u, v))
    return NEVER


@compiled
def settle_in(t: Tables, u: int) -> None:
    """Books node u, which stands in its place, as placed."""
    r = t.spot[u, tb.ROUTE]
    note_move(t, u)
    set_absent(t, u, False)
    meet(t, u, t.route[r, tb.WORKER], 1)
    t.number[tb.TOTAL] -= t.node[u, tb.PRICE]
    t.order[t.number[tb.PLACED]] = u
    t.number[tb.PLACED] += 1


@compiled
def close(t: Tables, u: int, v: int, times: int) -> None:
    """Makes the trial in which u (and v) stand the plan; `times` is by how much times got dearer."""
    for k in range(t.number[tb.TRIED]):
        t.number[tb.WORST] = max(t.number[tb.WORST], late_at(t, t.work[5, k], t.flow[t.work[5, k], tb.NEW]))
    runs = t.policy[tb.RUNS] == 1
    if runs:
        token = t.number[tb.STAMPED]
        most, idles, squares = 0, 0, 0
        for r in range(len(t.route)):
            if t.work[SEEN, r] == token:
                t.day[r, tb.IDLE], t.day[r, tb.TIMED] = t.day[r, tb.TRIED_IDLE], t.day[r, tb.TRIED_PRICE]
            idle = t.day[r, tb.IDLE]
            most, idles, squares = max(most, idle), idles + idle, squares + idle * idle
        t.number[tb.MOST_IDLE], t.number[tb.IDLE_SUM], t.number[tb.IDLE_SQUARES] = most, idles, squares
        guide = t.number[tb.GUIDE]
        t.number[tb.GUIDE] = guide_of(t, idles, squares)
        times -= t.number[tb.GUIDE] - guide
    t.number[tb.TIMES] += times
    t.number[tb.TOTAL] += times
    commit(t)
    settle_in(t, u)
    if t.policy[tb.BOUND] == 0:
        retime_alone(t, t.spot[u, tb.ROUTE])
        return
    if v >= 0:
        settle_in(t, v)
    sort_order(t)
    slacken(t)


@compiled
def insert_one(t: Tables, u: int, most: int, blink: bool, fresh: bool, limit: int) -> bool:
    """Puts a one-worker occurrence at the cheapest place found that costs less than `limit`."""
    kept = scan_flow(t, u, 0, most, blink, fresh)
    best, best_at = limit, -1
    for i in range(kept):
        place = ranked(t, i)
        if t.found[place, tb.F_COST] >= best and most < THOROUGH:
            break
        cost = try_one(t, u, place)
        take(t, u)
        if cost < best:
            best, best_at = cost, place
    if best_at < 0:
        return False
    touch(t, t.found[best_at, tb.F_ROUTE])
    try_one(t, u, best_at)
    close(t, u, -1, dearer_by(t, u, -1))
    return True


@compiled
def insert_both(t: Tables, u: int, most: int, trials: int, blink: bool, fresh: bool, limit: int) -> bool:
    """Puts a two-worker occurrence at the cheapest two places found together; both or neither."""
    v = t.node[u, tb.TWIN]
    kept = scan_flow(t, u, 0, most, blink, fresh)
    other = scan_flow(t, v, SECOND, most, blink, fresh) if kept else 0
    pairs = 0
    dearest = limit if most < THOROUGH else NEVER
    for i in range(kept):
        one = ranked(t, i)
        if t.found[one, tb.F_COST] + (t.ranked[SECOND] >> ROW_BITS) >= dearest or other == 0:
            break
        for m in range(SECOND, SECOND + other):
            two = ranked(t, m)
            if t.found[one, tb.F_COST] + t.found[two, tb.F_COST] >= dearest:
                break
            if t.found[one, tb.F_ROUTE] == t.found[two, tb.F_ROUTE]:
                continue
            cost = price_both(t, u, v, one, two)
            at = note_place(t, BOTH, pairs, trials, cost) if cost < dearest else -1
            if at >= 0:
                t.found[at, tb.F_ROUTE], t.found[at, tb.F_POS] = one, two
                pairs = min(pairs + 1, trials)
                if pairs == trials:
                    dearest = min(dearest, t.ranked[BOTH + trials - 1] >> ROW_BITS)
    best, best_at = limit, -1
    for k in range(pairs):
        place = ranked(t, BOTH + k)
        if t.found[place, tb.F_COST] >= best and most < THOROUGH:
            break
        cost = try_both(t, u, t.found[place, tb.F_ROUTE], t.found[place, tb.F_POS])
        if t.spot[u, tb.ROUTE] >= 0:
            take(t, v)
            take(t, u)
        if cost < best:
            best, best_at = cost, place
    if best_at < 0:
        return False
    one, two = t.found[best_at, tb.F_ROUTE], t.found[best_at, tb.F_POS]
    touch(t, t.found[one, tb.F_ROUTE])
    touch(t, t.found[two, tb.F_ROUTE])
    try_both(t, u, one, two)
    close(t, u, v, dearer_by(t, u, v))
    return True


@compiled
def insert_flow(t: Tables, u: int, blink: bool, fresh: bool) -> bool:
    """Puts the absent occurrence of node u (the first of a pair) where it costs least, if worth it."""
    limit = t.node[u, tb.PRICE]
    if t.node[u, tb.TWIN] >= 0:
        return insert_both(t, u, t.settings[tb.PAIRED], t.settings[tb.TRIALS], blink, fresh, limit)
    return insert_one(t, u, t.settings[tb.PLACES], blink, fresh, limit)
