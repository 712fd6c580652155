"""The bound holds: never above what is proven to be cheapest, and the search finds what is cheapest."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.answers.bound import bound
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.solve import Stop, solve
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)
from tests.unit.scheduling.engine.exact import optimum
from tests.unit.scheduling.engine.random_problems import random_problem, with_locks, with_published

SMALL = 7


def a_small_problem(seed: int):
    """A random problem of at most seven occurrences, some with locks or a published rota."""
    dice = Random(seed)
    problem = random_problem(dice)
    kept = problem.occurrences[:SMALL]
    ids = {o.id for o in kept}
    problem = problem.replace(
        occurrences=kept,
        gaps=tuple(g for g in problem.gaps if {g.before, g.after} <= ids),
        separate=tuple(p for p in problem.separate if set(p) <= ids),
    )
    plan = solve(problem, stop=Stop(steps=10)).solution
    if seed % 4 == 1:
        problem = with_locks(dice, problem, plan)
    if seed % 4 == 2:
        problem = with_published(dice, problem, plan)
    return problem


@pytest.mark.parametrize("seed", range(24))
def test_the_search_agrees_with_a_proven_optimum(seed):
    """Bound ≤ optimum = search, on problems that CP-SAT solves to the end."""
    problem = a_small_problem(seed)
    best = optimum(problem)
    assert best is not None
    assert check(problem, best) == []
    cheapest = total(price(problem, best))
    found = solve(problem, stop=Stop(steps=2000)).cost
    assert bound(problem, seconds=None, rounds=40).cost <= cheapest
    assert found == cheapest


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_plan_costs_less_than_the_bound(seed):
    """Whatever the problem and however long prices are sought."""
    problem = a_small_problem(seed)
    found = solve(problem, stop=Stop(steps=60)).cost
    for known in (None, found, 1):
        assert bound(problem, seconds=None, rounds=25, known=known).cost <= found


def test_one_call_is_bounded_to_the_minute():
    """An arrival, a new face and ten minutes there: only the way back is not seen."""
    assert bound(a_problem()).cost == 15 + 35 + 10


def test_a_call_that_nobody_may_take_is_unserved_in_the_bound():
    """Its whole price."""
    problem = a_problem([an_occurrence(skills=["insulin"], priority=1)])
    assert bound(problem).cost == 2000


def test_too_few_hands_at_one_time_are_seen():
    """Three calls of an hour begin within ten minutes, and there are two workers: one is left out."""
    people = [a_person(f"p{i}", place=1 + i) for i in range(3)]
    window = [(at(9), at(9, 10))]
    calls = [an_occurrence(f"o{i}", person=f"p{i}", minutes=60, windows=window) for i in range(3)]
    problem = a_problem(calls, people=people, workers=[a_worker("w0"), a_worker("w1")])
    cheapest = solve(problem, stop=Stop(steps=100)).cost
    assert cheapest > 1000
    assert 500 < bound(problem, seconds=None).cost <= cheapest


def test_a_visit_that_may_be_shared_is_counted_once():
    """Two needs at one door in one visit: a single arrival, face and way."""
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1")])
    assert bound(problem).cost == 15 + 35 + 10


def test_an_empty_problem_costs_nothing():
    """And the bound of it is 0."""
    assert bound(a_problem([])).cost == 0
    assert bound(a_problem([an_occurrence()], workers=[])).cost == 1000
