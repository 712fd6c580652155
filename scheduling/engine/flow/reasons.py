"""Why something does not fit into a day whose times flow, where trying has shown that it does not."""

from __future__ import annotations

from collections.abc import Callable

from scheduling.engine.problem import Occurrence, Problem, Worker
from scheduling.engine.solution import Reason


def enough(problem: Problem, occurrence: Occurrence, test: Callable[[Worker, Occurrence], bool]) -> bool:
    """Whether there are workers, different ones, for each part of the occurrence who pass the test."""
    able = [
        {w.id for w in problem.workers if test(w, occurrence.part(number))}
        for number in range(occurrence.workers)
    ]
    return all(able) and len(set().union(*able)) >= occurrence.workers


def reason_why(problem: Problem, occurrence: Occurrence) -> Reason:
    """The reason for an occurrence that fits nowhere."""
    if not enough(problem, occurrence, problem.may_serve):
        barred = problem.people[problem.person_index[occurrence.person]].barred_workers
        if barred or occurrence.gender is not None:
            return Reason.BARRED_OR_GENDER
        return Reason.NO_COMPETENT_WORKER
    if not enough(problem, occurrence, lambda w, part: problem.may_serve(w, part) and _is_on(w, part)):
        return Reason.NO_SHIFT_IN_WINDOW
    return Reason.NO_PAIR_FREE if occurrence.workers == 2 else Reason.NO_CAPACITY


def _is_on(worker: Worker, part: Occurrence) -> bool:
    return any(
        max(shift.start, window.start) <= min(shift.end - part.minutes, window.end)
        for shift in worker.shifts
        for window in part.windows
    )
