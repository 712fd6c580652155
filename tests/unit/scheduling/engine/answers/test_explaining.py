"""Why an occurrence is where it is: each statement held against the plan, each remedy really applied."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.answers.explaining import Explanation, explain
from scheduling.engine.answers.joining import Apart
from scheduling.engine.answers.prepared import Prepared
from scheduling.engine.answers.remedies import Help
from scheduling.engine.check import check
from scheduling.engine.cost import price
from scheduling.engine.problem import Delegation, Span
from scheduling.engine.solution import Assignment, Reason, Solution
from tests.unit.scheduling.engine.answers.plans import a_random_plan, left_out, with_option
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

TWO_DOORS = [a_person("p0", place=1), a_person("p1", place=2)]
TWO = [a_worker("w0"), a_worker("w1")]


def explained(problem, plan, occurrence, *, now=None) -> Explanation:
    """The explanation in a plan that was made ready for it alone."""
    return explain(Prepared(problem, plan, now=now), occurrence)


def test_what_a_place_costs_is_said_by_term():
    """An arrival, a face not known, ten minutes there and ten back."""
    found = explained(a_problem(workers=TWO), a_plan(("o0", "w0", at(9))), "o0")
    assert found.terms == {
        "unserved": -1000,
        "arrivals": 15,
        "faces": 35,
        "not_named": 0,
        "travel": 20,
        "preferred": 0,
        "change": 0,
    }


def test_the_best_alternative_and_what_it_costs_more():
    """The other worker is not known at the door."""
    problem = a_problem(people=[a_person(known=["w0"])], workers=TWO)
    found = explained(problem, a_plan(("o0", "w0", at(9))), "o0")
    assert found.alternative is not None
    assert (found.alternative.worker, found.alternative.cost) == ("w1", 20)
    assert found.alternative.terms["faces"] == 20


def test_the_next_best_time_with_the_same_worker():
    """More than a quarter of an hour from the present one, at the price of the distance from the wish."""
    problem = a_problem([an_occurrence(preferred=at(9), windows=[(at(8), at(9, 30))])])
    found = explained(problem, a_plan(("o0", "w0", at(9))), "o0")
    assert found.next_time is not None
    assert (found.next_time.workers, found.next_time.cost) == (("w0",), 1)
    assert 16 <= abs(found.next_time.start - at(9)) <= 19


def test_a_pair_keeps_its_two_workers_at_another_time():
    """Both at the same start."""
    problem = a_problem([an_occurrence(workers=2)], workers=TWO)
    found = explained(problem, a_plan(("o0", "w0 w1", at(9))), "o0")
    assert found.next_time is not None
    assert set(found.next_time.workers) == {"w0", "w1"}
    assert found.alternative is None


def apart(*, now=None, **options):
    """Why `o0` and `o1` at one door, with two workers, are two visits."""
    first, second = options.pop("first", {}), options.pop("second", {})
    occurrences = [an_occurrence("o0", **first), an_occurrence("o1", **second)]
    workers = options.pop("workers", TWO)
    plan = options.pop("plan", a_plan(("o0", "w0", at(9)), ("o1", "w1", at(11))))
    found = explained(a_problem(occurrences, workers=workers, **options), plan, "o0", now=now)
    (reason,) = found.not_joined
    assert reason.other == "o1"
    return reason


NURSE = a_worker("w1", agency="nhs", skills=["care", "wound"])
WOUND = {"agency": "nhs", "skills": ["wound"]}


def test_two_needs_kept_separate():
    """The pair says so."""
    assert apart(separate=[("o1", "o0")]).code is Apart.KEEP_SEPARATE


def test_a_need_that_stands_alone():
    """And which of the two it is."""
    found = apart(second={"mergeable": False})
    assert (found.code, found.facts) == (Apart.NOT_MERGEABLE, {"occurrences": ["o1"]})


def test_two_needs_with_a_gap_between():
    """Four hours between two doses."""
    found = apart(gaps=[("o0", "o1", 90, None)])
    assert (found.code, found.facts) == (Apart.GAP, {"minutes": 90})


def test_two_needs_at_different_times_of_the_day():
    """The first ends by 09:30, the second begins at 11:00 at the earliest."""
    found = apart(first={"windows": [(at(8), at(9))]}, second={"windows": [(at(11), at(12))]})
    assert (found.code, found.facts) == (Apart.WINDOWS_APART, {"minutes": 90})


def test_two_needs_that_nobody_is_skilled_for():
    """The carer cannot dress a wound and the nurse cannot cook."""
    workers = [a_worker("w0", skills=["care", "meal"]), NURSE]
    found = apart(
        first={"skills": ["meal"]}, second=WOUND, workers=workers, delegations=[("care", "nhs", "meal")]
    )
    assert (found.code, found.facts) == (Apart.SKILL_MISSING, {"skills": ["meal", "wound"]})


def test_two_needs_of_agencies_that_have_not_delegated():
    """The nurse could do both, but care has not been delegated to her service."""
    found = apart(second=WOUND, workers=[a_worker("w0"), NURSE])
    assert (found.code, found.facts) == (Apart.NO_DELEGATION, {"missing": [["care", "nhs", "care"]]})


def test_two_needs_one_of_which_asks_for_another_gender():
    """She may do the one and he the other."""
    workers = [a_worker("w0", gender="M"), a_worker("w1")]
    found = apart(first={"gender": "M"}, second={"gender": "F"}, workers=workers)
    assert found.code is Apart.BARRED_OR_GENDER


def test_two_needs_that_would_save_as_one_visit():
    """The plan is not the engine's: as one visit they would save an arrival, a face and the way."""
    found = apart()
    assert (found.code, found.cost) == (Apart.WOULD_SAVE, -15 - 35 - 20)
    assert len({a.workers for a in found.assignments}) == 1


def test_two_needs_whose_one_visit_costs_more():
    """The wish of the second is two hours later, and waiting is dear."""
    policy = {"preferred_per_10_min": 20}
    wishes = {"first": {"preferred": at(9)}, "second": {"preferred": at(11)}}
    found = apart(policy=policy, **wishes)
    assert found.code is Apart.COSTS_MORE
    assert found.terms is not None
    assert found.cost == sum(found.terms.values())
    assert found.terms["preferred"] > 0 > found.terms["arrivals"]


def test_two_needs_one_of_which_has_begun():
    """It stands where it is."""
    assert apart(now=at(9, 5)).code is Apart.BEGUN


def test_two_needs_in_one_visit_are_joined():
    """And nothing else is said about them."""
    problem = a_problem([an_occurrence("o0"), an_occurrence("o1")])
    found = explained(problem, a_plan(("o0", "w0", at(9)), ("o1", "w0", at(9, 30))), "o0")
    assert (found.joined_with, found.not_joined) == (("o1",), ())


def unplaced(**options):
    """The remedies for `o1`, by kind; `o0` has the worker from eight to half past."""
    asked = options.pop("asked", {"windows": [(at(8), at(8))]})
    people = options.pop("people", TWO_DOORS)
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1", **asked)]
    problem = a_problem(occurrences, people=people, **options)
    found = explained(problem, a_plan(("o0", "w0", at(8)), unplaced=["o1"]), "o1")
    assert found.alternative is None
    return found, {r.kind: r for r in found.remedies}


def test_another_window_would_help():
    """She can be there 43 minutes before or after the only time allowed, and no nearer to it."""
    found, remedies = unplaced()
    assert found.reason is Reason.NO_CAPACITY
    assert remedies[Help.WINDOW].start in (at(7, 17), at(8, 43))
    assert remedies[Help.WINDOW].facts == {"minutes": 43}


def test_a_skill_would_help():
    """The other worker is free and lacks it."""
    workers = [a_worker("w0"), a_worker("w1", skills=["meal"])]
    _, remedies = unplaced(workers=workers)
    assert remedies[Help.SKILL].facts == {"worker": "w1", "skills": ["care"]}


def test_a_delegation_would_help():
    """The other agency's worker has the skill."""
    workers = [a_worker("w0"), a_worker("w1", agency="other")]
    _, remedies = unplaced(workers=workers)
    facts = {"from_agency": "care", "to_agency": "other", "skills": ["care"]}
    assert remedies[Help.DELEGATION].facts == facts


def test_a_longer_shift_would_help():
    """The other worker begins at half past eight: 43 minutes earlier is enough."""
    workers = [a_worker("w0"), a_worker("w1", shifts=[(at(8, 30), at(12))])]
    _, remedies = unplaced(workers=workers)
    assert remedies[Help.SHIFT].facts == {
        "worker": "w1",
        "shift": [at(8, 30), at(12)],
        "longer": [at(7, 47), at(12)],
        "minutes": 43,
    }


def test_a_plan_that_left_out_what_fits_has_an_alternative():
    """There is no reason to give."""
    found = explained(a_problem(), a_plan(unplaced=["o0"]), "o0")
    assert found.reason is None
    assert found.alternative is not None


def applied(problem, remedy):
    """The problem with the remedy in it."""
    facts, name = remedy.facts, "worker"
    match remedy.kind:
        case Help.SKILL:
            return with_worker(
                problem, facts[name], lambda w: replace(w, skills=w.skills | {*facts["skills"]})
            )
        case Help.SHIFT:
            old, new = Span(*facts["shift"]), Span(*facts["longer"])
            shifts = lambda w: replace(w, shifts=tuple(new if s == old else s for s in w.shifts))  # noqa: E731
            return with_worker(problem, facts[name], shifts)
        case Help.DELEGATION:
            given = [Delegation(facts["from_agency"], facts["to_agency"], s) for s in facts["skills"]]
            return problem.replace(delegations=(*problem.delegations, *given))
    return None


def with_worker(problem, name, change):
    """The problem with one worker changed."""
    return problem.replace(workers=tuple(change(w) if w.id == name else w for w in problem.workers))


def with_window(problem, occurrence, start):
    """The problem in which the occurrence may also begin at `start`."""
    return problem.replace(
        occurrences=tuple(
            replace(o, windows=(*o.windows, Span(start, start))) if o.id == occurrence else o
            for o in problem.occurrences
        )
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_is_said_is_true(seed):
    """Random plans: alternatives and joined visits are legal at that price, remedies work when applied."""
    problem, plan = a_random_plan(seed)
    desk, before = Prepared(problem, plan), price(problem, plan)

    def is_so(changed, after, terms):
        assert check(changed, after) == []
        assert {t: n - before[t] for t, n in price(changed, after).items()} == terms

    for occurrence in problem.occurrences:
        found = explain(desk, occurrence.id)
        for option in (found.alternative, found.next_time):
            if option is not None:
                is_so(problem, with_option(plan, occurrence.id, option), option.terms)
        for pair in found.not_joined:
            if pair.cost is not None:
                placed = {a.occurrence: a for a in plan.assignments} | {
                    a.occurrence: a for a in pair.assignments
                }
                for move in pair.moves:
                    placed[move.occurrence] = replace(placed[move.occurrence], start=move.after)
                assert_one_visit(problem, placed, occurrence.id, pair.other)
                is_so(problem, Solution(tuple(placed.values()), plan.unplaced), pair.terms)
        for remedy in found.remedies:
            changed = applied(problem, remedy) or with_window(problem, occurrence.id, remedy.start)
            rest = (*plan.assignments, Assignment(occurrence.id, remedy.workers, remedy.start))
            is_so(changed, Solution(rest, left_out(problem, rest)), remedy.terms)
    desk.restore()
    assert desk.assignments() == {a.occurrence: a for a in plan.assignments}


def assert_one_visit(problem, placed, one, other):
    """One worker serves both, and all that lies between, with waits of at most `join_wait`."""
    shared = set(placed[one].workers) & set(placed[other].workers)
    minutes = {o.id: o.minutes for o in problem.occurrences}
    for worker in shared:
        own = sorted((a.start, a.occurrence) for a in placed.values() if worker in a.workers)
        names = [name for _, name in own]
        first, last = sorted((names.index(one), names.index(other)))
        waits = [b[0] - a[0] - minutes[a[1]] for a, b in pairwise(own[first : last + 1])]
        if all(w <= problem.policy.join_wait for w in waits):
            return
    pytest.fail(f"{one} and {other} are two visits")


def test_what_the_search_leaves_out_is_explained():
    """In crowded random problems every reason is given, and some remedy of each kind is found."""
    kinds = set()
    for seed in range(40):
        problem, plan = a_random_plan(seed)
        for left in plan.unplaced:
            found = explained(problem, plan, left.occurrence)
            assert found.reason == left.reason
            kinds |= {r.kind for r in found.remedies}
    assert kinds == set(Help)
