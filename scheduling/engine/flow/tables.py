"""What the tables of a day whose times flow have beyond those of a week: see `tables`, FLOW and DAY."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.engine import tables as tb
from scheduling.engine.problem import Problem
from scheduling.engine.tables import Ints


def flow_policy(problem: Problem) -> list[int]:
    """The policy columns from FLOWS on."""
    flow = problem.flow
    if flow is None:
        return [0, 1, 0, 0, 0, 0, 0, 0, 0]
    runs = int(flow.wait + flow.overtime + flow.idlest > 0)
    bound = int(any(o.workers == 2 for o in problem.occurrences))
    return [1, flow.travel, flow.late, flow.latest, flow.wait, flow.overtime, flow.idlest, runs, bound]


def add_meals(problem: Problem, node: Ints, published: Ints, windows: Ints) -> tuple[Ints, Ints, Ints]:
    """A node for each meal after all others, at no door; a person after all others stands for it."""
    flow, eaters = problem.flow, [w for w in problem.workers if w.meal]
    assert flow is not None
    rows, times = [], []
    for k, worker in enumerate(eaters):
        assert worker.meal is not None
        row = [len(problem.people), 0, worker.meal.minutes, flow.missed_meal, -1, 0, -1, -1]
        rows.append([*row, len(windows) + k, len(windows) + k + 1, 0, 0, 0, 0, 0, 0])
        last = worker.meal.end - worker.meal.minutes
        times.append((worker.meal.start, last, last))
    return (
        np.vstack([node, np.array(rows, np.int32)]),
        np.vstack([published, np.full((len(eaters), 4), -1, np.int32)]),
        np.vstack([windows, np.array(times, np.int32)]),
    )


def add_eaters(
    problem: Problem, competence: NDArray[np.uint8], kinds: Ints
) -> tuple[NDArray[np.uint8], Ints]:
    """Only the worker whose meal it is may have it."""
    eaters = [k for k, w in enumerate(problem.workers) if w.meal]
    own = np.zeros((len(eaters), len(problem.workers)), np.uint8)
    own[np.arange(len(eaters)), eaters] = 1
    first = len(competence)
    return (
        np.vstack([competence, own]),
        np.concatenate([kinds, np.arange(first, first + len(eaters), dtype=np.int32)]),
    )


def flow_tables(problem: Problem, node: Ints, route: Ints) -> tuple[Ints, Ints]:
    """The rows of FLOW and DAY; none in a week."""
    if problem.flow is None:
        return np.zeros((0, 12), np.int32), np.zeros((0, 10), np.int32)
    flow = np.zeros((len(node), 12), np.int32)
    flow[:, tb.TWIN_HIGH] = tb.FAR
    for u, occurrence in enumerate(problem.occurrences):
        flow[u, tb.LOAD] = occurrence.load
        twin, two = int(node[u, tb.TWIN]), occurrence.second
        if twin >= 0:
            low, high = (0, 0) if two is None else (two.min, tb.FAR if two.max is None else two.max)
            flow[u, tb.TWIN_LOW], flow[u, tb.TWIN_HIGH] = low, high
            flow[twin, tb.TWIN_LOW] = -high
            flow[twin, tb.TWIN_HIGH] = tb.FAR if high == tb.FAR else -low
    flow[:, tb.FLOATS] = node[:, tb.PERSON] == len(problem.people)
    day = np.zeros((len(route), 10), np.int32)
    kinds: dict[tuple[object, ...], int] = {}
    for r in range(len(route)):
        worker = problem.workers[route[r, tb.WORKER]]
        shift = worker.shifts[0]
        day[r, tb.DUE] = shift.due_by
        day[r, tb.MOST_LOAD] = tb.FAR if worker.carries is None else worker.carries
        day[r, tb.IDLE] = shift.due_by - shift.start
        day[r, tb.ALIKE] = _alike(problem, kinds, r, worker.id)
    return flow, day


def _alike(problem: Problem, kinds: dict[tuple[object, ...], int], r: int, name: str) -> int:
    """The first route whose worker could stand in for this one in everything."""
    worker = problem.workers[problem.worker_index[name]]
    if worker.meal is not None:
        return r
    about = tuple(
        (p.named_worker == name, name in p.known_workers, name in p.barred_workers) for p in problem.people
    )
    place = worker.agency, worker.place, worker.gender, worker.skills, worker.shifts, worker.carries, about
    return kinds.setdefault(place, r)
