"""Who could make a whole visit: every option legal and exactly priced, nothing possible forbidden."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.answers.prepared import NotInPlanError, Prepared
from scheduling.engine.answers.ranking import Rule, rank
from scheduling.engine.answers.visit_ranking import NotHeldError, rank_visit
from scheduling.engine.check import check
from scheduling.engine.cost import price
from scheduling.engine.problem import Lock
from scheduling.engine.rounds import all_rounds
from scheduling.engine.solution import Assignment, Solution
from tests.unit.scheduling.engine.answers.plans import a_random_plan
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

seeds = st.integers(0, 2**32)


def visits_of(problem, plan):
    """Each visit of the plan: who makes it, and what it serves."""
    for round_ in all_rounds(problem, plan):
        for visit in round_.visits(problem):
            yield round_.worker.id, [service.occurrence.id for service in visit]


def handed(plan, names, home, worker, by):
    """The plan with `worker` in the stead of `home`, `by` minutes later."""
    placed = {a.occurrence: a for a in plan.assignments}
    for name in names:
        team = tuple(worker if w == home else w for w in placed[name].workers)
        placed[name] = Assignment(name, team, placed[name].start + by)
    return Solution(tuple(placed.values()), plan.unplaced)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_every_option_is_legal_and_priced_exactly(seed):
    """The plan with the option in it passes the check and costs what was said, term by term."""
    problem, plan = a_random_plan(seed)
    desk = Prepared(problem, plan)
    before = price(problem, plan)
    for home, names in visits_of(problem, plan):
        ranking = rank_visit(desk, home, names)
        listed = [o.worker for o in ranking.options] + [r.worker for r in ranking.refusals]
        assert sorted(listed) == sorted(w.id for w in problem.workers)
        for option in ranking.options:
            after = handed(plan, names, home, option.worker, option.start - ranking.present.start)
            assert check(problem, after) == []
            assert {t: n - before[t] for t, n in price(problem, after).items()} == option.terms
    assert desk.assignments() == {a.occurrence: a for a in plan.assignments}


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_whoever_is_refused_could_make_it_at_no_minute_and_no_minute_is_cheaper(seed):
    """Every worker at every minute, by the check and the whole price."""
    problem, plan = a_random_plan(seed)
    desk = Prepared(problem, plan)
    before = sum(price(problem, plan).values())
    index = problem.occurrence_index
    for home, names in visits_of(problem, plan):
        ranking = rank_visit(desk, home, names)
        costs = {option.worker: option.cost for option in ranking.options}
        first = problem.occurrences[index[ranking.occurrence]]
        for worker in problem.workers:
            for start in {m for w in first.windows for m in range(w.start, w.end + 1)}:
                after = handed(plan, names, home, worker.id, start - ranking.present.start)
                rounds = [
                    r for r in all_rounds(problem, after) if {s.occurrence.id for s in r.services} & {*names}
                ]
                if len(rounds) > len({r.worker.id for r in rounds}):
                    continue  # somebody would do it in two shifts: no longer one visit
                if not check(problem, after):
                    assert worker.id in costs, (worker.id, start)
                    assert costs[worker.id] <= sum(price(problem, after).values()) - before


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_a_visit_of_one_call_is_ranked_as_the_call_is(seed):
    """Two ways to ask one question, where nothing has to be re-timed."""
    problem, plan = a_random_plan(seed)
    desk = Prepared(problem, plan)
    for home, names in visits_of(problem, plan):
        call = rank(desk, names[0], moving=False)
        if len(names) > 1 or len(call.present.workers) > 1 or any(o.moves for o in call.options):
            continue
        whole = rank_visit(desk, home, names)
        assert [(o.worker, o.cost) for o in whole.options] == [(o.worker, o.cost) for o in call.options]


WASHING = an_occurrence("o0", minutes=30, windows=[(at(8), at(9))])
TABLETS = an_occurrence("o1", minutes=10, windows=[(at(8), at(10))])
JOINED = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8, 30)))


def test_what_is_joined_stays_joined_and_costs_one_arrival():
    """One visit is one visit wherever it goes; with one pass price it is only a new face."""
    problem = a_problem([WASHING, TABLETS], workers=[a_worker("w0"), a_worker("w1")])
    home, option = rank_visit(Prepared(problem, JOINED), "w0", ["o0", "o1"]).options
    assert (home.worker, home.cost, option.worker, option.start) == ("w0", 0, "w1", at(8))
    assert option.terms["arrivals"] == 0


def test_the_second_worker_stays_and_is_no_choice():
    """Of a pair one place is given away; whoever has the other cannot have both."""
    pair = an_occurrence("o0", workers=2)
    problem = a_problem([pair], workers=[a_worker(f"w{i}") for i in range(3)])
    ranking = rank_visit(Prepared(problem, a_plan(("o0", "w0 w1", at(8)))), "w1", ["o0"])
    assert [set(o.workers) for o in ranking.options] == [{"w0", "w1"}, {"w0", "w2"}]
    assert [(r.worker, r.rule) for r in ranking.refusals] == [("w0", Rule.TWICE)]


@pytest.mark.parametrize(
    ("changes", "workers", "rule"),
    [
        ({}, [a_worker("w1", skills=["shopping"])], Rule.SKILLS),
        ({}, [a_worker("w1", shifts=[(at(16), at(20))])], Rule.SHIFT),
        ({"locks": [Lock("o1", "w0", None)]}, [a_worker("w1")], Rule.LOCK),
        ({"gaps": [("o1", "o2", 60, None)]}, [a_worker("w1", shifts=[(at(8, 20), at(16))])], Rule.GAP),
    ],
)
def test_the_rule_that_forbids_a_worker_is_named(changes, workers, rule):
    """A rule against one call of a visit is one against the visit."""
    later = an_occurrence("o2", windows=[(at(9, 40), at(9, 40))])
    problem = a_problem([WASHING, TABLETS, later], workers=[a_worker("w0"), *workers], **changes)
    plan = a_plan(("o0", "w0", at(8)), ("o1", "w0", at(8, 30)), ("o2", "w0", at(9, 40)))
    ranking = rank_visit(Prepared(problem, plan), "w0", ["o0", "o1"])
    assert {r.worker: r.rule for r in ranking.refusals} == {"w1": rule}


def test_a_partner_who_is_busy_then_is_told_from_the_worker_who_is_free():
    """She could come from 08:20, but who comes with her has the next door then."""
    pair = an_occurrence("o0", workers=2, windows=[(at(8), at(9))])
    next_door = an_occurrence("o1", person="p1", windows=[(at(8, 50), at(8, 50))])
    workers = [a_worker("w0"), a_worker("w1"), a_worker("w2", shifts=[(at(8, 20), at(16))])]
    problem = a_problem([pair, next_door], people=[a_person("p0"), a_person("p1", place=2)], workers=workers)
    plan = a_plan(("o0", "w0 w1", at(8)), ("o1", "w0", at(8, 50)))
    ranking = rank_visit(Prepared(problem, plan), "w1", ["o0"])
    assert [(r.worker, r.rule) for r in ranking.refusals if r.worker == "w2"] == [("w2", Rule.PARTNER)]


def test_what_has_begun_stays():
    """She set out at 07:47 for the first of the two."""
    problem = a_problem([WASHING, TABLETS], workers=[a_worker("w0"), a_worker("w1")])
    ranking = rank_visit(Prepared(problem, JOINED, now=at(7, 50)), "w0", ["o0", "o1"])
    assert [o.worker for o in ranking.options] == ["w0"]
    assert [r.rule for r in ranking.refusals] == [Rule.BEGUN]


def test_what_stands_by_an_override_is_asked_about_where_it_stands():
    """At 10:00 its window is over: within it the colleague may have it, and nothing counts as unserved."""
    problem = a_problem([WASHING], workers=[a_worker("w0"), a_worker("w1")])
    desk = Prepared(problem, a_plan(("o0", "w0", at(10))))
    assert list(desk.dropped) == ["o0"]
    option = next(o for o in rank_visit(desk, "w0", ["o0"]).options if o.worker == "w1")
    assert (at(8) <= option.start <= at(9), option.terms["unserved"]) == (True, 0)


def test_what_is_not_there_is_an_error():
    """A call nobody asks for, and one that another worker has."""
    problem = a_problem([WASHING, TABLETS], workers=[a_worker("w0"), a_worker("w1")])
    with pytest.raises(NotInPlanError):
        rank_visit(Prepared(problem, JOINED), "w0", ["o0", "o7"])
    with pytest.raises(NotHeldError):
        rank_visit(Prepared(problem, JOINED), "w1", ["o0"])
