"""Each term of the price on plans small enough to add up by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scheduling.engine.cost import TERMS, arrivals, price, total
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

WORKERS = [a_worker(f"w{i}", shifts=[(at(7, day=d), at(21, day=d)) for d in range(2)]) for i in range(3)]


def week(count=1, **options):
    """`count` occurrences of half an hour at one door, and three workers with two long days."""
    occurrences = [an_occurrence(f"o{i}", windows=[(0, at(23, day=1))]) for i in range(count)]
    return a_problem(occurrences, workers=WORKERS, **options)


def test_the_total_is_the_sum_of_the_terms():
    """One visit by an unknown worker: an arrival, a new face and twenty minutes of travel."""
    terms = price(week(), a_plan(("o0", "w0", at(9))))
    assert tuple(terms) == TERMS
    assert terms == {
        "unserved": 0,
        "arrivals": 15,
        "faces": 15 + 20,
        "not_named": 0,
        "travel": 20,
        "preferred": 0,
        "change": 0,
    }
    assert total(terms) == 70


@pytest.mark.parametrize(("priority", "weight"), [(1, 2000), (2, 1000), (3, 600), (4, 150)])
def test_an_unplaced_occurrence_costs_by_priority(priority, weight):
    """The most urgent is the dearest to leave out, and nothing else costs."""
    problem = a_problem([an_occurrence(priority=priority)])
    assert price(problem, a_plan(unplaced=["o0"]))["unserved"] == weight
    assert total(price(problem, a_plan(unplaced=["o0"]))) == weight


def test_a_forgotten_occurrence_costs_like_an_unplaced_one():
    """A plan does not become cheaper by keeping silent."""
    assert price(a_problem(), a_plan())["unserved"] == 1000


@pytest.mark.parametrize(("wait", "visits"), [(0, 1), (10, 1), (11, 2)])
def test_joined_occurrences_are_one_arrival(wait, visits):
    """Up to ten minutes after the one before, the second belongs to the same visit."""
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30) + wait))
    assert price(week(2), plan)["arrivals"] == 15 * visits
    assert arrivals(week(2), plan) == visits


def test_each_worker_of_a_pair_arrives_and_is_a_face():
    """Two at the door are two arrivals, two faces, and both drive."""
    problem = a_problem([an_occurrence(workers=2)], workers=WORKERS)
    terms = price(problem, a_plan(("o0", "w0 w1", at(9))))
    assert (terms["arrivals"], terms["faces"], terms["travel"]) == (30, 70, 40)


def test_visits_at_two_doors_are_two_arrivals_though_the_place_is_one():
    """Neighbours at one address are two people: nobody drives between them, both doors count."""
    people = [a_person("p0"), a_person("p1")]
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1", person="p1")], people=people)
    terms = price(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 33))))
    assert (terms["arrivals"], terms["travel"]) == (30, 20)


def test_a_face_is_met_once_in_the_week():
    """The same worker on two days is one face; a second worker is another, cheaper when known."""
    problem = week(3, people=[a_person(known=["w1"])])
    plan = a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, day=1)), ("o2", "w1", at(12)))
    assert price(problem, plan)["faces"] == (15 + 20) + 15


def test_visits_not_by_the_named_worker_cost_per_visit():
    """Two visits by another are two, two joined needs are one, and without a name there is none."""
    plan = a_plan(("o0", "w1", at(9)), ("o1", "w1", at(9, 30)), ("o2", "w1", at(15)))
    assert price(week(3, people=[a_person(named="w0")]), plan)["not_named"] == 2 * 6
    assert price(week(3, people=[a_person(named="w1")]), plan)["not_named"] == 0
    assert price(week(3, people=[a_person(named=None)]), plan)["not_named"] == 0


def test_travel_goes_from_base_to_base_each_shift():
    """Two days are four drives, one day with two visits at one door is two."""
    assert price(week(2), a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, day=1))))["travel"] == 40
    assert price(week(2), a_plan(("o0", "w0", at(9)), ("o1", "w0", at(15))))["travel"] == 20


def test_travel_reads_the_matrix_from_row_to_column():
    """There is eleven minutes and back is seventeen; the order of places decides."""
    travel = np.array([[0, 11, 5], [17, 0, 3], [7, 2, 0]], dtype=np.int32)
    people = [a_person("p0", place=1), a_person("p1", place=2)]
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1")]
    problem = a_problem(occurrences, people=people, travel=travel)
    assert price(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(11))))["travel"] == 11 + 3 + 7
    assert price(problem, a_plan(("o1", "w0", at(9)), ("o0", "w0", at(11))))["travel"] == 5 + 2 + 17


@pytest.mark.parametrize(
    ("start", "tens"), [(at(9), 0), (at(9, 9), 0), (at(9, 10), 1), (at(8, 41), 1), (at(8), 6)]
)
def test_distance_from_the_preferred_start_counts_whole_tens(start, tens):
    """Nine minutes either way are free, and early is as dear as late."""
    problem = a_problem([an_occurrence(preferred=at(9))], policy={"preferred_per_10_min": 2})
    assert price(problem, a_plan(("o0", "w0", start)))["preferred"] == 2 * tens


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        (a_plan(("o0", "w0", at(9))), 0),
        (a_plan(("o0", "w0", at(9, 15))), 0),
        (a_plan(("o0", "w0", at(9, 16))), 1),
        (a_plan(("o0", "w0", at(8, 44))), 1),
        (a_plan(("o0", "w1", at(9))), 1),
        (a_plan(("o0", "w0", at(9, day=1))), 1),
        (a_plan(unplaced=["o0"]), 1),
    ],
)
def test_a_change_to_the_published_rota_counts_once(plan, changes):
    """Other workers, another day, more than fifteen minutes or left out: each is one change."""
    problem = week(published=[("o0", ["w0"], at(9))])
    assert price(problem, plan)["change"] == 20 * changes


def test_a_published_pair_may_stand_in_either_order():
    """Who is written first says nothing."""
    problem = a_problem([an_occurrence(workers=2)], workers=WORKERS, published=[("o0", ["w0", "w1"], at(9))])
    assert price(problem, a_plan(("o0", "w1 w0", at(9))))["change"] == 0


def test_another_day_is_a_change_though_only_minutes_away():
    """Ten minutes across midnight are another day."""
    problem = week(published=[("o0", ["w0"], at(23, 55))])
    assert price(problem, a_plan(("o0", "w0", at(0, 5, day=1))))["change"] == 20
