"""Days whose times flow: what they may say, what breaks their rules, what they cost, how they are planned."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.answers.bound import bound
from scheduling.engine.answers.changes import Change
from scheduling.engine.answers.desk import Desk
from scheduling.engine.answers.repair import repair
from scheduling.engine.check import check, reason_is_true
from scheduling.engine.claims import claim_is_true
from scheduling.engine.construct import fill
from scheduling.engine.cost import price, total
from scheduling.engine.flow.plan import load_flow
from scheduling.engine.improve import save_best
from scheduling.engine.interchange import plan_data, plan_from, problem_data, problem_from
from scheduling.engine.problem import Flow, Meal, Policy, ProblemError, Second, Span
from scheduling.engine.search import Search, Stop
from scheduling.engine.solution import Assignment, Reason, Solution, Taken
from scheduling.engine.solve import solve
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
    even_travel,
)
from tests.unit.scheduling.engine.random_days import random_day

PLAIN = {"arrival": 0, "face": 0, "new_face": 0, "not_named": 0, "arrival_allowance": 0, "break_minutes": 0}


def a_day(occurrences, *, workers=None, flow=None, policy=None, people=None):
    """A problem whose times flow; ten minutes between all places, everybody behind a door of their own."""
    people = people or [a_person(o.person, place=i) for i, o in enumerate(occurrences, start=1)]
    workers = workers or [a_worker()]
    return replace(
        a_problem(
            [an_occurrence(person=people[0].id)],
            people=people,
            workers=[a_worker()],
            policy=PLAIN | (policy or {}),
            days=1,
            travel=even_travel(len(people) + 1),
        ),
        occurrences=tuple(occurrences),
        workers=tuple(workers),
        flow=flow or Flow(),
    )


def due(occurrence, minute):
    """The occurrence with its windows due at `minute`."""
    return replace(occurrence, windows=tuple(replace(w, due=minute) for w in occurrence.windows))


def due_back(minute):
    """A worker whose shift to 15:00 is due to end at `minute`."""
    return replace(a_worker(), shifts=(Span(at(7), at(15), minute),))


def with_second(occurrence, least, most, *, minutes=30, skills=("care",)):
    """The occurrence with a second part that begins so long after the first."""
    return replace(occurrence, workers=2, second=Second(frozenset(skills), minutes, least, most))


def rules(problem, plan):
    """The names of the rules that the plan breaks."""
    return [violation.rule for violation in check(problem, plan)]


TWO = [a_worker(), a_worker("w1")]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"occurrences": (due(an_occurrence(), at(9)),)}, "occurrences[0].windows[0].due"),
        ({"occurrences": (replace(an_occurrence(), load=1),)}, "occurrences[0].load"),
        ({"occurrences": (with_second(an_occurrence(), 0, 0),)}, "occurrences[0].second"),
        ({"workers": (replace(a_worker(), carries=1),)}, "workers[0].carries"),
        ({"workers": (replace(a_worker(), meal=Meal(0, 60, 30)),)}, "workers[0].meal"),
        (
            {"workers": (due_back(at(14)),)},
            "workers[0].shifts[0].due",
        ),
        ({"flow": Flow()}, "days"),
    ],
)
def test_a_week_has_nothing_that_only_a_flowing_day_has(change, path):
    """A field that the planner would pass over is refused instead, and named."""
    with pytest.raises(ProblemError) as refused:
        a_problem().replace(**change)
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"occurrences": (an_occurrence(preferred=at(9)),)}, "occurrences[0].preferred"),
        ({"occurrences": (an_occurrence(), an_occurrence("o1"))}, "occurrences[1].person"),
        ({"occurrences": (due(an_occurrence(), at(13)),)}, "occurrences[0].windows[0].due"),
        ({"occurrences": (replace(with_second(an_occurrence(), 0, 0), workers=1),)}, "occurrences[0].second"),
        ({"occurrences": (with_second(an_occurrence(), 5, 4),)}, "occurrences[0].second.max"),
        ({"occurrences": (with_second(an_occurrence(), 0, 0, minutes=0),)}, "occurrences[0].second.minutes"),
        ({"workers": (a_worker(hours=100),)}, "workers[0].max_week_minutes"),
        ({"workers": (replace(a_worker(), meal=Meal(0, 20, 30)),)}, "workers[0].meal.minutes"),
        (
            {"workers": (due_back(at(16)),)},
            "workers[0].shifts[0].due",
        ),
        ({"policy": Policy(break_minutes=20)}, "policy.break_after"),
    ],
)
def test_a_flowing_day_has_nothing_that_does_not_go_with_it(change, path):
    """Nothing is passed over silently here either."""
    with pytest.raises(ProblemError) as refused:
        a_day([an_occurrence()]).replace(**change)
    assert refused.value.path == path


def test_the_second_of_a_pair_begins_as_long_after_the_first_as_is_asked():
    """Ten to twenty minutes, both included."""
    problem = a_day([with_second(an_occurrence(), 10, 20)], workers=TWO)
    for apart, broken in ((10, []), (20, []), (9, ["pair"]), (21, ["pair"])):
        plan = Solution((Assignment("o0", ("w0", "w1"), at(9), at(9) + apart),))
        assert rules(problem, plan) == broken


def test_each_part_asks_for_its_own_skills_and_windows():
    """The nurse is second; the other way round neither is right."""
    nurse = a_worker("w1", skills=("nursing",))
    pair = with_second(an_occurrence(), 0, 0, skills=("nursing",))
    pair = replace(pair, second=replace(pair.second, windows=(Span(at(9), at(10)),)))
    problem = a_day([pair], workers=[a_worker(), nurse])
    assert rules(problem, a_plan(("o0", "w0 w1", at(9)))) == []
    assert rules(problem, a_plan(("o0", "w1 w0", at(9)))) == ["skills", "skills"]
    assert rules(problem, a_plan(("o0", "w0 w1", at(8, 30)))) == ["window"]


def test_a_worker_carries_no_more_than_allowed():
    """Two loads of three are more than five."""
    loads = [replace(an_occurrence(), load=3), replace(an_occurrence("o1", person="p1"), load=3)]
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(9)))
    for most, broken in ((6, []), (5, ["load"])):
        problem = a_day(loads, workers=[replace(a_worker(), carries=most)])
        assert rules(problem, plan) == broken
        assert len(solve(problem, stop=Stop(steps=5)).solution.unplaced) == len(broken)


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        (at(8, 30), []),  # right after the first service, before the way
        (at(8, 40), []),  # after the way
        (at(8, 31), []),
        (at(8, 51), ["meal"]),
        (at(8, 29), ["meal"]),
        (at(10, 5), []),  # before going home
        (at(13, 41), ["meal"]),  # over too late
    ],
)
def test_a_meal_lies_between_services_or_after_the_last(start, broken):
    """Its 20 minutes find room in a gap of 40 with a way of 10."""
    problem = a_day(
        [an_occurrence(), an_occurrence("o1", person="p1")],
        workers=[replace(a_worker(), meal=Meal(at(7), at(14), 20))],
    )
    plan = replace(a_plan(("o0", "w0", at(8)), ("o1", "w0", at(9, 10))), meals=(Taken("w0", start),))
    assert rules(problem, plan) == broken


def test_every_term_of_a_flowing_day():
    """Late in a first window, more late in a second part, waits, overtime, somebody idle, one meal missed."""
    flow = Flow(travel=2, late=3, latest=5, wait=7, overtime=11, idlest=13, missed_meal=17)
    short = replace(due_back(at(9)), meal=Meal(at(7), at(14), 20))
    problem = a_day(
        [due(an_occurrence(), at(8)), with_second(due(an_occurrence("o1", person="p1"), at(9)), 0, 60)],
        workers=[short, a_worker("w1"), replace(a_worker("w2"), meal=Meal(at(7), at(14), 20))],
        flow=flow,
    )
    plan = Solution(
        (Assignment("o0", ("w0",), at(8, 5)), Assignment("o1", ("w0", "w1"), at(9, 10), at(9, 20))),
        meals=(Taken("w0", at(8, 40)),),
    )
    assert check(problem, plan) == []
    terms = price(problem, plan)
    assert terms["travel"] == 2 * 50
    assert terms["late"] == 3 * (5 + 10 + 20)
    assert terms["latest"] == 5 * 20
    assert terms["wait"] == 7 * 5
    assert terms["overtime"] == 11 * 50
    assert terms["idlest"] == 13 * 480
    assert terms["missed_meal"] == 17
    assert total(terms) == sum(terms.values())


def test_what_a_flowing_day_says_survives_a_file():
    """Every new field and the facts of the plan; what is not said is not written."""
    worker = replace(
        a_worker(), carries=4, meal=Meal(at(12), at(13), 30), shifts=(Span(at(7), at(15), at(14)),)
    )
    pair = replace(with_second(due(an_occurrence(), at(9)), 5, None), load=2)
    problem = a_day([pair], workers=[worker, a_worker("w1")], flow=Flow(late=3))
    assert problem_data(problem_from(problem_data(problem))) == problem_data(problem)
    again = problem_from(problem_data(problem))
    assert (again.workers, again.occurrences, again.flow) == (
        problem.workers,
        problem.occurrences,
        Flow(late=3),
    )
    plan = Solution((Assignment("o0", ("w0", "w1"), at(9), at(10)),), (), (Taken("w0", at(12)),))
    assert plan_from(plan_data(problem, plan, price(problem, plan))).solution == plan
    week = problem_data(a_problem())
    assert "flow" not in week
    assert not {"load", "second"} & week["occurrences"][0].keys()


def test_a_pair_moves_with_both_of_its_rounds():
    """The first worker comes late from another door, so the second waits, and is late at the next."""
    first = an_occurrence("o0", windows=[(at(8), at(12))], minutes=60)
    both = due(replace(an_occurrence("o1", person="p1", windows=[(at(8), at(12))]), workers=2), at(8))
    problem = a_day([first, both], workers=TWO, flow=Flow(late=1, latest=1))
    result = solve(problem, stop=Stop(steps=50))
    assert check(problem, result.solution) == []
    assert result.terms["late"] == 0
    assert result.cost == 50


def test_a_desk_answers_about_weeks_alone():
    """Its answers are worked out with everything else standing still, which this day does not."""
    day = a_day([an_occurrence()])
    plan = a_plan(("o0", "w0", at(8)))
    for ask in (lambda: Desk(day, plan), lambda: bound(day), lambda: repair(day, plan, Change())):
        with pytest.raises(ProblemError, match="flow: this can be asked of a week alone"):
            ask()


def test_optional_care_is_left_out_when_it_costs_more_and_says_so():
    """A way of twenty minutes is dearer than a price of fifteen, and cheaper than one of twenty-five."""
    for unserved, left_out in ((15, [Reason.COSTS_MORE]), (25, [])):
        problem = a_day([an_occurrence(priority=4)], policy={"unserved": (2000, 1000, 600, unserved)})
        result = solve(problem, stop=Stop(steps=5))
        assert [u.reason for u in result.solution.unplaced] == left_out


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_any_random_day_is_legal_priced_right_and_explained(seed):
    """The price in the search is that of the plan, as the search found it and as the check counts it."""
    problem = random_day(Random(seed))
    search = Search(problem, Stop(steps=60), 1, 1, None)
    t = search.tables
    fill(t)
    save_best(t, search.best)
    search.improve()
    assert load_flow(t, search.best)
    assert t.number[tb.TOTAL] == t.number[tb.BEST]
    result = solve(problem, stop=Stop(steps=60))
    assert check(problem, result.solution) == []
    assert result.cost == sum(result.terms.values()) == total(price(problem, result.solution))
    if problem.flow.wait == 0:
        assert result.cost <= t.number[tb.BEST]
    for unplaced in result.solution.unplaced:
        assert claim_is_true(problem, result.solution, unplaced), unplaced
        if unplaced.reason != Reason.COSTS_MORE:
            assert reason_is_true(problem, result.solution, unplaced.occurrence)
    again = solve(problem, stop=Stop(steps=60), initial=result.solution)
    assert again.dropped == ()
    assert again.cost <= result.cost
