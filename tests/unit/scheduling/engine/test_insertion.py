"""A reason is true when no worker or pair, at no start, could take the occurrence as things stand."""

from __future__ import annotations

import pytest

from scheduling.engine.check import check, reason_is_true
from scheduling.engine.insertion import insertions
from scheduling.engine.problem import Lock
from scheduling.engine.solution import Solution
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)


def test_a_free_worker_makes_a_reason_false():
    """Nobody is busy, so leaving the occurrence out cannot be explained."""
    assert not reason_is_true(a_problem(), a_plan(unplaced=["o0"]), "o0")


@pytest.mark.parametrize(
    "options",
    [
        {"workers": []},
        {"workers": [a_worker(skills=["shopping"])]},
        {"workers": [a_worker(agency="other")]},
        {"workers": [a_worker(shifts=[(at(16), at(20))])]},
        {"workers": [a_worker(hours=52)]},
        {"people": [a_person(barred=["w0"])]},
    ],
)
def test_nobody_who_may_come_makes_a_reason_true(options):
    """Competence, agency, shift, hours and barring each suffice."""
    assert reason_is_true(a_problem(**options), a_plan(unplaced=["o0"]), "o0")


@pytest.mark.parametrize(("start", "truth"), [(at(9), True), (at(9, 13), False)])
def test_a_full_round_makes_a_reason_true(start, truth):
    """The other care ends at 08:30 and cannot move; thirteen minutes later is just in time."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1", windows=[(at(8), start)])]
    plan = a_plan(("o0", "w0", at(8, 30)), unplaced=["o1"])
    assert reason_is_true(a_problem(occurrences, people=people), plan, "o1") is truth


def test_what_stands_in_the_plan_is_not_moved():
    """There would be room if the first went a minute later, but insertion alone keeps it where it is."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1", windows=[(at(8), at(8))])]
    problem = a_problem(occurrences, people=people)
    assert reason_is_true(problem, a_plan(("o0", "w0", at(8, 42)), unplaced=["o1"]), "o1")
    assert not reason_is_true(problem, a_plan(("o0", "w0", at(8, 43)), unplaced=["o1"]), "o1")


def test_a_pair_needs_two_at_the_same_minute():
    """Two workers whose shifts hardly overlap are a pair only where both are there."""
    early, late = a_worker("w0", shifts=[(at(7), at(10))]), a_worker("w1", shifts=[(at(9), at(12))])
    asked = an_occurrence(workers=2, minutes=30)
    problem = a_problem([asked], workers=[early, late])
    starts = [found.start for found in insertions(problem, a_plan(unplaced=["o0"]), "o0")]
    assert starts == list(range(at(9, 13), at(9, 20) + 1))
    longer = a_problem([an_occurrence(workers=2, minutes=40)], workers=[early, late])
    assert reason_is_true(longer, a_plan(unplaced=["o0"]), "o0")


def test_gaps_and_locks_narrow_the_starts():
    """Only the minutes that a gap leaves, and only the worker and start that a lock names."""
    occurrences = [an_occurrence("o0"), an_occurrence("o1")]
    problem = a_problem(occurrences, gaps=[("o0", "o1", 30, 32)])
    plan = a_plan(("o0", "w0", at(9)), unplaced=["o1"])
    assert [found.start for found in insertions(problem, plan, "o1")] == [at(10), at(10, 1), at(10, 2)]
    locked = problem.replace(locks=(Lock("o1", "w0", at(10, 1)),))
    assert [found.start for found in insertions(locked, plan, "o1")] == [at(10, 1)]
    before = a_plan(("o1", "w0", at(10)), unplaced=["o0"])
    assert [found.start for found in insertions(problem, before, "o0")] == [at(8, 58), at(8, 59), at(9)]


def test_every_insertion_found_is_legal():
    """The check, which shares the rules but not the trying, accepts each of them."""
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1"), an_occurrence("o2", workers=2)]
    problem = a_problem(occurrences, people=people, workers=[a_worker("w0"), a_worker("w1")])
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w1", at(10)), unplaced=["o2"])
    found = list(insertions(problem, plan, "o2"))
    assert found
    for assignment in found:
        assert check(problem, Solution((*plan.assignments, assignment))) == []
