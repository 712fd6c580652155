"""The problem and the plan under construction as flat integer tables, for compiled code.

A *node* is one worker's part in an occurrence: occurrence i is node i, and the second worker
of a pair is a further node, its twin. A *route* is one shift of one worker. Each constant below
is a column; a row of NODE is one cache line.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.engine.views import Field, Viewed, register

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

# node: what never changes
PERSON, PLACE, MINUTES, PRICE, PREFERRED, MERGEABLE, TWIN, NAMED = range(8)
WIN_FROM, WIN_TO, GAP_FROM, GAP_TO, APART_FROM, APART_TO, CAND_FROM, CAND_TO = range(8, 16)
# flow: in a problem whose times flow, one row per node. The twin starts APART_LOW to APART_HIGH after it;
# SOFT and HARD: how much later it may start for nothing, and at all; NEW and STAMP: a start tried out;
# KEPT: the start before this step; FLOATS: 1 for a meal, which is had wherever the worker is
TWIN_LOW, TWIN_HIGH, LOAD, FLOATS, SOFT, HARD, NEW, STAMP, KEPT, QUEUED = range(10)
# day: in such a problem, one row per route. DUE is when overtime begins, ALIKE the routes like it
DUE, MOST_LOAD, ALIKE, CARRIED, WORK, TIMED, IDLE, TRIED_PRICE, TRIED_IDLE = range(9)
# published: where the rota in force has a node's occurrence
PUB_START, PUB_ONE, PUB_TWO, OWN_LOCK = range(4)
# spot: where a node stands now (ROUTE is -1 while it is left out)
ROUTE, POS, START, WINDOW, ABSENT_AT, MOVED = range(6)
# route: the shift, and what is on it now
WORKER, OPEN, CLOSE, BASE, BEFORE, AFTER, LENGTH, LEAVE, BACK, COST = range(10)
STALE, SH_FROM, SH_TO, TOUCHED, LOOSE, SPAN = range(10, 16)
# stops: one row per node of a route, in order; EARLIEST and LATEST are hints for quick tests, CAME is the
# way from the stop before or the base, JOINED_BEFORE if it is the same visit
NODE, EARLIEST, LATEST, AT, WHO, WHERE, LASTS, CAME = range(8)
# worker
WEEK_MAX, WEEK_USED, ROUTE_FROM, ROUTE_TO, MINE = range(5)
# fence: where a node may start while searches share a plan, and whether this one may place it
FENCE_FROM, FENCE_TO, OWNED = range(3)
# gap: the other occurrence, 1 if this node comes after it, minutes (MAX is FAR if there is none)
G_OTHER, G_AFTER, G_MIN, G_MAX = range(4)
# beside: others that could best come just before a node, after it, on either side (rounds stand alone)
BEFORE_IT, AFTER_IT, EITHER = range(3)
# policy
ALLOWANCE, JOIN_WAIT, BREAK_AFTER, BREAK_MINUTES, REST, ARRIVAL, NOT_NAMED, TENS, CHANGE = range(9)
FLOWS, PER_TRAVEL, LATENESS, LATEST_OF_ALL, WAIT, OVERTIME, IDLEST, RUNS, BOUND = range(9, 18)
# settings of the search, whole numbers: temperatures in thousandths of a minute, shares in hundredths
HOT, COLD, STRINGS, WHOLE, FACES, ABSENTEES, REMOVED, STRING, BLINKS, SPLITS = range(10)
# where times flow: places kept for one worker and for each of a pair, pairs tried out, weight of the guide
PLACES, PAIRED, TRIALS, GUIDED, SWAPS = range(10, 15)
# numbers of the running search
TOTAL, ABSENT, STEP, TOUCHES, MOVES, PENDING, FOUND, BEST, BEST_STEP, BEST_ABSENT = range(10)
FOUND_TWO, STUCK = 10, 11
# of a problem whose times flow: nodes in `order`, price of times, largest lateness, most idle minutes,
# the last stamp used, nodes whose starts are tried out, and what was before this step
PLACED, TIMES, WORST, MOST_IDLE, STAMPED, TRIED = range(12, 18)
KEPT_PLACED, KEPT_TIMES, KEPT_WORST, KEPT_IDLE = range(18, 22)
# idle minutes of all routes, their squares, and the guide that follows from both (see flow.guide_of)
IDLE_SUM, IDLE_SQUARES, GUIDE = range(22, 25)
# scratch rows of the route being timed
Q, LOW, HIGH, ARC, SAME, WANT, EARLY, LATE, WHEN, GO, HELD, POOL, BLOCK, LEVEL, OFFSET, BUSY = range(16)
# found: insertion places, cheapest first
F_COST, F_ROUTE, F_POS, F_WINDOW, F_FROM, F_TO = range(6)
# on a day whose times flow: up to when it pushes nothing, the latest start, the cost without the start's
F_FREE, F_LAST, F_REST = range(5, 8)

FAR = 1_000_000
JOINED_BEFORE = -1
LOCKED_PRICE = 20_000_000
UNCHANGED = 15
MOST_FOUND = 4096
SETTINGS = (20_000, 1_000, 80, 8, 6, 10, 10, 10, 10, 50, 8, 200, 8, 100, 10, 0)


class Tables(Viewed):
    """All that compiled code reads and writes; from `spot` on, it belongs to one search alone.

    Compiled functions take it as one pointer (see `views`).
    """

    LAYOUT = {
        "node": Field(np.int32, None, 16),
        "published": Field(np.int32, None, 4),
        "windows": Field(np.int32, None, 3),
        "gaps": Field(np.int32, None, 4),
        "apart": Field(np.int32, None),
        "candidates": Field(np.int32, None),
        "near": Field(np.int32, None, None),
        "beside": Field(np.int32, 3, None, None),
        "person_from": Field(np.int32, None),
        "person_nodes": Field(np.int32, None),
        "travel": Field(np.int32, None, None),
        "inward": Field(np.int32, None, None),
        "face": Field(np.int32, None, None),
        "policy": Field(np.int64, None),
        "settings": Field(np.int64, 16),
        "spot": Field(np.int32, None, 6),
        "route": Field(np.int32, None, 16),
        "stops": Field(np.int32, None, None, 8),
        "worker": Field(np.int32, None, 5),
        "fence": Field(np.int32, None, 3),
        "flow": Field(np.int32, None, 12),
        "day": Field(np.int32, None, 10),
        "order": Field(np.int32, None),
        "met": Field(np.int16, None, None),
        "absent": Field(np.int32, None),
        "number": Field(np.int64, None),
        "scratch": Field(np.int64, 16, None),
        "found": Field(np.int64, None, 8),
        "ranked": Field(np.int64, None),
        "edges": Field(np.int64, None, 4),
        "rooms": Field(np.int64, None),
        "keys": Field(np.int64, None),
        "work": Field(np.int32, 8, None),
        "undo_route": Field(np.int32, None),
        "undo_row": Field(np.int32, None, 16),
        "undo_stops": Field(np.int32, None, None, 8),
        "undo_window": Field(np.int32, None, None),
        "random": Field(np.uint64, 1),
    }
    node: Ints
    published: Ints
    windows: Ints
    gaps: Ints
    apart: Ints
    candidates: Ints
    near: Ints
    beside: Ints
    person_from: Ints
    person_nodes: Ints
    travel: Ints
    inward: Ints
    face: Ints
    policy: Longs
    settings: Longs
    spot: Ints
    route: Ints
    stops: Ints
    worker: Ints
    fence: Ints
    flow: Ints
    day: Ints
    order: Ints
    met: NDArray[np.int16]
    absent: Ints
    number: Longs
    scratch: Longs
    found: Longs
    ranked: Longs
    edges: Longs
    rooms: Longs
    keys: Longs
    work: Ints
    undo_route: Ints
    undo_row: Ints
    undo_stops: Ints
    undo_window: Ints
    random: NDArray[np.uint64]

    def __init__(self, **arrays: Any) -> None:
        for name in self.LAYOUT:
            setattr(self, name, np.ascontiguousarray(arrays[name]))
        self.seal()

    def copy(self, seed: int) -> Tables:
        """A second search over the same problem, with its own plan (a copy) and its own dice."""
        names = list(self.LAYOUT)
        own = set(names[names.index("spot") :])
        arrays = {name: getattr(self, name).copy() if name in own else getattr(self, name) for name in names}
        other = Tables(**arrays)
        other.random[:] = seeded(seed)
        return other


register(Tables)


def seeded(seed: int) -> NDArray[np.uint64]:
    """State of the dice for a seed; never zero, which they could not leave."""
    return np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
