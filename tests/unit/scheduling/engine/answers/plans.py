"""Random plans to ask questions of, and plans as an answer would make them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from scheduling.engine.solution import Assignment, Solution
from scheduling.engine.solve import Stop, solve
from tests.unit.scheduling.engine.builders import a_plan
from tests.unit.scheduling.engine.random_problems import random_problem, with_locks, with_published


def with_option(plan, occurrence, option) -> Solution:
    """The plan as it would be."""
    placed = {a.occurrence: a for a in plan.assignments}
    placed[occurrence] = Assignment(occurrence, option.workers, option.start)
    for move in option.moves:
        assert placed[move.occurrence].start == move.before
        placed[move.occurrence] = replace(placed[move.occurrence], start=move.after)
    left_out = tuple(u for u in plan.unplaced if u.occurrence not in placed)
    return Solution(tuple(placed.values()), left_out)


def a_random_plan(seed: int):
    """A random problem, half of them with locks or a published rota, and a plan of it."""
    dice = Random(seed)
    problem = random_problem(dice)
    plan = solve(problem, stop=Stop(steps=10)).solution
    if seed % 4 == 1:
        problem = with_locks(dice, problem, plan)
    if seed % 4 == 2:
        problem = with_published(dice, problem, plan)
    return problem, solve(problem, stop=Stop(steps=5)).solution


def left_out(problem, placed):
    """What the plan leaves out, in words that the check accepts."""
    ids = {a.occurrence for a in placed}
    return a_plan(unplaced=[o.id for o in problem.occurrences if o.id not in ids]).unplaced
