"""A change weighed where it changes something has the very difference of the whole plan."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling.engine.check import check
from scheduling.engine.cost import price
from scheduling.mapping import solution_of
from scheduling.mapping.deeds import Deed, MoveRound, MoveVisit, TakeOut, after
from scheduling.mapping.weighing import Scale
from tests.factories.hub import make_need, make_person
from tests.factories.scheduling import WEEKDAYS, make_candidate, make_week, map_week
from tests.factories.visits import MONDAY, make_shifts, make_worker

pytestmark = pytest.mark.django_db


def test_the_difference_is_that_of_the_whole_plan() -> None:
    """Moves, a round, taking out: terms of cost and broken rules, beside pricing and checking everything."""
    week = make_week()
    other = make_worker(week.agency, week.area)
    make_shifts(other, *[MONDAY + dt.timedelta(days=d) for d in range(3)])
    make_need(make_person(week.agency, area=week.area), week.agency, rrule=WEEKDAYS)
    rota = make_candidate(week)
    mapped = map_week(week)
    scale = Scale(mapped, solution_of(rota, mapped))
    visits = list(rota.visits.order_by("starts_at"))
    deeds: list[Deed] = [TakeOut(visits[0].public_id), MoveRound(week.worker.pk, MONDAY, other.pk)]
    deeds += [MoveVisit(one.public_id, other.pk, at) for one in visits for at in (None, 480, 1020, 6000)]
    for deed in deeds:
        targets = deed.targets(rota, mapped, scale.placed)
        then = after(scale.plan, targets)
        weighed = scale.weigh(targets)
        before, now = price(mapped.problem, scale.plan), price(mapped.problem, then)
        assert weighed.costs == {name: now[name] - before[name] for name in now if now[name] != before[name]}
        old = {one.message for one in check(mapped.problem, scale.plan)}
        new = {one.message for one in check(mapped.problem, then)} - old
        assert {one.said for one in weighed.broken} == new
