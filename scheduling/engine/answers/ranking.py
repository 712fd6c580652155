"""Who could take an occurrence, when and at what price; and for everybody else the rule that forbids it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import numpy as np

from scheduling.engine import tables as tb
from scheduling.engine.answers.prepared import Move, Prepared
from scheduling.engine.answers.probing import (
    NOTHING,
    P_COST,
    P_OTHER,
    P_ROUTE,
    P_START,
    best_moved,
    best_pair_moved,
    best_pairs,
    best_still,
    least_trouble,
    list_pair_places,
    start_without,
    take_out,
    try_found,
    try_found_pair,
)
from scheduling.engine.cost import TERMS, total
from scheduling.engine.placing import HALF
from scheduling.engine.problem import Occurrence, Worker
from scheduling.engine.rounds import service_of
from scheduling.engine.routes import start_step, undo
from scheduling.engine.rules import separate_pairs, worker_violations
from scheduling.engine.solution import Assignment
from scheduling.engine.standing import NO_GAPS, NO_LIMITS
from scheduling.engine.tables import Ints

TRIES, PAIR_TRIES = 12, 3
NOBODY_BUT = -1


class Rule(StrEnum):
    """Why a worker cannot take an occurrence. From `shift` on these are the names that `check` uses."""

    BARRED = "barred"
    GENDER = "gender"
    SKILLS = "skills"
    DELEGATION = "delegation"
    LOCK = "lock"
    PARTNER = "partner"
    TWICE = "twice"
    BEGUN = "begun"
    NEEDED = "needed"
    SHIFT = "shift"
    GAP = "gap"
    TRAVEL = "travel"
    BREAK = "break"
    REST = "rest"
    HOURS = "hours"
    MERGEABLE = "mergeable"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Option:
    """A way to serve the occurrence that breaks no rule.

    Attributes
    ----------
    worker
        Whose option it is: the cheapest that has this worker.
    workers, start
        All who come (for a pair the worker and the best partner), and the minute of the week.
    cost, terms
        The plan's cost with it less the plan's cost now, in equivalent minutes, and the same by term.
    moves
        Other occurrences of the same rounds that begin earlier or later then.
    """

    worker: str
    workers: tuple[str, ...]
    start: int
    cost: int
    terms: dict[str, int]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a worker cannot take the occurrence while the rest of the plan stands.

    Attributes
    ----------
    rule
        What forbids it.
    start
        For rules of time: the minute at which least is in the way, None where no minute was looked at.
    rules
        Every rule broken at that minute.
    ids
        The occurrences in the way, or the other occurrences that the rule speaks of.
    facts
        By rule: `missing` (skills, delegation), `from_agency`, `to_agency` (delegation), `asked` (gender).
    """

    worker: str
    rule: Rule
    start: int | None = None
    rules: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every worker once: in `options`, cheapest first, or in `refusals`, in the order of the problem."""

    occurrence: str
    present: Assignment | None
    options: tuple[Option, ...]
    refusals: tuple[Refusal, ...]


def rank(desk: Prepared, occurrence: str, *, moving: bool = True) -> Ranking:
    """Every worker who could take the occurrence, and why each of the others cannot.

    An occurrence that stands in the plan is taken out of it first, so its present place is among the
    options, at no cost (the only one if it has begun). Without `moving`, nothing else may begin at another
    time.

    Raises
    ------
    NotInPlanError
        If the problem has no such occurrence.
    """
    with Trial(desk, occurrence) as trial:
        if not trial.is_free:
            rule = Rule.BEGUN if trial.has_begun else Rule.NEEDED
            here = tuple(trial.present_options())
            others = [w.id for w in desk.problem.workers if w.id not in {o.worker for o in here}]
            return Ranking(occurrence, trial.present, here, tuple(Refusal(name, rule) for name in others))
        options = {option.worker: option for option in trial.options(moving=moving)}
        for option in trial.present_options():
            if option.worker not in options or options[option.worker].cost > 0:
                options[option.worker] = option
        refusals = tuple(trial.refusal(w) for w in desk.problem.workers if w.id not in options)
    ranked = sorted(options.values(), key=lambda o: (o.cost, len(o.moves), o.worker))
    return Ranking(occurrence, trial.present, tuple(ranked), refusals)


class Trial:
    """An occurrence taken out of a prepared plan, which is put back as it was at the end.

    Attributes
    ----------
    is_free
        Whether it could be taken out: it has not begun, and the rest of its rounds can stand without it.
    """

    def __init__(self, desk: Prepared, occurrence: str) -> None:
        self.desk, self.id, self.t = desk, occurrence, desk.tables
        self.u = desk.node(occurrence)
        self.v = int(self.t.node[self.u, tb.TWIN])
        self.asked: Occurrence = desk.problem.occurrences[self.u]
        self.present = desk.placed.get(occurrence)
        self.homes = [int(self.t.spot[n, tb.ROUTE]) for n in (self.u, self.v) if n >= 0]
        fence = self.t.fence[self.u]
        self.has_begun = bool(fence[tb.FENCE_FROM] == fence[tb.FENCE_TO])
        self.is_free = not self.has_begun
        self.places = np.zeros(2, np.int32)

    def __enter__(self) -> Trial:
        if self.present is None:
            self.homes = []
        elif self.is_free:
            start_step(self.t)
            self.is_free = take_out(self.t, self.u)
        return self

    def __exit__(self, *failure: object) -> None:
        self.desk.restore()

    @property
    def nodes(self) -> list[int]:
        """The node, and its twin if there is one."""
        return [self.u] if self.v < 0 else [self.u, self.v]

    def able(self) -> list[int]:
        """Positions of the workers who may serve the occurrence and have a shift then."""
        found: set[int] = set()
        for n in self.nodes:
            own = self.t.candidates[self.t.node[n, tb.CAND_FROM] : self.t.node[n, tb.CAND_TO]]
            found.update(self.t.route[own, tb.WORKER].tolist())
        return sorted(found)

    def options(self, *, moving: bool, other_than: int = NOBODY_BUT) -> Iterator[Option]:
        """The cheapest option of each worker who has any; starts near `other_than` are passed over."""
        if self.v >= 0:
            yield from self._pair_options(moving, other_than)
            return
        for w in self.able():
            if option := self.option(w, moving=moving, other_than=other_than):
                yield option

    def option(self, w: int, *, moving: bool, other_than: int = NOBODY_BUT) -> Option | None:
        """The cheapest option of one worker for an occurrence of one worker."""
        t, now = self.t, self.desk.now
        start = best_still(t, self.u, w, now, other_than)
        cost = int(t.found[0, tb.F_COST]) if start >= 0 else NOTHING
        if moving:
            row = best_moved(t, self.u, w, now, TRIES)
            if row >= 0 and t.number[tb.FOUND_TWO] < cost:
                return self._moved(w, partial(try_found, t, self.u, row, now))
        if start < 0:
            return None
        return self._option(w, (w,), start, moves=self._home_moves())

    def _pair_options(self, moving: bool, other_than: int) -> Iterator[Option]:
        t, now = self.t, self.desk.now
        found = np.zeros((len(self.desk.problem.workers), 4), np.int32)
        best_pairs(t, self.u, now, other_than, found)
        if moving:
            list_pair_places(t, self.u, self.places)
        for w in self.able():
            row = found[w]
            if moving:
                at = best_pair_moved(t, self.u, w, now, PAIR_TRIES, self.places)
                start = int(t.number[tb.FOUND])
                if at >= 0 and t.number[tb.FOUND_TWO] < row[P_COST]:
                    i, m = at // HALF, HALF + at % HALF
                    yield self._moved(w, partial(try_found_pair, t, self.u, i, m, start, now))
                    continue
            if row[P_COST] < NOTHING:
                routes = [int(row[P_ROUTE]), int(row[P_OTHER])]
                workers = tuple(int(t.route[r, tb.WORKER]) for r in routes)
                yield self._option(w, workers, int(row[P_START]), moves=self._home_moves())

    def _home_moves(self) -> tuple[Move, ...]:
        return self.desk.moves(set(self.homes), but=self.id)

    def _moved(self, w: int, place: Callable[[], bool]) -> Option:
        """The option that `place` makes; it is undone again."""
        t = self.t
        before = int(t.number[tb.TOTAL])
        start_step(t)
        place()
        routes = [int(t.spot[n, tb.ROUTE]) for n in self.nodes]
        start = int(t.spot[self.u, tb.START])
        workers = tuple(int(t.route[r, tb.WORKER]) for r in routes)
        moves = self.desk.moves({*self.homes, *routes}, but=self.id)
        undo(t, before)
        return self._option(w, workers, start, moves=moves)

    def _option(self, w: int, workers: tuple[int, ...], start: int, *, moves: tuple[Move, ...]) -> Option:
        names = [worker.id for worker in self.desk.problem.workers]
        ids = tuple(names[x] for x in workers)
        changes: dict[str, Assignment | None] = {self.id: Assignment(self.id, ids, start)}
        for move in moves:
            old = self.desk.placed[move.occurrence]
            changes[move.occurrence] = Assignment(old.occurrence, old.workers, move.after)
        terms = self.desk.difference(changes)
        return Option(names[w], ids, start, total(terms), terms, moves)

    def option_at(self, w: int, workers: tuple[int, ...], start: int) -> Option:
        """What it is to have these workers at `start`, all else as it is with the occurrence taken out."""
        return self._option(w, workers, start, moves=self._home_moves())

    def present_options(self) -> Iterator[Option]:
        """To leave it where it is, for each worker who has it."""
        nothing = dict.fromkeys(TERMS, 0)
        if self.present is not None:
            for worker in self.present.workers:
                yield Option(worker, self.present.workers, self.present.start, 0, nothing)

    def terms_of_place(self) -> dict[str, int]:
        """What its present place costs, by term: the plan's cost now less the cost without it."""
        changes: dict[str, Assignment | None] = {self.id: None}
        for move in self._home_moves() if self.is_free else ():
            old = self.desk.placed[move.occurrence]
            changes[move.occurrence] = Assignment(old.occurrence, old.workers, move.after)
        return {term: -minutes for term, minutes in self.desk.difference(changes).items()}

    def helpers(self, only: set[int] | None) -> Ints:
        """(workers,) 1 for each who may serve it as a partner, of `only` these if they are given."""
        problem = self.desk.problem
        found = np.zeros(len(problem.workers), np.int32)
        for w, worker in enumerate(problem.workers):
            if (only is None or w in only) and problem.may_serve(worker, self.asked):
                found[w] = 1
        return found

    def refusal(self, worker: Worker) -> Refusal:
        """Why the worker has no option."""
        return self.forbidden(worker) or self._in_the_way(worker)

    def forbidden(self, worker: Worker) -> Refusal | None:
        """Rules of the worker and the occurrence alone, whatever the plan."""
        problem, asked = self.desk.problem, self.asked
        person = problem.people[problem.person_index[asked.person]]
        if missing := sorted(asked.skills - worker.skills):
            return Refusal(worker.id, Rule.SKILLS, facts={"missing": missing})
        if lacking := self.desk.undelegated(worker, asked):
            facts = {"missing": lacking, "from_agency": asked.agency, "to_agency": worker.agency}
            return Refusal(worker.id, Rule.DELEGATION, facts=facts)
        if worker.id in person.barred_workers:
            return Refusal(worker.id, Rule.BARRED)
        if asked.gender is not None and worker.gender != asked.gender:
            return Refusal(worker.id, Rule.GENDER, facts={"asked": asked.gender})
        held = {k.worker for k in problem.locks if k.occurrence == self.id and k.worker is not None}
        if len(held) >= asked.workers and worker.id not in held:
            return Refusal(worker.id, Rule.LOCK, facts={"workers": sorted(held)})
        return None

    def _in_the_way(self, worker: Worker) -> Refusal:
        """Rules of time, with the rest of the plan as it is."""
        desk, t = self.desk, self.t
        w, wish = desk.problem.worker_index[worker.id], self._wish()
        if self.v >= 0 and start_without(t, self.u, w, 0, wish) >= 0:
            return Refusal(worker.id, Rule.PARTNER, start=start_without(t, self.u, w, 0, wish))
        for rule, skip in ((Rule.GAP, NO_GAPS), (None, NO_LIMITS), (None, NO_GAPS | NO_LIMITS)):
            start = start_without(t, self.u, w, skip, wish)
            if start >= 0:
                return self._broken_at(worker, start, rule)
        start = least_trouble(t, self.u, w, wish)
        return Refusal(worker.id, Rule.SHIFT) if start < 0 else self._broken_at(worker, start, None)

    def _wish(self) -> int:
        if self.asked.preferred is not None:
            return self.asked.preferred
        published = self.desk.published.get(self.id)
        return published.start if published else self.asked.windows[0].start

    def _broken_at(self, worker: Worker, start: int, rule: Rule | None) -> Refusal:
        return broken(self.desk, worker, self.week_of(worker), {self.id: start}, rule)

    def week_of(self, worker: Worker) -> list[Assignment]:
        """What else the worker does, as it is with the occurrence taken out."""
        t, desk = self.t, self.desk
        found = []
        for name in desk.of_worker.get(worker.id, ()):
            if name != self.id:
                old = desk.placed[name]
                start = int(t.spot[desk.problem.occurrence_index[name], tb.START])
                found.append(Assignment(name, old.workers, start))
        return found


def broken(
    desk: Prepared, worker: Worker, rest: list[Assignment], mine: dict[str, int], rule: Rule | None
) -> Refusal:
    """All that is broken if beside the `rest` the worker does what is `mine`, from these minutes.

    `rule` comes first, else the first found.
    """
    problem = desk.problem
    services = [service_of(problem, a) for a in rest]
    services += [service_of(problem, Assignment(name, (worker.id,), at)) for name, at in mine.items()]
    found = worker_violations(problem, worker, services, separate_pairs(problem))
    about = [v for v in found if mine.keys() & set(v.ids)]
    ids = [name for v in about for name in v.ids if name in problem.occurrence_index]
    ids += [name for v in found if v not in about for name in v.ids if name in desk.placed]
    rules = [v.rule for v in found]
    for gap in _broken_gaps(desk, mine):
        rules.append("gap")
        ids.append(gap)
    start = min(mine.values())
    if not rules:  # it fits, but nobody can set out in time
        return Refusal(worker.id, Rule.BEGUN, start=start)
    first = rule or next((Rule(r) for r in ORDER if r in rules), Rule(rules[0]))
    others = tuple(dict.fromkeys(name for name in ids if name not in mine))
    return Refusal(worker.id, first, start, tuple(dict.fromkeys(rules)), others)


def _broken_gaps(desk: Prepared, mine: dict[str, int]) -> Iterator[str]:
    """The other occurrences, as they are in the tables, to which a gap would not hold."""
    problem = desk.problem
    for name, start in mine.items():
        end = start + problem.occurrences[problem.occurrence_index[name]].minutes
        for gap in desk.gaps_of.get(name, ()):
            other = gap.after if gap.before == name else gap.before
            if other not in desk.placed or other in mine:
                continue
            u = problem.occurrence_index[other]
            at = int(desk.tables.spot[u, tb.START])
            wait = at - end if gap.before == name else start - at - problem.occurrences[u].minutes
            if wait < gap.min or (gap.max is not None and wait > gap.max):
                yield other


ORDER = ("shift", "travel", "mergeable", "separate", "break", "rest", "hours", "gap")
