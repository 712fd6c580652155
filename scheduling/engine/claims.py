"""Whether a reason is true not only in that the occurrence cannot be inserted, but in what it blames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scheduling.engine.cost import price, total
from scheduling.engine.flow.reasons import reason_why
from scheduling.engine.insertion import insertions, is_insertable
from scheduling.engine.locks import can_reach
from scheduling.engine.problem import Occurrence, Problem
from scheduling.engine.solution import Reason, Solution, Unplaced


def claim_is_true(problem: Problem, solution: Solution, unplaced: Unplaced) -> bool:
    """Whether what the reason blames is so, in the plan as it stands."""
    occurrence = problem.occurrences[problem.occurrence_index[unplaced.occurrence]]
    if problem.flow:
        return _on_a_flowing_day(problem, solution, unplaced, occurrence)
    return _CLAIMS[unplaced.reason](problem, solution, occurrence)


def _on_a_flowing_day(
    problem: Problem, solution: Solution, unplaced: Unplaced, occurrence: Occurrence
) -> bool:
    """It fits nowhere, for this reason; or where it fits, with all else still, the plan gets no cheaper."""
    if unplaced.reason is not Reason.COSTS_MORE:
        fits = is_insertable(problem, solution, occurrence.id)
        return not fits and unplaced.reason is reason_why(problem, occurrence)
    if problem.flow and problem.flow.wait:
        return True  # a start later than the earliest may then cost less, and the search tries the earliest
    cost = total(price(problem, solution))
    return all(
        total(price(problem, replace(solution, assignments=(*solution.assignments, way)))) >= cost
        for way in insertions(problem, solution, occurrence.id)
    )


def _competent(problem: Problem, occurrence: Occurrence) -> int:
    """How many hold the skills and the delegation, whatever their gender and whoever barred them."""
    person = problem.people[problem.person_index[occurrence.person]]
    open_door = problem.replace(
        people=(replace(person, barred_workers=frozenset()),), occurrences=(), gaps=(), separate=(), locks=(),
        published=(),
    )  # fmt: skip
    return sum(open_door.may_serve(w, replace(occurrence, gender=None)) for w in problem.workers)


def _reaching(problem: Problem, occurrence: Occurrence) -> int:
    """How many may serve it and have a shift with room for it and the way."""
    able = (w for w in problem.workers if problem.may_serve(w, occurrence))
    return sum(can_reach(problem, w, occurrence, None, detours=False) for w in able)


def _no_competent_worker(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return _competent(problem, occurrence) < occurrence.workers


def _barred_or_gender(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    able = sum(problem.may_serve(w, occurrence) for w in problem.workers)
    return able < occurrence.workers <= _competent(problem, occurrence)


def _no_shift_in_window(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return _reaching(problem, occurrence) < occurrence.workers


def _no_pair_free(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return occurrence.workers == 2


def _rest_or_hours(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return is_insertable(problem, solution, occurrence.id, ignoring=frozenset({"rest", "hours"}))


def _gap(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return is_insertable(problem.replace(gaps=()), solution, occurrence.id)


def _conflicts_with_lock(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    """Its own lock, or the place that locked services take."""
    locked = {lock.occurrence for lock in problem.locks}
    others = Solution(tuple(a for a in solution.assignments if a.occurrence not in locked))
    return any(is_insertable(problem.replace(locks=()), plan, occurrence.id) for plan in (solution, others))


def _no_capacity(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return _reaching(problem, occurrence) >= occurrence.workers


def _costs_more(problem: Problem, solution: Solution, occurrence: Occurrence) -> bool:
    return False  # in a week, whatever fits goes in


_CLAIMS: dict[Reason, Callable[[Problem, Solution, Occurrence], bool]] = {
    Reason.NO_COMPETENT_WORKER: _no_competent_worker,
    Reason.BARRED_OR_GENDER: _barred_or_gender,
    Reason.NO_SHIFT_IN_WINDOW: _no_shift_in_window,
    Reason.NO_PAIR_FREE: _no_pair_free,
    Reason.REST_OR_HOURS: _rest_or_hours,
    Reason.GAP: _gap,
    Reason.CONFLICTS_WITH_LOCK: _conflicts_with_lock,
    Reason.NO_CAPACITY: _no_capacity,
    Reason.COSTS_MORE: _costs_more,
}
