"""From a plan to a rota: visits joined as the price counts them, and nothing lost on the way."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.models import Need
from scheduling.engine.check import check
from scheduling.engine.cost import arrivals, price
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced
from scheduling.mapping import figures, save, solution_of
from tests.factories.hub import make_address, make_need, make_person, make_user
from tests.factories.scheduling import Week, make_run, make_week, map_week, serve
from tests.factories.visits import MONDAY, NOW, make_named_worker, make_shifts, make_worker

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


def test_services_that_follow_each_other_at_one_door_are_one_visit(week: Week) -> None:
    """Tablets nine minutes after washing join it, on Tuesday twenty minutes later they do not."""
    mapped = map_week(week)
    one = (week.worker,)
    plan = serve(
        mapped,
        (week.washing, MONDAY, one, "08:00"),
        (week.tablets, MONDAY, one, "08:39"),
        (week.washing, TUESDAY, one, "08:00"),
        (week.tablets, TUESDAY, one, "08:50"),
    )
    assert check(mapped.problem, plan) == []
    rota = save(plan, mapped, make_run(week.area), now=NOW)
    seen = [(f"{v.starts_at:%H:%M}", f"{v.ends_at:%H:%M}", v.parts.count()) for v in rota.visits.all()]
    assert seen == [("08:00", "08:49", 2), ("08:00", "08:30", 1), ("08:50", "09:00", 1)]
    assert rota.figures["arrivals"] == arrivals(mapped.problem, plan) == 3
    assert rota.figures["joined"] == 1


def test_a_pair_is_two_visits_and_one_occurrence_placed(week: Week) -> None:
    """Both arrivals are there, and the count of what was asked does not grow by it."""
    helper = make_worker(week.agency, week.area)
    make_shifts(helper)
    lifting = make_need(week.person, week.agency, rrule="FREQ=WEEKLY;BYDAY=MO", workers=2)
    mapped = map_week(week)
    plan = serve(mapped, (lifting, MONDAY, (week.worker, helper), "08:00"))
    rota = save(plan, mapped, make_run(week.area), now=NOW)
    assert {visit.worker for visit in rota.visits.all()} == {week.worker, helper}
    assert (rota.asked, rota.placed, rota.unplaced_count) == (11, 1, 10)


def test_what_was_asked_adds_up_with_cancelled_and_unlocated(week: Week) -> None:
    """Placed, left out, called off and not on the map: each has its place in the count and a reason."""
    lost = make_person(address=make_address(week.area, latitude=None, longitude=None))
    make_need(lost, week.agency, rrule="FREQ=WEEKLY;BYDAY=TU")
    week.washing.cancellations.create(
        due_on=TUESDAY, reason="Away", cancelled_at=NOW, cancelled_by=make_user()
    )
    mapped = map_week(week)
    rota = save(
        serve(mapped, (week.washing, MONDAY, (week.worker,), "08:00")), mapped, make_run(week.area), now=NOW
    )
    assert (rota.asked, rota.placed, rota.unplaced_count, rota.cancelled) == (11, 1, 9, 1)
    assert rota.figures["unplaced"] == {"no_capacity": 8, "no_location": 1}
    assert rota.unplaced.count() == 9


def test_figures_tell_arrivals_faces_and_the_named_worker(week: Week) -> None:
    """Two workers met, one of them named, in three arrivals for the one person."""
    helper = make_worker(week.agency, week.area)
    make_shifts(helper)
    make_named_worker(week.person, week.worker)
    mapped = map_week(week)
    plan = serve(
        mapped,
        (week.washing, MONDAY, (week.worker,), "08:00"),
        (week.washing, TUESDAY, (week.worker,), "08:00"),
        (week.tablets, TUESDAY, (helper,), "09:00"),
    )
    found = figures(plan, mapped)
    assert (found["arrivals"], found["faces"], found["people"]) == (3, 2, 1)
    assert (found["named_visits"], found["named_share"]) == (2, 0.667)
    assert found["care_minutes"] == 70
    assert found["terms"] == price(mapped.problem, plan)


def test_the_named_share_counts_a_name_from_another_agency(week: Week) -> None:
    """An agency planned alone cannot send the named worker of another, and that is what the figure shows."""
    other = make_week()
    make_named_worker(week.person, other.worker)
    mapped = map_week(week, agencies=[week.agency])
    found = figures(serve(mapped, (week.washing, MONDAY, (week.worker,), "08:00")), mapped)
    assert (mapped.problem.people[0].named_worker, found["named_share"]) == (None, 0.0)


def test_versions_count_up(week: Week) -> None:
    """Each plan of a week is another version."""
    mapped = map_week(week)
    versions = [
        save(serve(mapped), mapped, make_run(week.area, status="done"), now=NOW).version for _ in "ab"
    ]
    assert versions == [1, 2]


def test_a_plan_that_loses_an_occurrence_is_not_saved(week: Week) -> None:
    """Nothing that was asked may vanish between plan and rota."""
    mapped = map_week(week)
    with pytest.raises(ValueError, match="exactly once"):
        save(Solution(()), mapped, make_run(week.area), now=NOW)
    assert week.area.rotas.count() == 0


def test_a_rota_on_the_long_sunday_has_true_times(week: Week) -> None:
    """Served at eight by the clocks, twenty-five hours after eight on Saturday."""
    monday = dt.date(2026, 10, 19)
    sunday = monday + dt.timedelta(days=6)
    Need.objects.update(starts_on=monday, rrule="FREQ=DAILY")
    make_shifts(week.worker, sunday - dt.timedelta(days=1), sunday)
    mapped = map_week(week, week_start=monday, on=monday)
    plan = serve(
        mapped,
        (week.washing, sunday - dt.timedelta(days=1), (week.worker,), "08:00"),
        (week.washing, sunday, (week.worker,), "08:00"),
    )
    assert check(mapped.problem, plan) == []
    rota = save(plan, mapped, make_run(week.area, week_start=monday), now=NOW)
    saturday_visit, sunday_visit = rota.visits.all()
    assert sunday_visit.starts_at - saturday_visit.starts_at == dt.timedelta(hours=25)
    assert sunday_visit.starts_at.isoformat() == "2026-10-25T08:00:00+00:00"


FATES = st.sampled_from(["placed", "cancelled", *Reason])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FATES, min_size=10, max_size=10))
def test_any_plan_survives_the_way_to_a_rota_and_back(week: Week, fates: list[str]) -> None:
    """Whatever is placed, left out or called off, the counts add up and the rota reads as the plan again."""
    for need in (week.washing, week.tablets):
        need.cancellations.all().delete()
    asked = [(need, day) for need in (week.washing, week.tablets) for day in range(5)]
    for (need, day), fate in zip(asked, fates, strict=True):
        if fate == "cancelled":
            need.cancellations.create(
                due_on=MONDAY + dt.timedelta(days=day),
                reason="Away",
                cancelled_at=NOW,
                cancelled_by=make_user(),
            )
    mapped = map_week(week)
    assignments, unplaced = [], []
    for (need, day), fate in zip(asked, fates, strict=True):
        code = f"n{need.pk}-{MONDAY + dt.timedelta(days=day)}"
        if fate == "placed":
            start = day * 1440 + (480 if need == week.washing else 515)
            assignments.append(Assignment(code, (f"w{week.worker.pk}",), start))
        elif fate != "cancelled":
            unplaced.append(Unplaced(code, Reason(fate)))
    rota = save(
        Solution(tuple(assignments), tuple(unplaced)), mapped, make_run(week.area, status="done"), now=NOW
    )
    assert rota.asked == 10 == rota.placed + rota.unplaced_count + rota.cancelled
    found = solution_of(rota, mapped)
    assert set(found.assignments) == set(assignments)
    assert set(found.unplaced) == set(unplaced)
