"""Several searches at once, on parts of one plan or each on its own.

In a large problem they share one plan. For a while each search may change only the rounds of its own
workers. A pair that stands in two searches stays where it is. Where a gap binds two services of
different searches, its slack is split between them by fences. Price, hours and rest all belong to a
worker, a gap that holds inside both fences holds, so the parts put together again are a legal plan
whose cost is known. In a small problem the parts would be too small; there each searches alone and
from time to time all follow the best.
"""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.flow.plan import load_flow
from scheduling.engine.routes import load
from scheduling.engine.tables import Ints, Tables


def divide(searches: list[Tables], dice: np.random.Generator) -> Ints:
    """Shares the workers out: near a door drawn at random, and further and further from it.

    All searches must hold the same plan. Returns which search has each node (-1: none for now).
    """
    first = searches[0]
    base = first.route[first.worker[:, tb.ROUTE_FROM].clip(max=len(first.route) - 1), tb.BASE]
    place = first.node[dice.integers(len(first.node)), tb.PLACE]
    order = np.argsort(first.travel[place, base], kind="stable")
    shifts = (first.worker[:, tb.ROUTE_TO] - first.worker[:, tb.ROUTE_FROM])[order].cumsum()
    group = np.empty(len(order), np.int32)
    group[order] = np.minimum(shifts * len(searches) // max(int(shifts[-1]), 1), len(searches) - 1)
    owner = np.zeros(len(first.node), np.int32)
    for k, t in enumerate(searches):
        t.worker[:, tb.MINE] = group == k
        fence_off(t, group, len(searches), owner)
        t.fence[:, tb.OWNED] = owner == k
    return owner


@compiled
def fence_off(t: Tables, group: Ints, groups: int, owner: Ints) -> None:
    """Writes the owner of each node, and fences where a gap binds nodes of different owners.

    What is absent goes to the search that has everything it has gaps with, or to none.
    """
    for u in range(len(t.node)):
        r = t.spot[u, tb.ROUTE]
        owner[u] = group[t.route[r, tb.WORKER]] if r >= 0 else -1
        t.fence[u, tb.FENCE_FROM], t.fence[u, tb.FENCE_TO] = -tb.FAR, tb.FAR
    for u in range(len(t.node)):
        if t.spot[u, tb.ROUTE] < 0 and (t.node[u, tb.TWIN] < 0 or t.node[u, tb.TWIN] > u):
            mine, torn = -1, False
            for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
                other = owner[t.gaps[k, tb.G_OTHER]]
                torn = torn or other < 0 or (mine >= 0 and other != mine)
                mine = other
            if mine < 0:
                mine = u % groups
            if not torn:
                owner[u] = mine
        elif t.spot[u, tb.ROUTE] >= 0:
            for k in range(t.node[u, tb.GAP_FROM], t.node[u, tb.GAP_TO]):
                fence_gap(t, u, k, owner)
    for u in range(len(t.node)):
        if t.spot[u, tb.ROUTE] < 0 and 0 <= t.node[u, tb.TWIN] < u:
            owner[u] = owner[t.node[u, tb.TWIN]]


@compiled
def fence_gap(t: Tables, u: int, k: int, owner: Ints) -> None:
    """Gives node u its half of the slack in its gap k to a node of another owner."""
    other = t.gaps[k, tb.G_OTHER]
    if t.spot[other, tb.ROUTE] < 0 or owner[other] == owner[u]:
        return
    start = t.spot[u, tb.START]
    if t.gaps[k, tb.G_AFTER] == 1:
        wait = start - t.spot[other, tb.START] - t.node[other, tb.MINUTES]
        earlier, later = (wait - t.gaps[k, tb.G_MIN] + 1) // 2, (t.gaps[k, tb.G_MAX] - wait) // 2
    else:
        wait = t.spot[other, tb.START] - start - t.node[u, tb.MINUTES]
        earlier, later = (t.gaps[k, tb.G_MAX] - wait + 1) // 2, (wait - t.gaps[k, tb.G_MIN]) // 2
    t.fence[u, tb.FENCE_FROM] = max(t.fence[u, tb.FENCE_FROM], start - earlier)
    t.fence[u, tb.FENCE_TO] = min(t.fence[u, tb.FENCE_TO], start + later)


def follow_best(searches: list[Tables], kept: list[Ints]) -> None:
    """Every search goes on from the best plan that any of them has met."""
    leader = min(range(len(searches)), key=lambda k: int(searches[k].number[tb.BEST]))
    for k, t in enumerate(searches):
        if k != leader:
            kept[k][:] = kept[leader]
            if t.policy[tb.FLOWS] == 1:
                load_flow(t, kept[k])
            else:
                load(t, kept[k])
            t.number[tb.BEST] = searches[leader].number[tb.BEST]


def put_together(searches: list[Tables], owner: Ints) -> None:
    """Loads into every search the plan made of each one's own part."""
    whole = searches[0].spot[:, :4].copy()
    for k, t in enumerate(searches):
        whole[owner == k] = t.spot[owner == k, :4]
    for t in searches:
        t.worker[:, tb.MINE] = 1
        t.fence[:] = (-tb.FAR, tb.FAR, 1)
        load(t, whole)
