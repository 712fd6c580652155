"""Changes of a day whose times flow: a node into a route and out of it, and what that does to the plan.

`put` and `take` change one route and leave all starts as they are, so that a place can be tried out.
A step is begun (`begin_flow_step`), its routes are timed and priced again (`mend_flow`), or it is taken
back with every start (`undo_flow`).
"""

from __future__ import annotations

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.flow.prices import reprice
from scheduling.engine.flow.starts import GOES, KEPT_ORDER, drop_absent, retime, retime_alone, slacken
from scheduling.engine.routes import lift, start_step, undo, visit_price
from scheduling.engine.tables import Tables


@compiled
def reckon(t: Tables, r: int) -> int:
    """Brings the stops of route r up to date after its order changed; returns by how much it got dearer.

    Only what does not hang on starts: ways, arrivals, work, load.
    """
    place, price, work, carried = t.route[r, tb.BASE], 0, 0, 0
    for i in range(t.route[r, tb.LENGTH]):
        stop = t.stops[r, i]
        u = stop[tb.NODE]
        row = t.node[u]
        stop[tb.LASTS], stop[tb.WHO] = row[tb.MINUTES], row[tb.PERSON]
        if t.flow[u, tb.FLOATS] == 1:
            stop[tb.WHERE], stop[GOES] = place, 0
        else:
            way = t.travel[place, row[tb.PLACE]]
            place = row[tb.PLACE]
            stop[tb.WHERE], stop[GOES] = place, way + t.policy[tb.ALLOWANCE]
            price += t.policy[tb.PER_TRAVEL] * way + visit_price(t, u, t.route[r, tb.WORKER])
        work += stop[GOES] + row[tb.MINUTES]
        carried += t.flow[u, tb.LOAD]
        t.spot[u, tb.ROUTE], t.spot[u, tb.POS] = r, i
    home = t.travel[place, t.route[r, tb.BASE]]
    price += t.policy[tb.PER_TRAVEL] * home
    dearer = price - t.route[r, tb.COST]
    t.route[r, tb.COST] = price
    t.day[r, tb.WORK], t.day[r, tb.CARRIED] = work + home, carried
    t.number[tb.TOTAL] += dearer
    return int(dearer)


@compiled
def put(t: Tables, u: int, r: int, k: int, j: int) -> int:
    """Makes node u stop k of route r, in window j or later; returns by how much the route got dearer."""
    for i in range(t.route[r, tb.LENGTH], k, -1):
        t.stops[r, i, tb.NODE] = t.stops[r, i - 1, tb.NODE]
    t.stops[r, k, tb.NODE] = u
    t.route[r, tb.LENGTH] += 1
    t.spot[u, tb.WINDOW] = j
    return reckon(t, r)


@compiled
def take(t: Tables, u: int) -> None:
    """Takes node u off its route; starts stay as they were before it was put there."""
    r = t.spot[u, tb.ROUTE]
    for i in range(t.spot[u, tb.POS] + 1, t.route[r, tb.LENGTH]):
        t.stops[r, i - 1, tb.NODE] = t.stops[r, i, tb.NODE]
    t.route[r, tb.LENGTH] -= 1
    t.spot[u, tb.ROUTE] = -1
    reckon(t, r)


@compiled
def begin_flow_step(t: Tables) -> None:
    """As `start_step`; keeps every start, so that they can be put back."""
    start_step(t)
    for k in range(t.number[tb.PLACED]):
        u = t.order[k]
        t.work[KEPT_ORDER, k] = u
        t.flow[u, tb.KEPT] = t.spot[u, tb.START]
    t.number[tb.KEPT_PLACED] = t.number[tb.PLACED]
    t.number[tb.KEPT_TIMES] = t.number[tb.TIMES]
    t.number[tb.KEPT_WORST] = t.number[tb.WORST]
    t.number[tb.KEPT_IDLE] = t.number[tb.MOST_IDLE]


@compiled
def mend_flow(t: Tables) -> None:
    """Times and prices the plan after nodes were lifted."""
    for k in range(t.number[tb.PENDING]):
        r = t.work[1, k]
        while t.route[r, tb.LENGTH] > 1 and t.flow[t.stops[r, 0, tb.NODE], tb.FLOATS] == 1:
            lift(t, t.stops[r, 0, tb.NODE])  # nobody eats before the first visit
        t.route[r, tb.LOOSE] = 0
        reckon(t, r)
    if t.policy[tb.BOUND] == 1:
        if not retime(t):
            t.number[tb.STUCK] = 1
        slacken(t)
    else:
        for k in range(t.number[tb.PENDING]):
            retime_alone(t, t.work[1, k])
        drop_absent(t)
    t.number[tb.PENDING] = 0
    reprice(t)


@compiled
def undo_flow(t: Tables, total: int) -> None:
    """As `undo`; puts all starts back too."""
    undo(t, total)
    for k in range(t.number[tb.TOUCHES]):
        reckon(t, t.undo_route[k])
    t.number[tb.PLACED] = t.number[tb.KEPT_PLACED]
    for k in range(t.number[tb.PLACED]):
        u = t.work[KEPT_ORDER, k]
        t.order[k] = u
        t.spot[u, tb.START] = t.flow[u, tb.KEPT]
    t.number[tb.TIMES] = t.number[tb.KEPT_TIMES]
    t.number[tb.WORST] = t.number[tb.KEPT_WORST]
    t.number[tb.MOST_IDLE] = t.number[tb.KEPT_IDLE]
    t.number[tb.TOTAL] = total
    if t.policy[tb.BOUND] == 0:
        for k in range(t.number[tb.TOUCHES]):
            retime_alone(t, t.undo_route[k])
    if t.policy[tb.RUNS] == 1:
        reprice(t)
