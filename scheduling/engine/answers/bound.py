"""A lower bound on the cost of every legal plan of a problem.

The price is a sum over people, but for travel and for the workers' time, which all share. So:

- each person's week is bounded by itself: every node (one worker's part of an occurrence) is left out at its
  price, or served by a worker who may, at no less than its share of a visit, of the way to the door, of the
  distance from the preferred time and of a change; each worker who comes at all is a face. That is a facility
  location problem, bounded from below by a feasible solution of its dual (after Erlenkotter, 1978);
- a visit is shared by at most as many nodes as could stand in one visit with this one; a way to the door is
  as long as the shortest from anywhere else and shared by all that could be served in the same shift;
- workers' time is scarce: a minute of a worker's week, of a shift and of each half hour of it has a price of
  at least 0, added to what takes it and taken off again for all that there is (Lagrangian relaxation). Any
  prices give a valid bound; a subgradient search looks for good ones.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.bounding import BUCKET, Floats, evaluate
from scheduling.engine.building import build_tables
from scheduling.engine.flow.fields import refuse_flow
from scheduling.engine.problem import Gap, Occurrence, Problem
from scheduling.engine.tables import Tables

SECONDS, MOST_ROUNDS = 4.0, 400
FIRST_STEP, SHRINK = 0.03, 0.987
MEMORY = 0.9
"""How much of the last direction the next one keeps: a single answer is all or nothing."""
SAFETY = 1e-3
"""Far more than all rounding errors together; the bound is a whole number all the same."""


@dataclass(frozen=True, slots=True)
class Bound:
    """No legal plan costs less than `cost` (equivalent minutes); `rounds` is how long prices were sought."""

    cost: int
    rounds: int
    seconds: float


def bound(
    problem: Problem, *, seconds: float | None = SECONDS, rounds: int = MOST_ROUNDS, known: int | None = None
) -> Bound:
    """A cost that no legal plan of the problem can be below.

    Stops after `rounds` or `seconds`. `known`, the cost of some plan, helps to find good prices; it does not
    make the bound less valid, whatever it is.
    """
    refuse_flow(problem)
    began = time.monotonic()
    relaxed = _Relaxation(problem)
    best = relaxed.value()
    step, done = FIRST_STEP, 1
    while done < rounds:
        if seconds is not None and time.monotonic() - began > seconds:
            break
        target = known if known is not None else 1.5 * best + 1
        relaxed.move(step, max(target - relaxed.last, 1.0))
        value = relaxed.value()
        done += 1
        step *= SHRINK
        if value > best:
            best = value
            relaxed.remember()
        elif value < best - abs(target):  # a step far too long
            step /= 2
            relaxed.recall()
    return Bound(max(0, math.ceil(best - SAFETY)), done, time.monotonic() - began)


class _Relaxation:
    """The problem with prices on the workers' time, which are 0 at first."""

    def __init__(self, problem: Problem) -> None:
        self.t: Tables = build_tables(problem, 1)
        t = self.t
        routes, workers = len(t.route), len(t.worker)
        longest = int((t.route[:, tb.CLOSE] - t.route[:, tb.OPEN]).max()) if routes else 0
        self.prices = [np.zeros(workers), np.zeros(routes), np.zeros((routes, longest // BUCKET + 1))]
        self.used = [np.zeros_like(p) for p in self.prices]
        self.kept = [p.copy() for p in self.prices]
        self.there = _time_there_is(t, self.prices[2].shape[1])
        self.caps = _caps(problem, t)
        self.alone = _alone(problem, t)
        self.entries = _entries(problem)
        self.ways = _ways(problem)
        self.trend = [np.zeros_like(p) for p in self.prices]
        self.last = 0.0

    def value(self) -> float:
        """The bound at the present prices."""
        if not len(self.t.node):
            return 0.0
        total = evaluate(self.t, self.caps, self.alone, self.entries, self.ways, *self.prices, *self.used)
        taken_off = sum(float((p * there).sum()) for p, there in zip(self.prices, self.there, strict=True))
        self.last = float(total) - taken_off
        return self.last

    def move(self, step: float, distance: float) -> None:
        """Moves the prices towards where time is short (Polyak's step)."""
        slopes = [
            np.where((p <= 0) & (used < there), 0.0, (used - there) / np.maximum(there, 1.0))
            for p, used, there in zip(self.prices, self.used, self.there, strict=True)
        ]
        for trend, s in zip(self.trend, slopes, strict=True):
            trend *= MEMORY
            trend += (1 - MEMORY) * s
        slopes = self.trend
        norm = sum(float((s * s).sum()) for s in slopes)
        if norm > 0:
            for p, s, there in zip(self.prices, slopes, self.there, strict=True):
                np.maximum(p + step * distance / norm * s / np.maximum(there, 1.0), 0.0, out=p)

    def remember(self) -> None:
        """Keeps the present prices as the best."""
        self.kept = [p.copy() for p in self.prices]

    def recall(self) -> None:
        """Goes back to the best prices."""
        for p, kept in zip(self.prices, self.kept, strict=True):
            p[:] = kept
        for trend in self.trend:
            trend[:] = 0.0
        self.value()


def _time_there_is(t: Tables, buckets: int) -> list[Floats]:
    """Minutes of each worker's week, of each shift and of each half hour of a shift."""
    lasts = (t.route[:, tb.CLOSE] - t.route[:, tb.OPEN]).astype(float)
    halves = np.clip(lasts[:, None] - BUCKET * np.arange(buckets)[None, :], 0, BUCKET)
    return [t.worker[:, tb.WEEK_MAX].astype(float), lasts, halves]


def _caps(problem: Problem, t: Tables) -> Floats:
    """(nodes,) the price of leaving out, that of a pair half on each node."""
    published = {p.occurrence for p in problem.published}
    prices = [
        problem.policy.unserved_weight(o.priority) + problem.policy.change * (o.id in published)
        for o in problem.occurrences
    ]
    caps = np.zeros(len(t.node))
    for u, price in enumerate(prices):
        twin = int(t.node[u, tb.TWIN])
        caps[u] = price if twin < 0 else price / 2
        if twin >= 0:
            caps[twin] = price / 2
    return caps


def _alone(problem: Problem, t: Tables) -> Floats:
    """(nodes,) one over the most nodes that could stand in a visit with this one, itself included."""
    able = []
    for u in range(len(problem.occurrences)):
        nodes = [u] if t.node[u, tb.TWIN] < 0 else [u, int(t.node[u, tb.TWIN])]
        own = [t.candidates[t.node[n, tb.CAND_FROM] : t.node[n, tb.CAND_TO]] for n in nodes]
        able.append(set(t.route[np.concatenate(own), tb.WORKER].tolist()))
    by_person: dict[str, list[int]] = defaultdict(list)
    for u, occurrence in enumerate(problem.occurrences):
        by_person[occurrence.person].append(u)
    apart = {frozenset(pair) for pair in problem.separate}
    gaps = {(g.before, g.after): g for g in problem.gaps}
    alone = np.ones(len(t.node))
    wait = problem.policy.join_wait
    for own_nodes in by_person.values():
        company = dict.fromkeys(own_nodes, 1)
        free = [u for u in own_nodes if problem.occurrences[u].mergeable]
        pairs = [(u, x) for k, u in enumerate(free) for x in free[:k] if able[u] & able[x]]
        group = _groups(problem, free, [(u, x) for u, x in pairs if _meet(problem, u, x, wait, gaps)])
        for u, x in pairs:
            if group[u] != group[x] or frozenset(problem.occurrences[n].id for n in (u, x)) in apart:
                continue
            others = [n for n in free if group[n] == group[u] and n not in (u, x)]
            between = sum(problem.occurrences[n].minutes + wait for n in others)
            if _meet(problem, u, x, between + wait, gaps):
                company[u] += 1
                company[x] += 1
        for u, number in company.items():
            alone[u] = 1 / number
            if t.node[u, tb.TWIN] >= 0:
                alone[int(t.node[u, tb.TWIN])] = 1 / number
    return alone


def _groups(problem: Problem, nodes: list[int], pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Nodes that hang together by pairs that may follow each other directly: a visit lies in one group."""
    group = {u: u for u in nodes}
    for u, x in pairs:
        old, new = group[u], group[x]
        for n in nodes:
            if group[n] == old:
                group[n] = new
    return group


def _meet(problem: Problem, u: int, x: int, most: int, gaps: dict[tuple[str, str], Gap]) -> bool:
    """Whether one may begin at most `most` minutes after the other ends."""
    one, other = problem.occurrences[u], problem.occurrences[x]
    return _follow(one, other, most, gaps) or _follow(other, one, most, gaps)


def _follow(first: Occurrence, second: Occurrence, most: int, gaps: dict[tuple[str, str], Gap]) -> bool:
    """Whether `second` may begin 0 to `most` minutes after `first` ends."""
    least = 0
    if (second.id, first.id) in gaps:
        return False
    gap = gaps.get((first.id, second.id))
    if gap is not None:
        least, most = gap.min, most if gap.max is None else min(most, gap.max)
    return any(
        max(b.start - a.end - first.minutes, least) <= min(b.end - a.start - first.minutes, most)
        for a in first.windows
        for b in second.windows
    )


def _entries(problem: Problem) -> Floats:
    """(people,) minutes of the shortest way to the door from any other door or base."""
    asked = {problem.person_index[o.person] for o in problem.occurrences}
    places = [person.place for person in problem.people]
    bases = {w.place for w in problem.workers if w.shifts}
    entries = np.zeros(len(problem.people))
    for p in asked:
        others = bases | {places[q] for q in asked if q != p}
        entries[p] = min((int(problem.travel[q, places[p]]) for q in others), default=0)
    return entries


def _ways(problem: Problem) -> Floats:
    """(places, 2) minutes of the shortest way from each place to any door that is asked for, and back."""
    doors = sorted({problem.people[problem.person_index[o.person]].place for o in problem.occurrences})
    if not doors:
        return np.zeros((len(problem.travel), 2))
    return np.stack([problem.travel[:, doors].min(axis=1), problem.travel[doors].min(axis=0)], axis=1) * 1.0
