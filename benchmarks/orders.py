"""From the orders that a peer finds to a plan that our own check and price can judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduling.engine.problem import Occurrence, Problem
from scheduling.engine.rounds import Service
from scheduling.engine.rules import needed_between
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced


def plan_of(problem: Problem, orders: Mapping[int, Sequence[int]]) -> Solution:
    """The plan in which each worker (index) serves occurrences (indices) in this order, at the earliest.

    Each worker has one shift. A start may lie beyond its window if the order is not feasible; that is for
    the check to say.
    """
    assignments: list[Assignment] = []
    for worker_index, order in orders.items():
        worker = problem.workers[worker_index]
        before: Service | None = None
        for index in order:
            occurrence = problem.occurrences[index]
            place = _place(problem, occurrence)
            if before is None:
                travel = int(problem.travel[worker.place, place])
                ready = worker.shifts[0].start + travel + problem.policy.arrival_allowance
            else:
                ready = before.end + needed_between(problem, before, Service(occurrence, before.end, place))
            before = Service(occurrence, max(ready, occurrence.windows[0].start), place)
            assignments.append(Assignment(occurrence.id, (worker.id,), before.start))
    placed = {assignment.occurrence for assignment in assignments}
    left_out = (o.id for o in problem.occurrences if o.id not in placed)
    return Solution(tuple(assignments), tuple(Unplaced(name, Reason.NO_CAPACITY) for name in left_out))


def _place(problem: Problem, occurrence: Occurrence) -> int:
    return problem.people[problem.person_index[occurrence.person]].place


def places(problem: Problem) -> list[int]:
    """The place of each occurrence."""
    return [_place(problem, occurrence) for occurrence in problem.occurrences]
