"""What holds of every plan, on random problems, and what a caller may rely on."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.check import check, reason_is_true
from scheduling.engine.cost import arrivals, price, total
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Assignment, Solution
from scheduling.engine.solve import Progress, Result, Stop, solve
from tests.unit.scheduling.engine.builders import a_person, a_problem, a_worker, an_occurrence, at
from tests.unit.scheduling.engine.random_problems import random_problem, with_locks, with_published

problems = st.integers(0, 2**32).map(lambda seed: random_problem(Random(seed)))
seeds = st.integers(0, 2**32)
few = settings(max_examples=40, deadline=None)


def assert_sound(problem: Problem, result: Result) -> None:
    """Legal, rightly priced, nothing vanished, every reason true."""
    assert check(problem, result.solution) == []
    assert result.terms == price(problem, result.solution)
    assert result.cost == total(result.terms)
    listed = [a.occurrence for a in result.solution.assignments] + [
        u.occurrence for u in result.solution.unplaced
    ]
    assert sorted(listed) == sorted(o.id for o in problem.occurrences)
    for unplaced in result.solution.unplaced:
        assert reason_is_true(problem, result.solution, unplaced.occurrence), unplaced


@few
@given(problems)
def test_every_plan_is_sound(problem: Problem) -> None:
    """Whatever the problem, the plan breaks no rule, costs what it says and leaves out only what it must."""
    assert_sound(problem, solve(problem, stop=Stop(steps=60)))


@few
@given(seeds)
def test_published_and_locked_problems_are_planned_soundly(seed: int) -> None:
    """A rota in force and locks taken from a legal plan are honoured."""
    dice = Random(seed)
    problem = random_problem(dice)
    plan = solve(problem, stop=Stop(steps=20)).solution
    for changed in (with_published(dice, problem, plan), with_locks(dice, problem, plan)):
        assert_sound(changed, solve(changed, stop=Stop(steps=20)))


@few
@given(problems)
def test_the_same_call_gives_the_same_plan(problem: Problem) -> None:
    """Same problem, seed and steps: the same plan, bit for bit."""
    first, second = (solve(problem, stop=Stop(steps=40), seed=7) for _ in range(2))
    assert first.solution == second.solution


@few
@given(problems)
def test_a_warm_start_never_ends_worse(problem: Problem) -> None:
    """A legal initial plan is taken over whole and never made dearer."""
    before = solve(problem, stop=Stop(steps=5))
    after = solve(problem, stop=Stop(steps=20), seed=2, initial=before.solution)
    assert after.dropped == ()
    assert after.cost <= before.cost
    assert_sound(problem, after)


@few
@given(seeds)
def test_a_broken_plan_is_a_start_all_the_same(seed: int) -> None:
    """Shifted, doubled and unknown assignments are dropped and named; the rest is a start."""
    dice = Random(seed)
    problem = random_problem(dice)
    plan = solve(problem, stop=Stop(steps=5)).solution
    broken = [
        Assignment(a.occurrence, a.workers[::-1], a.start + dice.choice((0, 0, 7, 300)))
        for a in plan.assignments
    ]
    broken += [*broken[:1], Assignment("unknown", ("w0",), 500), Assignment("o0", ("nobody",), 500)]
    result = solve(problem, stop=Stop(steps=5), initial=Solution(tuple(broken)))
    assert "unknown" in result.dropped
    assert_sound(problem, result)


def a_day() -> Problem:
    """Forty calls at ten doors and five workers: enough to improve on."""
    dice = Random(5)
    people = [a_person(f"p{i}", place=1 + i, named=f"w{i % 5}") for i in range(10)]
    workers = [a_worker(f"w{i}", shifts=[(at(7), at(15))]) for i in range(5)]
    occurrences = []
    for i in range(40):
        start = dice.choice((at(7, 30), at(9), at(12), at(13)))
        window = (start, start + 60)
        occurrences.append(
            an_occurrence(f"o{i}", person=f"p{i % 10}", windows=[window], preferred=start + 30)
        )
    place = np.array([(dice.random(), dice.random()) for _ in range(11)])
    travel = np.ceil(20 * np.linalg.norm(place[:, None] - place[None], axis=2)).astype(np.int32)
    return a_problem(occurrences, people=people, workers=workers, travel=travel)


def test_more_steps_never_give_a_worse_plan() -> None:
    """Each larger limit costs at most as much, and the largest less than the first plan."""
    costs = [solve(a_day(), stop=Stop(steps=steps)).cost for steps in (0, 10, 100, 1000, 4000)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]


def test_progress_tells_the_best_so_far() -> None:
    """Costs told never rise, the last is what the result costs, arrivals are those of the plan."""
    told: list[Progress] = []
    result = solve(a_day(), stop=Stop(steps=2000), on_progress=told.append)
    costs = [progress.cost for progress in told]
    assert costs == sorted(costs, reverse=True)
    assert (costs[-1], told[-1].unplaced) == (result.cost, len(result.solution.unplaced))
    assert told[-1].arrivals == arrivals(a_day(), result.solution)


def test_cancelling_keeps_the_best_plan() -> None:
    """A search without end stops within a second of being cancelled and hands over a legal plan."""
    began = time.monotonic()
    result = solve(a_day(), stop=Stop(cancelled=lambda: time.monotonic() - began > 0.3))
    assert time.monotonic() - began < 1.3
    assert check(a_day(), result.solution) == []


def test_seconds_stop_the_search() -> None:
    """A limit in seconds is kept, the last touches included."""
    result = solve(a_day(), stop=Stop(seconds=0.5))
    assert 0.4 <= result.seconds < 1.5


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_reproducible(threads: int) -> None:
    """The same seed, steps and threads give the same plan; two threads plan soundly too."""
    first, second = (solve(a_day(), stop=Stop(steps=3000), threads=threads) for _ in range(2))
    assert first.solution == second.solution
    assert_sound(a_day(), first)


def test_the_published_rota_is_kept_where_change_is_dear() -> None:
    """Planned again with its own plan published and dear changes, the week stays as it is."""
    plan = solve(a_day(), stop=Stop(steps=300)).solution
    published = [(a.occurrence, a.workers, a.start) for a in plan.assignments]
    day = a_day()
    problem = a_problem(
        day.occurrences,
        people=day.people,
        workers=day.workers,
        travel=day.travel,
        published=published,
        policy={"change": 5000},
    )
    assert solve(problem, stop=Stop(steps=2000), initial=plan).terms["change"] == 0
