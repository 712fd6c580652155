"""Putting nodes on routes and taking them off, with the running cost, and undoing it all.

Every change of a route goes through `adopt`, so that starts, price, hours and hints agree.
Before a route changes, `touch` keeps a copy of it; `undo` puts all copies back.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.tables import Ints, Tables
from scheduling.engine.timing import shift_from, shift_to, timetable


@compiled
def start_step(t: Tables) -> None:
    """From here on, changes can be undone together."""
    t.number[tb.STEP] += 1
    t.number[tb.TOUCHES] = 0
    t.number[tb.MOVES] = 0
    t.number[tb.STUCK] = 0


@compiled
def touch(t: Tables, r: int) -> None:
    """Keeps a copy of a route before its first change in this step."""
    if t.route[r, tb.TOUCHED] == t.number[tb.STEP]:
        return
    k = t.number[tb.TOUCHES]
    t.number[tb.TOUCHES] += 1
    t.route[r, tb.TOUCHED] = t.number[tb.STEP]
    t.undo_route[k] = r
    t.undo_row[k] = t.route[r]
    for i in range(t.route[r, tb.LENGTH]):
        t.undo_stops[k, i] = t.stops[r, i]
        t.undo_window[k, i] = t.spot[t.stops[r, i, tb.NODE], tb.WINDOW]


@compiled
def note_move(t: Tables, u: int) -> None:
    """Remembers that node u was placed or taken out in this step."""
    if t.spot[u, tb.MOVED] != t.number[tb.STEP]:
        t.spot[u, tb.MOVED] = t.number[tb.STEP]
        t.work[0, t.number[tb.MOVES]] = u
        t.number[tb.MOVES] += 1


@compiled
def set_absent(t: Tables, u: int, absent: bool) -> None:
    """Puts u on the list of absent nodes or takes it off; nothing if it is so already."""
    at = t.spot[u, tb.ABSENT_AT]
    if absent and at < 0:
        t.absent[t.number[tb.ABSENT]] = u
        t.spot[u, tb.ABSENT_AT] = t.number[tb.ABSENT]
        t.number[tb.ABSENT] += 1
    elif not absent and at >= 0:
        t.number[tb.ABSENT] -= 1
        last = t.absent[t.number[tb.ABSENT]]
        t.absent[at] = last
        t.spot[last, tb.ABSENT_AT] = at
        t.spot[u, tb.ABSENT_AT] = -1


@compiled
def stale_partners(t: Tables, u: int) -> None:
    """The hints of the routes with which node u has gaps no longer hold."""
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.spot[t.gaps[k, tb.G_OTHER], tb.ROUTE]
        if other >= 0:
            t.route[other, tb.STALE] = 1


@compiled
def make_stale(t: Tables, r: int) -> None:
    """The hints of route r, and of every route whose limits hang on it, no longer hold."""
    t.route[r, tb.STALE] = 1
    for i in range(t.route[r, tb.LENGTH]):
        stale_partners(t, t.stops[r, i, tb.NODE])
    before, after = t.route[r, tb.BEFORE], t.route[r, tb.AFTER]
    while before >= 0:
        t.route[before, tb.STALE] = 1
        if t.route[before, tb.LENGTH] > 0:
            break
        before = t.route[before, tb.BEFORE]
    while after >= 0:
        t.route[after, tb.STALE] = 1
        if t.route[after, tb.LENGTH] > 0:
            break
        after = t.route[after, tb.AFTER]


@compiled
def change_price(t: Tables, u: int, w: int, start: int) -> int:
    """What node u adds for differing from the published rota; of a pair, the second node answers."""
    published = t.published[u, tb.PUB_START]
    if published < 0:
        return 0
    twin = t.node[u, tb.TWIN]
    other = -1
    if twin >= 0:
        if twin > u or t.spot[twin, tb.ROUTE] < 0:
            return 0
        other = t.route[t.spot[twin, tb.ROUTE], tb.WORKER]
    one, two = t.published[u, tb.PUB_ONE], t.published[u, tb.PUB_TWO]
    same = (one == w and (twin < 0 or two == other)) or (twin >= 0 and two == w and one == other)
    near = abs(start - published) <= tb.UNCHANGED and start // 1440 == published // 1440
    return 0 if same and near else int(t.policy[tb.CHANGE])


@compiled
def service_price(t: Tables, u: int, w: int, start: int) -> int:
    """What the start and worker of node u add: distance from preferred, and change."""
    price = change_price(t, u, w, start)
    if t.node[u, tb.PREFERRED] >= 0 and (t.node[u, tb.TWIN] < 0 or t.node[u, tb.TWIN] > u):
        price += t.policy[tb.TENS] * (abs(start - t.node[u, tb.PREFERRED]) // 10)
    return int(price)


@compiled
def adopt(t: Tables, r: int, n: int) -> None:
    """Makes Q and WHEN the order and starts of route r, and brings its price and hours up to date."""
    sc, w = t.scratch, t.route[r, tb.WORKER]
    place, base, person = t.route[r, tb.BASE], t.route[r, tb.BASE], -1
    price, end, leave = 0, 0, t.route[r, tb.OPEN]
    for i in range(n):
        u, start = sc[tb.Q, i], sc[tb.WHEN, i]
        row = t.node[u]
        joined = row[tb.PERSON] == person and start - end <= t.policy[tb.JOIN_WAIT]
        came = t.travel[place, row[tb.PLACE]]
        price += came + service_price(t, u, w, start)
        if not joined:
            price += visit_price(t, u, w)
        if i == 0:
            leave = start - t.policy[tb.ALLOWANCE] - came
        t.spot[u, tb.ROUTE], t.spot[u, tb.POS], t.spot[u, tb.START] = r, i, start
        stop = t.stops[r, i]
        stop[tb.NODE], stop[tb.AT], stop[tb.WHO] = u, start, row[tb.PERSON]
        stop[tb.WHERE], stop[tb.LASTS] = row[tb.PLACE], row[tb.MINUTES]
        stop[tb.CAME] = tb.JOINED_BEFORE if joined else came
        place, person, end = row[tb.PLACE], row[tb.PERSON], start + row[tb.MINUTES]
    back = leave
    if n > 0:
        price += t.travel[place, base]
        back = end + t.travel[place, base]
    t.number[tb.TOTAL] += price - t.route[r, tb.COST]
    t.worker[w, tb.WEEK_USED] += back - leave - t.route[r, tb.SPAN]
    t.route[r, tb.LENGTH], t.route[r, tb.COST], t.route[r, tb.SPAN] = n, price, back - leave
    t.route[r, tb.LEAVE], t.route[r, tb.BACK], t.route[r, tb.LOOSE] = leave, back, 0
    make_stale(t, r)


@compiled
def visit_price(t: Tables, u: int, w: int) -> int:
    """What one arrival of worker w at the person of node u costs, without travel and face."""
    price = t.policy[tb.ARRIVAL]
    if t.node[u, tb.NAMED] >= 0 and t.node[u, tb.NAMED] != w:
        price += t.policy[tb.NOT_NAMED]
    return int(price)


@compiled
def meet(t: Tables, u: int, w: int, by: int) -> None:
    """Counts node u as one service of worker w to its person (by = 1), or one less (by = -1)."""
    p = t.node[u, tb.PERSON]
    before = t.met[p, w]
    t.met[p, w] = before + by
    if before == 0:
        t.number[tb.TOTAL] += t.face[p, w]
    elif before + by == 0:
        t.number[tb.TOTAL] -= t.face[p, w]


@compiled
def order_with(t: Tables, r: int, u: int, k: int) -> int:
    """Writes the order of route r with u at position k to Q; u < 0 for the order as it is."""
    n = 0
    for i in range(t.route[r, tb.LENGTH] + 1):
        if u >= 0 and i == k:
            t.scratch[tb.Q, n] = u
            n += 1
        if i < t.route[r, tb.LENGTH]:
            t.scratch[tb.Q, n] = t.stops[r, i, tb.NODE]
            n += 1
    return n


@compiled
def place(t: Tables, r: int, n: int, u: int) -> None:
    """Adopts Q and WHEN, in which node u is new, for route r."""
    touch(t, r)
    note_move(t, u)
    set_absent(t, u, False)
    meet(t, u, t.route[r, tb.WORKER], 1)
    t.number[tb.TOTAL] -= t.node[u, tb.PRICE]
    adopt(t, r, n)


@compiled
def lift(t: Tables, u: int) -> None:
    """Takes node u off its route, which stays untimed (on the list `work[1]`) until `mend`."""
    r, k = t.spot[u, tb.ROUTE], t.spot[u, tb.POS]
    touch(t, r)
    note_move(t, u)
    stale_partners(t, u)
    for i in range(k + 1, t.route[r, tb.LENGTH]):
        t.stops[r, i - 1] = t.stops[r, i]
        t.spot[t.stops[r, i - 1, tb.NODE], tb.POS] = i - 1
    t.route[r, tb.LENGTH] -= 1
    t.spot[u, tb.ROUTE] = -1
    set_absent(t, u, True)
    meet(t, u, t.route[r, tb.WORKER], -1)
    t.number[tb.TOTAL] += t.node[u, tb.PRICE]
    if t.route[r, tb.LOOSE] == 0:
        t.route[r, tb.LOOSE] = 1
        t.work[1, t.number[tb.PENDING]] = r
        t.number[tb.PENDING] += 1


@compiled
def is_mine(t: Tables, u: int) -> bool:
    """Whether node u stands on a route that this search may change."""
    r = t.spot[u, tb.ROUTE]
    return bool(r >= 0 and t.worker[t.route[r, tb.WORKER], tb.MINE] == 1)


@compiled
def lift_whole(t: Tables, u: int) -> int:
    """Takes the occurrence of node u off, both workers of a pair; returns how many nodes went."""
    twin = t.node[u, tb.TWIN]
    if not is_mine(t, u) or (twin >= 0 and t.spot[twin, tb.ROUTE] >= 0 and not is_mine(t, twin)):
        return 0
    lift(t, u)
    if twin >= 0 and t.spot[twin, tb.ROUTE] >= 0:
        lift(t, twin)
        return 2
    return 1


@compiled
def mend(t: Tables) -> None:
    """Times the routes from which nodes were lifted; what no longer fits (rare) is lifted too.

    number[STUCK] is set if that would take lifting what belongs to another search; the step must
    then be undone.
    """
    k = 0
    while k < t.number[tb.PENDING]:
        r = t.work[1, k]
        k += 1
        while t.route[r, tb.LOOSE] == 1:
            n = order_with(t, r, -1, 0)
            if timetable(t, r, n):
                adopt(t, r, n)
                continue
            i = n - 1
            while i >= 0 and lift_whole(t, t.stops[r, i, tb.NODE]) == 0:
                i -= 1
            if i < 0:
                t.route[r, tb.LOOSE], t.number[tb.STUCK] = 0, 1
    t.number[tb.PENDING] = 0


@compiled
def undo(t: Tables, total: int) -> None:
    """Puts every route touched in this step back as it was, and the cost to `total`."""
    for k in range(t.number[tb.TOUCHES]):
        r = t.undo_route[k]
        w = t.route[r, tb.WORKER]
        make_stale(t, r)
        for i in range(t.route[r, tb.LENGTH]):
            u = t.stops[r, i, tb.NODE]
            t.spot[u, tb.ROUTE] = -1
            t.met[t.node[u, tb.PERSON], w] -= 1
        t.worker[w, tb.WEEK_USED] += t.undo_row[k, tb.SPAN] - t.route[r, tb.SPAN]
        t.route[r] = t.undo_row[k]
    for k in range(t.number[tb.TOUCHES]):
        r = t.undo_route[k]
        w = t.route[r, tb.WORKER]
        for i in range(t.route[r, tb.LENGTH]):
            u = t.undo_stops[k, i, tb.NODE]
            t.stops[r, i] = t.undo_stops[k, i]
            t.spot[u, tb.ROUTE], t.spot[u, tb.POS] = r, i
            t.spot[u, tb.START], t.spot[u, tb.WINDOW] = t.undo_stops[k, i, tb.AT], t.undo_window[k, i]
            t.met[t.node[u, tb.PERSON], w] += 1
    for k in range(t.number[tb.TOUCHES]):
        make_stale(t, t.undo_route[k])
    for k in range(t.number[tb.MOVES]):
        u = t.work[0, k]
        set_absent(t, u, t.spot[u, tb.ROUTE] < 0)
    t.number[tb.TOTAL] = total


@compiled
def refresh(t: Tables, r: int) -> None:
    """Hints of route r: how early and how late each stop could begin if no other stop minded.

    They leave out breaks, hours and the waits of joins, so they never rule out what is possible.
    """
    n = t.route[r, tb.LENGTH]
    t.route[r, tb.STALE] = 0
    t.route[r, tb.SH_FROM], t.route[r, tb.SH_TO] = shift_from(t, r), shift_to(t, r)
    earliest = t.route[r, tb.SH_FROM]
    place, person = t.route[r, tb.BASE], -1
    for i in range(n):
        stop = t.stops[r, i]
        if stop[tb.WHO] != person:
            earliest += stop[tb.CAME] + t.policy[tb.ALLOWANCE]
        earliest = max(earliest, stop_from(t, r, stop[tb.NODE]))
        stop[tb.EARLIEST] = earliest
        earliest += stop[tb.LASTS]
        place, person = stop[tb.WHERE], stop[tb.WHO]
    latest = t.route[r, tb.SH_TO] - t.travel[place, t.route[r, tb.BASE]]
    for i in range(n - 1, -1, -1):
        stop = t.stops[r, i]
        if i < n - 1 and stop[tb.WHO] != t.stops[r, i + 1, tb.WHO]:
            latest -= t.stops[r, i + 1, tb.CAME] + t.policy[tb.ALLOWANCE]
        latest = min(latest - stop[tb.LASTS], stop_to(t, r, stop[tb.NODE]))
        stop[tb.LATEST] = latest


@compiled
def stop_from(t: Tables, r: int, u: int) -> int:
    """The earliest start of a placed node by its window and the gaps to other routes."""
    if t.node[u, tb.TWIN] >= 0:
        return int(t.spot[u, tb.START])
    low = max(t.windows[t.spot[u, tb.WINDOW], 0], t.fence[u, tb.FENCE_FROM])
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.gaps[k, tb.G_OTHER]
        at = t.spot[other, tb.ROUTE]
        if at >= 0 and (at != r or t.node[other, tb.TWIN] >= 0):
            if t.gaps[k, tb.G_AFTER] == 1:
                low = max(low, t.spot[other, tb.START] + t.node[other, tb.MINUTES] + t.gaps[k, tb.G_MIN])
            else:
                low = max(low, t.spot[other, tb.START] - t.node[u, tb.MINUTES] - t.gaps[k, tb.G_MAX])
    return int(low)


@compiled
def stop_to(t: Tables, r: int, u: int) -> int:
    """The latest start of a placed node by its window and the gaps to other routes."""
    if t.node[u, tb.TWIN] >= 0:
        return int(t.spot[u, tb.START])
    high = min(t.windows[t.spot[u, tb.WINDOW], 1], t.fence[u, tb.FENCE_TO])
    for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
        other = t.gaps[k, tb.G_OTHER]
        at = t.spot[other, tb.ROUTE]
        if at >= 0 and (at != r or t.node[other, tb.TWIN] >= 0):
            if t.gaps[k, tb.G_AFTER] == 1:
                high = min(high, t.spot[other, tb.START] + t.node[other, tb.MINUTES] + t.gaps[k, tb.G_MAX])
            else:
                high = min(high, t.spot[other, tb.START] - t.node[u, tb.MINUTES] - t.gaps[k, tb.G_MIN])
    return int(high)


@compiled
def clear(t: Tables) -> None:
    """Empties the plan: every node is absent."""
    t.number[tb.TOTAL], t.number[tb.ABSENT], t.number[tb.PENDING] = 0, 0, 0
    for r in range(len(t.route)):
        row = t.route[r]
        row[tb.LENGTH], row[tb.COST], row[tb.SPAN], row[tb.LOOSE], row[tb.STALE] = 0, 0, 0, 0, 1
        row[tb.LEAVE], row[tb.BACK] = row[tb.OPEN], row[tb.OPEN]
    for w in range(len(t.worker)):
        t.worker[w, tb.WEEK_USED] = 0
    t.met[:, :] = 0
    for u in range(len(t.node)):
        t.spot[u, tb.ROUTE], t.spot[u, tb.ABSENT_AT] = -1, -1
        t.number[tb.TOTAL] += t.node[u, tb.PRICE]
        set_absent(t, u, True)


@compiled
def lay_down(t: Tables, kept: Ints) -> None:
    """Makes the plan the orders that `kept` holds, whether or not they are legal; no time is worked out.

    `kept` is (nodes, 4): route (-1 if absent), position, start and window of each node.
    """
    clear(t)
    start_step(t)
    for u in range(len(t.node)):
        t.spot[u, :4] = kept[u]
        r = t.spot[u, tb.ROUTE]
        if r >= 0:
            t.stops[r, t.spot[u, tb.POS], tb.NODE] = u
            t.route[r, tb.LENGTH] += 1
            set_absent(t, u, False)
            meet(t, u, t.route[r, tb.WORKER], 1)
            t.number[tb.TOTAL] -= t.node[u, tb.PRICE]


@compiled
def load(t: Tables, kept: Ints) -> None:
    """Makes the plan that `kept` (see `lay_down`) holds the present one, whether or not it is legal."""
    lay_down(t, kept)
    for r in range(len(t.route)):
        n = order_with(t, r, -1, 0)
        for i in range(n):
            t.scratch[tb.WHEN, i] = t.spot[t.scratch[tb.Q, i], tb.START]
        adopt(t, r, n)
