"""What a day whose times flow costs beyond the terms of every plan: lateness, waits, overtime, meals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scheduling.engine.problem import Flow, Problem, Worker
from scheduling.engine.rounds import Round, Service, all_rounds
from scheduling.engine.rules import Violation, clock
from scheduling.engine.solution import Solution


def flow_terms(problem: Problem, flow: Flow, solution: Solution) -> dict[str, int]:
    """The terms by name, each a whole number."""
    rounds = {round_.worker.id: round_ for round_ in all_rounds(problem, solution) if round_.shift}
    meals = {meal.worker: meal.start for meal in solution.meals}
    late = [lateness(service) for round_ in rounds.values() for service in round_.services]
    days = [Day(problem, worker, rounds.get(worker.id), meals.get(worker.id)) for worker in problem.workers]
    return {
        "late": flow.late * sum(late),
        "latest": flow.latest * max(late, default=0),
        "wait": flow.wait * sum(day.wait for day in days),
        "overtime": flow.overtime * sum(day.overtime for day in days),
        "idlest": flow.idlest * max((day.idle for day in days), default=0),
        "missed_meal": flow.missed_meal
        * sum(w.meal is not None and w.id not in meals for w in problem.workers),
    }


def lateness(service: Service) -> int:
    """Minutes after `due` in the window of the start where that is least; 0 outside every window."""
    windows = [w for w in service.occurrence.windows if w.start <= service.start <= w.end]
    return min((max(0, service.start - w.due_by) for w in windows), default=0)


class Day:
    """Minutes of one worker's day: idle between services (`wait`), over the shift's due, and idle in all.

    A meal after the last service is part of the day: the worker goes home after it.
    """

    def __init__(self, problem: Problem, worker: Worker, round_: Round | None, eats_at: int | None) -> None:
        self.wait = self.overtime = self.idle = 0
        lasts = worker.meal.minutes if worker.meal and eats_at is not None else 0
        if round_ is None or round_.shift is None:
            self.idle = sum(shift.due_by - shift.start for shift in worker.shifts) - lasts
            return
        shift, last = round_.shift, round_.services[-1]
        self.wait = sum(idle for idle, _, _ in gaps(problem, round_)) - lasts
        self.back = round_.back(problem)
        if eats_at is not None and eats_at >= last.end:
            self.wait += eats_at + lasts - last.end
            self.back += eats_at + lasts - last.end
        self.overtime = max(0, self.back - shift.due_by)
        self.idle = round_.leave(problem) - shift.start + self.wait + max(0, shift.due_by - self.back)


def gaps(problem: Problem, round_: Round) -> list[tuple[int, int, int]]:
    """Between one service and the next: idle minutes, the end before, the start after."""
    found = []
    for before, after in pairwise(round_.services):
        way = int(problem.travel[before.place, after.place]) + problem.policy.arrival_allowance
        found.append((after.start - before.end - way, before.end, after.start))
    return found


def meal_violations(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """A meal lies in its hours and between two services, or after the last; one for each worker at most."""
    rounds = {round_.worker.id: round_ for round_ in all_rounds(problem, solution) if round_.shift}
    seen: set[str] = set()
    for taken in solution.meals:
        index = problem.worker_index.get(taken.worker)
        meal = None if index is None else problem.workers[index].meal
        if index is None or meal is None or taken.worker in seen:
            yield Violation("meal", (taken.worker,), f"{taken.worker} has no such meal, or has it twice")
            continue
        seen.add(taken.worker)
        end = taken.start + meal.minutes
        inside = meal.start <= taken.start and end <= meal.end
        worker = problem.workers[index]
        if not inside or not has_time(problem, worker, rounds.get(taken.worker), taken.start, end):
            message = f"{taken.worker} cannot eat from {clock(taken.start)} to {clock(end)}"
            yield Violation("meal", (taken.worker,), message)


def has_time(problem: Problem, worker: Worker, round_: Round | None, start: int, end: int) -> bool:
    """Whether a worker has nothing else to do from `start` to `end`, and is back in time afterwards."""
    if round_ is None:
        return any(shift.start <= start and end <= shift.end for shift in worker.shifts)
    last = round_.services[-1]
    if start >= last.end:
        home = round_.back(problem) - last.end
        return round_.shift is not None and end + home <= round_.shift.end
    for idle, before, after in gaps(problem, round_):
        way = after - before - idle
        if (before <= start and end + way <= after) or (before + way <= start and end <= after):
            return True
    return False
