"""PyVRP on vehicle routes with time windows: how soon it is near enough to what is best known."""

from __future__ import annotations

import time

import numpy as np
import pyvrp

from scheduling.engine.problem import Problem

NEAR = 1.01


def time_to_near(problem: Problem, best_known: float, seconds: float, processor: bool) -> tuple[float, float]:
    """When PyVRP was within 1 % of `best_known` (`seconds` if it never was), and its distance then.

    The distance is in the problem's own units, tenths; the seconds are the processor's if asked so. Its first
    solution counts too, though it is not interrupted.
    """
    clock = time.process_time if processor else time.perf_counter
    began = clock()

    def enough(best: float) -> bool:
        return best <= NEAR * best_known or clock() - began >= seconds

    result = pyvrp.solve(_data(problem), enough, seed=1, collect_stats=False, display=False)
    return clock() - began, float(result.best.distance())


def _data(problem: Problem) -> pyvrp.ProblemData:
    """One type of vehicle, for all workers are alike."""
    worker, shift = problem.workers[0], problem.workers[0].shifts[0]
    ways = problem.travel.astype(np.int64)
    place = {person.id: person.place for person in problem.people}
    ordered = sorted(problem.occurrences, key=lambda occurrence: place[occurrence.person])
    clients = [
        pyvrp.Client(
            location=place[occurrence.person],
            delivery=[occurrence.load],
            service_duration=occurrence.minutes,
            tw_early=occurrence.windows[0].start,
            tw_late=occurrence.windows[0].end,
        )
        for occurrence in ordered
    ]
    vehicles = pyvrp.VehicleType(
        num_available=len(problem.workers),
        capacity=[worker.carries or 0],
        tw_early=shift.start,
        tw_late=shift.end,
    )
    locations = [pyvrp.Location(0, 0) for _ in range(len(ways))]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(location=0)], [vehicles], [ways], [ways])
