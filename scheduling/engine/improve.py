"""Ruin and recreate under simulated annealing.

After Christiaens and Vanden Berghe (Slack Induction by String Removals, 2020): strings of
neighbouring stops are taken out of routes near a seed and put back greedily, with blinks.
What is ours: strings of a whole week for one person, and faces as a price on first visits.
"""

from __future__ import annotations

import math

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import below, chance
from scheduling.engine.placing import insert
from scheduling.engine.routes import is_mine, lift_whole, mend, start_step, undo
from scheduling.engine.tables import Ints, Tables

MOST_TRIED, FEW_TRIED, MOST_DRAWN = 60, 10, 20
LARGE = 20_000
ORDERS = (0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)
"""How often each order of `sort_key` is drawn."""


@compiled
def remove_string(t: Tables, u: int, length: int) -> None:
    """Takes out `length` stops in a row around node u; now and then a few in the middle stay."""
    r = t.spot[u, tb.ROUTE]
    n = t.route[r, tb.LENGTH]
    spared = 0
    if below(t.random, 100) < t.settings[tb.SPLITS]:
        while length + spared < n and below(t.random, 100) >= 50:
            spared += 1
    whole = min(length + spared, n)
    k = t.spot[u, tb.POS]
    first = max(0, k - whole + 1)
    last = min(k, n - whole)
    begin = first + below(t.random, last - first + 1)
    kept_from = begin + below(t.random, length + 1) if spared else begin
    count = 0
    for i in range(begin, begin + whole):
        if not (spared and kept_from <= i < kept_from + spared):
            t.work[3, count] = t.stops[r, i, tb.NODE]
            count += 1
    for i in range(count):
        lift_whole(t, t.work[3, i])


@compiled
def ruin_strings(t: Tables, seed: int) -> None:
    """Strings from several routes near the seed in place and time."""
    removed = 0
    wanted = 1 + below(t.random, 2 * t.settings[tb.REMOVED] - 1)
    longest = 1 + below(t.random, t.settings[tb.STRING])
    if is_mine(t, seed):
        r = t.spot[seed, tb.ROUTE]
        remove_string(t, seed, min(longest, t.route[r, tb.LENGTH]))
        removed = t.number[tb.MOVES]
    for k in range(t.near.shape[1]):
        u = t.near[seed, k]
        if u < 0 or removed >= wanted:
            break
        r = t.spot[u, tb.ROUTE]
        if r < 0 or t.route[r, tb.LOOSE] == 1 or not is_mine(t, u):
            continue
        length = 1 + below(t.random, min(longest, t.route[r, tb.LENGTH]))
        remove_string(t, u, length)
        removed = t.number[tb.MOVES]


@compiled
def ruin_person(t: Tables, seed: int) -> None:
    """All or many services of one person over the week."""
    p = t.node[seed, tb.PERSON]
    share = 30 + below(t.random, 71)
    for i in range(t.person_from[p], t.person_from[p + 1]):
        u = t.person_nodes[i]
        if t.spot[u, tb.ROUTE] >= 0 and below(t.random, 100) < share:
            lift_whole(t, u)


@compiled
def ruin_face(t: Tables, seed: int) -> None:
    """What one worker does for one person in the week, and strings of others there at those times."""
    p = t.node[seed, tb.PERSON]
    if t.spot[seed, tb.ROUTE] < 0:
        return
    w = t.route[t.spot[seed, tb.ROUTE], tb.WORKER]
    for i in range(t.person_from[p], t.person_from[p + 1]):
        u = t.person_nodes[i]
        r = t.spot[u, tb.ROUTE]
        if r < 0:
            continue
        if t.route[r, tb.WORKER] == w:
            lift_whole(t, u)
        elif below(t.random, 3) == 0 and t.route[r, tb.LOOSE] == 0:
            remove_string(t, u, 1 + below(t.random, min(4, t.route[r, tb.LENGTH])))


@compiled
def ruin_slice(t: Tables, seed: int) -> None:
    """One call of the day of a person on every day, and room for it with one worker on those days."""
    p, minutes = t.node[seed, tb.PERSON], 1440
    size = t.person_from[p + 1] - t.person_from[p]
    middle = t.windows[t.node[seed, tb.WIN_FROM], 0] % minutes
    pick = t.person_nodes[t.person_from[p] + below(t.random, size)]
    if t.spot[pick, tb.ROUTE] < 0:
        return
    w = t.route[t.spot[pick, tb.ROUTE], tb.WORKER]
    for i in range(t.person_from[p], t.person_from[p + 1]):
        u = t.person_nodes[i]
        at = t.windows[t.node[u, tb.WIN_FROM], 0]
        if abs(at % minutes - middle) > 90 or below(t.random, 5) == 0:
            continue
        lift_whole(t, u)
        for r in range(t.worker[w, tb.ROUTE_FROM], t.worker[w, tb.ROUTE_TO]):
            if t.route[r, tb.OPEN] > at + 120 or t.route[r, tb.CLOSE] < at or t.route[r, tb.LENGTH] == 0:
                continue
            closest = 0
            for k in range(t.route[r, tb.LENGTH]):
                if abs(t.stops[r, k, tb.AT] - at - 45) < abs(t.stops[r, closest, tb.AT] - at - 45):
                    closest = k
            length = 1 + below(t.random, min(3, t.route[r, tb.LENGTH]))
            remove_string(t, t.stops[r, closest, tb.NODE], length)


@compiled
def ruin(t: Tables) -> None:
    """One of the ways to take something out, around a node drawn at random."""
    seed = below(t.random, len(t.node))
    if t.number[tb.ABSENT] > 0 and below(t.random, 100) < t.settings[tb.ABSENTEES]:
        seed = t.absent[below(t.random, t.number[tb.ABSENT])]
    tries = 0
    while tries < MOST_DRAWN and t.spot[seed, tb.ROUTE] >= 0 and not is_mine(t, seed):
        seed = below(t.random, len(t.node))
        tries += 1
    kind = below(t.random, 100)
    if kind < t.settings[tb.STRINGS]:
        ruin_strings(t, seed)
    elif kind < t.settings[tb.STRINGS] + t.settings[tb.WHOLE]:
        ruin_person(t, seed)
    elif kind < t.settings[tb.STRINGS] + t.settings[tb.WHOLE] + t.settings[tb.FACES]:
        ruin_face(t, seed)
    else:
        ruin_slice(t, seed)


@compiled
def sort_key(t: Tables, u: int, rule: int) -> int:
    """Smaller goes in first: by chance, most work, fewest shifts, narrowest window, highest price."""
    row = t.node[u]
    noise, key = below(t.random, 1 << 20), 0
    if row[tb.PRICE] >= tb.LOCKED_PRICE:
        key = -(1 << 29)
    elif rule == 1:
        key = -row[tb.MINUTES] * (2 if row[tb.TWIN] >= 0 else 1)
    elif rule == 2:
        key = row[tb.CAND_TO] - row[tb.CAND_FROM]
    elif rule == 3:
        key = t.windows[row[tb.WIN_FROM], 2] - t.windows[row[tb.WIN_FROM], 0]
    elif rule == 4:
        key = -row[tb.PRICE]
    return int(key * (1 << 20) + noise)


@compiled
def line_up(t: Tables, u: int, count: int, rule: int) -> int:
    """Adds the absent occurrence of node u to those that go in, if this search may place it; their number."""
    if t.spot[u, tb.ABSENT_AT] < 0 or 0 <= t.node[u, tb.TWIN] < u or t.fence[u, tb.OWNED] == 0:
        return count
    t.keys[count], t.work[3, count] = sort_key(t, u, rule), u
    return count + 1


@compiled
def queue_up(t: Tables, everything: bool, rule: int) -> int:
    """Writes the absent occurrences that are to be put back to `work[2]` in the order of `rule`; how many."""
    count = 0
    for k in range(t.number[tb.MOVES]):
        count = line_up(t, t.work[0, k], count, rule)
    size = t.number[tb.ABSENT]
    most = MOST_TRIED if len(t.node) < LARGE else FEW_TRIED
    first = below(t.random, size) if size > most + t.number[tb.MOVES] and not everything else 0
    limit = count + (size if everything else most)
    for i in range(size):
        if count == limit:
            break
        u = t.absent[first + i if first + i < size else first + i - size]
        if t.spot[u, tb.MOVED] != t.number[tb.STEP]:
            count = line_up(t, u, count, rule)
    order = np.argsort(t.keys[:count], kind="mergesort")
    for i in range(count):
        t.work[2, i] = t.work[3, order[i]]
    return count


@compiled
def is_stale(t: Tables, u: int) -> bool:
    """Whether u has been absent for longer, and is to be tried only where something changed in this step."""
    return bool(t.spot[u, tb.MOVED] != t.number[tb.STEP] and below(t.random, 20) > 0)


@compiled
def recreate(t: Tables, everything: bool, rule: int, blink: bool) -> None:
    """Puts absent occurrences back, one after another; nodes absent for longer only where it changed."""
    for i in range(queue_up(t, everything, rule)):
        u = t.work[2, i]
        insert(t, u, blink, not everything and is_stale(t, u))


@compiled
def save_best(t: Tables, best: Ints) -> None:
    """Copies the plan as it is now (window, route, position, start of each node) to `best`."""
    best[:, :] = t.spot[:, :4]
    t.number[tb.BEST] = t.number[tb.TOTAL]
    t.number[tb.BEST_STEP] = t.number[tb.STEP]
    t.number[tb.BEST_ABSENT] = t.number[tb.ABSENT]


@compiled
def anneal(t: Tables, best: Ints, steps: int, first: int, stride: int, total: int) -> None:
    """`steps` times ruin and recreate, cooling as the share (first + stride * step) / total goes to 1.

    The best plan met is copied to `best` and its cost to number[BEST]; in large problems only every
    so many steps, because the copy would take longer than the step.
    """
    lag = max(1, len(t.node) // LARGE)
    hot, cold = t.settings[tb.HOT] / 1000.0, t.settings[tb.COLD] / 1000.0
    for i in range(steps):
        heat = hot * math.exp(math.log(cold / hot) * (first + stride * i) / total)
        before = t.number[tb.TOTAL]
        start_step(t)
        ruin(t)
        mend(t)
        recreate(t, False, ORDERS[below(t.random, len(ORDERS))], True)
        if t.number[tb.STUCK] == 1 or t.number[tb.TOTAL] > before - heat * math.log(chance(t.random)):
            undo(t, before)
        if t.number[tb.STEP] % lag == 0 and t.number[tb.TOTAL] < t.number[tb.BEST]:
            save_best(t, best)
