"""OR-Tools routing on a one-day problem: cheapest insertion, then guided local search."""

from __future__ import annotations

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.orders import places, plan_of
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution


def solve(problem: Problem, seconds: float) -> Solution:
    """Plan the day."""
    visits, staff = len(problem.occurrences), len(problem.workers)
    where = places(problem) + [worker.place for worker in problem.workers]
    travel = problem.travel[np.ix_(where, where)].astype(np.int64)
    minutes = travel.copy()  # from start to start: service, the way, and the allowance at a client's door
    minutes[:visits] += np.array([[occurrence.minutes] for occurrence in problem.occurrences])
    minutes[:, :visits] += problem.policy.arrival_allowance
    bases = list(range(visits, visits + staff))
    manager = pywrapcp.RoutingIndexManager(visits + staff, staff, bases, bases)
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(travel.tolist()))
    transit = routing.RegisterTransitMatrix(minutes.tolist())
    latest = max(worker.shifts[0].end for worker in problem.workers)
    routing.AddDimension(transit, latest, latest, False, "time")
    time = routing.GetDimensionOrDie("time")
    for index, worker in enumerate(problem.workers):
        shift = worker.shifts[0]
        time.CumulVar(routing.Start(index)).SetRange(shift.start, shift.end)
        time.CumulVar(routing.End(index)).SetRange(shift.start, shift.end)
    for index, occurrence in enumerate(problem.occurrences):
        node = manager.NodeToIndex(index)
        time.CumulVar(node).SetRange(occurrence.windows[0].start, occurrence.windows[0].end)
        able = [i for i, worker in enumerate(problem.workers) if problem.may_serve(worker, occurrence)]
        routing.VehicleVar(node).SetValues([-1, *able])
        routing.AddDisjunction([node], problem.policy.unserved_weight(occurrence.priority))
    found = routing.SolveWithParameters(_parameters(seconds))
    orders: dict[int, list[int]] = {}
    for index in range(staff) if found is not None else ():
        at = found.Value(routing.NextVar(routing.Start(index)))
        while not routing.IsEnd(at):
            orders.setdefault(index, []).append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
    return plan_of(problem, orders)


def _parameters(seconds: float) -> object:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    return parameters
