"""Joins across agencies: what they save, who lends what to whom, and decisions that the next plan obeys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from hub.models import Agency, Area, Need, Person, Role, User
from scheduling.engine.check import check
from scheduling.engine.problem import Policy
from scheduling.engine.solve import Stop, solve
from scheduling.mapping import build
from scheduling.models import AvoidedFacts, JoinDecision
from scheduling.reporting.counting import count_week
from scheduling.services import joining
from tests.factories.hub import (
    make_agency,
    make_agreement,
    make_area,
    make_delegation,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import MONDAY, NOW, make_rota, make_shifts, make_visit, make_worker
from visits.models import Rota, Worker

pytestmark = pytest.mark.django_db
WHY = "She wants the nurse to come by herself."


@dataclass(frozen=True)
class Two:
    """One person with a need of each of two agencies, and a carer to whom the nurses lend theirs."""

    area: Area
    care: Agency
    nursing: Agency
    person: Person
    wash: Need
    tablets: Need
    carer: Worker
    by: User


@pytest.fixture
def two() -> Two:
    """Both needs at eight on Monday; the carer may do both."""
    area, care = make_area(), make_agency()
    nursing = make_agency(kind=Agency.Kind.NURSING)
    make_agreement(care, nursing)
    make_delegation(giver=nursing, holder=care, skill="medication")
    person = make_person(care, nursing, area=area)
    carer = make_worker(care, area, "personal_care", "medication", expires_on=dt.date(2027, 6, 30))
    make_shifts(carer, MONDAY)
    return Two(
        area=area,
        care=care,
        nursing=nursing,
        person=person,
        wash=make_need(person, care, rrule="FREQ=WEEKLY;BYDAY=MO"),
        tablets=make_need(person, nursing, rrule="FREQ=WEEKLY;BYDAY=MO", minutes=10, skills=["medication"]),
        carer=carer,
        by=make_user(Role.COORDINATOR, area, agency=care),
    )


def joined(two: Two, **fields: object) -> Rota:
    """A rota in which the carer does both in one visit."""
    rota = make_rota(two.area, figures={"arrival_allowance": 5}, **fields)
    make_visit(rota, two.carer, two.wash, two.tablets)
    return rota


def separate(two: Two) -> tuple[tuple[str, str], ...]:
    """What the next plan must keep apart."""
    return build(two.area, MONDAY, on=MONDAY, policy=Policy()).problem.separate


def test_a_join_says_what_it_saves_and_by_whose_permission(two: Two) -> None:
    """The carer goes from her base and back, so a second arrival costs the allowance and that way again."""
    (join,) = joining.joins(joined(two))
    assert (join.person, join.agencies, join.arrivals) == (
        two.person.pk,
        {two.care.pk, two.nursing.pk},
        1,
    )
    assert join.minutes == 5 + 1 + 1  # next door is never 0 minutes away
    (lent,) = join.lent
    assert lent.delegation is not None
    assert (lent.delegation.from_agency, lent.delegation.to_agency) == (two.nursing, two.care)
    assert lent.competence is not None
    assert (lent.worker, lent.competence.expires_on) == (two.carer, dt.date(2027, 6, 30))


def test_two_needs_of_one_agency_are_no_join_across_agencies(two: Two) -> None:
    """An agency joins its own by itself; nobody's permission is asked."""
    other = make_need(two.person, two.care)
    make_visit(rota := make_rota(two.area), two.carer, two.wash, other)
    assert joining.joins(rota) == []


@pytest.mark.parametrize("standing", [False, True])
def test_a_refusal_is_obeyed_until_it_is_undone(two: Two, standing: bool) -> None:
    """The pair's or its kind's: the next problem keeps them apart, and undone it does not."""
    (join,) = joining.joins(joined(two))
    (row,) = joining.decide(
        area=two.area,
        verdict="refused",
        by=two.by,
        now=NOW,
        joins=[] if standing else [join],
        kinds=join.kinds if standing else (),
        reason=WHY,
    )
    assert separate(two) == ((f"n{two.wash.pk}-2027-01-11", f"n{two.tablets.pk}-2027-01-11"),)
    joining.undo(decision=row, by=two.by, now=NOW)
    assert separate(two) == ()
    assert [one.verdict for one in JoinDecision.objects.all()] == ["refused", "undone"]
    with pytest.raises(joining.DecisionRefused, match="already"):
        joining.undo(decision=row, by=two.by, now=NOW)


def test_the_optimiser_obeys_a_refusal(two: Two) -> None:
    """The real engine joins the two before it and makes two visits after it."""

    def visits() -> int:
        problem = build(two.area, MONDAY, on=MONDAY, policy=Policy()).problem
        solution = solve(problem, stop=Stop(steps=200), seed=1).solution
        assert check(problem, solution) == []
        starts = sorted(a.start for a in solution.assignments)
        assert len(starts) == 2
        return 1 if starts[1] - starts[0] in (two.wash.minutes, two.tablets.minutes) else 2

    assert visits() == 1
    (join,) = joining.joins(joined(two))
    joining.decide(area=two.area, verdict="refused", by=two.by, now=NOW, joins=[join], reason=WHY)
    assert visits() == 2


def test_a_pair_s_own_decision_goes_before_its_kind_s(two: Two) -> None:
    """Never this kind, but here it is right: approved for these two alone."""
    (join,) = joining.joins(rota := joined(two))
    joining.decide(area=two.area, verdict="refused", by=two.by, now=NOW, kinds=join.kinds, reason=WHY)
    assert joining.joins(rota)[0].verdict == "refused"
    joining.decide(area=two.area, verdict="approved", by=two.by, now=NOW, joins=[join])
    assert (joining.joins(rota)[0].verdict, separate(two)) == ("approved", ())


@pytest.mark.parametrize(("verdict", "reason"), [("refused", "no"), ("refused", ""), ("undone", WHY)])
def test_nothing_is_decided_without_a_reason_or_a_verdict(two: Two, verdict: str, reason: str) -> None:
    """“No” is not a reason that anybody could learn from."""
    found = joining.joins(joined(two))
    with pytest.raises(joining.DecisionRefused):
        joining.decide(area=two.area, verdict=verdict, by=two.by, now=NOW, joins=found, reason=reason)
    assert not JoinDecision.objects.exists()


def test_visits_avoided_are_counted_once_to_the_agency_that_stays_away(two: Two) -> None:
    """By month of the visit, published only; over the agencies they add up to the arrivals saved."""
    rota = joined(two, status="published")
    joined(two)
    since = dt.date(2026, 1, 1)
    counts = joining.avoided([two.area], since=since)
    assert counts == {(dt.date(2027, 1, 1), two.nursing.pk): 1}
    assert sum(counts.values()) == sum(join.arrivals for join in joining.joins(rota))


def test_visits_avoided_are_the_same_once_kept_and_go_with_the_rota_in_force(two: Two) -> None:
    """Counted when it is published, read from what is kept, gone when it is in force no more."""
    rota = joined(two, status="published")
    since = dt.date(2026, 1, 1)
    before = joining.avoided([two.area], since=since)
    count_week(two.area, MONDAY)
    rota.visits.all().delete()  # what is kept is not counted again
    assert joining.avoided([two.area], since=since) == before
    assert joining.avoided([two.area], since=dt.date(2027, 2, 1)) == {}
    rota.status = Rota.Status.SUPERSEDED
    rota.save()
    assert joining.avoided([two.area], since=since) == {}


def test_a_rota_without_joins_is_known_to_be_counted(two: Two) -> None:
    """It is not looked through again each time the ledger is opened."""
    make_visit(rota := make_rota(two.area, status="published"), two.carer, two.wash)
    count_week(two.area, MONDAY)
    assert AvoidedFacts.objects.get(rota=rota).visits == 0
    assert joining.avoided([two.area], since=dt.date(2026, 1, 1)) == {}
