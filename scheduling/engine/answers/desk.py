"""What a coordinator asks of a standing plan, with the rules and the price of the search.

A `Desk` is made once for a problem and a plan (for an area some 0.6 s) and then answers in milliseconds.
`adopt` gives it the next plan of the same problem. The functions below make one for a single question.
A desk belongs to one thread at a time; the first one of a process loads the compiled code (`warm`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scheduling.engine import solve
from scheduling.engine.answers import explaining, ranking, visit_ranking
from scheduling.engine.answers.bound import Bound, bound
from scheduling.engine.answers.changes import Change, NeedEnded
from scheduling.engine.answers.explaining import Explanation
from scheduling.engine.answers.prepared import NotInPlanError, Prepared
from scheduling.engine.answers.ranking import Ranking
from scheduling.engine.answers.repair import SECONDS, Repair, repair
from scheduling.engine.compiled import DECLARED
from scheduling.engine.problem import Problem, Span
from scheduling.engine.routes import undo
from scheduling.engine.solution import Solution

__all__ = [
    "Bound", "Desk", "Explanation", "NotInPlanError", "Ranking", "Repair",
    "bound", "explain", "rank", "repair", "warm",
]  # fmt: skip


class Desk(Prepared):
    """A plan that can be asked about; every answer leaves it as it was."""

    def rank(self, occurrence: str, *, moving: bool = True) -> Ranking:
        """Who could take the occurrence, when and at what cost; see `ranking.rank`."""
        return ranking.rank(self, occurrence, moving=moving)

    def rank_visit(self, worker: str, occurrences: Sequence[str]) -> Ranking:
        """Who could make a whole visit in the worker's stead; see `visit_ranking.rank_visit`."""
        return visit_ranking.rank_visit(self, worker, occurrences)

    def explain(self, occurrence: str) -> Explanation:
        """Why the occurrence is where it is, or why it is left out; see `explaining.explain`."""
        return explaining.explain(self, occurrence)

    def repair(self, change: Change, *, seconds: float | None = SECONDS) -> Repair:
        """A legal plan after the change; see `repair.repair`. The desk stays with the plan it has."""
        return repair(self.problem, self.plan, change, seconds=seconds)


def rank(
    problem: Problem, plan: Solution, occurrence: str, *, now: int | None = None, moving: bool = True
) -> Ranking:
    """`Desk.rank` for one question."""
    return Desk(problem, plan, now=now).rank(occurrence, moving=moving)


def explain(problem: Problem, plan: Solution, occurrence: str, *, now: int | None = None) -> Explanation:
    """`Desk.explain` for one question."""
    return Desk(problem, plan, now=now).explain(occurrence)


def warm() -> None:
    """Compiles the search and all that answers need, or loads it from the cache; for a server's start."""
    solve.warm()
    warm_answers()


def warm_answers() -> None:
    """As `warm`, for answers alone."""
    _load_what_python_calls()
    tiny = solve.tiny_problem()
    absent = replace(tiny.workers[0], id="absent", shifts=(Span(0, 60),))  # somebody to be refused
    problem = tiny.replace(workers=(*tiny.workers, absent))
    desk = Desk(problem, solve.solve(problem, stop=solve.Stop(steps=0)).solution, now=0)
    for occurrence in problem.occurrences:
        desk.rank(occurrence.id)
        desk.explain(occurrence.id)
    for assignment in desk.plan.assignments:
        desk.rank_visit(assignment.workers[0], [assignment.occurrence])
    bound(problem, rounds=2)
    repair(problem, desk.plan, Change((NeedEnded(("o0",)),)), seconds=None, steps=2)


def _load_what_python_calls() -> None:
    """Functions of the answers that so small a problem may never come to; a question would wait for them."""
    for function, load in DECLARED.items():
        if function is undo or function.py_func.__module__.startswith(f"{__package__}."):
            load()
