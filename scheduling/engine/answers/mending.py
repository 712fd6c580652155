"""Mending a plan with as little change as possible: compiled.

Like the search it takes out and puts back, but only around what is left out or already differs from
the plan that people know, and it puts each service first where it was, then where nothing else moves,
and only then where others of the round begin at another minute. What was left out before the change is
no reason to touch anything. A step is kept if fewer or less urgent
services are left out, then if fewer people notice, then if it costs less; there every service that moves
at all, even by a minute, counts with the price of a change.
"""

from __future__ import annotations

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.probing import fits_still, hold, in_time, is_fixed, round_in_time
from scheduling.engine.compiled import compiled
from scheduling.engine.dice import below
from scheduling.engine.placing import HALF, find_places, try_pair
from scheduling.engine.routes import lift_whole, mend, order_with, place, start_step, undo
from scheduling.engine.standing import is_candidate, place_at
from scheduling.engine.tables import Ints, Longs, Tables
from scheduling.engine.timing import timetable, wanted_start

MOST, MOST_PAIR, PAIR_TRIES, MOST_RUINED = 48, 200, 24, 6
# columns of the plan that people know: worker, start, and the route if it is still there
K_WORKER, K_START, K_ROUTE = range(3)
LEFT_OUT = -2  # as K_WORKER: asked for and left out; -1: not asked for yet
# score
S_UNSERVED, S_PEOPLE, S_COST = range(3)


@compiled
def settle_lifted(t: Tables) -> None:
    """Like `mend`, but leaves the rounds from which something was lifted at their times if those stand."""
    left = 0
    for k in range(t.number[tb.PENDING]):
        r = t.work[1, k]
        if not hold(t, r):
            t.work[1, left] = r
            left += 1
    t.number[tb.PENDING] = left
    mend(t)


@compiled
def put_back(t: Tables, u: int, known: Ints, now: int) -> bool:
    """Puts an absent occurrence where people know it, if that stands."""
    v, start = t.node[u, tb.TWIN], known[u, K_START]
    r = known[u, K_ROUTE]
    if r < 0 or not is_candidate(t, u, r) or not fits_still(t, u, r, start, now):
        return False
    if not in_windows(t, u, start):
        return False
    if v < 0:
        place_at(t, u, r, start)
        return True
    q = known[v, K_ROUTE]
    if q < 0 or not is_candidate(t, v, q) or not fits_still(t, v, q, start, now):
        return False
    place_at(t, u, r, start)
    place_at(t, v, q, start)
    return True


@compiled
def in_windows(t: Tables, u: int, start: int) -> bool:
    """Whether `start` lies in a window of node u."""
    for j in range(t.node[u, tb.WIN_FROM], t.node[u, tb.WIN_TO]):
        if t.windows[j, 0] <= start <= t.windows[j, 1]:
            return True
    return False


@compiled
def still_start(t: Tables, u: int, i: int, now: int) -> int:
    """A good start for absent node u at the place in row i of `found` with all else as it is, or -1."""
    found = t.found[i]
    r, k, place_of = found[tb.F_ROUTE], found[tb.F_POS], t.node[u, tb.PLACE]
    low, high = found[tb.F_FROM], found[tb.F_TO]
    allowance = t.policy[tb.ALLOWANCE]
    lead = t.travel[t.route[r, tb.BASE], place_of] + allowance
    if k > 0:
        stop = t.stops[r, k - 1]
        lead = 0
        if stop[tb.WHO] != t.node[u, tb.PERSON]:
            lead = t.travel[stop[tb.WHERE], place_of] + allowance
        low = max(low, stop[tb.AT] + stop[tb.LASTS] + lead)
    low = max(low, now + lead)
    if k < t.route[r, tb.LENGTH]:
        stop = t.stops[r, k]
        lead = 0
        if stop[tb.WHO] != t.node[u, tb.PERSON]:
            lead = t.travel[place_of, stop[tb.WHERE]] + allowance
        high = min(high, stop[tb.AT] - lead - t.node[u, tb.MINUTES])
    if low > high:
        return -1
    wish = wanted_start(t, u, t.route[r, tb.WORKER])
    first = min(max(wish, low), high) if wish >= 0 else low
    for start in (first, low, high):
        if fits_still(t, u, r, start, now):
            return int(start)
    return -1


@compiled
def place_moving(t: Tables, u: int, r: int, k: int, j: int, now: int) -> bool:
    """Puts absent node u at position k of route r, the round re-timed, if one can set out in time for all."""
    t.spot[u, tb.WINDOW], t.spot[u, tb.ROUTE] = j, r
    n = order_with(t, r, u, k)
    if timetable(t, r, n) and in_time(t, r, n, now):
        place(t, r, n, u)
        return True
    t.spot[u, tb.ROUTE] = -1
    return False


@compiled
def insert_gently(t: Tables, u: int, now: int, skip: int) -> bool:
    """Puts an absent occurrence in: where nothing else moves if there is such a place, else moving others.

    Each place is passed over `skip` times in a hundred.
    """
    if t.node[u, tb.TWIN] >= 0:
        return insert_pair_gently(t, u, now, skip)
    kept = find_places(t, u, 0, MOST, False, False)
    for i in range(kept):
        if below(t.random, 100) < skip:
            continue
        start = still_start(t, u, i, now)
        if start >= 0:
            place_at(t, u, t.found[i, tb.F_ROUTE], start)
            return True
    for i in range(kept):
        if below(t.random, 100) < skip:
            continue
        row = t.found[i]
        if place_moving(t, u, row[tb.F_ROUTE], row[tb.F_POS], row[tb.F_WINDOW], now):
            return True
    return False


@compiled
def insert_pair_gently(t: Tables, u: int, now: int, skip: int) -> bool:
    """The same for a pair: both at one start or neither."""
    v = t.node[u, tb.TWIN]
    first = find_places(t, u, 0, MOST_PAIR, False, False)
    second = find_places(t, v, HALF, MOST_PAIR, False, False)
    tries = 0
    for turn in range(2):
        for i in range(first):
            for m in range(HALF, HALF + second):
                one, two = t.found[i], t.found[m]
                if t.route[one[tb.F_ROUTE], tb.WORKER] == t.route[two[tb.F_ROUTE], tb.WORKER]:
                    continue
                low, high = max(one[tb.F_FROM], two[tb.F_FROM]), min(one[tb.F_TO], two[tb.F_TO])
                if low > high or below(t.random, 100) < skip:
                    continue
                if turn == 0:
                    start = still_pair_start(t, u, i, m, low, high, now)
                    if start >= 0:
                        place_at(t, u, one[tb.F_ROUTE], start)
                        place_at(t, v, two[tb.F_ROUTE], start)
                        return True
                    continue
                wish = wanted_start(t, u, t.route[one[tb.F_ROUTE], tb.WORKER])
                start = min(max(wish, low), high) if wish >= 0 else low
                tries += 1
                if try_pair(t, u, i, m, start):
                    r, q = t.spot[u, tb.ROUTE], t.spot[v, tb.ROUTE]
                    if round_in_time(t, r, now) and round_in_time(t, q, now):
                        return True
                    lift_whole(t, u)
                    settle_lifted(t)
                if tries >= PAIR_TRIES:
                    return False
    return False


@compiled
def still_pair_start(t: Tables, u: int, i: int, m: int, low: int, high: int, now: int) -> int:
    """A start for an absent pair at the places in rows i and m of `found` with all else as it is, or -1."""
    v, r, q = t.node[u, tb.TWIN], t.found[i, tb.F_ROUTE], t.found[m, tb.F_ROUTE]
    one, two = still_start(t, u, i, now), still_start(t, v, m, now)
    if one < 0 or two < 0:
        return -1
    for start in (one, two, max(one, two), low, high):
        if low <= start <= high and fits_still(t, u, r, start, now) and fits_still(t, v, q, start, now):
            return int(start)
    return -1


@compiled
def is_known(t: Tables, u: int, known: Ints) -> bool:
    """Whether the occurrence of node u is where people know it, to within `UNCHANGED` minutes."""
    v, r, before = t.node[u, tb.TWIN], t.spot[u, tb.ROUTE], known[u, K_START]
    if r < 0:
        return False
    start, w = t.spot[u, tb.START], t.route[r, tb.WORKER]
    if abs(start - before) > tb.UNCHANGED or start // 1440 != before // 1440:
        return False
    if v < 0:
        return bool(w == known[u, K_WORKER])
    if t.spot[v, tb.ROUTE] < 0:
        return False
    x = t.route[t.spot[v, tb.ROUTE], tb.WORKER]
    one, two = known[u, K_WORKER], known[v, K_WORKER]
    return bool((w == one and x == two) or (w == two and x == one))


@compiled
def score(t: Tables, known: Ints, people: Ints, result: Longs) -> None:
    """Price of what is left out, people who notice, cost with `CHANGE` for all that moves.

    `people` is scratch, one for each person.
    """
    people[:] = 0
    result[:] = 0
    result[S_COST] = t.number[tb.TOTAL]
    for u in range(len(t.node)):
        if 0 <= t.node[u, tb.TWIN] < u:
            continue
        if t.spot[u, tb.ROUTE] < 0:
            result[S_UNSERVED] += t.node[u, tb.PRICE]
        if known[u, K_WORKER] < 0:
            continue
        if not is_known(t, u, known):
            people[t.node[u, tb.PERSON]] = 1
        elif t.spot[u, tb.START] != known[u, K_START]:
            result[S_COST] += t.policy[tb.CHANGE]
    for p in range(len(people)):
        result[S_PEOPLE] += people[p]


@compiled
def is_better(new: Longs, old: Longs) -> bool:
    """Whether a score is at least as good."""
    for k in range(3):
        if new[k] != old[k]:
            return bool(new[k] < old[k])
    return True


@compiled
def insert_all(t: Tables, known: Ints, now: int) -> None:
    """A first mending: everything absent goes back, the dearest to leave out first.

    Not what was left out before: that may have only what stays free.
    """
    start_step(t)
    count = 0
    for k in range(t.number[tb.ABSENT]):
        u = t.absent[k]
        if not 0 <= t.node[u, tb.TWIN] < u and known[u, K_WORKER] != LEFT_OUT:
            t.keys[count] = -t.node[u, tb.PRICE] * 10_000 + (t.node[u, tb.CAND_TO] - t.node[u, tb.CAND_FROM])
            t.work[3, count] = u
            count += 1
    order = np.argsort(t.keys[:count], kind="mergesort")
    for i in range(count):
        t.work[2, i] = t.work[3, order[i]]
    for i in range(count):
        if not put_back(t, t.work[2, i], known, now):
            insert_gently(t, t.work[2, i], now, 0)


@compiled
def list_open(t: Tables, known: Ints, found: Ints) -> int:
    """First nodes of what is absent or not where people know it and has not begun; returns how many."""
    count = 0
    for u in range(len(t.node)):
        if 0 <= t.node[u, tb.TWIN] < u or is_fixed(t, u) or known[u, K_WORKER] == LEFT_OUT:
            continue
        if t.spot[u, tb.ROUTE] < 0 or known[u, K_WORKER] < 0 or not is_known(t, u, known):
            found[count] = u
            count += 1
    return count


@compiled
def take_off(t: Tables, u: int) -> int:
    """Takes an occurrence off if it is placed and may move; returns how many went (0 or 1)."""
    if t.spot[u, tb.ROUTE] < 0 or is_fixed(t, u):
        return 0
    lift_whole(t, u)
    return 1


@compiled
def mend_plan(t: Tables, known: Ints, now: int, steps: int, best: Longs, people: Ints, found: Ints) -> None:
    """`steps` times takes a little out around something open and puts it back; keeps what is no worse.

    `best` holds the score of the plan as it is, before and after.
    """
    new = np.zeros(3, np.int64)
    for _ in range(steps):
        count = list_open(t, known, found)
        if count == 0:
            return
        before = t.number[tb.TOTAL]
        start_step(t)
        seed = found[below(t.random, count)]
        absent = t.spot[seed, tb.ROUTE] < 0
        lifted = take_off(t, seed)
        wanted = 1 + below(t.random, MOST_RUINED)
        if below(t.random, 2) == 0:
            for _try in range(3 * wanted):
                u = found[below(t.random, count)]
                if lifted < wanted:
                    lifted += take_off(t, u)
        if absent or below(t.random, 3) == 0:
            for k in range(t.near.shape[1]):
                u = t.near[seed, k]
                if u < 0 or lifted >= wanted:
                    break
                if below(t.random, 4) == 0:
                    lifted += take_off(t, u)
        settle_lifted(t)
        reinsert(t, known, now, seed)
        score(t, known, people, new)
        if is_better(new, best) and t.number[tb.STUCK] == 0:
            best[:] = new
        else:
            undo(t, before)


@compiled
def reinsert(t: Tables, known: Ints, now: int, seed: int) -> None:
    """Puts back what this step took out, and the seed, which goes first half of the time."""
    size = t.number[tb.MOVES]
    count = 0
    if t.spot[seed, tb.ROUTE] < 0:
        t.work[2, 0] = seed
        count = 1
    for k in range(size):
        u = t.work[0, k]
        if u != seed and t.spot[u, tb.ROUTE] < 0 and not 0 <= t.node[u, tb.TWIN] < u:
            t.work[2, count] = u
            count += 1
    first = below(t.random, 2) if count > 0 and t.work[2, 0] == seed else 0
    for i in range(count - 1, first, -1):
        j = first + below(t.random, i - first + 1)
        t.work[2, i], t.work[2, j] = t.work[2, j], t.work[2, i]
    for i in range(count):
        u = t.work[2, i]
        if t.spot[u, tb.ROUTE] >= 0:
            continue
        if below(t.random, 10) > 0 and put_back(t, u, known, now):
            continue
        insert_gently(t, u, now, 10 if below(t.random, 2) == 0 else 0)
