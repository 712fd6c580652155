# ruff: noqa: SIM110  (compiled code: loops, for numba knows no generators)
"""When a worker does what: start minutes for a given order of services in one shift.

`timetable` decides whether an order can be worked under every rule of one route (windows,
gaps, travel, joins, break, shift, rest, weekly hours) and, if so, picks starts near the
preferred ones. It reads the order from the scratch row Q and writes starts to WHEN.
Other routes stand still meanwhile: gaps are kept against their present starts.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.tables import Tables

APART, JOINABLE, MUST_WAIT = 0, 1, 2


@compiled
def are_same_day(t: Tables, r: int, q: int) -> bool:
    """Whether two shifts begin on one day: pieces of a day around an absence, without a night between."""
    return bool(t.route[r, tb.OPEN] // 1440 == t.route[q, tb.OPEN] // 1440)


@compiled
def shift_from(t: Tables, r: int) -> int:
    """The earliest minute to leave the base: the shift's start, or later for the rest before it."""
    earliest = t.route[r, tb.OPEN]
    before = t.route[r, tb.BEFORE]
    while before >= 0 and t.route[before, tb.LENGTH] == 0:
        before = t.route[before, tb.BEFORE]
    if before >= 0 and not are_same_day(t, before, r):
        earliest = max(earliest, t.route[before, tb.BACK] + t.policy[tb.REST])
    return int(earliest)


@compiled
def shift_to(t: Tables, r: int) -> int:
    """The latest minute to be back: the shift's end, or earlier for the rest after it."""
    latest = t.route[r, tb.CLOSE]
    after = t.route[r, tb.AFTER]
    while after >= 0 and t.route[after, tb.LENGTH] == 0:
        after = t.route[after, tb.AFTER]
    if after >= 0 and not are_same_day(t, r, after):
        latest = min(latest, t.route[after, tb.LEAVE] - t.policy[tb.REST])
    return int(latest)


@compiled
def hours_left(t: Tables, r: int) -> int:
    """Minutes that route r may last, base to base, within the worker's week."""
    row = t.worker[t.route[r, tb.WORKER]]
    return int(row[tb.WEEK_MAX] - row[tb.WEEK_USED] + t.route[r, tb.SPAN])


@compiled
def are_apart(t: Tables, a: int, b: int) -> bool:
    """Whether two nodes may not share a visit (keep separate, or not mergeable)."""
    if t.node[a, tb.MERGEABLE] == 0 or t.node[b, tb.MERGEABLE] == 0:
        return True
    other = b if t.node[b, tb.TWIN] < 0 or t.node[b, tb.TWIN] > b else t.node[b, tb.TWIN]
    for k in range(t.node[a, tb.APART_FROM], t.node[a, tb.APART_TO]):
        if t.apart[k] == other:
            return True
    return False


@compiled
def wanted_start(t: Tables, n: int, w: int) -> int:
    """The start that costs least for node n with worker w, -1 if all are alike."""
    preferred = t.node[n, tb.PREFERRED]
    published = t.published[n, tb.PUB_START]
    if published >= 0 and (t.published[n, tb.PUB_ONE] == w or t.published[n, tb.PUB_TWO] == w):
        if preferred < 0:
            return int(published)
        return int(min(max(preferred, published - tb.UNCHANGED), published + tb.UNCHANGED))
    return int(preferred)


@compiled
def lay_out(t: Tables, r: int, n: int, timed: bool) -> int:
    """Arcs of the order in Q, and windows if it is to be `timed`.

    Returns the number of gaps inside the route, -1 if it is hopeless.
    """
    sc = t.scratch
    allowance, join_wait = t.policy[tb.ALLOWANCE], t.policy[tb.JOIN_WAIT]
    place, edges, run = t.route[r, tb.BASE], 0, 0
    for i in range(n):
        u = sc[tb.Q, i]
        row = t.node[u]
        sc[tb.WANT, i] = wanted_start(t, u, t.route[r, tb.WORKER])
        sc[tb.SAME, i] = APART
        sc[tb.ARC, i] = t.travel[place, row[tb.PLACE]] + allowance
        if i > 0 and t.node[sc[tb.Q, i - 1], tb.PERSON] == row[tb.PERSON]:
            sc[tb.SAME, i] = JOINABLE
            for m in range(run, i):
                if are_apart(t, sc[tb.Q, m], u):
                    sc[tb.SAME, i] = MUST_WAIT
            sc[tb.ARC, i] = max(allowance, join_wait + 1) if sc[tb.SAME, i] == MUST_WAIT else 0
        if sc[tb.SAME, i] != JOINABLE:
            run = i
        place = row[tb.PLACE]
        if not timed:
            continue
        if row[tb.TWIN] >= 0:
            sc[tb.LOW, i] = sc[tb.HIGH, i] = t.spot[u, tb.START]
            continue
        low = max(t.windows[t.spot[u, tb.WINDOW], 0], t.fence[u, tb.FENCE_FROM])
        high = min(t.windows[t.spot[u, tb.WINDOW], 1], t.fence[u, tb.FENCE_TO])
        for k in range(row[tb.GAP_FROM], row[tb.GAP_TO]):
            other = t.gaps[k, tb.G_OTHER]
            if t.spot[other, tb.ROUTE] < 0:
                continue
            if t.spot[other, tb.ROUTE] == r and t.node[other, tb.TWIN] < 0:
                edges = note_inner_gap(t, n, i, k, edges)
                if edges < 0:
                    return -1
            elif t.gaps[k, tb.G_AFTER] == 1:
                end = t.spot[other, tb.START] + t.node[other, tb.MINUTES]
                low, high = max(low, end + t.gaps[k, tb.G_MIN]), min(high, end + t.gaps[k, tb.G_MAX])
            else:
                end = t.spot[other, tb.START] - row[tb.MINUTES]
                low, high = max(low, end - t.gaps[k, tb.G_MAX]), min(high, end - t.gaps[k, tb.G_MIN])
        if low > high:
            return -1
        sc[tb.LOW, i], sc[tb.HIGH, i] = low, high
    return edges


@compiled
def note_inner_gap(t: Tables, n: int, i: int, k: int, edges: int) -> int:
    """Writes a gap between two services of this route as an edge; -1 if they stand in the wrong order."""
    at = -1
    for m in range(n):
        if t.scratch[tb.Q, m] == t.gaps[k, tb.G_OTHER]:
            at = m
    if at < 0:
        return edges
    one, two = (at, i) if t.gaps[k, tb.G_AFTER] == 1 else (i, at)
    if one > two:
        return -1
    for e in range(edges):
        same = t.edges[e, 0] == one and t.edges[e, 1] == two
        if same and t.edges[e, 2] == t.gaps[k, tb.G_MIN] and t.edges[e, 3] == t.gaps[k, tb.G_MAX]:
            return edges
    t.edges[edges, 0], t.edges[edges, 1] = one, two
    t.edges[edges, 2], t.edges[edges, 3] = t.gaps[k, tb.G_MIN], t.gaps[k, tb.G_MAX]
    return edges + 1


@compiled
def raise_early(t: Tables, n: int, edges: int) -> bool:
    """Raises EARLY to the least starts that hold; False if one passes its HIGH."""
    sc, join_wait = t.scratch, t.policy[tb.JOIN_WAIT]
    for _ in range(2 * n + 2):
        for i in range(n):
            if i > 0:
                least = sc[tb.EARLY, i - 1] + sc[tb.BUSY, i - 1] + sc[tb.GO, i]
                if sc[tb.EARLY, i] < least:
                    sc[tb.EARLY, i] = least
            for e in range(edges):
                if t.edges[e, 1] == i:
                    b = t.edges[e, 0]
                    least = sc[tb.EARLY, b] + sc[tb.BUSY, b] + t.edges[e, 2]
                    sc[tb.EARLY, i] = max(sc[tb.EARLY, i], least)
            if sc[tb.EARLY, i] > sc[tb.HIGH, i]:
                return False
        again = False
        for i in range(n - 2, -1, -1):
            if sc[tb.HELD, i + 1] == 1:
                least = sc[tb.EARLY, i + 1] - sc[tb.BUSY, i] - join_wait
                if sc[tb.EARLY, i] < least:
                    sc[tb.EARLY, i] = least
                    again = edges > 0
        for e in range(edges):
            b = t.edges[e, 0]
            least = sc[tb.EARLY, t.edges[e, 1]] - sc[tb.BUSY, b] - t.edges[e, 3]
            if sc[tb.EARLY, b] < least:
                sc[tb.EARLY, b] = least
                again = True
        if not again:
            for i in range(n):
                if sc[tb.EARLY, i] > sc[tb.HIGH, i]:
                    return False
            return True
    return False


@compiled
def lower_late(t: Tables, n: int, edges: int) -> bool:
    """Lowers LATE to the greatest starts that hold; False if one falls below its EARLY."""
    sc, join_wait = t.scratch, t.policy[tb.JOIN_WAIT]
    for _ in range(2 * n + 2):
        for i in range(n - 1, -1, -1):
            if i < n - 1:
                most = sc[tb.LATE, i + 1] - sc[tb.GO, i + 1] - sc[tb.BUSY, i]
                if sc[tb.LATE, i] > most:
                    sc[tb.LATE, i] = most
            for e in range(edges):
                if t.edges[e, 0] == i:
                    most = sc[tb.LATE, t.edges[e, 1]] - t.edges[e, 2] - sc[tb.BUSY, i]
                    sc[tb.LATE, i] = min(sc[tb.LATE, i], most)
            if sc[tb.LATE, i] < sc[tb.EARLY, i]:
                return False
        again = False
        for i in range(1, n):
            if sc[tb.HELD, i] == 1:
                most = sc[tb.LATE, i - 1] + sc[tb.BUSY, i - 1] + join_wait
                if sc[tb.LATE, i] > most:
                    sc[tb.LATE, i] = most
                    again = edges > 0
        for e in range(edges):
            b, a = t.edges[e, 0], t.edges[e, 1]
            most = sc[tb.LATE, b] + sc[tb.BUSY, b] + t.edges[e, 3]
            if sc[tb.LATE, a] > most:
                sc[tb.LATE, a] = most
                again = True
        if not again:
            for i in range(n):
                if sc[tb.LATE, i] < sc[tb.EARLY, i]:
                    return False
            return True
    return False


@compiled
def prefer(t: Tables, n: int, edges: int) -> None:
    """Starts between EARLY and LATE with the least total distance from the wanted ones.

    Services in a row that want to overlap are pooled and moved together to the median of their
    wishes (isotonic regression); what the pooling overlooks is put right in one pass forward.
    """
    sc = t.scratch
    blocks, offset, size = 0, 0, 0
    first_wish = -1
    for i in range(n):
        if i > 0:
            offset += sc[tb.BUSY, i - 1] + sc[tb.GO, i]
        sc[tb.OFFSET, i] = offset
        if sc[tb.WANT, i] < 0:
            continue
        if first_wish < 0:
            first_wish = i
        wish = min(max(sc[tb.WANT, i], sc[tb.EARLY, i]), sc[tb.LATE, i]) - offset
        sc[tb.POOL, size], sc[tb.BLOCK, blocks], sc[tb.LEVEL, blocks] = wish, size, wish
        size += 1
        blocks += 1
        while blocks > 1 and sc[tb.LEVEL, blocks - 1] < sc[tb.LEVEL, blocks - 2]:
            blocks -= 1
            start = sc[tb.BLOCK, blocks - 1]
            for j in range(sc[tb.BLOCK, blocks], size):
                value, k = sc[tb.POOL, j], j
                while k > start and sc[tb.POOL, k - 1] > value:
                    sc[tb.POOL, k] = sc[tb.POOL, k - 1]
                    k -= 1
                sc[tb.POOL, k] = value
            sc[tb.LEVEL, blocks - 1] = sc[tb.POOL, start + (size - start - 1) // 2]
    sc[tb.BLOCK, blocks] = size
    block, seen = 0, 0
    for i in range(n):
        if sc[tb.WANT, i] < 0:
            sc[tb.WHEN, i] = sc[tb.EARLY, i]
            continue
        while seen >= sc[tb.BLOCK, block + 1]:
            block += 1
        sc[tb.WHEN, i] = min(max(sc[tb.LEVEL, block] + sc[tb.OFFSET, i], sc[tb.EARLY, i]), sc[tb.LATE, i])
        seen += 1
    for i in range(max(first_wish, 0) - 1, -1, -1):
        sc[tb.WHEN, i] = min(sc[tb.LATE, i], sc[tb.WHEN, i + 1] - sc[tb.BUSY, i] - sc[tb.GO, i + 1])
    repair_forward(t, n, edges)


@compiled
def repair_forward(t: Tables, n: int, edges: int) -> None:
    """Moves starts as little as needed so that every arc, join and inner gap holds."""
    sc = t.scratch
    for i in range(n):
        low, high = sc[tb.EARLY, i], sc[tb.LATE, i]
        if i > 0:
            end = sc[tb.WHEN, i - 1] + sc[tb.BUSY, i - 1]
            low = max(low, end + sc[tb.GO, i])
            if sc[tb.HELD, i] == 1:
                high = min(high, end + t.policy[tb.JOIN_WAIT])
        for e in range(edges):
            if t.edges[e, 1] == i:
                end = sc[tb.WHEN, t.edges[e, 0]] + sc[tb.BUSY, t.edges[e, 0]]
                low, high = max(low, end + t.edges[e, 2]), min(high, end + t.edges[e, 3])
        if low > high:
            for j in range(n):
                sc[tb.WHEN, j] = sc[tb.EARLY, j]
            return
        sc[tb.WHEN, i] = min(max(sc[tb.WHEN, i], low), high)


@compiled
def settle(t: Tables, r: int, n: int, edges: int, cap: int, break_at: int, joins: bool) -> bool:
    """One attempt at starts: a route of at most `cap` minutes, a break before service `break_at` (or -1)."""
    sc = t.scratch
    allowance, join_wait = t.policy[tb.ALLOWANCE], t.policy[tb.JOIN_WAIT]
    loose = 0 if allowance <= join_wait + 1 else allowance
    need = t.policy[tb.BREAK_MINUTES]
    home = t.travel[t.node[sc[tb.Q, n - 1], tb.PLACE], t.route[r, tb.BASE]]
    for i in range(n):
        sc[tb.BUSY, i] = t.node[sc[tb.Q, i], tb.MINUTES]
        sc[tb.GO, i] = sc[tb.ARC, i]
        if sc[tb.SAME, i] == JOINABLE and not joins:
            sc[tb.GO, i] = loose
        if i == break_at:
            sc[tb.GO, i] += need
            if sc[tb.SAME, i] != APART:
                sc[tb.GO, i] = max(allowance + need, join_wait + 1)
        sc[tb.HELD, i] = 0
        sc[tb.EARLY, i], sc[tb.LATE, i] = sc[tb.LOW, i], sc[tb.HIGH, i]
    sc[tb.EARLY, 0] = max(sc[tb.EARLY, 0], t.route[r, tb.SH_FROM] + sc[tb.GO, 0])
    sc[tb.LATE, n - 1] = min(sc[tb.LATE, n - 1], t.route[r, tb.SH_TO] - home - sc[tb.BUSY, n - 1])
    if not raise_early(t, n, edges) or not lower_late(t, n, edges):
        return False
    if joins:
        wished = False
        for i in range(1, n):
            if sc[tb.SAME, i] == JOINABLE and i != break_at:
                if sc[tb.EARLY, i] - sc[tb.BUSY, i - 1] - join_wait <= sc[tb.LATE, i - 1]:
                    sc[tb.HELD, i] = 1
                    wished = True
                elif loose > 0:
                    return False
        if wished and not (raise_early(t, n, edges) and lower_late(t, n, edges)):
            return False
    prefer(t, n, edges)
    return within_hours(t, n, edges, cap, home)


@compiled
def within_hours(t: Tables, n: int, edges: int, cap: int, home: int) -> bool:
    """Draws the route together until it lasts at most `cap` minutes, base to base."""
    sc, last = t.scratch, n - 1
    lead, tail = sc[tb.GO, 0], sc[tb.BUSY, last] + home
    if sc[tb.WHEN, last] + tail - sc[tb.WHEN, 0] + lead <= cap:
        return True
    first = max(sc[tb.WHEN, 0], sc[tb.EARLY, last] + tail + lead - cap)
    if first > sc[tb.LATE, 0]:
        return False
    sc[tb.EARLY, 0] = first
    if not raise_early(t, n, edges) or sc[tb.EARLY, last] + tail - sc[tb.EARLY, 0] + lead > cap:
        return False
    sc[tb.LATE, last] = min(sc[tb.LATE, last], sc[tb.EARLY, 0] - lead + cap - tail)
    if not lower_late(t, n, edges):
        return False
    prefer(t, n, edges)
    if sc[tb.WHEN, last] + tail - sc[tb.WHEN, 0] + lead > cap:
        for i in range(n):
            sc[tb.WHEN, i] = sc[tb.EARLY, i]
    return True


@compiled
def longest_idle(t: Tables, n: int) -> int:
    """Minutes of the longest time without service, travel or allowance between two services."""
    sc, longest = t.scratch, 0
    for i in range(1, n):
        wait = sc[tb.WHEN, i] - sc[tb.WHEN, i - 1] - t.node[sc[tb.Q, i - 1], tb.MINUTES]
        if sc[tb.SAME, i] == APART:
            wait -= sc[tb.ARC, i]
        elif wait > t.policy[tb.JOIN_WAIT]:
            wait -= t.policy[tb.ALLOWANCE]
        longest = max(longest, wait)
    return int(longest)


@compiled
def has_break(t: Tables, n: int) -> bool:
    """Whether the starts in WHEN are short enough for no break, or hold one."""
    sc = t.scratch
    span = sc[tb.WHEN, n - 1] + t.node[sc[tb.Q, n - 1], tb.MINUTES] - sc[tb.WHEN, 0]
    return bool(span <= t.policy[tb.BREAK_AFTER] or longest_idle(t, n) >= t.policy[tb.BREAK_MINUTES])


@compiled
def with_break(t: Tables, r: int, n: int, edges: int, cap: int, joins: bool) -> bool:
    """Starts with a break: where there is most room first, else a day short enough for none."""
    sc = t.scratch
    need = t.policy[tb.BREAK_MINUTES]
    for i in range(1, n):
        room = sc[tb.LATE, i] - sc[tb.EARLY, i - 1] - sc[tb.BUSY, i - 1] - sc[tb.ARC, i]
        t.rooms[i] = room
    while True:
        best = -1
        for i in range(1, n):
            if t.rooms[i] >= need and (best < 0 or t.rooms[i] > t.rooms[best]):
                best = i
        if best < 0:
            break
        t.rooms[best] = -1
        if settle(t, r, n, edges, cap, best, joins) and has_break(t, n):
            return True
    home = t.travel[t.node[sc[tb.Q, n - 1], tb.PLACE], t.route[r, tb.BASE]]
    short = min(cap, t.policy[tb.BREAK_AFTER] + sc[tb.ARC, 0] + home)
    return settle(t, r, n, edges, short, -1, joins) and has_break(t, n)


@compiled
def timetable(t: Tables, r: int, n: int) -> bool:
    """Whether route r can work the n nodes in Q in this order; if so their starts are in WHEN."""
    if n == 0:
        return True
    edges = lay_out(t, r, n, True)
    if edges < 0:
        return False
    t.route[r, tb.SH_FROM], t.route[r, tb.SH_TO] = shift_from(t, r), shift_to(t, r)
    cap = hours_left(t, r)
    joinable = False
    for i in range(1, n):
        joinable = joinable or t.scratch[tb.SAME, i] == JOINABLE
    for attempt in range(2):
        joins = attempt == 0
        if joins and not joinable:
            continue
        if not settle(t, r, n, edges, cap, -1, joins):
            continue
        if has_break(t, n) or with_break(t, r, n, edges, cap, joins):
            return True
    return False
