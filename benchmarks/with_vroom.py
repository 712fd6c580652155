"""VROOM on a one-day problem: jobs and vehicles with skills, the highest exploration level, one thread.

VROOM serves as many jobs as it can first and travels little second, which is our price as long as
a visit is worth more than any way. Its service begins when the worker is at the door, so the arrival
allowance goes before it: windows open that much earlier and service lasts that much longer.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import vroom

from benchmarks.orders import places, plan_of
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution

MOST_EXPLORATION = 5


def solve(problem: Problem, seconds: float) -> Solution:
    """Plan the day; VROOM ends by itself, often long before the limit."""
    names = sorted({name for o in problem.occurrences for name in o.skills})
    allowance = problem.policy.arrival_allowance
    day = vroom.Input()
    day.set_durations_matrix("car", problem.travel.astype(np.uint32))
    for index, worker in enumerate(problem.workers):
        shift = worker.shifts[0]
        day.add_vehicle(
            vroom.Vehicle(
                index,
                start=worker.place,
                end=worker.place,
                skills={names.index(name) for name in worker.skills if name in names},
                time_window=vroom.TimeWindow(shift.start, shift.end),
            )
        )
    for index, (occurrence, place) in enumerate(zip(problem.occurrences, places(problem), strict=True)):
        window = occurrence.windows[0]
        day.add_job(
            vroom.Job(
                index,
                location=place,
                default_service=occurrence.minutes + allowance,
                skills={names.index(name) for name in occurrence.skills},
                time_windows=[vroom.TimeWindow(window.start - allowance, window.end - allowance)],
            )
        )
    solved = day.solve(exploration_level=MOST_EXPLORATION, nb_threads=1, timeout=timedelta(seconds=seconds))
    orders: dict[int, list[int]] = {}
    for row in solved.routes.itertuples():
        if row.type == "job":
            orders.setdefault(int(row.vehicle_id), []).append(int(row.id))
    return plan_of(problem, orders)
