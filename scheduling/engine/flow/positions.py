"""Where services go, judged at once and exactly, on days whose rounds stand alone.

No pairs, no meals, no price on any minute but the way: so what a position costs is in the ways, and whether
it can be worked is in the earliest start of the stop before and the latest of the stop after.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import blinks
from scheduling.engine.routes import meet, note_move, set_absent, touch, visit_price
from scheduling.engine.tables import Tables

DEAREST = 1 << 40


@compiled
def opening(t: Tables, u: int, at: int) -> int:
    """The earliest minute from `at` at which node u may begin, FAR if there is none."""
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        if at <= t.windows[j, 1]:
            return int(max(at, t.windows[j, 0]))
    return tb.FAR


@compiled
def closing(t: Tables, u: int, at: int) -> int:
    """The latest minute up to `at` at which node u may begin, -FAR if there is none."""
    for j in range(t.node[u, tb.WIN_TO] - 1, t.node[u, tb.WIN_FROM] - 1, -1):
        if at >= t.windows[j, 0]:
            return int(min(at, t.windows[j, 1]))
    return -tb.FAR


@compiled
def settle(t: Tables, r: int) -> None:
    """Brings route r up to date after its order changed: ways, earliest and latest starts, load, price.

    number[STUCK] is set if the order cannot be worked.
    """
    n, base, allowance = t.route[r, tb.LENGTH], t.route[r, tb.BASE], t.policy[tb.ALLOWANCE]
    place, ways, price, carried, free = base, 0, 0, 0, t.route[r, tb.OPEN]
    doors = t.policy[tb.ARRIVAL] + t.policy[tb.NOT_NAMED] > 0
    for i in range(n):
        stop = t.stops[r, i]
        u = stop[tb.NODE]
        row = t.node[u]
        way = t.travel[place, row[tb.PLACE]]
        start = opening(t, u, free + way + allowance)
        if start >= tb.FAR:
            t.number[tb.STUCK] = 1
        place = row[tb.PLACE]
        stop[tb.WHERE], stop[tb.LASTS], stop[tb.WHO] = place, row[tb.MINUTES], row[tb.PERSON]
        stop[tb.CAME], stop[tb.AT] = way, start
        t.spot[u, tb.ROUTE], t.spot[u, tb.POS], t.spot[u, tb.START] = r, i, start
        t.spot[u, tb.WINDOW] = row[tb.WIN_FROM]
        ways += way
        if doors:
            price += visit_price(t, u, t.route[r, tb.WORKER])
        carried += t.flow[u, tb.LOAD]
        free = start + row[tb.MINUTES]
    home = t.travel[place, base]
    if free + home > t.route[r, tb.CLOSE]:
        t.number[tb.STUCK] = 1
    late = t.route[r, tb.CLOSE] - home
    for i in range(n - 1, -1, -1):
        stop = t.stops[r, i]
        late = closing(t, stop[tb.NODE], late - stop[tb.LASTS])
        stop[tb.LATEST] = late
        late -= stop[tb.CAME] + allowance
    price += t.policy[tb.PER_TRAVEL] * (ways + home)
    t.number[tb.TOTAL] += price - t.route[r, tb.COST]
    t.route[r, tb.COST], t.day[r, tb.CARRIED] = price, carried


@compiled
def put_in(t: Tables, u: int, r: int, k: int) -> None:
    """Makes absent node u stop k of route r, which must be able to work it there."""
    touch(t, r)
    n, base, allowance, row = (
        t.route[r, tb.LENGTH] + 1,
        t.route[r, tb.BASE],
        t.policy[tb.ALLOWANCE],
        t.node[u],
    )
    for i in range(n - 1, k, -1):
        t.stops[r, i] = t.stops[r, i - 1]
        t.spot[t.stops[r, i, tb.NODE], tb.POS] = i
    t.route[r, tb.LENGTH] = n
    stop = t.stops[r, k]
    stop[tb.NODE], stop[tb.WHERE] = u, row[tb.PLACE]
    stop[tb.LASTS], stop[tb.WHO] = row[tb.MINUTES], row[tb.PERSON]
    before = t.stops[r, k - 1, tb.WHERE] if k > 0 else base
    after = t.stops[r, k + 1, tb.WHERE] if k + 1 < n else base
    way, onward = t.inward[row[tb.PLACE], before], t.travel[row[tb.PLACE], after]
    dearer = t.policy[tb.PER_TRAVEL] * (way + onward - (t.travel[before, after] if n > 1 else 0))
    dearer += visit_price(t, u, t.route[r, tb.WORKER])
    stop[tb.CAME] = way
    late = t.route[r, tb.CLOSE] - onward
    if k + 1 < n:
        t.stops[r, k + 1, tb.CAME] = onward
        late = t.stops[r, k + 1, tb.LATEST] - onward - allowance
    t.spot[u, tb.ROUTE], t.spot[u, tb.POS], t.spot[u, tb.WINDOW] = r, k, row[tb.WIN_FROM]
    free = t.stops[r, k - 1, tb.AT] + t.stops[r, k - 1, tb.LASTS] if k > 0 else t.route[r, tb.OPEN]
    for i in range(k, n):
        stop = t.stops[r, i]
        x = stop[tb.NODE]
        start = opening(t, x, free + stop[tb.CAME] + allowance)
        if i > k and start == stop[tb.AT]:
            break
        stop[tb.AT] = t.spot[x, tb.START] = start
        free = start + stop[tb.LASTS]
    for i in range(k, -1, -1):
        stop = t.stops[r, i]
        late = closing(t, stop[tb.NODE], late - stop[tb.LASTS])
        if i < k and late == stop[tb.LATEST]:
            break
        stop[tb.LATEST] = late
        late -= stop[tb.CAME] + allowance
    note_move(t, u)
    set_absent(t, u, False)
    meet(t, u, t.route[r, tb.WORKER], 1)
    t.route[r, tb.COST] += dearer
    t.day[r, tb.CARRIED] += t.flow[u, tb.LOAD]
    t.number[tb.TOTAL] += dearer - row[tb.PRICE]


@compiled
def own_price(t: Tables, u: int, w: int) -> int:
    """What it costs that worker w comes to node u, but for the way."""
    p = t.node[u, tb.PERSON]
    return int(visit_price(t, u, w) + (t.face[p, w] if t.met[p, w] == 0 else 0))


@compiled
def weigh(t: Tables, u: int, r: int, k: int, limit: int, blink: bool) -> int:
    """What node u costs as stop k of route r beyond `own_price`, if less than `limit`; else `limit`."""
    row, n, allowance = t.node[u], t.route[r, tb.LENGTH], t.policy[tb.ALLOWANCE]
    place = row[tb.PLACE]
    before, after = t.route[r, tb.BASE], t.route[r, tb.BASE]
    free, late, direct = t.route[r, tb.OPEN], t.route[r, tb.CLOSE], 0
    if k > 0:
        stop = t.stops[r, k - 1]
        before = stop[tb.WHERE]
        free = stop[tb.AT] + stop[tb.LASTS]
    if k < n:
        stop = t.stops[r, k]
        after, direct = stop[tb.WHERE], stop[tb.CAME]
        late = stop[tb.LATEST] - allowance
    elif n > 0:
        direct = t.travel[before, after]
    way, onward = t.inward[place, before], t.travel[place, after]
    cost = t.policy[tb.PER_TRAVEL] * (way + onward - direct)
    if cost >= limit:
        return limit
    start = opening(t, u, free + way + allowance)
    if start + row[tb.MINUTES] + onward > late or (blink and blinks(t.random, t.settings[tb.BLINKS])):
        return limit
    return int(cost)


@compiled
def insert_near(t: Tables, u: int, blink: bool) -> bool:
    """Puts node u where it costs least next to one of its neighbours or on an empty shift.

    All shifts are alike, so that only the way makes a difference. False if it goes in nowhere there.
    Either side writes out what `weigh` says: asking it gave the same plans 15 to 27 % later.
    """
    row, load, size = t.node[u], t.flow[u, tb.LOAD], t.stops.shape[1]
    if row[tb.CAND_FROM] == row[tb.CAND_TO]:
        return False
    allowance, minutes = t.policy[tb.ALLOWANCE], row[tb.MINUTES]
    way_from, way_to = t.inward[row[tb.PLACE]], t.travel[row[tb.PLACE]]
    opens, closes = t.windows[row[tb.WIN_FROM], 0], t.windows[row[tb.WIN_FROM], 1]
    many, share = row[tb.WIN_TO] - row[tb.WIN_FROM] > 1, t.settings[tb.BLINKS] if blink else 0
    best, best_r, best_k = tb.FAR, -1, 0
    for c in range(t.beside.shape[2]):
        v = t.beside[tb.BEFORE_IT, u, c]
        if v < 0:
            break
        r = t.spot[v, tb.ROUTE]
        if r < 0 or t.day[r, tb.CARRIED] + load > t.day[r, tb.MOST_LOAD]:
            continue
        shift, k = t.route[r], t.spot[v, tb.POS]
        stop = t.stops[r, k]
        here = stop[tb.WHERE]
        if k + 1 < shift[tb.LENGTH]:
            after = t.stops[r, k + 1]
            onward = way_to[after[tb.WHERE]]
            cost = way_from[here] + onward - after[tb.CAME]
            late = after[tb.LATEST] - allowance - onward
        else:
            onward = way_to[shift[tb.BASE]]
            cost = way_from[here] + onward - t.travel[here, shift[tb.BASE]]
            late = shift[tb.CLOSE] - onward
        if cost < best and shift[tb.LENGTH] + 2 <= size:
            start = stop[tb.AT] + stop[tb.LASTS] + way_from[here] + allowance
            start = opening(t, u, start) if many else max(start, opens)
            fits = (many or start <= closes) and start + minutes <= late
            if fits and not blinks(t.random, share):
                best, best_r, best_k = cost, r, k + 1
    for c in range(t.beside.shape[2]):
        v = t.beside[tb.AFTER_IT, u, c]
        if v < 0:
            break
        r = t.spot[v, tb.ROUTE]
        if r < 0 or t.day[r, tb.CARRIED] + load > t.day[r, tb.MOST_LOAD]:
            continue
        shift, k = t.route[r], t.spot[v, tb.POS]
        stop = t.stops[r, k]
        onward = way_to[stop[tb.WHERE]]
        if k > 0:
            before = t.stops[r, k - 1]
            way = way_from[before[tb.WHERE]]
            start = before[tb.AT] + before[tb.LASTS] + way + allowance
        else:
            way = way_from[shift[tb.BASE]]
            start = shift[tb.OPEN] + way + allowance
        cost = way + onward - stop[tb.CAME]
        if cost < best and shift[tb.LENGTH] + 2 <= size:
            start = opening(t, u, start) if many else max(start, opens)
            late = stop[tb.LATEST] - allowance - onward
            fits = (many or start <= closes) and start + minutes <= late
            if fits and not blinks(t.random, share):
                best, best_r, best_k = cost, r, k
    base = t.route[0, tb.BASE]
    if way_from[base] + way_to[base] < best:
        for r in range(len(t.route)):
            if t.route[r, tb.LENGTH] == 0:
                if load <= t.day[r, tb.MOST_LOAD] and weigh(t, u, r, 0, DEAREST, False) < DEAREST:
                    best, best_r, best_k = way_from[base] + way_to[base], r, 0
                break
    dear = t.policy[tb.PER_TRAVEL] * best + own_price(t, u, t.route[0, tb.WORKER]) >= row[tb.PRICE]
    if best_r < 0 or dear:
        return False
    put_in(t, u, best_r, best_k)
    return True


@compiled
def insert_anywhere(t: Tables, u: int, blink: bool, fresh: bool) -> bool:
    """Puts node u where it costs least, if that is less than leaving it out; looks at every position.

    `fresh` looks only at routes that changed in this step.
    """
    row, load, size = t.node[u], t.flow[u, tb.LOAD], t.stops.shape[1]
    best, best_r, best_k, empty = int(row[tb.PRICE]), -1, 0, -1
    for c in range(row[tb.CAND_FROM], row[tb.CAND_TO]):
        r = t.candidates[c]
        n = t.route[r, tb.LENGTH]
        if (fresh and t.route[r, tb.TOUCHED] != t.number[tb.STEP]) or n + 2 > size:
            continue
        if t.day[r, tb.CARRIED] + load > t.day[r, tb.MOST_LOAD]:
            continue
        if n == 0:  # of empty shifts that are alike, one is enough
            if t.day[r, tb.ALIKE] == empty:
                continue
            empty = t.day[r, tb.ALIKE]
        price = own_price(t, u, t.route[r, tb.WORKER])
        opens = t.windows[row[tb.WIN_FROM], 0]
        closes = t.windows[row[tb.WIN_TO] - 1, 1]
        for k in range(n + 1):
            if k < n and t.stops[r, k, tb.LATEST] < opens:
                continue
            if k > 0 and t.stops[r, k - 1, tb.AT] > closes:
                break
            cost = price + weigh(t, u, r, k, best - price, blink)
            if cost < best:
                best, best_r, best_k = cost, r, k
    if best_r < 0:
        return False
    put_in(t, u, best_r, best_k)
    return True
