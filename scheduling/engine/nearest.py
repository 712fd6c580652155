"""Which services lie near each other, worked out once before a search."""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.tables import Ints, Longs

A_WAY = 10
"""What a minute on the way to what comes next weighs, beside a minute that cannot but be waited."""


@compiled
def keep(near: Ints, score: Longs, kept: int, other: int, value: int) -> int:
    """Adds a node to the `kept` nearest so far, which stand in order of `score`; how many they are now."""
    if kept == len(near) and (kept == 0 or value >= score[kept - 1]):
        return kept
    at = min(kept, len(near) - 1)
    while at > 0 and score[at - 1] > value:
        score[at], near[at] = score[at - 1], near[at - 1]
        at -= 1
    score[at], near[at] = value, other
    return min(kept + 1, len(near))


@compiled
def near_nodes(node: Ints, windows: Ints, travel: Ints, wanted: int, span: int) -> Ints:
    """(nodes, wanted) others near each node in place and, within `span`, in time; -1 where there are none."""
    size = len(node)
    near = np.full((size, wanted), -1, np.int32)
    middle = np.zeros(size, np.int64)
    for n in range(size):
        first = node[n, tb.WIN_FROM]
        middle[n] = (windows[first, 0] + windows[first, 2]) // 2
    order = np.argsort(middle, kind="mergesort")
    ordered = middle[order]
    score = np.zeros(wanted, np.int64)
    for n in range(size):
        kept = 0
        for j in range(node[n, tb.WIN_FROM], node[n, tb.WIN_TO]):
            centre = (windows[j, 0] + windows[j, 2]) // 2
            first = np.searchsorted(ordered, centre - span)
            last = np.searchsorted(ordered, centre + span, side="right")
            for k in range(first, last):
                other = order[k]
                if other == n or other == node[n, tb.TWIN]:
                    continue
                value = 4 * travel[node[n, tb.PLACE], node[other, tb.PLACE]] + abs(ordered[k] - centre)
                kept = keep(near[n], score, kept, other, value)
    return near


@compiled
def neighbours(node: Ints, windows: Ints, travel: Ints, wanted: int) -> Ints:
    """(2, nodes, wanted) others that could best come just before each node, and just after it.

    By the way between them and the wait that cannot be avoided; whoever would be too late is none. -1 where
    there are no more.
    """
    size = len(node)
    beside, score = np.full((2, size, wanted), -1, np.int32), np.zeros(wanted, np.int64)
    for side in range(2):
        for n in range(size):
            kept = 0
            for m in range(size):
                one, two = (m, n) if side == tb.BEFORE_IT else (n, m)
                way = travel[node[one, tb.PLACE], node[two, tb.PLACE]]
                there = node[one, tb.MINUTES] + way
                late = windows[node[one, tb.WIN_FROM], 0] + there > windows[node[two, tb.WIN_TO] - 1, 1]
                if m == n or late:
                    continue
                wait = windows[node[two, tb.WIN_FROM], 0] - there - windows[node[one, tb.WIN_TO] - 1, 1]
                kept = keep(beside[side, n], score, kept, m, A_WAY * way + max(0, wait))
    return beside


@compiled
def in_turn(beside: Ints, wanted: int) -> Ints:
    """(nodes, wanted) the neighbours of each node, one before and one after it in turn, each but once."""
    near = np.full((beside.shape[1], wanted), -1, np.int32)
    for n in range(beside.shape[1]):
        count = 0
        for k in range(2 * beside.shape[2]):
            other = beside[k % 2, n, k // 2]
            if other >= 0 and count < wanted and not (near[n, :count] == other).any():
                near[n, count] = other
                count += 1
    return near
