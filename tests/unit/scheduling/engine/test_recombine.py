"""Rounds of different plans put together to one that is cheaper than each."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest

from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.improve import save_best
from scheduling.engine.problem import Problem
from scheduling.engine.recombine import Pool, stand_alone
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Progress, Stop, solution_of, solve
from scheduling.engine.standing import place_at
from scheduling.engine.tables import Tables
from tests.unit.scheduling.engine.builders import a_person, a_plan, a_problem, a_worker, an_occurrence, at
from tests.unit.scheduling.engine.random_problems import random_problem

POLICY = {"arrival": 0, "face": 0, "new_face": 0, "not_named": 0, "unserved": (1000,) * 4}


def two_towns() -> Problem:
    """Two workers who live where two people live each; all four must be seen at eight or nine."""
    far = 60
    travel = np.array([[0, 0, far, far], [0, 0, far, far], [far, far, 0, 0], [far, far, 0, 0]], np.int32)
    return a_problem(
        [
            an_occurrence("a8", person="a", windows=[(at(9), at(9))]),
            an_occurrence("b8", person="b", windows=[(at(9), at(9))]),
            an_occurrence("a12", person="a", windows=[(at(12), at(12))]),
            an_occurrence("b12", person="b", windows=[(at(12), at(12))]),
        ],
        people=[a_person("a", place=1), a_person("b", place=3)],
        workers=[a_worker("here", place=0), a_worker("there", place=2)],
        travel=travel,
        policy=POLICY,
    )


def loaded(problem: Problem, plan: Solution) -> Tables:
    """Tables that hold the plan."""
    t = build_tables(problem, 1)
    for assignment in plan.assignments:
        u = problem.occurrence_index[assignment.occurrence]
        for node, worker in zip((u, int(t.node[u, tb.TWIN])), assignment.workers, strict=False):
            place_at(t, node, problem.worker_index[worker], assignment.start)
    return t


def never() -> bool:
    """Nobody cancels."""
    return False


def test_the_good_rounds_of_two_plans_make_a_better_third() -> None:
    """One plan has the one worker's round right, another the other's; together they are the best plan."""
    problem = two_towns()
    right_here = a_plan(("a8", "here", at(9)), ("a12", "here", at(12)))
    right_there = a_plan(("b8", "there", at(9)), ("b12", "there", at(12)))
    pool = None
    for plan in (right_here, right_there):
        t = loaded(problem, plan)
        t.route[:, tb.TOUCHED] = 1
        best = np.full((len(t.node), 4), -1, np.int32)
        save_best(t, best)
        if pool is None:
            pool = Pool(t)
        else:
            pool.t = t
        pool.note()
    assert pool is not None
    assert pool.recombine(best, seconds=10, cancelled=never)
    solution = solution_of(problem, t)
    assert not solution.unplaced
    assert check(problem, solution) == []
    assert total(price(problem, solution)) == t.number[tb.TOTAL] == t.number[tb.BEST] == 0
