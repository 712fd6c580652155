"""The whole problem as one CP-SAT model, for small problems: its optimum is what the engine is held to.

It shares nothing with the search but the problem itself. Each shift is a circuit from the base and back.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, permutations

from ortools.sat.python import cp_model

from scheduling.engine.problem import MINUTES_PER_DAY, Problem
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced

LATEST = 20 * MINUTES_PER_DAY


def optimum(problem: Problem, *, seconds: float = 60.0) -> Solution | None:
    """A cheapest legal plan, None if that is not proven within `seconds`."""
    model = _Model(problem)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.model) != cp_model.OPTIMAL:
        return None
    return model.plan(solver)


class _Model:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.model, self.price = problem, cp_model.CpModel(), []
        self.start, self.placed = {}, {}
        self.serves = defaultdict(dict)  # occurrence -> (worker, shift) -> literal
        self.joined, self.first = {}, {}
        for o in problem.occurrences:
            self._occurrence(o)
        self.rounds = {
            (w.id, k): self._round(w, k, shift) for w in problem.workers for k, shift in enumerate(w.shifts)
        }
        for o in problem.occurrences:
            self.model.add(sum(self.serves[o.id].values()) == o.workers * self.placed[o.id])
            for w in problem.workers:
                self.model.add(sum(x for (name, _), x in self.serves[o.id].items() if name == w.id) <= 1)
        for w in problem.workers:
            self._week(w)
        self._gaps_and_locks()
        self._price()
        self.model.minimize(sum(self.price))

    def _bool(self):
        return self.model.new_bool_var("")

    def _occurrence(self, o):
        self.start[o.id], self.placed[o.id] = self.model.new_int_var(0, LATEST, ""), self._bool()
        windows = cp_model.Domain.from_intervals([[w.start, w.end] for w in o.windows])
        self.model.add_linear_expression_in_domain(self.start[o.id], windows)

    def _round(self, w, k, shift):
        """One shift: who is served in which order, when it is left and come back from."""
        p, model, policy = self.problem, self.model, self.problem.policy
        able = [
            o for o in p.occurrences
            if p.may_serve(w, o) and any(x.start < shift.end and x.end >= shift.start for x in o.windows)
        ]  # fmt: skip
        used, leave, back = (
            self._bool(),
            model.new_int_var(-LATEST, LATEST, ""),
            model.new_int_var(0, LATEST, ""),
        )
        arcs, idle, span_from, span_to = [(0, 0, ~used)], [], {}, {}
        place = {o.id: p.people[p.person_index[o.person]].place for o in able}
        for i, o in enumerate(able, 1):
            here = self._bool()
            self.serves[o.id][w.id, k] = here
            arcs.append((i, i, ~here))
            model.add_implication(here, used)
            first, last = self._bool(), self._bool()
            span_from[o.id], span_to[o.id] = first, last
            arcs += [(0, i, first), (i, 0, last)]
            travel = int(p.travel[w.place, place[o.id]])
            model.add(leave == self.start[o.id] - travel - policy.arrival_allowance).only_enforce_if(first)
            home = int(p.travel[place[o.id], w.place])
            model.add(back == self.start[o.id] + o.minutes + home).only_enforce_if(last)
            self.price += [travel * first, home * last]
        visit = {o.id: model.new_int_var(0, len(able), "") for o in able}
        number = {o.id: i for i, o in enumerate(able, 1)}
        for a, b in permutations(able, 2):
            follows = self._bool()
            arcs.append((number[a.id], number[b.id], follows))
            joined = self._follows(a, b, follows, place, idle)
            if joined is not None:
                self.joined[a.id, b.id, w.id, k] = joined
                model.add(visit[b.id] == visit[a.id]).only_enforce_if(joined)
        for b in able:
            entered = [
                x for (_, other, name, j), x in self.joined.items() if (other, name, j) == (b.id, w.id, k)
            ]
            alone = self._bool()
            model.add_bool_or([*entered, alone])
            for x in entered:
                model.add_implication(alone, ~x)
            model.add(visit[b.id] == number[b.id]).only_enforce_if(alone)
        for one, other in p.separate:
            if one in visit and other in visit:
                both = [self.serves[one][w.id, k], self.serves[other][w.id, k]]
                model.add(visit[one] != visit[other]).only_enforce_if(both)
        model.add_circuit(arcs)
        model.add(leave >= shift.start).only_enforce_if(used)
        model.add(back <= shift.end).only_enforce_if(used)
        lasts = model.new_int_var(0, LATEST, "")
        model.add(lasts == back - leave).only_enforce_if(used)
        model.add(lasts == 0).only_enforce_if(~used)
        self._break(able, span_from, span_to, idle, used)
        return used, leave, back, lasts

    def _follows(self, a, b, follows, place, idle):
        """b comes right after a; the literal that they are one visit, or None."""
        policy, model = self.problem.policy, self.model
        wait = self.start[b.id] - self.start[a.id] - a.minutes
        rest = self._bool()
        idle.append(rest)
        model.add_implication(rest, follows)
        if a.person != b.person:
            travel = int(self.problem.travel[place[a.id], place[b.id]])
            model.add(wait >= travel + policy.arrival_allowance).only_enforce_if(follows)
            need = travel + policy.arrival_allowance + policy.break_minutes
            model.add(wait >= need).only_enforce_if(rest)
            self.price.append(travel * follows)
            return None
        joined, apart = self._bool(), self._bool()
        model.add_implication(joined, follows)
        model.add(joined + apart == 1).only_enforce_if(follows)
        model.add_implication(apart, follows)
        model.add(wait >= 0).only_enforce_if(joined)
        model.add(wait <= policy.join_wait).only_enforce_if(joined)
        model.add(wait >= max(policy.arrival_allowance, policy.join_wait + 1)).only_enforce_if(apart)
        model.add(wait >= policy.break_minutes).only_enforce_if([rest, joined])
        model.add(wait >= policy.arrival_allowance + policy.break_minutes).only_enforce_if([rest, apart])
        if not (a.mergeable and b.mergeable):
            model.add(joined == 0)
        return joined

    def _break(self, able, first, last, idle, used):
        model, policy = self.model, self.problem.policy
        begin, end, short = model.new_int_var(0, LATEST, ""), model.new_int_var(0, LATEST, ""), self._bool()
        for o in able:
            model.add(begin == self.start[o.id]).only_enforce_if(first[o.id])
            model.add(end == self.start[o.id] + o.minutes).only_enforce_if(last[o.id])
        model.add(end - begin <= policy.break_after).only_enforce_if([short, used])
        model.add_bool_or([*idle, short, ~used])

    def _week(self, w):
        rounds = [self.rounds[w.id, k] for k in range(len(w.shifts))]
        self.model.add(sum(lasts for *_, lasts in rounds) <= w.max_week_minutes)
        for (one, _, back, _), (other, leave, _, _) in combinations(rounds, 2):
            self.model.add(leave - back >= self.problem.policy.rest).only_enforce_if([one, other])

    def _gaps_and_locks(self):
        minutes = {o.id: o.minutes for o in self.problem.occurrences}
        for gap in self.problem.gaps:
            wait = self.start[gap.after] - self.start[gap.before] - minutes[gap.before]
            both = [self.placed[gap.before], self.placed[gap.after]]
            self.model.add(wait >= gap.min).only_enforce_if(both)
            if gap.max is not None:
                self.model.add(wait <= gap.max).only_enforce_if(both)
        for lock in self.problem.locks:
            self.model.add(self.placed[lock.occurrence] == 1)
            if lock.start is not None:
                self.model.add(self.start[lock.occurrence] == lock.start)
            if lock.worker is not None:
                self.model.add(self._by(lock.occurrence, lock.worker) == 1)

    def _by(self, occurrence, worker):
        return sum(x for (name, _), x in self.serves[occurrence].items() if name == worker)

    def _price(self):
        p, policy = self.problem, self.problem.policy
        for o in p.occurrences:
            person = p.people[p.person_index[o.person]]
            self.price.append(policy.unserved_weight(o.priority) * (1 - self.placed[o.id]))
            for (worker, _), x in self.serves[o.id].items():
                self.price.append(self._visit(person, worker) * x)
            if o.preferred is not None:
                self._preferred(o)
        for (a, _, worker, _), x in self.joined.items():
            person = p.people[p.person_index[p.occurrences[p.occurrence_index[a]].person]]
            self.price.append(-self._visit(person, worker) * x)
        for person in p.people:
            own = [o.id for o in p.occurrences if o.person == person.id]
            for w in p.workers:
                met = self._bool()
                for name in own:
                    for (worker, _), x in self.serves[name].items():
                        if worker == w.id:
                            self.model.add_implication(x, met)
                self.price.append((policy.face + policy.new_face * (w.id not in person.known_workers)) * met)
        for before in p.published:
            self._published(before)

    def _visit(self, person, worker):
        policy = self.problem.policy
        return policy.arrival + policy.not_named * (person.named_worker not in (None, worker))

    def _preferred(self, o):
        tens = self.model.new_int_var(0, LATEST, "")
        away = self.start[o.id] - o.preferred
        self.model.add(10 * tens + 9 >= away).only_enforce_if(self.placed[o.id])
        self.model.add(10 * tens + 9 >= -away).only_enforce_if(self.placed[o.id])
        self.price.append(self.problem.policy.preferred_per_10_min * tens)

    def _published(self, before):
        o = self.problem.occurrences[self.problem.occurrence_index[before.occurrence]]
        same = self._bool()
        day = before.start // MINUTES_PER_DAY * MINUTES_PER_DAY
        low, high = max(before.start - 15, day), min(before.start + 15, day + MINUTES_PER_DAY - 1)
        self.model.add_linear_constraint(self.start[o.id], low, high).only_enforce_if(same)
        self.model.add_implication(same, self.placed[o.id])
        if len(set(before.workers)) == o.workers:
            for worker in before.workers:
                self.model.add(self._by(o.id, worker) == 1).only_enforce_if(same)
        else:
            self.model.add(same == 0)
        self.price.append(self.problem.policy.change * (1 - same))

    def plan(self, solver):
        assignments, unplaced = [], []
        for o in self.problem.occurrences:
            workers = tuple(w for (w, _), x in self.serves[o.id].items() if solver.boolean_value(x))
            if workers:
                assignments.append(Assignment(o.id, workers, solver.value(self.start[o.id])))
            else:
                unplaced.append(Unplaced(o.id, Reason.NO_CAPACITY))
        return Solution(tuple(assignments), tuple(unplaced))
