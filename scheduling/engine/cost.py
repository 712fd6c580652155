"""What a plan costs, term by term and by name, in equivalent minutes.

This price is computed from the plan alone. The search keeps its own running price; the two must agree.
"""

from __future__ import annotations

from collections import defaultdict

from scheduling.engine.flow.terms import flow_terms
from scheduling.engine.problem import MINUTES_PER_DAY, Problem
from scheduling.engine.rounds import all_rounds
from scheduling.engine.solution import Solution

TERMS = ("unserved", "arrivals", "faces", "not_named", "travel", "preferred", "change")
FLOW_TERMS = ("late", "latest", "wait", "overtime", "idlest", "missed_meal")
"""Terms that only a problem with `flow` has."""
UNCHANGED_MINUTES = 15


def price(problem: Problem, solution: Solution) -> dict[str, int]:
    """The cost of a solution by term, each a whole number of equivalent minutes.

    A plan that breaks rules is priced as it stands; an occurrence that it forgot counts as unserved.
    """
    policy = problem.policy
    placed = {a.occurrence for a in solution.assignments}
    left_out = (o for o in problem.occurrences if o.id not in placed)
    visits, not_named, travel, met = _arrivals(problem, solution)
    flow = flow_terms(problem, problem.flow, solution) if problem.flow else {}
    return {
        "unserved": sum(policy.unserved_weight(o.priority) for o in left_out),
        "arrivals": policy.arrival * visits,
        "faces": _faces(problem, met),
        "not_named": policy.not_named * not_named,
        "travel": travel * (problem.flow.travel if problem.flow else 1),
        "preferred": policy.preferred_per_10_min * _tens_from_preferred(problem, solution),
        "change": policy.change * _changes(problem, solution),
        **flow,
    }


def total(terms: dict[str, int]) -> int:
    """The cost: the sum of the terms."""
    return sum(terms.get(name, 0) for name in (*TERMS, *FLOW_TERMS))


def arrivals(problem: Problem, solution: Solution) -> int:
    """How often somebody stands at a door; both workers of a pair count."""
    return _arrivals(problem, solution)[0]


def _arrivals(problem: Problem, solution: Solution) -> tuple[int, int, int, dict[str, set[str]]]:
    """Visits, visits by another than the named worker, minutes travelled, workers met by person."""
    visits = not_named = travel = 0
    met: dict[str, set[str]] = defaultdict(set)
    for round_ in all_rounds(problem, solution):
        travel += round_.travel(problem)
        for visit in round_.visits(problem):
            person = problem.people[problem.person_index[visit[0].occurrence.person]]
            visits += 1
            not_named += person.named_worker not in (None, round_.worker.id)
            met[person.id].add(round_.worker.id)
    return visits, not_named, travel, met


def _faces(problem: Problem, met: dict[str, set[str]]) -> int:
    policy = problem.policy
    cost = 0
    for person, workers in met.items():
        known = problem.people[problem.person_index[person]].known_workers
        cost += policy.face * len(workers) + policy.new_face * len(workers - known)
    return cost


def _tens_from_preferred(problem: Problem, solution: Solution) -> int:
    """Whole ten minutes between start and preferred start, over all placed occurrences."""
    tens = 0
    for assignment in solution.assignments:
        index = problem.occurrence_index.get(assignment.occurrence)
        if index is not None and (preferred := problem.occurrences[index].preferred) is not None:
            tens += abs(assignment.start - preferred) // 10
    return tens


def _changes(problem: Problem, solution: Solution) -> int:
    """How many published occurrences have other workers, another day or time, or are not placed."""
    placed = {a.occurrence: a for a in solution.assignments}
    changes = 0
    for before in problem.published:
        now = placed.get(before.occurrence)
        changes += (
            now is None
            or set(now.workers) != set(before.workers)
            or now.start // MINUTES_PER_DAY != before.start // MINUTES_PER_DAY
            or abs(now.start - before.start) > UNCHANGED_MINUTES
        )
    return changes
