"""Every way to add something left out to a day whose times flow, with everything else left where it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from scheduling.engine.flow.terms import has_time
from scheduling.engine.problem import Occurrence, Problem, Worker
from scheduling.engine.rounds import Service, rounds_of, services_by_worker
from scheduling.engine.rules import worker_violations
from scheduling.engine.solution import Assignment, Solution


def flow_insertions(problem: Problem, solution: Solution, occurrence: str) -> Iterator[Assignment]:
    """One legal way for each start, or two starts of a pair, that has any."""
    asked = problem.occurrences[problem.occurrence_index[occurrence]]
    parts = [asked.part(number) for number in range(asked.workers)]
    still = _Still(problem, solution)
    free = cache(lambda number, start: still.free(parts[number], start))  # a pair asks often for each start
    for start in _starts(parts[0]):
        if asked.workers == 1:
            yield from (Assignment(occurrence, (name,), start) for name in free(0, start)[:1])
            continue
        for later in _seconds(asked, parts[1], start) if free(0, start) else ():
            pair = next(((a, b) for a in free(0, start) for b in free(1, later) if a != b), None)
            if pair:
                yield Assignment(occurrence, pair, start, later)


def _starts(part: Occurrence) -> Iterator[int]:
    for window in part.windows:
        yield from range(window.start, window.end + 1)


def _seconds(asked: Occurrence, second: Occurrence, start: int) -> Iterator[int]:
    two = asked.second
    if two is None:
        yield start
        return
    for later in _starts(second):
        if two.max is None or two.min <= later - start <= two.max:
            yield later


class _Still:
    """A plan in which nothing moves."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem = problem
        self.services = services_by_worker(problem, solution)
        self.meals = {meal.worker: meal.start for meal in solution.meals}
        self.loads: dict[str, int] = {}
        for placed in solution.assignments:
            load = problem.occurrences[problem.occurrence_index[placed.occurrence]].load
            self.loads[placed.workers[0]] = self.loads.get(placed.workers[0], 0) + load

    def free(self, part: Occurrence, start: int) -> list[str]:
        """The workers who could serve the part at `start`."""
        return [w.id for w in self.problem.workers if self._is_free(w, part, start)]

    def _is_free(self, worker: Worker, part: Occurrence, start: int) -> bool:
        if not self.problem.may_serve(worker, part):
            return False
        if worker.carries is not None and self.loads.get(worker.id, 0) + part.load > worker.carries:
            return False
        place = self.problem.people[self.problem.person_index[part.person]].place
        services = [*self.services.get(worker.id, []), Service(part, start, place)]
        if worker_violations(self.problem, worker, services, frozenset()):
            return False
        eats = self.meals.get(worker.id)
        if eats is None or worker.meal is None:
            return True
        rounds = rounds_of(self.problem, worker, services)
        return has_time(self.problem, worker, rounds[0], eats, eats + worker.meal.minutes)
