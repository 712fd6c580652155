"""The second half of the pipeline a user would build today: route each day with PyVRP, then make it legal."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

from benchmarks.joining import Staff, Task, tasks_of
from scheduling.engine.check import check
from scheduling.engine.insertion import insertions
from scheduling.engine.problem import MINUTES_PER_DAY, Problem, Span, Worker
from scheduling.engine.rounds import service_of
from scheduling.engine.rules import separate_pairs, worker_violations
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced

DEAR = 100_000  # no prize is worth such a way, and no shift is so long


def plan(problem: Problem, seconds: float) -> Solution:
    """A legal plan of the week, each day routed for an equal part of the time.

    Putting back what fell out may take as long again: it is slow Python, and is not to be held against it.
    """
    staff = Staff(problem)
    days: dict[int, list[Task]] = defaultdict(list)
    for task in tasks_of(problem, staff):
        days[task.window.start // MINUTES_PER_DAY].append(task)
    each = seconds / max(len(days), 1)
    starts: dict[str, dict[str, int]] = defaultdict(dict)  # occurrence: worker: start
    for day, tasks in sorted(days.items()):
        for worker, order in _routed(problem, staff.shifts[day], tasks, each):
            for name, start in _timed(problem, worker, staff.shifts[day][worker.id], order).items():
                starts[name][worker.id] = start
    placed = _legal(problem, starts)
    return _mended(problem, placed, time.perf_counter() + seconds)


def _routed(
    problem: Problem, shifts: dict[str, Span], tasks: Sequence[Task], seconds: float
) -> list[tuple[Worker, list[Task]]]:
    """The tasks of one day in PyVRP's order, worker by worker."""
    workers = [worker for worker in problem.workers if worker.id in shifts]
    if not workers or not tasks:
        return []
    result = pyvrp.solve(
        _data(problem, workers, shifts, tasks),
        MaxRuntime(seconds),
        seed=1,
        collect_stats=False,
        display=False,
    )
    return [
        (workers[route.vehicle_type()], [tasks[visit.idx] for visit in route.schedule() if visit.is_client()])
        for route in result.best.routes()
    ]


def _data(
    problem: Problem, workers: Sequence[Worker], shifts: dict[str, Span], tasks: Sequence[Task]
) -> pyvrp.ProblemData:
    """Optional clients at the price of leaving them out and of a doorstep, a profile per set of tasks."""
    people = (problem.people[problem.person_index[task.occurrences[0].person]] for task in tasks)
    where = [person.place for person in people] + [worker.place for worker in workers]
    travel = problem.travel[np.ix_(where, where)].astype(np.int64)
    profiles: dict[tuple[int, ...], int] = {}
    distances, durations, vehicles = [], [], []
    for index, worker in enumerate(workers):
        shut = tuple(i for i, task in enumerate(tasks) if worker.id not in task.able)
        if shut not in profiles:
            profiles[shut] = len(distances)
            distance = travel.copy()
            distance[list(shut), :] = DEAR
            distance[:, list(shut)] = DEAR
            duration = distance.copy()
            duration[:, : len(tasks)] += problem.policy.arrival_allowance
            for matrix in (distance, duration):
                np.fill_diagonal(matrix, 0)
            distances.append(distance)
            durations.append(duration)
        shift = shifts[worker.id]
        vehicles.append(
            pyvrp.VehicleType(
                start_depot=index,
                end_depot=index,
                tw_early=shift.start,
                tw_late=shift.end,
                profile=profiles[shut],
            )
        )
    clients = [
        pyvrp.Client(
            location=i,
            service_duration=task.minutes,
            tw_early=task.window.start,
            tw_late=task.window.end,
            prize=sum(problem.policy.unserved_weight(o.priority) for o in task.occurrences),
            required=False,
        )
        for i, task in enumerate(tasks)
    ]
    depots = [pyvrp.Depot(location=len(tasks) + i) for i in range(len(workers))]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0)] * len(where), clients, depots, vehicles, distances, durations
    )


def _timed(problem: Problem, worker: Worker, shift: Span, order: Sequence[Task]) -> dict[str, int]:
    """The earliest starts in this order; with a break before the first task that it can be put before.

    A task that no longer fits into its window or the shift is left out.
    """
    separate = separate_pairs(problem)

    def worth(starts: dict[str, int]) -> int:
        services = [service_of(problem, Assignment(name, (worker.id,), at)) for name, at in starts.items()]
        if worker_violations(problem, worker, services, separate):
            return -1
        return sum(problem.policy.unserved_weight(service.occurrence.priority) for service in services)

    plain = _forward(problem, worker, shift, order, None)
    if worth(plain) >= 0:
        return plain
    return max(
        (plain, *(_forward(problem, worker, shift, order, k) for k in range(1, len(order)))), key=worth
    )


def _forward(
    problem: Problem, worker: Worker, shift: Span, order: Sequence[Task], pause: int | None
) -> dict[str, int]:
    policy = problem.policy
    here, ready = worker.place, shift.start
    starts: dict[str, int] = {}
    for k, task in enumerate(order):
        place = problem.people[problem.person_index[task.occurrences[0].person]].place
        arrival = ready + int(problem.travel[here, place]) + policy.arrival_allowance
        if k == pause:
            arrival += policy.break_minutes
        start = max(arrival, task.window.start)
        home = start + task.minutes + int(problem.travel[place, worker.place])
        if start > task.window.end or home > shift.end:
            continue
        here, ready = place, start + task.minutes
        for occurrence in task.occurrences:
            starts[occurrence.id] = start
            start += occurrence.minutes
    return starts


def _legal(problem: Problem, starts: dict[str, dict[str, int]]) -> dict[str, Assignment]:
    """What stands after everything that breaks a rule has been taken out, least urgent first."""
    placed: dict[str, Assignment] = {}
    for name, by_worker in starts.items():
        occurrence = problem.occurrences[problem.occurrence_index[name]]
        if len(by_worker) == occurrence.workers and len(set(by_worker.values())) == 1:
            placed[name] = Assignment(name, tuple(sorted(by_worker)), next(iter(by_worker.values())))
    while wrong := _least_urgent_wrong(problem, placed):
        for name in wrong:
            del placed[name]
    return placed


def _least_urgent_wrong(problem: Problem, placed: dict[str, Assignment]) -> set[str]:
    """For each broken rule, the least urgent of the placed occurrences that it speaks of."""
    wrong: set[str] = set()
    for violation in check(problem, Solution(tuple(placed.values()))):
        if violation.rule == "listed":
            continue
        names = [name for name in violation.ids if name in placed]
        if not names:  # weekly hours speak of the worker alone
            names = [name for name, a in placed.items() if set(violation.ids) & set(a.workers)]
        if not wrong & set(names):
            wrong.add(max(names, key=lambda n: _urgency(problem, n)))
    return wrong


def _urgency(problem: Problem, name: str) -> tuple[int, int]:
    occurrence = problem.occurrences[problem.occurrence_index[name]]
    return occurrence.priority, occurrence.minutes


def _mended(problem: Problem, placed: dict[str, Assignment], deadline: float) -> Solution:
    """Put what is left out back in where it fits as things stand, most urgent first, until time is up."""
    left = sorted(
        (o for o in problem.occurrences if o.id not in placed), key=lambda o: (o.priority, o.minutes)
    )
    for occurrence in left:
        if time.perf_counter() > deadline:
            break
        found = next(insertions(problem, Solution(tuple(placed.values())), occurrence.id), None)
        if found is not None:
            placed[occurrence.id] = found
    unplaced = (Unplaced(o.id, Reason.NO_CAPACITY) for o in problem.occurrences if o.id not in placed)
    return Solution(tuple(placed.values()), tuple(unplaced))
