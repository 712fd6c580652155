"""What changes for whom."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling.services import comparing, publishing
from tests.factories.hub import make_agency, make_person
from tests.factories.scheduling import Week, make_candidate, make_run, make_week
from tests.factories.visits import MONDAY, NOW, make_named_worker, make_rota, make_visit, make_worker
from visits.models import Rota

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


def affected(after: Rota, before: Rota | None) -> tuple[comparing.Affected, ...]:
    """Everybody for whom something changes."""
    found = comparing.differences(after, before)
    return comparing.affected(found, sorted(found.people()))


def changes(before: Rota, after: Rota) -> list[tuple[str, tuple[str, ...]]]:
    """Every change as title and kinds."""
    found = affected(after, before)
    return [(change.need.title, change.kinds) for person in found for change in person.changes]


def test_the_same_rota_changes_nothing_for_anybody(week: Week) -> None:
    """Also a quarter of an hour is no change that anybody is told of."""
    before = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    assert affected(make_candidate(week, start="08:15"), before) == ()


def test_each_kind_of_change_is_told(week: Week) -> None:
    """Another worker, day or time, dropped and added."""
    other = make_worker(week.agency, week.area)
    before, after = make_rota(week.area, status="published"), make_rota(week.area)
    make_visit(before, week.worker, week.washing, start="08:00")
    make_visit(after, other, week.washing, start="09:00")
    make_visit(before, week.worker, week.tablets, start="09:00")
    assert changes(before, after) == [("Morning care", ("worker", "time")), ("Tablets", ("dropped",))]
    assert changes(after, before)[1] == ("Tablets", ("added",))


def test_a_move_to_another_day_is_told_as_such(week: Week) -> None:
    """The occurrence is the same, the day is not."""
    before, after = make_rota(week.area, status="published"), make_rota(week.area)
    make_visit(before, week.worker, week.washing)
    moved = make_visit(after, week.worker, week.washing, day=TUESDAY)
    moved.parts.update(due_on=MONDAY)
    assert changes(before, after) == [("Morning care", ("day",))]


def test_people_whose_visits_stay_are_not_listed(week: Week) -> None:
    """Only the person whose worker changes is affected."""
    other = make_worker(week.agency, week.area)
    calm = make_person(area=week.area)
    before, after = make_rota(week.area, status="published"), make_rota(week.area)
    for rota, worker in ((before, week.worker), (after, other)):
        make_visit(rota, worker, week.washing)
        make_visit(rota, week.worker, person=calm, start="12:00")
    assert [one.person for one in affected(after, before)] == [week.person]


def test_without_a_published_rota_there_is_nothing_to_change(week: Week) -> None:
    """Everything in it would be new."""
    assert affected(make_candidate(week), None) == ()


def test_comparing_reads_a_bounded_number_of_times(week: Week, django_assert_num_queries) -> None:
    """As often for a whole week as for a day."""
    before = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    after = make_candidate(week, start="09:00")
    with django_assert_num_queries(5):
        assert len(affected(after, before)[0].changes) == 10


def test_who_loses_the_named_worker_is_told(week: Week) -> None:
    """She came on Monday and nobody but another comes now."""
    other = make_worker(week.agency, week.area)
    make_named_worker(week.person, week.worker)
    before, after = make_rota(week.area, status="published"), make_rota(week.area)
    make_visit(before, week.worker, week.washing)
    make_visit(after, other, week.washing)
    assert [one.loses_named for one in affected(after, before)] == [True]
    assert [one.loses_named for one in affected(before, after)] == [False]


def test_the_baseline_adds_each_agency_s_newest_run_alone(week: Week) -> None:
    """Arrivals and terms add up; shares are of the rota's people; who has no run is named."""
    other = make_agency()
    rota = make_rota(week.area, figures={"people": 4})
    assert comparing.baseline(rota, [week.agency]) is None
    for arrivals, hour in ((9, 1), (6, 2)):
        figures = {"arrivals": arrivals, "faces": 8, "terms": {"travel": arrivals}, "unplaced": {"gap": 2}}
        ended = NOW + dt.timedelta(hours=hour)
        make_run(week.area, agency=week.agency, status="done", figures=figures, finished_at=ended)
    found = comparing.baseline(rota, [week.agency, other])
    assert found is not None
    assert (found.figures["arrivals"], found.figures["arrivals_per_person"], found.figures["unplaced"]) == (
        6,
        1.5,
        2,
    )
    assert (found.terms, found.missing) == ({"travel": 6}, (other,))
