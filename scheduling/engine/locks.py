"""Locks that cannot hold are errors that name them, never silent preferences.

What can be seen without a search is refused here: a lock alone against its worker's shifts, locks of one
occurrence against each other, and the fully locked services of a worker against every rule of the week.
"""

from __future__ import annotations

from collections import defaultdict

from scheduling.engine.problem import Lock, Occurrence, Problem, ProblemError, Worker
from scheduling.engine.rounds import Service
from scheduling.engine.rules import clock, separate_pairs, worker_violations


def refuse_impossible_locks(problem: Problem) -> None:
    """Raise ProblemError, with the path of the lock, if the locks cannot all hold."""
    positions: dict[str, list[int]] = defaultdict(list)
    for i, lock in enumerate(problem.locks):
        if lock.occurrence not in problem.occurrence_index:
            raise ProblemError(f"locks[{i}].occurrence", f"{lock.occurrence!r} is not a known occurrence")
        _refuse_alone(problem, f"locks[{i}]", lock)
        _refuse_twice(problem, positions[lock.occurrence], i)
        positions[lock.occurrence].append(i)
    starts = _locked_starts(problem)
    _refuse_together(problem, positions, starts)
    _refuse_gaps(problem, positions, starts)


def _refuse_alone(problem: Problem, path: str, lock: Lock) -> None:
    """One lock against the windows, the worker's competence and shifts."""
    occurrence = problem.occurrences[problem.occurrence_index[lock.occurrence]]
    if lock.worker is None and lock.start is None:
        raise ProblemError(path, "holds neither a worker nor a start")
    if lock.start is not None and not any(w.start <= lock.start <= w.end for w in occurrence.windows):
        raise ProblemError(f"{path}.start", f"{lock.start} lies in no window of {occurrence.id!r}")
    if lock.worker is None:
        able = [w for w in problem.workers if problem.may_serve(w, occurrence)]
        if sum(can_reach(problem, w, occurrence, lock.start) for w in able) < occurrence.workers:
            raise ProblemError(
                f"{path}.start", f"too few workers could serve {occurrence.id!r} at {lock.start}"
            )
        return
    if lock.worker not in problem.worker_index:
        raise ProblemError(f"{path}.worker", f"{lock.worker!r} is not a known worker")
    worker = problem.workers[problem.worker_index[lock.worker]]
    if not problem.may_serve(worker, occurrence):
        raise ProblemError(f"{path}.worker", f"{worker.id!r} may not serve {occurrence.id!r}")
    if not can_reach(problem, worker, occurrence, lock.start):
        when = "in its windows" if lock.start is None else f"at {lock.start}"
        raise ProblemError(
            f"{path}.worker", f"{worker.id!r} has no shift long enough to serve {occurrence.id!r} {when}"
        )


def can_reach(problem: Problem, worker: Worker, occurrence: Occurrence, start: int | None) -> bool:
    """Whether an otherwise empty shift of the worker has room for the occurrence and the way there and back.

    It may begin at `start`, or in any of its windows if that is None.
    """
    place = problem.people[problem.person_index[occurrence.person]].place
    way_there = int(problem.travel[worker.place, place]) + problem.policy.arrival_allowance
    way_back = int(problem.travel[place, worker.place])
    if way_there + occurrence.minutes + way_back > worker.max_week_minutes:
        return False
    windows = [(w.start, w.end) for w in occurrence.windows] if start is None else [(start, start)]
    return any(
        max(first, shift.start + way_there) <= min(last, shift.end - way_back - occurrence.minutes)
        for shift in worker.shifts
        for first, last in windows
    )


def _refuse_twice(problem: Problem, before: list[int], i: int) -> None:
    """A further lock of an occurrence against the locks before it; two locks may name a pair."""
    lock = problem.locks[i]
    occurrence = problem.occurrences[problem.occurrence_index[lock.occurrence]]
    earlier = [problem.locks[j] for j in before]
    if len(earlier) >= occurrence.workers:
        raise ProblemError(f"locks[{i}].occurrence", f"{lock.occurrence!r} is locked too often")
    for other in earlier:
        if other.worker is not None and other.worker == lock.worker:
            raise ProblemError(
                f"locks[{i}].worker", f"{lock.occurrence!r} is locked twice to {lock.worker!r}"
            )
        if None not in (other.start, lock.start) and other.start != lock.start:
            raise ProblemError(
                f"locks[{i}].start", f"{lock.occurrence!r} is locked to {other.start} and to {lock.start}"
            )


def _locked_starts(problem: Problem) -> dict[str, int]:
    return {lock.occurrence: lock.start for lock in problem.locks if lock.start is not None}


def _refuse_together(problem: Problem, positions: dict[str, list[int]], starts: dict[str, int]) -> None:
    """The services whose worker and start are locked, against every rule of that worker's week."""
    services: dict[str, list[Service]] = defaultdict(list)
    for lock in problem.locks:
        if lock.worker is not None and lock.occurrence in starts:
            occurrence = problem.occurrences[problem.occurrence_index[lock.occurrence]]
            place = problem.people[problem.person_index[occurrence.person]].place
            services[lock.worker].append(Service(occurrence, starts[lock.occurrence], place))
    separate = separate_pairs(problem)
    for worker, locked in services.items():
        found = worker_violations(problem, problem.workers[problem.worker_index[worker]], locked, separate)
        if found:
            last = max(positions[name][-1] for name in found[0].ids if name in positions)
            raise ProblemError(f"locks[{last}]", f"cannot hold together with other locks: {found[0]}")


def _refuse_gaps(problem: Problem, positions: dict[str, list[int]], starts: dict[str, int]) -> None:
    for gap in problem.gaps:
        if gap.before not in starts or gap.after not in starts:
            continue
        minutes = problem.occurrences[problem.occurrence_index[gap.before]].minutes
        wait = starts[gap.after] - starts[gap.before] - minutes
        if wait < gap.min or (gap.max is not None and wait > gap.max):
            last = max(positions[gap.before][-1], positions[gap.after][-1])
            raise ProblemError(
                f"locks[{last}].start",
                f"{gap.before!r} at {clock(starts[gap.before])} and {gap.after!r} at "
                f"{clock(starts[gap.after])} leave {wait} minutes between them, which a gap forbids",
            )
