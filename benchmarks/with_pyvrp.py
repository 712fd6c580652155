"""PyVRP on a one-day problem: a vehicle type per worker, optional clients whose prize is the price
of leaving them out, and a routing profile per set of workers who may serve the same clients, as PyVRP's
own page on access restrictions does it.

The ways to clients whom a worker may not serve are closed in one of two manners, and the better counts:
dear (the distance no prize is worth) or dear and long (too long for any shift as well). Leaving the edges
out altogether, so that PyVRP fills in its largest number, made version 0.14.1 search a first solution for
many times its time limit, and in one case without end.
"""

from __future__ import annotations

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.stop import MaxRuntime

from benchmarks.orders import places, plan_of
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution

DEAR = 10_000  # no prize is worth such a way, and no shift is so long


def solve_dear(problem: Problem, seconds: float) -> Solution:
    """Plan the day; the way to a client whom the worker may not serve is dear."""
    return _solve(_data(problem, long=False), problem, seconds)


def solve_long(problem: Problem, seconds: float) -> Solution:
    """Plan the day; the way to a client whom the worker may not serve is dear and long."""
    return _solve(_data(problem, long=True), problem, seconds)


def _solve(data: pyvrp.ProblemData, problem: Problem, seconds: float) -> Solution:
    result = pyvrp.solve(data, MaxRuntime(seconds), seed=1, collect_stats=False, display=False)
    orders = {
        route.vehicle_type(): [visit.idx for visit in route.schedule() if visit.is_client()]
        for route in result.best.routes()
    }
    return plan_of(problem, orders)


def _data(problem: Problem, *, long: bool) -> pyvrp.ProblemData:
    where = places(problem) + [worker.place for worker in problem.workers]
    distances: list[NDArray[np.int64]] = []
    durations: list[NDArray[np.int64]] = []
    profiles: dict[tuple[bool, ...], int] = {}
    vehicles = []
    travel = problem.travel[np.ix_(where, where)].astype(np.int64)
    for index, worker in enumerate(problem.workers):
        able = tuple(problem.may_serve(worker, occurrence) for occurrence in problem.occurrences)
        if able not in profiles:
            profiles[able] = len(distances)
            distances.append(_closed(travel, able))
            durations.append(_with_allowance(problem, distances[-1] if long else travel))
        vehicles.append(
            pyvrp.VehicleType(
                start_depot=index,
                end_depot=index,
                tw_early=worker.shifts[0].start,
                tw_late=worker.shifts[0].end,
                profile=profiles[able],
            )
        )
    clients = [
        pyvrp.Client(
            location=index,
            service_duration=occurrence.minutes,
            tw_early=occurrence.windows[0].start,
            tw_late=occurrence.windows[0].end,
            prize=problem.policy.unserved_weight(occurrence.priority),
            required=False,
        )
        for index, occurrence in enumerate(problem.occurrences)
    ]
    depots = [pyvrp.Depot(location=len(clients) + index) for index in range(len(problem.workers))]
    locations = [pyvrp.Location(0, 0) for _ in where]
    return pyvrp.ProblemData(locations, clients, depots, vehicles, distances, durations)


def _closed(travel: NDArray[np.int64], able: tuple[bool, ...]) -> NDArray[np.int64]:
    """The matrix with the ways to and from clients who may not be served closed."""
    matrix = travel.copy()
    shut = np.flatnonzero(~np.asarray(able))
    matrix[shut, :] = DEAR
    matrix[:, shut] = DEAR
    np.fill_diagonal(matrix, 0)
    return matrix


def _with_allowance(problem: Problem, matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Minutes on the way: every arrival at a client, but not at a base, takes the allowance."""
    clients = len(problem.occurrences)
    minutes = matrix.copy()
    minutes[:, :clients] += problem.policy.arrival_allowance
    np.fill_diagonal(minutes, 0)
    return minutes
