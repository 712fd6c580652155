"""A problem and a plan made ready for many questions: tables filled, who has what by worker and by person."""

from __future__ import annotations

import copy
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.construct import take_over_plan
from scheduling.engine.cost import TERMS, price
from scheduling.engine.flow.fields import refuse_flow
from scheduling.engine.problem import Gap, Occurrence, Problem, Worker
from scheduling.engine.routes import clear, load
from scheduling.engine.solution import Assignment, Solution
from scheduling.engine.tables import Ints, Tables


class NotInPlanError(KeyError):
    """A question about an occurrence that the problem does not have."""


@dataclass(frozen=True, slots=True)
class Move:
    """Another occurrence of a round that begins at another minute; the same worker comes."""

    occurrence: str
    before: int
    after: int


class Prepared:
    """A problem and a plan in tables, asked about as often as needed; not for several threads at once.

    Attributes
    ----------
    plan
        The plan that stands: of the one given, all that is legal.
    dropped
        Occurrences of the given plan that were not legal as given; here they are left out.
    given
        The assignments of the given plan, by occurrence.
    now
        The minute of the week before which nobody can be sent anywhere, None if the week has not begun.
    """

    def __init__(self, problem: Problem, plan: Solution, *, now: int | None = None) -> None:
        refuse_flow(problem)
        self.problem = problem
        self.now = -1 if now is None else now
        self.tables: Tables = build_tables(problem, 1)
        self.of_person: dict[str, list[str]] = defaultdict(list)
        for occurrence in problem.occurrences:
            self.of_person[occurrence.person].append(occurrence.id)
        self.published = {p.occurrence: p for p in problem.published}
        self.gaps_of: dict[str, list[Gap]] = defaultdict(list)
        for gap in problem.gaps:
            self.gaps_of[gap.before].append(gap)
            self.gaps_of[gap.after].append(gap)
        self.adopt(plan)

    def adopt(self, plan: Solution) -> None:
        """Makes `plan`, of the same problem, the one that is asked about; far quicker than preparing anew."""
        t = self.tables
        t.fence[:] = (-tb.FAR, tb.FAR, 1)
        clear(t)
        self.given = {a.occurrence: a for a in plan.assignments}
        self.dropped = take_over_plan(self.problem, t, plan)
        self.kept: Ints = t.spot[:, :4].copy()
        self.placed = self.assignments()
        left_out = {a.occurrence for a in plan.assignments} - self.placed.keys()
        known = tuple(u for u in plan.unplaced if u.occurrence not in left_out)
        self.plan = Solution(tuple(self.placed.values()), known)
        self.of_worker: dict[str, set[str]] = defaultdict(set)
        for assignment in self.placed.values():
            for worker in assignment.workers:
                self.of_worker[worker].add(assignment.occurrence)
        self._fix_what_has_begun()

    def assignments(self) -> dict[str, Assignment]:
        """What the tables hold, by occurrence."""
        t, names = self.tables, [w.id for w in self.problem.workers]
        route, start = t.spot[:, tb.ROUTE].tolist(), t.spot[:, tb.START].tolist()
        twin, worker = t.node[:, tb.TWIN].tolist(), t.route[:, tb.WORKER].tolist()
        return {
            o.id: Assignment(
                o.id,
                tuple(names[worker[route[n]]] for n in ((u,) if twin[u] < 0 else (u, twin[u]))),
                start[u],
            )
            for u, o in enumerate(self.problem.occurrences)
            if route[u] >= 0
        }

    def workers_of(self, u: int) -> tuple[str, ...]:
        """Who serves the occurrence of node u (the first of a pair) in the tables."""
        t = self.tables
        nodes = [u] if t.node[u, tb.TWIN] < 0 else [u, int(t.node[u, tb.TWIN])]
        return tuple(self.problem.workers[t.route[t.spot[n, tb.ROUTE], tb.WORKER]].id for n in nodes)

    def undelegated(self, worker: Worker, asked: Occurrence) -> list[str]:
        """Skills that the occurrence needs and its agency has not delegated to the worker's."""
        if worker.agency == asked.agency:
            return []
        given = {
            d.skill
            for d in self.problem.delegations
            if (d.from_agency, d.to_agency) == (asked.agency, worker.agency)
        }
        return sorted(asked.skills - given)

    def restore(self) -> None:
        """Puts the standing plan back after something was tried out."""
        load(self.tables, self.kept)

    def node(self, occurrence: str) -> int:
        """The node of an occurrence, the first of a pair.

        Raises
        ------
        NotInPlanError
            If the problem has no such occurrence.
        """
        if occurrence not in self.problem.occurrence_index:
            raise NotInPlanError(occurrence)
        return self.problem.occurrence_index[occurrence]

    def difference(
        self,
        changes: Mapping[str, Assignment | None],
        *,
        as_if: Worker | None = None,
        given: dict[str, Assignment] | None = None,
    ) -> dict[str, int]:
        """The cost with these occurrences placed so (None: left out) less the cost now, by term.

        Exactly `cost.price` of the whole plan after less before, from only the rounds and people concerned.
        `as_if` stands in for the worker of the same id; `given` is taken to be in the plan now as well.
        """
        workers: set[str] = set()
        ids = set(changes)
        placed = ChainMap(given, self.placed) if given else self.placed
        for name, after in changes.items():
            for assignment in (placed.get(name), after):
                workers.update(assignment.workers if assignment else ())
            occurrence = self.problem.occurrences[self.problem.occurrence_index[name]]
            ids.update(self.of_person[occurrence.person])
        for worker in workers:
            ids |= self.of_worker[worker]
        part = self._part(ids)
        if as_if is not None:
            workers_then = tuple(as_if if w.id == as_if.id else w for w in part.workers)
            object.__setattr__(part, "workers", workers_then)
        old = [placed[name] for name in ids if name in placed]
        new = [a for a in old if a.occurrence not in changes] + [a for a in changes.values() if a]
        one, other = price(part, Solution(tuple(old))), price(part, Solution(tuple(new)))
        return {term: other[term] - one[term] for term in TERMS}

    def _part(self, ids: Iterable[str]) -> Problem:
        """The problem with only these occurrences, for pricing alone."""
        chosen = sorted(ids)
        part = copy.copy(self.problem)
        occurrences = tuple(self.problem.occurrences[self.problem.occurrence_index[name]] for name in chosen)
        object.__setattr__(part, "occurrences", occurrences)
        object.__setattr__(part, "occurrence_index", {name: i for i, name in enumerate(chosen)})
        published = tuple(self.published[name] for name in chosen if name in self.published)
        object.__setattr__(part, "published", published)
        return part

    def moves(self, routes: Iterable[int], *, but: str) -> tuple[Move, ...]:
        """What now begins at another time than in the standing plan on these routes, `but` for one."""
        t, found = self.tables, set()
        for r in routes:
            for u in t.stops[r, : t.route[r, tb.LENGTH], tb.NODE].tolist():
                first = min(u, int(t.node[u, tb.TWIN])) if t.node[u, tb.TWIN] >= 0 else u
                if self.kept[u, tb.START] != t.spot[u, tb.START]:
                    found.add(first)
        ids = self.problem.occurrences
        return tuple(
            Move(ids[u].id, int(self.kept[u, tb.START]), int(t.spot[u, tb.START]))
            for u in sorted(found, key=lambda u: int(t.spot[u, tb.START]))
            if ids[u].id != but
        )

    def _fix_what_has_begun(self) -> None:
        """Fences: what has begun, or is being travelled to, stands still; nothing else begins before now."""
        t, now = self.tables, self.now
        if now < 0:
            return
        t.fence[:, tb.FENCE_FROM] = now
        for u in begun_nodes(t, now):
            t.fence[u, tb.FENCE_FROM] = t.fence[u, tb.FENCE_TO] = t.spot[u, tb.START]


def begun_nodes(t: Tables, now: int) -> list[int]:
    """Nodes for which somebody has set out by minute `now`, with the twins that must be there too."""
    begun: set[int] = set()
    for r in np.flatnonzero(t.route[:, tb.LENGTH] > 0).tolist():
        place, person = int(t.route[r, tb.BASE]), -1
        for u, _, _, start, who, where, *_ in t.stops[r, : t.route[r, tb.LENGTH]].tolist():
            lead = 0 if who == person else int(t.travel[place, where] + t.policy[tb.ALLOWANCE])
            if start - lead < now:
                begun.add(u)
            place, person = where, who
    begun |= {int(t.node[u, tb.TWIN]) for u in begun if t.node[u, tb.TWIN] >= 0}
    return sorted(begun)
