"""Whether a problem agrees with itself; every refusal names the path of the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduling.engine.flow.fields import refuse_what_cannot_flow
from scheduling.engine.locks import refuse_impossible_locks
from scheduling.engine.parts import (
    LARGEST_WEIGHT,
    LATEST_MINUTE,
    LONGEST_SERVICE,
    MINUTES_PER_DAY,
    PRIORITIES,
    Occurrence,
    ProblemError,
    Span,
    Worker,
)

if TYPE_CHECKING:
    from scheduling.engine.problem import Problem


def validate(problem: Problem) -> None:
    """Raise ProblemError for the first thing in the problem that cannot be."""
    _travel(problem)
    _people(problem)
    for i, worker in enumerate(problem.workers):
        _worker(problem, f"workers[{i}]", worker)
    for i, occurrence in enumerate(problem.occurrences):
        _occurrence(problem, f"occurrences[{i}]", occurrence)
    _gaps(problem)
    _separate(problem)
    refuse_impossible_locks(problem)
    _published(problem)
    refuse_what_cannot_flow(problem)


def unique_index(path: str, items: Sequence[Any]) -> dict[str, int]:
    """Positions by id; raises ProblemError if an id stands twice."""
    index: dict[str, int] = {}
    for position, item in enumerate(items):
        if item.id in index:
            raise ProblemError(f"{path}[{position}].id", f"{item.id!r} stands twice")
        index[item.id] = position
    return index


def _travel(problem: Problem) -> None:
    travel = problem.travel
    if travel.ndim != 2 or travel.shape[0] != travel.shape[1]:
        raise ProblemError("travel.matrix", f"has shape {travel.shape}, which is not square")
    if travel.size and int(travel.min()) < 0:
        row, column = (int(i) for i in np.argwhere(travel < 0)[0])
        raise ProblemError(f"travel.matrix[{row}][{column}]", "is below 0")
    if travel.size and int(travel.max()) > LATEST_MINUTE:
        row, column = (int(i) for i in np.argwhere(travel > LATEST_MINUTE)[0])
        raise ProblemError(f"travel.matrix[{row}][{column}]", f"is above {LATEST_MINUTE}")
    if np.diagonal(travel).any():
        place = int(np.flatnonzero(np.diagonal(travel))[0])
        raise ProblemError(f"travel.matrix[{place}][{place}]", "is not 0 on the diagonal")
    if not 1 <= problem.days <= 31:
        raise ProblemError("days", f"{problem.days} is not between 1 and 31")


def _place(problem: Problem, path: str, place: int) -> None:
    if not 0 <= place < problem.travel.shape[0]:
        raise ProblemError(path, f"{place} is not a place (there are {problem.travel.shape[0]})")


def _known(path: str, ids: Iterable[str], index: dict[str, int], kind: str) -> None:
    for item in sorted(ids):
        if item not in index:
            raise ProblemError(path, f"{item!r} is not a known {kind}")


def _people(problem: Problem) -> None:
    workers = problem.worker_index
    for i, person in enumerate(problem.people):
        path = f"people[{i}]"
        _place(problem, f"{path}.place", person.place)
        if person.named_worker is not None:
            _known(f"{path}.named_worker", [person.named_worker], workers, "worker")
        _known(f"{path}.known_workers", person.known_workers, workers, "worker")
        _known(f"{path}.barred_workers", person.barred_workers, workers, "worker")


def _worker(problem: Problem, path: str, worker: Worker) -> None:
    _place(problem, f"{path}.place", worker.place)
    if not 0 <= worker.max_week_minutes <= LARGEST_WEIGHT:
        raise ProblemError(
            f"{path}.max_week_minutes", f"{worker.max_week_minutes} is not between 0 and {LARGEST_WEIGHT}"
        )
    before: Span | None = None
    for j, shift in enumerate(worker.shifts):
        here = f"{path}.shifts[{j}]"
        _span(here, shift, strict=True)
        if before is not None and shift.start < before.end:
            raise ProblemError(f"{here}.start", f"{shift.start} is before the last shift's end {before.end}")
        before = shift


def _occurrence(problem: Problem, path: str, occurrence: Occurrence) -> None:
    _known(f"{path}.person", [occurrence.person], problem.person_index, "person")
    if occurrence.priority not in PRIORITIES:
        raise ProblemError(f"{path}.priority", f"{occurrence.priority} is not 1, 2, 3 or 4")
    longest = LONGEST_SERVICE if problem.flow else MINUTES_PER_DAY
    if not 1 <= occurrence.minutes <= longest:
        raise ProblemError(f"{path}.minutes", f"{occurrence.minutes} is not between 1 and {longest}")
    if occurrence.workers not in (1, 2):
        raise ProblemError(f"{path}.workers", f"{occurrence.workers} is not 1 or 2")
    if not occurrence.windows:
        raise ProblemError(f"{path}.windows", "is empty: the occurrence could never be served")
    for j, window in enumerate(occurrence.windows):
        _span(f"{path}.windows[{j}]", window, strict=False)
    if occurrence.preferred is not None and not 0 <= occurrence.preferred <= LATEST_MINUTE:
        raise ProblemError(f"{path}.preferred", f"{occurrence.preferred} is out of range")


def _span(path: str, span: Span, *, strict: bool) -> None:
    if not 0 <= span.start <= LATEST_MINUTE:
        raise ProblemError(f"{path}.start", f"{span.start} is not between 0 and {LATEST_MINUTE}")
    if span.end < span.start:
        raise ProblemError(f"{path}.end", f"{span.end} is before its start {span.start}")
    if strict and span.end == span.start:
        raise ProblemError(f"{path}.end", f"{span.end} is also its start")
    if span.end > LATEST_MINUTE:
        raise ProblemError(f"{path}.end", f"{span.end} is above {LATEST_MINUTE}")


def _gaps(problem: Problem) -> None:
    known = problem.occurrence_index
    for i, gap in enumerate(problem.gaps):
        path = f"gaps[{i}]"
        _known(f"{path}.before", [gap.before], known, "occurrence")
        _known(f"{path}.after", [gap.after], known, "occurrence")
        if gap.before == gap.after:
            raise ProblemError(f"{path}.after", "is the same occurrence as before")
        if not 0 <= gap.min <= LATEST_MINUTE:
            raise ProblemError(f"{path}.min", f"{gap.min} is not between 0 and {LATEST_MINUTE}")
        if gap.max is not None and not gap.min <= gap.max <= LARGEST_WEIGHT:
            raise ProblemError(
                f"{path}.max", f"{gap.max} is not between its min {gap.min} and {LARGEST_WEIGHT}"
            )


def _separate(problem: Problem) -> None:
    for i, pair in enumerate(problem.separate):
        for j, item in enumerate(pair):
            _known(f"separate[{i}][{j}]", [item], problem.occurrence_index, "occurrence")
        if pair[0] == pair[1]:
            raise ProblemError(f"separate[{i}]", f"{pair[0]!r} stands twice in one pair")


def _published(problem: Problem) -> None:
    seen: set[str] = set()
    for i, item in enumerate(problem.published):
        path = f"published[{i}]"
        _known(f"{path}.occurrence", [item.occurrence], problem.occurrence_index, "occurrence")
        _known(f"{path}.workers", item.workers, problem.worker_index, "worker")
        if not 0 <= item.start <= LATEST_MINUTE:
            raise ProblemError(f"{path}.start", f"{item.start} is not between 0 and {LATEST_MINUTE}")
        if item.occurrence in seen:
            raise ProblemError(f"{path}.occurrence", f"{item.occurrence!r} stands twice")
        seen.add(item.occurrence)
