"""What only a problem of one day with `flow` may say, and what such a problem may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduling.engine.parts import LONGEST_SERVICE, Occurrence, ProblemError, Span, Worker

if TYPE_CHECKING:
    from scheduling.engine.problem import Problem

ALONE = "only a problem with flow has this"


def refuse_what_cannot_flow(problem: Problem) -> None:
    """Raise ProblemError for a field that needs `flow`, or, with `flow`, for one that does not go with it."""
    trouble = _without(problem) if problem.flow is None else _within(problem)
    for path, message in trouble:
        raise ProblemError(path, message)


def refuse_flow(problem: Problem) -> None:
    """Raise ProblemError for what is worked out with all else standing still, which such a day does not."""
    if problem.flow:
        raise ProblemError("flow", "this can be asked of a week alone, not of a day whose times flow")


def _without(problem: Problem) -> Iterator[tuple[str, str]]:
    for i, worker in enumerate(problem.workers):
        for name in ("carries", "meal"):
            if getattr(worker, name) is not None:
                yield f"workers[{i}].{name}", ALONE
        for j, shift in enumerate(worker.shifts):
            if shift.due is not None:
                yield f"workers[{i}].shifts[{j}].due", ALONE
    for i, occurrence in enumerate(problem.occurrences):
        if occurrence.load:
            yield f"occurrences[{i}].load", ALONE
        if occurrence.second is not None:
            yield f"occurrences[{i}].second", ALONE
        for j, window in enumerate(occurrence.windows):
            if window.due is not None:
                yield f"occurrences[{i}].windows[{j}].due", ALONE


def _within(problem: Problem) -> Iterator[tuple[str, str]]:
    if problem.days != 1:
        yield "days", "a problem with flow has one day"
    for name in ("gaps", "separate", "locks", "published"):
        if getattr(problem, name):
            yield f"{name}[0]", "a problem with flow has none"
    for i, worker in enumerate(problem.workers):
        yield from _worker(problem, f"workers[{i}]", worker)
    seen: set[str] = set()
    for i, occurrence in enumerate(problem.occurrences):
        if occurrence.person in seen:
            yield f"occurrences[{i}].person", "has another occurrence; in a problem with flow each has one"
        seen.add(occurrence.person)
        yield from _occurrence(f"occurrences[{i}]", occurrence)


def _worker(problem: Problem, path: str, worker: Worker) -> Iterator[tuple[str, str]]:
    policy = problem.policy
    if len(worker.shifts) > 1:
        yield f"{path}.shifts[1]", "in a problem with flow a worker has one shift"
    for shift in worker.shifts:
        length = shift.end - shift.start
        if worker.max_week_minutes < length:
            yield f"{path}.max_week_minutes", f"is less than the shift of {length}, with flow it may not be"
        if policy.break_minutes and policy.break_after < length:
            yield "policy.break_after", f"is less than the shift of {path}, with flow it may not be"
        if shift.due is not None and not shift.start <= shift.due <= shift.end:
            yield f"{path}.shifts[0].due", f"{shift.due} is not in the shift"
    meal = worker.meal
    if worker.carries is not None and worker.carries < 0:
        yield f"{path}.carries", f"{worker.carries} is below 0"
    if meal is not None and not 1 <= meal.minutes <= meal.end - meal.start:
        yield f"{path}.meal.minutes", f"{meal.minutes} do not fit between {meal.start} and {meal.end}"


def _occurrence(path: str, occurrence: Occurrence) -> Iterator[tuple[str, str]]:
    if occurrence.preferred is not None:
        yield f"{path}.preferred", "in a problem with flow starts follow from the order of visits"
    if occurrence.load < 0:
        yield f"{path}.load", f"{occurrence.load} is below 0"
    yield from _windows(path, occurrence.windows)
    two = occurrence.second
    if two is None:
        return
    if occurrence.workers != 2:
        yield f"{path}.second", "stands at an occurrence for one worker"
    if not 1 <= two.minutes <= LONGEST_SERVICE:
        yield f"{path}.second.minutes", f"{two.minutes} is not between 1 and {LONGEST_SERVICE}"
    if two.max is not None and not 0 <= two.min <= two.max:
        yield f"{path}.second.max", f"{two.min} to {two.max} is no time after the first"
    yield from _windows(f"{path}.second", two.windows)


def _windows(path: str, windows: tuple[Span, ...]) -> Iterator[tuple[str, str]]:
    for j, window in enumerate(windows):
        if window.end < window.start:
            yield f"{path}.windows[{j}].end", f"{window.end} is before its start {window.start}"
        if window.due is not None and window.due > window.end:
            yield f"{path}.windows[{j}].due", f"{window.due} is after its end {window.end}"
        if j and window.start <= windows[j - 1].end:
            yield f"{path}.windows[{j}].start", f"{window.start} is in the window before"
