"""What starts cost on a day whose times flow: lateness, waits, overtime, and the most idle worker.

`reprice` prices all of the plan; `dearer_by` prices only the starts that are tried out.
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.flow.starts import GOES, RAISED, SEEN, forget, home_from, is_bound, now
from scheduling.engine.tables import Tables


@compiled
def late_at(t: Tables, u: int, start: int) -> int:
    """How late node u is if it begins at `start`, in one of its windows."""
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        if start <= t.windows[j, 1]:
            return int(max(0, start - t.windows[j, 2]))
    return 0


@compiled
def ease(t: Tables, u: int, start: int) -> int:
    """By how many minutes node u alone could begin later than `start` without being (more) late."""
    if is_bound(t, u):
        return 0
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        if start <= t.windows[j, 1]:
            return int(max(0, t.windows[j, 2] - start))
    return 0


@compiled
def run_price(t: Tables, r: int) -> int:
    """What waits and overtime on route r cost; the worker's idle minutes go to TRIED_IDLE.

    The worker leaves as late as costs nothing: the first services move towards the waits after them.
    """
    n, day = t.route[r, tb.LENGTH], t.day[r]
    opens = t.route[r, tb.OPEN]
    if n == 0:
        day[tb.TRIED_IDLE], day[tb.TRIED_PRICE] = day[tb.DUE] - opens - day[tb.WORK], 0
        return 0
    waits, spare, end = 0, tb.FAR, 0
    for i in range(n):
        stop = t.stops[r, i]
        u = stop[tb.NODE]
        start = now(t, u)
        if i > 0:
            waits += start - end - stop[GOES]
        if i < n - 1:
            spare = min(spare, waits + ease(t, u, start))
        end = start + stop[tb.LASTS]
    back = end + home_from(t, r)
    day[tb.TRIED_IDLE] = max(back, day[tb.DUE]) - opens - day[tb.WORK]
    price = t.policy[tb.WAIT] * max(0, waits - spare) + t.policy[tb.OVERTIME] * max(0, back - day[tb.DUE])
    day[tb.TRIED_PRICE] = price
    return int(price)


@compiled
def guide_of(t: Tables, total: int, squares: int) -> int:
    """A price that leads towards less idleness of the idlest, from the idle minutes of all and their squares.

    Of many workers the idlest alone has a price, so that hardly any one change is worth its while. The mean
    idle minutes as an idle minute sees them lie between the mean and the most, and fall with every change for
    the better. They count in what is accepted and where things go in, never in what the best plan is.
    """
    if total <= 0:
        return 0
    return int(t.policy[tb.IDLEST] * t.settings[tb.GUIDED] * squares // (100 * total))


@compiled
def reprice(t: Tables) -> None:
    """Prices all starts of the plan: lateness, waits, overtime, and the worst of lateness and idleness."""
    forget(t)
    if t.policy[tb.LATENESS] + t.policy[tb.LATEST_OF_ALL] + t.policy[tb.RUNS] == 0:
        return
    late, worst, runs, idle, idles, squares = 0, 0, 0, 0, 0, 0
    for k in range(t.number[tb.PLACED]):
        u = t.order[k]
        minutes = late_at(t, u, t.spot[u, tb.START])
        late += minutes
        worst = max(worst, minutes)
    if t.policy[tb.RUNS] == 1:
        for r in range(len(t.route)):
            t.day[r, tb.TIMED] = run_price(t, r)
            t.day[r, tb.IDLE] = t.day[r, tb.TRIED_IDLE]
            runs += t.day[r, tb.TIMED]
            idle = max(idle, t.day[r, tb.IDLE])
            idles += t.day[r, tb.IDLE]
            squares += t.day[r, tb.IDLE] * t.day[r, tb.IDLE]
    t.number[tb.IDLE_SUM], t.number[tb.IDLE_SQUARES] = idles, squares
    t.number[tb.GUIDE] = guide_of(t, idles, squares)
    times = t.policy[tb.LATENESS] * late + runs
    times += t.policy[tb.LATEST_OF_ALL] * worst + t.policy[tb.IDLEST] * idle
    t.number[tb.TOTAL] += times - t.number[tb.TIMES]
    t.number[tb.TIMES], t.number[tb.WORST], t.number[tb.MOST_IDLE] = times, worst, idle


@compiled
def dearer_by(t: Tables, u: int, v: int) -> int:
    """By how much the starts tried out cost more than the starts; nodes u and v are new."""
    late, worst, price = 0, t.number[tb.WORST], 0
    for k in range(t.number[tb.TRIED]):
        x = t.work[RAISED, k]
        minutes = late_at(t, x, t.flow[x, tb.NEW])
        worst = max(worst, minutes)
        late += minutes
        if x not in (u, v):
            late -= late_at(t, x, t.spot[x, tb.START])
    price = t.policy[tb.LATENESS] * late + t.policy[tb.LATEST_OF_ALL] * (worst - t.number[tb.WORST])
    if t.policy[tb.RUNS] == 1:
        price += runs_dearer_by(t)
    return int(price)


@compiled
def runs_dearer_by(t: Tables) -> int:
    """By how much waits, overtime and the most idle worker cost more with the starts tried out."""
    price, token = 0, t.number[tb.STAMPED]
    idles, squares = t.number[tb.IDLE_SUM], t.number[tb.IDLE_SQUARES]
    for k in range(t.number[tb.TRIED]):
        r = t.spot[t.work[RAISED, k], tb.ROUTE]
        if t.work[SEEN, r] != token:
            t.work[SEEN, r] = token
            price += run_price(t, r) - t.day[r, tb.TIMED]
            now_idle, idle = t.day[r, tb.TRIED_IDLE], t.day[r, tb.IDLE]
            idles += now_idle - idle
            squares += now_idle * now_idle - idle * idle
    if t.policy[tb.IDLEST] > 0:
        idle = 0
        for r in range(len(t.route)):
            idle = max(idle, t.day[r, tb.TRIED_IDLE] if t.work[SEEN, r] == token else t.day[r, tb.IDLE])
        price += t.policy[tb.IDLEST] * (idle - t.number[tb.MOST_IDLE])
        price += guide_of(t, idles, squares) - t.number[tb.GUIDE]
    return int(price)
