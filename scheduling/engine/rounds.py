"""Who is where when: a solution read as rounds, the services of one shift in their order.

The price and the check both read a plan this way, so that a doorstep is the same thing in both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from scheduling.engine.parts import MINUTES_PER_DAY, Occurrence, Span, Worker
from scheduling.engine.solution import Assignment, Solution

if TYPE_CHECKING:
    from scheduling.engine.problem import Problem


@dataclass(frozen=True, slots=True)
class Service:
    """One worker's work at one occurrence, from minute `start` to minute `end`."""

    occurrence: Occurrence
    start: int
    place: int

    @property
    def end(self) -> int:
        """The minute the service ends."""
        return self.start + self.occurrence.minutes


@dataclass(frozen=True, slots=True)
class Round:
    """The services of one worker in one shift; `shift` is None for work outside every shift."""

    worker: Worker
    shift: Span | None
    services: tuple[Service, ...]

    def is_same_day(self, other: Round) -> bool:
        """Whether both are shifts that begin on one day: an absence between them is no night."""
        one, two = self.shift, other.shift
        return bool(one and two and one.start // MINUTES_PER_DAY == two.start // MINUTES_PER_DAY)

    def leave(self, problem: Problem) -> int:
        """The latest minute of leaving the base that is in time for the first service."""
        first = self.services[0]
        travel = int(problem.travel[self.worker.place, first.place])
        return first.start - problem.policy.arrival_allowance - travel

    def back(self, problem: Problem) -> int:
        """The minute of being back at the base."""
        last = self.services[-1]
        return last.end + int(problem.travel[last.place, self.worker.place])

    def travel(self, problem: Problem) -> int:
        """Minutes travelled, base to base."""
        places = [self.worker.place, *(service.place for service in self.services), self.worker.place]
        return sum(int(problem.travel[a, b]) for a, b in pairwise(places) if a != b)

    def visits(self, problem: Problem) -> list[tuple[Service, ...]]:
        """The services by arrival: a run at one person with waits of at most `join_wait`."""
        visits: list[list[Service]] = []
        for service in self.services:
            if visits and is_joined(problem, visits[-1][-1], service):
                visits[-1].append(service)
            else:
                visits.append([service])
        return [tuple(visit) for visit in visits]


def is_joined(problem: Problem, before: Service, after: Service) -> bool:
    """Whether `after` belongs to the visit that `before` stands in, one coming next after the other."""
    same_person = before.occurrence.person == after.occurrence.person
    return same_person and after.start - before.end <= problem.policy.join_wait


def service_of(problem: Problem, assignment: Assignment, number: int = 0) -> Service:
    """What the first (0) or second (1) worker does; the occurrence must be known to the problem."""
    occurrence = problem.occurrences[problem.occurrence_index[assignment.occurrence]]
    place = problem.people[problem.person_index[occurrence.person]].place
    return Service(occurrence.part(number), assignment.start_of(number), place)


def rounds_of(problem: Problem, worker: Worker, services: Iterable[Service]) -> list[Round]:
    """One worker's services as rounds, in the order of time.

    A service belongs to the shift in which it starts. Shifts may pass midnight and a day may have
    25 hours, so the shift decides and not the calendar; work outside every shift is put together by day.
    """
    starts = [shift.start for shift in worker.shifts]
    groups: dict[tuple[int, int], list[Service]] = defaultdict(list)
    for service in sorted(services, key=lambda s: (s.start, s.end, s.occurrence.id)):
        index = bisect_right(starts, service.start) - 1
        if index >= 0 and service.start < worker.shifts[index].end:
            groups[index, 0].append(service)
        else:
            groups[-1, service.start // MINUTES_PER_DAY].append(service)
    rounds = [
        Round(worker, worker.shifts[index] if index >= 0 else None, tuple(group))
        for (index, _), group in groups.items()
    ]
    return sorted(rounds, key=lambda r: r.services[0].start)


def services_by_worker(problem: Problem, solution: Solution) -> dict[str, list[Service]]:
    """All services of a plan by worker id; occurrences and workers nobody knows are passed over."""
    services: dict[str, list[Service]] = defaultdict(list)
    for assignment in solution.assignments:
        if assignment.occurrence in problem.occurrence_index:
            for number, worker in enumerate(assignment.workers):
                if worker in problem.worker_index:
                    services[worker].append(service_of(problem, assignment, number))
    return services


def all_rounds(problem: Problem, solution: Solution) -> Iterator[Round]:
    """Every round of the plan, worker by worker."""
    for worker, services in services_by_worker(problem, solution).items():
        yield from rounds_of(problem, problem.workers[problem.worker_index[worker]], services)
