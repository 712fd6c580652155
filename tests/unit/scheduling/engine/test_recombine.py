"""Rounds of different plans put together to one that is cheaper than each."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.improve import save_best
from scheduling.engine.problem import Problem
from scheduling.engine.recombine import Pool, stand_alone
from scheduling.engine.solution import Solution
from scheduling.engine.solve import Stop, solution_of, solve
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


def test_a_pair_is_taken_at_one_time_or_not_at_all() -> None:
    """Two rounds that hold the two workers of a pair at different times never stand in one plan."""
    problem = a_problem(
        [an_occurrence("lift", workers=2, windows=[(at(9), at(11))])],
        workers=[a_worker("one"), a_worker("two")],
        policy=POLICY,
    )
    early = loaded(problem, a_plan(("lift", "one two", at(9))))
    pool = Pool(early)
    early.route[:, tb.TOUCHED] = 1
    empty = np.full((len(early.node), 4), -1, np.int32)
    best = empty.copy()
    save_best(early, best)
    pool.note()
    key = next(key for key in pool.rounds if key[0] == 1)
    pool.rounds[key] = pool.rounds[key]._replace(starts=[at(10)])
    pool.t = build_tables(problem, 1)
    save_best(pool.t, empty)
    assert not pool.recombine(empty, seconds=10, cancelled=never)


def test_nothing_better_leaves_the_best_plan_as_it_is() -> None:
    """With the rounds of one plan alone there is nothing to put together."""
    problem = two_towns()
    t = loaded(problem, a_plan(("a8", "here", at(9)), ("b8", "there", at(9))))
    best = np.full((len(t.node), 4), -1, np.int32)
    save_best(t, best)
    before = best.copy()
    assert not Pool(t).recombine(best, seconds=10, cancelled=never)
    assert (best == before).all()
    assert t.number[tb.TOTAL] == t.number[tb.BEST]


def test_weeks_and_gaps_are_not_recombined() -> None:
    """Rounds stand alone only where no gap binds them and nobody works twice."""
    assert stand_alone(two_towns())
    gap = a_problem([an_occurrence("a"), an_occurrence("b")], gaps=[("a", "b", 60, None)])
    assert not stand_alone(gap)
    assert not stand_alone(a_problem(workers=[a_worker(shifts=[(420, 900), (1860, 2340)])]))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_days_with_recombined_rounds_are_planned_soundly(seed: int) -> None:
    """Long enough for several coolings: no rule broken, the price right, the same again for the same seed."""
    problem = random_problem(Random(seed))
    problem = problem.replace(
        gaps=(), workers=tuple(replace(worker, shifts=worker.shifts[:1]) for worker in problem.workers)
    )
    results = [solve(problem, stop=Stop(steps=6000)) for _ in range(2)]
    assert check(problem, results[0].solution) == []
    assert results[0].cost == total(price(problem, results[0].solution))
    assert results[0].solution == results[1].solution
