"""Ruin and recreate for days whose times flow; what goes out, and in which order, is as in a week."""

from __future__ import annotations

import math

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import below, chance
from scheduling.engine.flow.changing import begin_flow_step, mend_flow, undo_flow
from scheduling.engine.flow.placing import insert_flow
from scheduling.engine.flow.prices import reprice
from scheduling.engine.improve import ORDERS, is_stale, queue_up, ruin_strings, save_best
from scheduling.engine.tables import Ints, Tables


@compiled
def recreate_flow(t: Tables, everything: bool, rule: int, blink: bool) -> None:
    """Puts absent occurrences back, one after another, where each costs least."""
    for i in range(queue_up(t, everything, rule)):
        u = t.work[2, i]
        insert_flow(t, u, blink, not everything and is_stale(t, u))
    reprice(t)


@compiled
def ruin_flow(t: Tables) -> None:
    """Takes out strings of stops around a node drawn at random, now and then an absent one."""
    seed = below(t.random, len(t.node))
    if t.number[tb.ABSENT] > 0 and below(t.random, 100) < t.settings[tb.ABSENTEES]:
        seed = t.absent[below(t.random, t.number[tb.ABSENT])]
    ruin_strings(t, seed)
    mend_flow(t)


@compiled
def anneal_flow(t: Tables, best: Ints, steps: int, first: int, stride: int, total: int) -> None:
    """As `anneal`, for days whose times flow."""
    hot, cold = t.settings[tb.HOT] / 1000.0, t.settings[tb.COLD] / 1000.0
    for i in range(steps):
        heat = hot * math.exp(math.log(cold / hot) * (first + stride * i) / total)
        before, guide = t.number[tb.TOTAL], t.number[tb.GUIDE]
        begin_flow_step(t)
        ruin_flow(t)
        recreate_flow(t, False, ORDERS[below(t.random, len(ORDERS))], True)
        most = before + guide - heat * math.log(chance(t.random))
        if t.number[tb.STUCK] == 1 or t.number[tb.TOTAL] + t.number[tb.GUIDE] > most:
            undo_flow(t, before)
        elif t.number[tb.TOTAL] < t.number[tb.BEST]:
            save_best(t, best)
