"""Who is left out is traded by how often each has been, and the best plan met is kept."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.improve import save_best
from scheduling.engine.routes import load
from scheduling.engine.solve import Stop, solution_of, solve
from scheduling.engine.standing import place_at
from scheduling.engine.trading import left_out, trade
from tests.unit.scheduling.engine.builders import a_person, a_problem, an_occurrence, at
from tests.unit.scheduling.engine.random_problems import random_problem

POLICY = {"unserved": (1000,) * 4}
NEAR_AND_FAR = (("near", "a"), ("far", "b"))


def one_of_two():
    """One worker, and two people who both must be seen at nine; the second lives farther away."""
    travel = np.array([[0, 5, 50], [5, 0, 50], [50, 50, 0]], np.int32)
    return a_problem(
        [an_occurrence(name, person=person, windows=[(at(9), at(9))]) for name, person in NEAR_AND_FAR],
        people=[a_person("a", place=1), a_person("b", place=2)],
        travel=travel,
        policy=POLICY,
    )


def test_what_has_been_left_out_for_long_takes_the_place_of_what_has_not():
    """Even where that is dearer; the cheaper plan stays the best one."""
    t = build_tables(one_of_two(), 1)
    best = np.full((len(t.node), 4), -1, np.int32)
    place_at(t, 0, 0, at(9))
    save_best(t, best)
    cost = int(t.number[tb.BEST])
    absences = np.zeros(len(t.node), np.int32)
    for _ in range(200):
        trade(t, best, absences, 1, 1)
        if t.spot[1, tb.ROUTE] >= 0:
            break
    assert t.spot[1, tb.ROUTE] >= 0
    assert t.number[tb.TOTAL] > cost
    assert t.number[tb.BEST] == cost
    assert best[0, tb.ROUTE] >= 0
    assert absences[1] > 0


def test_what_is_left_out_weighs_its_price_as_often_as_it_was_left_out():
    """Two absent occurrences of 1,000 each, one absent three times and one never."""
    t = build_tables(one_of_two(), 1)
    assert left_out(t, np.array([3, 0], np.int32)) == (2000, 3000)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_is_traded_the_plan_stays_legal_and_its_cost_true(seed):
    """The plan at hand and the best one met, both priced anew from the facts."""
    problem = random_problem(Random(seed))
    t = build_tables(problem, 1)
    best = np.full((len(t.node), 4), -1, np.int32)
    save_best(t, best)
    trade(t, best, np.zeros(len(t.node), np.int32), 200, 20)
    for known, cost in ((False, int(t.number[tb.TOTAL])), (True, int(t.number[tb.BEST]))):
        if known:
            load(t, best)
        plan = solution_of(problem, t)
        assert not check(problem, plan)
        assert total(price(problem, plan)) == cost


def test_a_day_short_of_staff_is_planned_alike_for_the_same_steps():
    """With everything that such a day goes through: trading, cooling, recombining."""
    problem = one_of_two()
    plans = [solve(problem, stop=Stop(steps=12_000), seed=5).solution for _ in range(2)]
    assert plans[0] == plans[1]
    assert [u.occurrence for u in plans[0].unplaced] == ["far"]
