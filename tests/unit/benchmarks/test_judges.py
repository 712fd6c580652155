"""The judges of the published benchmarks: the smallest legal solution, and one break of each rule."""

from __future__ import annotations

from copy import deepcopy

import pytest

from benchmarks.hhcrsp.judge import judge as judge_hhcrsp
from benchmarks.uhhc.judge import judge as judge_uhhc
from benchmarks.vrptw.judge import judge as judge_vrptw

HHCRSP = {
    "patients": [
        {"id": "p1", "time_window": [10, 20], "required_caregivers": [{"service": "s1", "duration": 5}]},
        {
            "id": "p2",
            "time_window": [0, 30],
            "required_caregivers": [{"service": "s1", "duration": 5}, {"service": "s2", "duration": 7}],
            "synchronization": {"type": "sequential", "distance": [10, 12]},
        },
    ],
    "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s2"]}],
    "distances": [[0, 2.5, 4], [2.5, 0, 3], [4, 3, 0]],
}
HHCRSP_SOLUTION = {
    "routes": [
        {
            "caregiver_id": "c1",
            "locations": [
                {"patient_id": "p1", "service_id": "s1", "arrival_time": 20, "departure_time": 25},
                {"patient_id": "p2", "service_id": "s1", "arrival_time": 28, "departure_time": 33},
            ],
        },
        {
            "caregiver_id": "c2",
            "locations": [{"patient_id": "p2", "service_id": "s2", "arrival_time": 39, "departure_time": 46}],
        },
    ]
}


def test_a_third_of_travel_tardiness_and_largest_tardiness():
    """The second service of p2 begins nine minutes after its window."""
    verdict = judge_hhcrsp(HHCRSP, HHCRSP_SOLUTION)
    assert verdict.violations == []
    assert verdict.parts == {"travel": 17.5, "tardiness": 9, "largest_tardiness": 9}
    assert verdict.cost == pytest.approx(35.5 / 3)


@pytest.mark.parametrize(
    ("route", "stop", "change", "said"),
    [
        (0, 0, {"arrival_time": 9, "departure_time": 14}, "before its window"),
        (0, 1, {"arrival_time": 27.5, "departure_time": 33}, "cannot be at p2"),
        (0, 1, {"departure_time": 32}, "lasts only 4"),
        (0, 1, {"service_id": "s2"}, "cannot do s2"),
        (1, 0, {"arrival_time": 37.9, "departure_time": 46}, "apart, not 10 to 12"),
        (1, 0, {"arrival_time": 41, "departure_time": 48}, "apart, not 10 to 12"),
        (1, 0, {"patient_id": "p3"}, "nobody asked for"),
    ],
)
def test_a_home_health_care_rule_that_is_broken_is_said(route, stop, change, said):
    """One change to a legal solution at a time."""
    solution = deepcopy(HHCRSP_SOLUTION)
    solution["routes"][route]["locations"][stop].update(change)
    assert any(said in sentence for sentence in judge_hhcrsp(HHCRSP, solution).violations)


def test_a_patient_whom_nobody_serves_is_said():
    """As is one caregiver for both services of a pair, or with two routes."""
    solution = deepcopy(HHCRSP_SOLUTION)
    solution["routes"][1]["caregiver_id"] = "c1"
    said = " ".join(judge_hhcrsp(HHCRSP, solution).violations)
    assert "one caregiver for both" in said
    assert "two routes" in said
    solution["routes"].pop()
    assert "('p2', 's2') is served 0 times" in judge_hhcrsp(HHCRSP, solution).violations


VRPTW = """T1

VEHICLE
NUMBER     CAPACITY
  2         15

CUSTOMER
CUST NO.   XCOORD.   YCOORD.   DEMAND    READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0       100          0
    1      1         1         10         20        30         10
    2      3         1          5          0        40         10
"""


def test_distances_are_cut_to_one_decimal():
    """The root of two counts 1.4 and that of ten 3.1, there and back."""
    verdict = judge_vrptw(VRPTW, "Route #1: 1 2\nCost 6.5\n")
    assert (verdict.cost, verdict.violations) == (6.5, [])
    assert judge_vrptw(VRPTW, "Route #1: 1\nRoute #2: 2\n").cost == 9.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("15\n\nC", "14\n\nC", "may carry 14"),
        ("40         10", "31         10", "after 31"),
        ("0       100 ", "0       45 ", "reaches 0"),
        ("  2         15", "  0         15", "there are 0"),
    ],
)
def test_a_vehicle_rule_that_is_broken_is_said(old, new, said):
    """Capacity, due date, end of the day, and the number of vehicles."""
    assert said in " ".join(judge_vrptw(VRPTW.replace(old, new), "Route #1: 1 2\n").violations)


def test_customers_are_visited_once():
    """One left out, one twice, one that is none."""
    said = " ".join(judge_vrptw(VRPTW, "Route #1: 1\nRoute #2: 1 9\n").violations)
    assert "customer 2 is visited 0 times" in said
    assert "a customer that there is not" in said


UHHC = {
    "metadata": {
        "time_window_met": "at_service_end",
        "cost_components": {
            "travel_time": 1, "total_tardiness": 10, "highest_tardiness": 100, "total_waiting_time": 1000,
            "total_extra_time": 7, "max_idle_time": 3, "caregiver_preferences": 5, "optional_patients": 50,
            "missed_lunch_break": 60,
        },
    },
    "terminal_points": [{"id": "d0", "distance_matrix_index": 0}],
    "lunch_breaks": {"start": 100, "end": 200, "min_duration": 30},
    "distances": [[0, 10, 20], [10, 0, 5], [20, 5, 0]],
    "caregivers": [
        {
            "id": "c1", "abilities": ["s1", "s2"], "departing_point": "d0", "arrival_point": "d0",
            "working_shift": {"start": 0, "end": 200}, "lunch_break": True,
        },
        {
            "id": "c2", "abilities": ["s2"], "departing_point": "d0", "arrival_point": "d0",
            "working_shift": {"start": 50, "end": 150}, "lunch_break": False,
        },
    ],
    "patients": [
        {
            "id": "p1", "distance_matrix_index": 1, "required_services": [{"service": "s1", "duration": 20}],
            "time_windows": [{"start": 20, "end": 50}, {"start": 70, "end": 90}], "optional": True,
        },
        {
            "id": "p2", "distance_matrix_index": 2, "preferred_caregivers": ["c1"],
            "required_services": [{"service": "s1", "duration": 10}, {"service": "s2", "duration": 15}],
            "time_windows": [{"start": 60, "end": 100}], "optional": False,
            "synchronization": {"type": "sequential", "distance": {"min": 0, "max": 10}},
        },
    ],
}  # fmt: skip
UHHC_SOLUTION = {
    "routes": [
        {
            "caregiver_id": "c1",
            "locations": [
                {"patient": "p1", "service": "s1", "start_time": 35, "end_time": 55},
                {"patient": "p2", "service": "s1", "start_time": 80, "end_time": 90},
                {"patient": "p2", "service": "lunch_break", "start_time": 100, "end_time": 130},
            ],
        },
        {
            "caregiver_id": "c2",
            "locations": [{"patient": "p2", "service": "s2", "start_time": 90, "end_time": 105}],
        },
    ]
}


def test_every_part_of_the_unified_problem_is_counted():
    """p1 ends 5 late in its first window, p2's second service 5 late; c1 waits 20 for p2 and 10 for lunch."""
    verdict = judge_uhhc(UHHC, UHHC_SOLUTION)
    assert verdict.violations == []
    assert verdict.parts == {
        "travel_time": 35 + 40, "total_tardiness": 100, "highest_tardiness": 500,
        "total_waiting_time": 30_000, "total_extra_time": 0, "max_idle_time": 3 * (25 + 30 + 50),
        "caregiver_preferences": 5, "optional_patients": 0, "missed_lunch_break": 0,
    }  # fmt: skip
    assert verdict.cost == sum(verdict.parts.values())


def test_an_optional_patient_may_be_left_out_and_a_lunch_missed():
    """Each at its price; who does nothing is idle for a whole shift."""
    solution = {"routes": [{"caregiver_id": "c2", "locations": [{
        "patient": "p2", "service": "s2", "start_time": 140, "end_time": 155}]}]}  # fmt: skip
    verdict = judge_uhhc(UHHC, solution)
    assert verdict.parts["optional_patients"] == 50
    assert verdict.parts["missed_lunch_break"] == 60
    assert verdict.parts["total_extra_time"] == 7 * 25
    assert verdict.parts["max_idle_time"] == 3 * 200
    assert verdict.violations == ["p2 has 1 of 2 services"]


@pytest.mark.parametrize(
    ("route", "stop", "change", "said"),
    [
        (0, 0, {"start_time": 9, "end_time": 29}, "before the shift"),
        (0, 0, {"start_time": 15, "end_time": 35}, "before every window"),
        (0, 0, {"end_time": 54}, "lasts 19"),
        (0, 1, {"start_time": 59, "end_time": 69}, "cannot be at stop 1"),
        (0, 2, {"start_time": 99}, "the lunch of c1"),
        (0, 2, {"end_time": 129}, "the lunch of c1"),
        (1, 0, {"service": "s1"}, "not able"),
        (1, 0, {"start_time": 91, "end_time": 106}, "are no pair"),
        (1, 0, {"patient": "p1"}, "not asked for"),
    ],
)
def test_a_unified_rule_that_is_broken_is_said(route, stop, change, said):
    """One change to a legal solution at a time."""
    solution = deepcopy(UHHC_SOLUTION)
    solution["routes"][route]["locations"][stop].update(change)
    assert any(said in sentence for sentence in judge_uhhc(UHHC, solution).violations)
