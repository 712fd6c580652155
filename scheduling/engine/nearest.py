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
    """(3, nodes, wanted) others that could best come just before each node, just after it, on either side.

    By the way between them and the wait that cannot be avoided; whoever would be too late is none. -1 where
    there are no more.
    """
    size = len(node)
    beside, score = np.full((3, size, wanted), -1, np.int32), np.zeros(wanted, np.int64)
    for side in range(3):
        for n in range(size):
            kept = 0
            for m in range(size):
                value = tb.FAR * A_WAY
                if side != tb.AFTER_IT and m != n:
                    value = value_of_next(node, windows, travel, m, n)
                if side != tb.BEFORE_IT and m != n:
                    value = min(value, value_of_next(node, windows, travel, n, m))
                if value < tb.FAR * A_WAY:
                    kept = keep(beside[side, n], score, kept, m, value)
    return beside


@compiled
def value_of_next(node: Ints, windows: Ints, travel: Ints, one: int, two: int) -> int:
    """How far node `two` is from coming next after node `one`, FAR times A_WAY if it would be too late."""
    way = travel[node[one, tb.PLACE], node[two, tb.PLACE]]
    there = node[one, tb.MINUTES] + way
    if windows[node[one, tb.WIN_FROM], 0] + there > windows[node[two, tb.WIN_TO] - 1, 1]:
        return tb.FAR * A_WAY
    wait = windows[node[two, tb.WIN_FROM], 0] - there - windows[node[one, tb.WIN_TO] - 1, 1]
    return int(min(A_WAY * way + max(0, wait), tb.FAR * A_WAY - 1))
