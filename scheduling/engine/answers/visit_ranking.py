"""Who could make a whole visit, or one of the two places of a double-handed one, in somebody's stead.

A visit is moved as one thing: its services stay as far apart as they are, and whoever comes as the second
worker to one of them comes at the new time, too. Nothing else moves, which is what a hand that drags it does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.prepared import Prepared
from scheduling.engine.answers.probing import NOTHING
from scheduling.engine.answers.ranking import Option, Ranking, Refusal, Rule, Trial, broken
from scheduling.engine.answers.visit_probing import (
    NO_ROUND,
    best_visit,
    has_begun,
    lift_visit,
    nearest_visit,
)
from scheduling.engine.cost import TERMS, total
from scheduling.engine.problem import Worker
from scheduling.engine.routes import start_step
from scheduling.engine.solution import Assignment
from scheduling.engine.standing import NO_GAPS, NO_LIMITS
from scheduling.engine.tables import Ints


class NotHeldError(ValueError):
    """A question about services of which the worker named does not serve each one."""


def rank_visit(desk: Prepared, worker: str, occurrences: Sequence[str]) -> Ranking:
    """Every worker who could make the visit that `worker` has to these occurrences, all else as it is.

    What the plan was given with and does not keep, for it breaks a rule, is asked about where it was given.
    An option speaks of the first occurrence: its `workers` and `start`; the others keep their distance.

    Raises
    ------
    NotInPlanError
        If the problem has no such occurrence.
    NotHeldError
        If the plan as given has one of them with others, or not at all.
    """
    with _Visit(desk, worker, occurrences) as visit:
        nothing = dict.fromkeys(TERMS, 0)
        options = {worker: Option(worker, visit.first.workers, visit.first.start, 0, nothing)}
        if visit.has_begun:
            refusals = [Refusal(w.id, Rule.BEGUN) for w in desk.problem.workers if w.id != worker]
            return Ranking(visit.first.occurrence, visit.first, tuple(options.values()), tuple(refusals))
        for w in visit.able():
            option = visit.option(w)
            if option is not None and (option.worker != worker or option.cost < 0):
                options[option.worker] = option
        refusals = [visit.refusal(w) for w in desk.problem.workers if w.id not in options]
    ranked = sorted(options.values(), key=lambda o: (o.cost, o.worker))
    return Ranking(visit.first.occurrence, visit.first, tuple(ranked), tuple(refusals))


class _Visit:
    """A visit taken out of a prepared plan, with the places of its partners; put back at the end."""

    def __init__(self, desk: Prepared, worker: str, occurrences: Sequence[str]) -> None:
        self.desk, self.t, self.home = desk, desk.tables, worker
        for name in occurrences:
            desk.node(name)
        held = [desk.given.get(name) for name in dict.fromkeys(occurrences)]
        self.parts = sorted(
            (a for a in held if a is not None and worker in a.workers), key=lambda a: (a.start, a.occurrence)
        )
        if not self.parts or len(self.parts) != len(held):
            raise NotHeldError(worker)
        self.first = self.parts[0]
        self.seats, self.holders = self._seats()
        self.has_begun = has_begun(self.t, self.seats)
        self.is_spared = True

    def _seats(self) -> tuple[Ints, Ints]:
        """See `visit_probing`: the own worker's seats first, then those of each partner."""
        index, holders = self.desk.problem.worker_index, [self.home]
        own, others = [], []
        for part in self.parts:
            u = self.desk.node(part.occurrence)
            nodes = [u, int(self.t.node[u, tb.TWIN])][: len(part.workers)]
            if self.home != self._holder(nodes[0], part.workers[0]):
                nodes.reverse()
            own.append((0, nodes[0], part.start))
            for partner in part.workers:
                if partner != self.home:
                    holders += [partner] if partner not in holders else []
                    others.append((holders.index(partner), nodes[1], part.start))
        seats = np.array(own + sorted(others), np.int32).reshape(-1, 3)
        return seats, np.array([index[name] for name in holders], np.int32)

    def _holder(self, node: int, given: str) -> str:
        """Who has the node in the tables, else who is given for it."""
        r = int(self.t.spot[node, tb.ROUTE])
        return given if r < 0 else self.desk.problem.workers[int(self.t.route[r, tb.WORKER])].id

    def __enter__(self) -> _Visit:
        if not self.has_begun:
            start_step(self.t)
            self.is_spared = lift_visit(self.t, self.seats, self.holders)
        return self

    def __exit__(self, *failure: object) -> None:
        self.desk.restore()

    @property
    def partners(self) -> set[str]:
        """Who else serves a part of it."""
        return {name for part in self.parts for name in part.workers} - {self.home}

    def able(self) -> list[int]:
        """Positions of the workers who may serve all of it and are no partner in it."""
        own = self.seats[self.seats[:, 0] == 0]
        sets = []
        for node in own[:, 1].tolist():
            routes = self.t.candidates[self.t.node[node, tb.CAND_FROM] : self.t.node[node, tb.CAND_TO]]
            sets.append(set(self.t.route[routes, tb.WORKER].tolist()))
        return sorted(set.intersection(*sets) - set(self.holders[1:].tolist()))

    def option(self, w: int) -> Option | None:
        """The cheapest time at which the worker could make it."""
        worker = self.desk.problem.workers[w].id
        if worker != self.home and not self.is_spared:
            return None
        by = best_visit(self.t, self.seats, self.holders, w, self.desk.now)
        if by == NOTHING:
            return None
        changes: dict[str, Assignment | None] = {}
        for part in self.parts:
            workers = tuple(worker if name == self.home else name for name in part.workers)
            changes[part.occurrence] = Assignment(part.occurrence, workers, part.start + by)
        terms = self.desk.difference(changes, given={part.occurrence: part for part in self.parts})
        first = changes[self.first.occurrence]
        assert first is not None
        return Option(worker, first.workers, first.start, total(terms), terms)

    def refusal(self, worker: Worker) -> Refusal:
        """Why the worker has no option."""
        if worker.id in self.partners:
            return Refusal(worker.id, Rule.TWICE)
        for part in self.parts:
            if found := Trial(self.desk, part.occurrence).forbidden(worker):
                return found
            held = {k.worker for k in self.desk.problem.locks if k.occurrence == part.occurrence}
            if self.home in held and worker.id != self.home:
                return Refusal(worker.id, Rule.LOCK, facts={"workers": sorted(name for name in held if name)})
        return self._in_the_way(worker) if self.is_spared else Refusal(worker.id, Rule.NEEDED)

    def _in_the_way(self, worker: Worker) -> Refusal:
        """Rules of time, with the rest of the plan as it is, as near to the present time as can be."""
        t, w = self.t, self.desk.problem.worker_index[worker.id]
        by = nearest_visit(t, self.seats, w, 0, self.desk.now)
        if by != NOTHING:
            return Refusal(worker.id, Rule.PARTNER, start=self.first.start + by)
        for rule, skip in (
            (Rule.GAP, NO_GAPS),
            (None, NO_LIMITS),
            (None, NO_GAPS | NO_LIMITS),
            (None, NO_ROUND),
        ):
            by = nearest_visit(t, self.seats, w, skip, self.desk.now)
            if by != NOTHING:
                mine = {part.occurrence: part.start + by for part in self.parts}
                rest = [self.desk.placed[n] for n in self.desk.of_worker.get(worker.id, ()) if n not in mine]
                return broken(self.desk, worker, rest, mine, rule)
        return Refusal(worker.id, Rule.SHIFT)
