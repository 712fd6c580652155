"""Days whose times flow: every service begins as early as the order of all routes allows.

Where lateness has a price, a pair must not stand still while its two routes move. So here the starts
are the least that satisfy all routes, windows and pairs together. A raised start is passed on along its
route and across pairs until slack takes it up (`spread`); `order` holds the placed nodes by their start,
which is an order in which everything can be worked out in one pass, forward (`retime`) or backward
(`slacken`).
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.tables import Tables

GOES = tb.EARLIEST
"""Here this column of a stop holds the minutes from the stop before, arrival allowance included."""
QUEUE, RAISED, KEPT_ORDER, SEEN = 4, 5, 6, 7
"""Rows of `work`."""


@compiled
def is_bound(t: Tables, u: int) -> bool:
    """Whether the start of node u hangs on that of its twin, which is placed."""
    twin = t.node[u, tb.TWIN]
    return bool(twin >= 0 and t.spot[twin, tb.ROUTE] >= 0 and t.flow[u, tb.TWIN_HIGH] < tb.FAR)


@compiled
def begins(t: Tables, u: int, at: int) -> int:
    """The earliest minute from `at` at which node u may begin, FAR if there is none."""
    for j in range(t.spot[u, tb.WINDOW], t.node[u, tb.WIN_TO]):
        if at <= t.windows[j, 1]:
            return int(max(at, t.windows[j, 0]))
    return tb.FAR


@compiled
def now(t: Tables, u: int) -> int:
    """The start of node u, as tried out if it is."""
    if t.flow[u, tb.STAMP] == t.number[tb.STAMPED]:
        return int(t.flow[u, tb.NEW])
    return int(t.spot[u, tb.START])


@compiled
def reach(t: Tables, r: int, i: int) -> int:
    """When the worker of route r could begin at stop i, by the stop before."""
    if i == 0:
        return int(t.route[r, tb.OPEN] + t.stops[r, 0, GOES])
    before = t.stops[r, i - 1]
    return int(now(t, before[tb.NODE]) + before[tb.LASTS] + t.stops[r, i, GOES])


@compiled
def home_from(t: Tables, r: int) -> int:
    """Minutes from the last stop of route r to its base."""
    return int(t.travel[t.stops[r, t.route[r, tb.LENGTH] - 1, tb.WHERE], t.route[r, tb.BASE]])


@compiled
def forget(t: Tables) -> None:
    """Begins a new trial: no start is tried out."""
    t.number[tb.STAMPED] += 1
    t.number[tb.TRIED] = 0


@compiled
def tries(t: Tables, u: int, start: int) -> None:
    """Notes `start` as the start of node u that is tried out."""
    if t.flow[u, tb.STAMP] != t.number[tb.STAMPED]:
        t.flow[u, tb.STAMP] = t.number[tb.STAMPED]
        t.work[RAISED, t.number[tb.TRIED]] = u
        t.number[tb.TRIED] += 1
    t.flow[u, tb.NEW] = start


@compiled
def raise_to(t: Tables, u: int, at: int, tail: int) -> int:
    """Raises node u to begin at `at` or later and queues it; the new tail of the queue, -1 if it cannot."""
    if at <= now(t, u):
        return tail
    start = begins(t, u, at)
    if start >= tb.FAR:
        return -1
    tries(t, u, start)
    if t.flow[u, tb.QUEUED] == 0:
        t.flow[u, tb.QUEUED] = 1
        t.work[QUEUE, tail] = u
        tail = tail + 1 if tail + 1 < t.work.shape[1] else 0
    return tail


@compiled
def spread(t: Tables, u: int, v: int, count: int) -> bool:
    """Passes raised starts on until all holds; the first `count` nodes tried out are where it begins.

    False if it cannot hold. If it comes back to the new nodes u and v, they stand in a ring of waiting.
    """
    head, tail, left, size = 0, 0, 20 * len(t.node) + 100, t.work.shape[1]
    for k in range(count):
        x = t.work[RAISED, k]
        t.flow[x, tb.QUEUED] = 1
        t.work[QUEUE, tail] = x
        tail += 1
    good = True
    while head != tail:
        x = t.work[QUEUE, head]
        head = head + 1 if head + 1 < size else 0
        t.flow[x, tb.QUEUED] = 0
        left -= 1
        if not good:
            continue
        r, i = t.spot[x, tb.ROUTE], t.spot[x, tb.POS]
        start, u_now, v_now = now(t, x), now(t, u) if u >= 0 else 0, now(t, v) if v >= 0 else 0
        end = start + t.stops[r, i, tb.LASTS]
        if i + 1 < t.route[r, tb.LENGTH]:
            y = t.stops[r, i + 1, tb.NODE]
            tail = raise_to(t, y, end + t.stops[r, i + 1, GOES], tail)
            if tail >= 0 and t.flow[y, tb.FLOATS] == 1 and i + 2 < t.route[r, tb.LENGTH]:
                # a meal is had where x is, so the way after it is another, even if it can stay when it is
                tail = raise_to(t, t.stops[r, i + 2, tb.NODE], reach(t, r, i + 2), tail)
        elif end + home_from(t, r) > t.route[r, tb.CLOSE]:
            tail = -1
        if tail >= 0 and is_bound(t, x):
            tail = raise_to(t, t.node[x, tb.TWIN], start + t.flow[x, tb.TWIN_LOW], tail)
        again = (u >= 0 and now(t, u) > u_now) or (v >= 0 and now(t, v) > v_now)
        if tail < 0 or left < 0 or again:
            good = False
            if tail < 0:  # what still waits is unqueued
                tail = head
                for k in range(t.number[tb.TRIED]):
                    t.flow[t.work[RAISED, k], tb.QUEUED] = 0
    return good


@compiled
def commit(t: Tables) -> None:
    """Makes the starts tried out the starts."""
    for k in range(t.number[tb.TRIED]):
        x = t.work[RAISED, k]
        t.spot[x, tb.START] = t.flow[x, tb.NEW]
    forget(t)


@compiled
def rank_of(t: Tables, u: int) -> int:
    """Where node u belongs in `order`: by start, the second of a pair after the first."""
    return int(2 * t.spot[u, tb.START] + (t.node[u, tb.TWIN] >= 0 and t.node[u, tb.TWIN] < u))


@compiled
def sort_order(t: Tables) -> None:
    """Sorts `order` by start; it nearly is."""
    for i in range(1, t.number[tb.PLACED]):
        u = t.order[i]
        rank, k = rank_of(t, u), i
        while k > 0 and rank_of(t, t.order[k - 1]) > rank:
            t.order[k] = t.order[k - 1]
            k -= 1
        t.order[k] = u


@compiled
def enlist(t: Tables) -> None:
    """Fills `order` with every placed node; the starts must be those of a plan that can be worked."""
    count = 0
    for r in range(len(t.route)):
        for i in range(t.route[r, tb.LENGTH]):
            t.order[count] = t.stops[r, i, tb.NODE]
            count += 1
    t.number[tb.PLACED] = count
    sort_order(t)


@compiled
def drop_absent(t: Tables) -> None:
    """Takes what is absent out of `order`."""
    count = 0
    for k in range(t.number[tb.PLACED]):
        if t.spot[t.order[k], tb.ROUTE] >= 0:
            t.order[count] = t.order[k]
            count += 1
    t.number[tb.PLACED] = count


@compiled
def retime(t: Tables) -> bool:
    """Starts every placed node as early as all routes allow, by one pass over `order`; then prices times."""
    drop_absent(t)
    count = t.number[tb.PLACED]
    forget(t)
    token = t.number[tb.STAMPED]
    for k in range(count):
        x = t.order[k]
        if t.flow[x, tb.STAMP] == token:
            continue  # done together with its twin
        start = begins(t, x, reach(t, t.spot[x, tb.ROUTE], t.spot[x, tb.POS]))
        if is_bound(t, x):
            z = t.node[x, tb.TWIN]
            if t.flow[x, tb.TWIN_LOW] == 0 and t.flow[x, tb.TWIN_HIGH] == 0:
                other = begins(t, z, reach(t, t.spot[z, tb.ROUTE], t.spot[z, tb.POS]))
                while start != other and start < tb.FAR and other < tb.FAR:
                    start, other = begins(t, x, max(start, other)), begins(t, z, max(start, other))
                tries(t, z, max(start, other))
                start = max(start, other)
            elif z < x:
                start = begins(t, x, max(start, now(t, z) + t.flow[z, tb.TWIN_LOW]))
        tries(t, x, start)
        if start >= tb.FAR:
            return False
    commit(t)
    good = True
    for k in range(count):  # the second of a pair must not be too long after the first
        x = t.order[k]
        z = t.node[x, tb.TWIN]
        if is_bound(t, x) and z > x and now(t, z) - now(t, x) > t.flow[x, tb.TWIN_HIGH]:
            tries(t, x, begins(t, x, now(t, z) - t.flow[x, tb.TWIN_HIGH]))
            good = good and spread(t, -1, -1, t.number[tb.TRIED])
    commit(t)
    sort_order(t)
    return good


@compiled
def retime_alone(t: Tables, r: int) -> None:
    """`retime` and `slacken` of one route, where no pair binds it to another."""
    forget(t)
    n = t.route[r, tb.LENGTH]
    for i in range(n):
        u = t.stops[r, i, tb.NODE]
        t.spot[u, tb.START] = begins(t, u, reach(t, r, i))
    for i in range(n - 1, -1, -1):
        slack_of(t, t.stops[r, i, tb.NODE])


@compiled
def slacken(t: Tables) -> None:
    """Writes for each placed node how much later it may begin for nothing (SOFT) and at all (HARD).

    Neither sees that the first of a pair may have to follow the second, so both are hints, never too small.
    """
    forget(t)
    token = t.number[tb.STAMPED]
    for k in range(t.number[tb.PLACED] - 1, -1, -1):
        x = t.order[k]
        if t.flow[x, tb.STAMP] == token:
            continue
        slack_of(t, x)
        if not is_bound(t, x):
            continue
        z = t.node[x, tb.TWIN]
        if t.flow[x, tb.TWIN_LOW] == 0 and t.flow[x, tb.TWIN_HIGH] == 0:
            slack_of(t, z)
            for column in (tb.SOFT, tb.HARD):
                t.flow[x, column] = min(t.flow[x, column], t.flow[z, column])
                t.flow[z, column] = t.flow[x, column]
            t.flow[z, tb.STAMP] = token
        elif z > x:
            room = t.spot[z, tb.START] - t.spot[x, tb.START] - t.flow[x, tb.TWIN_LOW]
            t.flow[x, tb.SOFT] = min(t.flow[x, tb.SOFT], room + t.flow[z, tb.SOFT])
            t.flow[x, tb.HARD] = min(t.flow[x, tb.HARD], room + t.flow[z, tb.HARD])
    forget(t)


@compiled
def slack_of(t: Tables, x: int) -> None:
    """SOFT and HARD of node x by its windows and what comes after it on its route."""
    r, i, start = t.spot[x, tb.ROUTE], t.spot[x, tb.POS], t.spot[x, tb.START]
    hard, soft = t.windows[t.node[x, tb.WIN_TO] - 1, 1] - start, 0
    for j in range(t.node[x, tb.WIN_FROM], t.node[x, tb.WIN_TO]):
        if start <= t.windows[j, 1]:
            soft = max(0, t.windows[j, 2] - start)
            break
    end = start + t.stops[r, i, tb.LASTS]
    if i + 1 < t.route[r, tb.LENGTH]:
        y = t.stops[r, i + 1, tb.NODE]
        room = t.spot[y, tb.START] - end - t.stops[r, i + 1, GOES]
        soft, hard = min(soft, room + t.flow[y, tb.SOFT]), min(hard, room + t.flow[y, tb.HARD])
    else:
        back = end + home_from(t, r)
        hard = min(hard, t.route[r, tb.CLOSE] - back)
        if t.policy[tb.OVERTIME] > 0:
            soft = min(soft, max(0, t.day[r, tb.DUE] - back))
    t.flow[x, tb.SOFT], t.flow[x, tb.HARD] = soft, hard
