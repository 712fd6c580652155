"""Where not everybody can be visited: who is left out is exchanged by how often each has been.

After Christiaens and Vanden Berghe (Slack Induction by String Removals, 2020), who get rid of whole
vehicles so: what was left out in many steps is hard to place, and a plan that leaves out something easier
instead is welcome, whatever it costs on the way.
"""

from __future__ import annotations

import math

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import below, chance
from scheduling.engine.improve import ORDERS, recreate, ruin, save_best
from scheduling.engine.routes import mend, start_step, undo
from scheduling.engine.tables import Ints, Tables


@compiled
def trade(t: Tables, best: Ints, absences: Ints, steps: int, warmth: int) -> None:
    """`steps` times ruin and recreate; what is left out counts by its price and `absences`, then the cost.

    Among plans that are alike in that, a dearer one is taken by simulated annealing at `warmth` minutes.
    `absences` is (nodes,): in how many steps each was left out, counted on here. The best plan met is
    copied to `best`, and its cost to number[BEST]; the present one may be far dearer.
    """
    for _ in range(steps):
        before = t.number[tb.TOTAL]
        price, weight = left_out(t, absences)
        start_step(t)
        ruin(t)
        mend(t)
        recreate(t, False, ORDERS[below(t.random, len(ORDERS))], True)
        now, heavy = left_out(t, absences)
        is_welcome = now < price or heavy < weight
        if heavy == weight:
            is_welcome = t.number[tb.TOTAL] <= before - warmth * math.log(chance(t.random))
        if t.number[tb.STUCK] == 1 or not is_welcome:
            undo(t, before)
        for k in range(t.number[tb.ABSENT]):
            absences[t.absent[k]] += 1
        if t.number[tb.TOTAL] < t.number[tb.BEST]:
            save_best(t, best)


@compiled
def left_out(t: Tables, absences: Ints) -> tuple[int, int]:
    """The price of what is left out, and the same with each counted as often as it has been."""
    price, weight = 0, 0
    for k in range(t.number[tb.ABSENT]):
        u = t.absent[k]
        price += t.node[u, tb.PRICE]
        weight += t.node[u, tb.PRICE] * absences[u]
    return price, weight
