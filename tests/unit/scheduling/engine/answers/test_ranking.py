"""Who could take an occurrence: every option legal and exactly priced, every refusal true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine.answers.prepared import NotInPlanError, Prepared
from scheduling.engine.answers.ranking import Ranking, Rule, rank
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.problem import Lock
from scheduling.engine.solution import Assignment, Solution
from tests.unit.scheduling.engine.answers.plans import a_random_plan, left_out, with_option
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_plan,
    a_problem,
    a_worker,
    an_occurrence,
    at,
)

seeds = st.integers(0, 2**32)
few = settings(max_examples=30, deadline=None)


def ranked(problem, plan, occurrence, **options) -> Ranking:
    """The ranking in a plan that was made ready for it alone."""
    now = options.pop("now", None)
    return rank(Prepared(problem, plan, now=now), occurrence, **options)


@few
@given(seeds)
def test_every_option_is_legal_and_priced_exactly(seed):
    """The plan with the option in it passes the check and costs what was said, term by term."""
    problem, plan = a_random_plan(seed)
    desk = Prepared(problem, plan)
    before = price(problem, plan)
    for occurrence in problem.occurrences:
        ranking = rank(desk, occurrence.id)
        assert [o.cost for o in ranking.options] == sorted(o.cost for o in ranking.options)
        listed = [o.worker for o in ranking.options] + [r.worker for r in ranking.refusals]
        assert sorted(listed) == sorted(w.id for w in problem.workers)
        for option in ranking.options:
            after = with_option(plan, occurrence.id, option)
            assert check(problem, after) == []
            assert option.worker in option.workers
            assert {t: n - before[t] for t, n in price(problem, after).items()} == option.terms
            assert option.cost == total(option.terms)
        if ranking.present is not None:
            own = [o for o in ranking.options if o.worker in ranking.present.workers]
            assert len(own) == len(ranking.present.workers)
            assert min(o.cost for o in own) <= 0
    desk.restore()
    assert desk.assignments() == {a.occurrence: a for a in plan.assignments}


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_every_refusal_is_true(seed):
    """Whoever is refused can at no start be given the occurrence with the rest as it is."""
    problem, plan = a_random_plan(seed)
    desk = Prepared(problem, plan)
    for occurrence in problem.occurrences:
        ranking = rank(desk, occurrence.id, moving=False)
        rest = [a for a in plan.assignments if a.occurrence != occurrence.id]
        if any(r.rule is Rule.NEEDED for r in ranking.refusals):
            continue
        ranking_moves = {m.occurrence for o in ranking.options for m in o.moves}
        if ranking_moves or check(problem.replace(locks=()), Solution(tuple(rest), left_out(problem, rest))):
            continue  # the round cannot stand at its times without it, and was re-timed
        for refusal in ranking.refusals:
            others = [w.id for w in problem.workers if w.id != refusal.worker]
            teams = [(refusal.worker,)]
            if occurrence.workers == 2:
                teams = [(refusal.worker, other) for other in others]
            for team in teams:
                for start in sorted({m for w in occurrence.windows for m in range(w.start, w.end + 1)}):
                    tried = Solution((*rest, Assignment(occurrence.id, team, start)), plan.unplaced)
                    found = [v for v in check(problem, tried) if v.rule != "listed"]
                    assert found, (refusal, start)


DOORS = [a_person("p0", place=1, barred=["w1"]), a_person("p1", place=2)]


@pytest.mark.parametrize(
    ("worker", "rule"),
    [
        (a_worker("w1"), Rule.BARRED),
        (a_worker("w2", gender="M"), Rule.GENDER),
        (a_worker("w2", skills=["shopping"]), Rule.SKILLS),
        (a_worker("w2", agency="other"), Rule.DELEGATION),
        (a_worker("w2", shifts=[(at(16), at(20))]), Rule.SHIFT),
        (a_worker("w2", shifts=[]), Rule.SHIFT),
        (a_worker("w2", hours=40), Rule.HOURS),
    ],
)
def test_the_rule_that_forbids_a_worker_is_named(worker, rule):
    """Each rule of one worker with the occurrence, on a day on which nobody is busy."""
    asked = an_occurrence(gender="F")
    workers = [a_worker("w0"), *([] if worker.id == "w1" else [a_worker("w1")]), worker]
    ranking = ranked(a_problem([asked], people=DOORS, workers=workers), a_plan(unplaced=["o0"]), "o0")
    assert [o.worker for o in ranking.options] == ["w0"]
    assert next(r.rule for r in ranking.refusals if r.worker == worker.id) is rule


def test_what_is_in_the_way_is_named():
    """She is at the other door until 08:30, ten minutes and the allowance away."""
    occurrences = [an_occurrence("o0"), an_occurrence("o1", person="p1", windows=[(at(8, 20), at(8, 40))])]
    problem = a_problem(occurrences, people=[a_person("p0"), a_person("p1", place=2)])
    ranking = ranked(problem, a_plan(("o0", "w0", at(8)), unplaced=["o1"]), "o1", moving=False)
    (refusal,) = ranking.refusals
    assert (refusal.rule, refusal.ids, refusal.start) == (Rule.TRAVEL, ("o0",), at(8, 40))
    moved = ranked(problem, a_plan(("o0", "w0", at(8)), unplaced=["o1"]), "o1").options[0]
    assert [(m.occurrence, m.before) for m in moved.moves] == [("o0", at(8))]


def test_a_pair_without_a_second_worker_lacks_a_partner():
    """One could come, the other is busy: each is told apart."""
    pair = an_occurrence("o1", workers=2, windows=[(at(8), at(8))])
    problem = a_problem([an_occurrence("o0"), pair], workers=[a_worker("w0"), a_worker("w1")])
    ranking = ranked(problem, a_plan(("o0", "w0", at(8)), unplaced=["o1"]), "o1", moving=False)
    assert {r.worker: r.rule for r in ranking.refusals} == {"w0": Rule.TRAVEL, "w1": Rule.PARTNER}


def test_a_pair_is_ranked_by_the_best_pairing_of_each():
    """The partner of each is the one who costs least beside her: here the known face."""
    people = [a_person(known=["w0"])]
    workers = [a_worker(f"w{i}") for i in range(3)]
    problem = a_problem([an_occurrence(workers=2)], people=people, workers=workers)
    options = ranked(problem, a_plan(unplaced=["o0"]), "o0").options
    assert [(o.worker, set(o.workers) - {o.worker}) for o in options[1:]] == [("w1", {"w0"}), ("w2", {"w0"})]


def test_what_has_begun_cannot_be_given_away():
    """She set out at 07:47 for the call at 08:00."""
    problem = a_problem(workers=[a_worker("w0"), a_worker("w1")])
    plan = a_plan(("o0", "w0", at(8)))
    begun = ranked(problem, plan, "o0", now=at(7, 50))
    assert {r.rule for r in begun.refusals} == {Rule.BEGUN}
    free = ranked(problem, plan, "o0", now=at(7, 40))
    assert min(o.start for o in free.options) >= at(7, 53)


def test_a_locked_occurrence_is_refused_to_others():
    """Nobody but the worker of the lock."""
    problem = a_problem(workers=[a_worker("w0"), a_worker("w1")], locks=[Lock("o0", "w1")])
    ranking = ranked(problem, a_plan(("o0", "w1", at(9))), "o0")
    assert [r.rule for r in ranking.refusals] == [Rule.LOCK]


def test_an_unknown_occurrence_is_an_error_of_the_caller():
    """It is named."""
    with pytest.raises(NotInPlanError, match="o9"):
        ranked(a_problem(), a_plan(unplaced=["o0"]), "o9")
