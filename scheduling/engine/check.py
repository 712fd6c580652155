"""Every hard rule a second time, without a solver: what the search promises, this decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from scheduling.engine.flow.terms import meal_violations
from scheduling.engine.insertion import is_insertable
from scheduling.engine.problem import Gap, Lock, Occurrence, Problem, Worker
from scheduling.engine.rounds import services_by_worker
from scheduling.engine.rules import Violation, clock, separate_pairs, worker_violations
from scheduling.engine.solution import Assignment, Solution

__all__ = ["Violation", "check", "reason_is_true"]


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Every hard rule that the solution breaks, in a fixed order; an empty list means a legal plan."""
    found = list(_listed(problem, solution))
    placed: dict[str, Assignment] = {}
    for assignment in solution.assignments:
        if assignment.occurrence in problem.occurrence_index:
            placed[assignment.occurrence] = assignment
            found += _assignment(problem, assignment)
    separate = separate_pairs(problem)
    for worker_id, services in services_by_worker(problem, solution).items():
        worker = problem.workers[problem.worker_index[worker_id]]
        found += worker_violations(problem, worker, services, separate)
    found += meal_violations(problem, solution)
    found += _loads(problem, placed)
    for gap in problem.gaps:
        found += _gap(problem, gap, placed)
    for lock in problem.locks:
        found += _lock(lock, placed)
    return found


def reason_is_true(problem: Problem, solution: Solution, occurrence: str) -> bool:
    """Whether the unplaced occurrence really cannot be inserted alone into the plan.

    All starts in its windows and all workers or pairs are tried, with everything else kept where it is.
    """
    return not is_insertable(problem, solution, occurrence)


def _listed(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """Every occurrence stands in exactly one list, once, and nothing else does."""
    counts = Counter(a.occurrence for a in solution.assignments)
    counts.update(u.occurrence for u in solution.unplaced)
    for occurrence in problem.occurrences:
        if counts[occurrence.id] != 1:
            message = f"{occurrence.id} stands {counts[occurrence.id]} times in the plan, not once"
            yield Violation("listed", (occurrence.id,), message)
    for name in sorted(counts.keys() - problem.occurrence_index.keys()):
        yield Violation("listed", (name,), f"{name} is not an occurrence of the problem")


def _assignment(problem: Problem, assignment: Assignment) -> Iterator[Violation]:
    """Rules 1 and 2: how many and who, and when."""
    occurrence = problem.occurrences[problem.occurrence_index[assignment.occurrence]]
    ids = assignment.workers
    if len(set(ids)) != len(ids) or len(ids) != occurrence.workers:
        names = ", ".join(ids) or "nobody"
        message = f"{occurrence.id} asks for {occurrence.workers} different workers and has {names}"
        yield Violation("workers", (occurrence.id, *ids), message)
    for worker_id in dict.fromkeys(ids):
        index = problem.worker_index.get(worker_id)
        if index is None:
            message = f"{worker_id} at {occurrence.id} is not a worker of the problem"
            yield Violation("workers", (occurrence.id, worker_id), message)
        else:
            part = occurrence.part(ids.index(worker_id))
            yield from _worker(problem, part, problem.workers[index])
    for number in range(1 if occurrence.second is None else 2):
        part, start = occurrence.part(number), assignment.start_of(number)
        if not any(window.start <= start <= window.end for window in part.windows):
            windows = ", ".join(f"{clock(w.start)} to {clock(w.end)}" for w in part.windows)
            message = f"{occurrence.id} begins at {clock(start)}, in none of its windows: {windows}"
            yield Violation("window", (occurrence.id,), message)
    yield from _pair(occurrence, assignment)


def _pair(occurrence: Occurrence, assignment: Assignment) -> Iterator[Violation]:
    """Both of a pair begin together, or as far apart as the second part says."""
    two, apart = occurrence.second, assignment.start_of(1) - assignment.start
    if two is None:
        broken, wanted = apart != 0, "none are allowed"
    elif two.max is None:
        return
    else:
        broken, wanted = not two.min <= apart <= two.max, f"{two.min} to {two.max} are asked"
    if broken:
        message = f"the second of {occurrence.id} begins {apart} minutes after the first, {wanted}"
        yield Violation("pair", (occurrence.id,), message)


def _loads(problem: Problem, placed: dict[str, Assignment]) -> Iterator[Violation]:
    """What a worker carries on a shift; it is taken by the first worker of an occurrence."""
    loads: dict[str, int] = defaultdict(int)
    for name, assignment in placed.items():
        for carrier in assignment.workers[:1]:
            loads[carrier] += problem.occurrences[problem.occurrence_index[name]].load
    for worker in problem.workers:
        if worker.carries is not None and loads[worker.id] > worker.carries:
            message = f"{worker.id} carries {loads[worker.id]}, {worker.carries} is the most"
            yield Violation("load", (worker.id,), message)


def _worker(problem: Problem, occurrence: Occurrence, worker: Worker) -> Iterator[Violation]:
    ids = (occurrence.id, worker.id)
    if worker.id in problem.people[problem.person_index[occurrence.person]].barred_workers:
        yield Violation("barred", ids, f"{worker.id} is barred from {occurrence.person} ({occurrence.id})")
    if occurrence.gender is not None and worker.gender != occurrence.gender:
        message = f"{occurrence.id} asks for gender {occurrence.gender}, {worker.id} has {worker.gender}"
        yield Violation("gender", ids, message)
    if missing := sorted(occurrence.skills - worker.skills):
        yield Violation("skills", ids, f"{worker.id} lacks {', '.join(missing)} for {occurrence.id}")
    if worker.agency != occurrence.agency:
        delegated = {
            d.skill
            for d in problem.delegations
            if (d.from_agency, d.to_agency) == (occurrence.agency, worker.agency)
        }
        if missing := sorted(occurrence.skills - delegated):
            message = (
                f"{worker.id} of {worker.agency} serves {occurrence.id} of {occurrence.agency}, "
                f"which has not delegated {', '.join(missing)}"
            )
            yield Violation("delegation", ids, message)


def _gap(problem: Problem, gap: Gap, placed: dict[str, Assignment]) -> Iterator[Violation]:
    if gap.before not in placed or gap.after not in placed:
        return
    minutes = problem.occurrences[problem.occurrence_index[gap.before]].minutes
    end, start = placed[gap.before].start + minutes, placed[gap.after].start
    if start - end < gap.min or (gap.max is not None and start - end > gap.max):
        wanted = f"at least {gap.min}" if gap.max is None else f"{gap.min} to {gap.max}"
        message = (
            f"{gap.before} ends at {clock(end)} and {gap.after} begins at {clock(start)}: "
            f"{start - end} minutes between them, {wanted} are asked"
        )
        yield Violation("gap", (gap.before, gap.after), message)


def _lock(lock: Lock, placed: dict[str, Assignment]) -> Iterator[Violation]:
    assignment = placed.get(lock.occurrence)
    if assignment is None:
        yield Violation("lock", (lock.occurrence,), f"{lock.occurrence} is locked and is not placed")
        return
    if lock.worker is not None and lock.worker not in assignment.workers:
        message = f"{lock.occurrence} is locked to {lock.worker} and has {', '.join(assignment.workers)}"
        yield Violation("lock", (lock.occurrence, lock.worker), message)
    if lock.start is not None and lock.start != assignment.start:
        message = (
            f"{lock.occurrence} is locked to {clock(lock.start)} and begins at {clock(assignment.start)}"
        )
        yield Violation("lock", (lock.occurrence,), message)
