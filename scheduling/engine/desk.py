"""What a coordinator asks of a standing plan, with the rules and the price of the search.

A `Desk` is made once for a problem and a plan (for an area some 0.6 s) and then answers in milliseconds.
`adopt` gives it the next plan of the same problem. The functions below make one for a single question.
A desk belongs to one thread at a time; the first one of a process loads the compiled code (`warm`).
"""

from __future__ import annotations

from scheduling.engine import ranking, solve
from scheduling.engine.changes import Change, NeedEnded
from scheduling.engine.prepared import NotInPlanError, Prepared
from scheduling.engine.problem import Problem
from scheduling.engine.ranking import Ranking
from scheduling.engine.repair import Repair, repair
from scheduling.engine.solution import Solution

__all__ = ["Desk", "NotInPlanError", "Repair", "rank", "repair", "warm"]


class Desk(Prepared):
    """A plan that can be asked about; every answer leaves it as it was."""

    def rank(self, occurrence: str, *, moving: bool = True) -> Ranking:
        """Who could take the occurrence, when and at what cost; see `ranking.rank`."""
        return ranking.rank(self, occurrence, moving=moving)


def rank(
    problem: Problem, plan: Solution, occurrence: str, *, now: int | None = None, moving: bool = True
) -> Ranking:
    """`Desk.rank` for one question."""
    return Desk(problem, plan, now=now).rank(occurrence, moving=moving)


def warm() -> None:
    """Compiles the search and all that answers need, or loads it from the cache; for a server's start."""
    solve.warm()
    problem = solve.tiny_problem()
    desk = Desk(problem, solve.solve(problem, stop=solve.Stop(steps=0)).solution, now=0)
    for occurrence in problem.occurrences:
        desk.rank(occurrence.id)
    repair(problem, desk.plan, Change((NeedEnded(("o0",)),)), seconds=None, steps=2)
