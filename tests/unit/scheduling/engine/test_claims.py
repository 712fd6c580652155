"""Each reason code with a plan in which what it blames is so, and one in which it is not."""

from __future__ import annotations

from random import Random

import pytest

from scheduling.engine.check import check, reason_is_true
from scheduling.engine.claims import claim_is_true
from scheduling.engine.problem import Lock
from scheduling.engine.solution import Reason, Unplaced
from scheduling.engine.solve import Stop, solve
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)
from tests.unit.scheduling.engine.random_problems import random_problem, with_locks

EIGHT = [(at(8), at(8))]
TWO_DAYS = [(at(14), at(21)), (at(7, day=1), at(15, day=1))]


def problem_of(reason):
    """A problem and a plan in which `o1` is left out for this reason and for no other."""
    one, nobody = an_occurrence("o0"), a_plan(unplaced=["o1"])
    asked = an_occurrence("o1", windows=EIGHT)
    busy = a_plan(("o0", "w0", at(8)), unplaced=["o1"])
    match reason:
        case Reason.NO_COMPETENT_WORKER:
            return a_problem([an_occurrence("o1", skills=["insulin"])]), nobody
        case Reason.BARRED_OR_GENDER:
            return a_problem([asked], people=[a_person(barred=["w0"])]), nobody
        case Reason.NO_SHIFT_IN_WINDOW:
            return a_problem([an_occurrence("o1", windows=[(at(20), at(21))])]), nobody
        case Reason.NO_CAPACITY:
            return a_problem([one, asked]), busy
        case Reason.NO_PAIR_FREE:
            pair = an_occurrence("o1", workers=2, windows=EIGHT)
            return a_problem([one, pair], workers=[a_worker("w0"), a_worker("w1")]), busy
        case Reason.REST_OR_HOURS:
            late = an_occurrence("o0", windows=[(at(20), at(20))])
            early = an_occurrence("o1", windows=[(at(7, 30, day=1), at(7, 30, day=1))])
            workers = [a_worker(shifts=TWO_DAYS)]
            return a_problem([late, early], workers=workers), a_plan(("o0", "w0", at(20)), unplaced=["o1"])
        case Reason.GAP:
            gap = [("o0", "o1", 0, 60)]
            later = an_occurrence("o1", windows=[(at(11), at(12))])
            return a_problem([one, later], gaps=gap), busy
        case Reason.CONFLICTS_WITH_LOCK:
            return a_problem([one, asked], locks=[Lock("o0", "w0", at(8))]), busy


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.COSTS_MORE])
def test_what_a_reason_blames_is_so(reason):
    """The occurrence cannot be inserted, and the reason given is why."""
    problem, plan = problem_of(reason)
    assert reason_is_true(problem, plan, "o1")
    assert claim_is_true(problem, plan, Unplaced("o1", reason))


SAID_ELSEWHERE = {  # where a reason would be said wrongly
    Reason.NO_COMPETENT_WORKER: Reason.BARRED_OR_GENDER,
    Reason.BARRED_OR_GENDER: Reason.NO_COMPETENT_WORKER,
    Reason.NO_SHIFT_IN_WINDOW: Reason.NO_CAPACITY,
    Reason.NO_CAPACITY: Reason.NO_SHIFT_IN_WINDOW,
    Reason.NO_PAIR_FREE: Reason.NO_CAPACITY,
    Reason.REST_OR_HOURS: Reason.NO_CAPACITY,
    Reason.GAP: Reason.NO_CAPACITY,
    Reason.CONFLICTS_WITH_LOCK: Reason.GAP,
}


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.COSTS_MORE])
def test_what_a_reason_blames_wrongly_is_not_so(reason):
    """The occurrence cannot be inserted, but for another reason than the one given."""
    problem, plan = problem_of(SAID_ELSEWHERE[reason])
    assert reason_is_true(problem, plan, "o1")
    assert not claim_is_true(problem, plan, Unplaced("o1", reason))


def test_in_a_week_nothing_is_left_out_for_its_price():
    """Whatever fits goes in; only on a day whose times flow may something cost more than it is worth."""
    for reason in SAID_ELSEWHERE:
        problem, plan = problem_of(reason)
        assert not claim_is_true(problem, plan, Unplaced("o1", Reason.COSTS_MORE))


def test_every_reason_the_planner_gives_is_true():
    """Sixty random crowded problems, half of them with locks: what is left out, and why, is always so."""
    reasons = set()
    for seed in range(60):
        dice = Random(seed)
        problem = random_problem(dice)
        plan = solve(problem, stop=Stop(steps=40)).solution
        if seed % 2:
            problem = with_locks(dice, problem, plan)
            plan = solve(problem, stop=Stop(steps=40)).solution
        assert check(problem, plan) == [], seed
        for unplaced in plan.unplaced:
            assert reason_is_true(problem, plan, unplaced.occurrence), (seed, unplaced)
            assert claim_is_true(problem, plan, unplaced), (seed, unplaced)
            reasons.add(unplaced.reason)
    assert len(reasons) >= 6
