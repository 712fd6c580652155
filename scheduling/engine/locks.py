"""Locks that cannot hold are errors that name them, never silent preferences.

What can be seen without a search is refused here: a lock alone against its worker's shifts, locks of one
occurrence against each other, and the fully locked services of a worker against travel, joining and rest.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.parts import Lock, Occurrence, ProblemError, Worker
from scheduling.engine.rounds import Service, rounds_of
from scheduling.engine.rules import clock, separate_pairs

if TYPE_CHECKING:
    from scheduling.engine.problem import Problem


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
        able = (w for w in problem.workers if problem.may_serve(w, occurrence))
        near = (w for w in able if can_reach(problem, w, occurrence, lock.start))
        if len(list(islice(near, occurrence.workers))) < occurrence.workers:
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


def can_reach(
    problem: Problem, worker: Worker, occurrence: Occurrence, start: int | None, *, detours: bool = True
) -> bool:
    """Whether an otherwise empty shift of the worker has room for the occurrence and the way there and back.

    It may begin at `start`, or in any of its windows if that is None. Where a detour by other doors is
    shorter than the direct way, the detour counts, unless `detours` is false: looking for them takes long.
    """
    place = problem.people[problem.person_index[occurrence.person]].place
    direct = int(problem.travel[worker.place, place]), int(problem.travel[place, worker.place])
    if _has_room(problem, worker, occurrence, start, *direct):
        return True
    if not detours or not _has_room(problem, worker, occurrence, start, 0, 0):
        return False  # the shift itself is too short or at another time, so the way is not looked for
    ways = _shortest(problem, worker.place, place), _shortest(problem, place, worker.place)
    return ways != direct and _has_room(problem, worker, occurrence, start, *ways)


def _has_room(
    problem: Problem, worker: Worker, occurrence: Occurrence, start: int | None, there: int, back: int
) -> bool:
    there += problem.policy.arrival_allowance
    if there + occurrence.minutes + back > worker.max_week_minutes:
        return False
    windows = [(w.start, w.end) for w in occurrence.windows] if start is None else [(start, start)]
    return any(
        max(first, shift.start + there) <= min(last, shift.end - back - occurrence.minutes)
        for shift in worker.shifts
        for first, last in windows
    )


def _shortest(problem: Problem, start: int, end: int) -> int:
    """Minutes from place to place by whatever places lie between: a matrix need not know the best way."""
    best = problem.travel[start].astype(np.int64)
    while True:
        better = np.minimum(best, (best[:, None] + problem.travel).min(axis=0))
        if (better == best).all():
            return int(best[end])
        best = better


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
    """The services whose worker and start are locked, one after the other in that worker's week.

    Only what no further service between or around them could mend is refused.
    """
    services: dict[str, list[Service]] = defaultdict(list)
    for lock in problem.locks:
        if lock.worker is not None and lock.occurrence in starts:
            occurrence = problem.occurrences[problem.occurrence_index[lock.occurrence]]
            place = problem.people[problem.person_index[occurrence.person]].place
            services[lock.worker].append(Service(occurrence, starts[lock.occurrence], place))
    separate = separate_pairs(problem)
    for name, locked in services.items():
        rounds = rounds_of(problem, problem.workers[problem.worker_index[name]], locked)
        pairs = [pair for round_ in rounds for pair in pairwise(round_.services)]
        for before, after in pairs:
            trouble = _trouble_between(problem, before, after, separate)
            if trouble:
                raise _together(positions, name, before, after, trouble)
        for first, second in pairwise(rounds):
            rest = second.leave(problem) - first.back(problem)
            if rest >= problem.policy.rest or first.is_same_day(second):
                continue
            before, after, base = first.services[-1], second.services[0], first.worker.place
            home = before.end + _shortest(problem, before.place, base)
            away = after.start - problem.policy.arrival_allowance - _shortest(problem, base, after.place)
            if away - home < problem.policy.rest:
                words = f"leave {away - home} minutes of rest, {problem.policy.rest} are needed"
                raise _together(positions, name, before, after, words)


def _trouble_between(
    problem: Problem, before: Service, after: Service, separate: frozenset[tuple[str, str]]
) -> str | None:
    """Why one worker cannot serve both in one shift, or None."""
    wait, allowance = after.start - before.end, problem.policy.arrival_allowance
    if before.occurrence.person != after.occurrence.person:
        if wait >= int(problem.travel[before.place, after.place]) + allowance:
            return None
        needed = _shortest(problem, before.place, after.place) + allowance
        return f"leave {wait} minutes between them, {needed} are needed" if wait < needed else None
    if wait < 0:
        return "overlap"
    if wait > problem.policy.join_wait or wait > 2 * allowance:
        return None  # a second visit, or room for another door between them, which would make it one
    if not (before.occurrence.mergeable and after.occurrence.mergeable):
        return "would share a visit, and one must stand alone"
    if (before.occurrence.id, after.occurrence.id) in separate:
        return "would share a visit, and must be kept separate"
    return None


def _together(
    positions: dict[str, list[int]], worker: str, before: Service, after: Service, words: str
) -> ProblemError:
    names = before.occurrence.id, after.occurrence.id
    last = max(positions[name][-1] for name in names)
    return ProblemError(
        f"locks[{last}]",
        f"{names[0]!r} at {clock(before.start)} and {names[1]!r} at {clock(after.start)}, "
        f"both locked to {worker!r}, {words}",
    )


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
