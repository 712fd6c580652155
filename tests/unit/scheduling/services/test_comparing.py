"""What changes for whom."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling.services import comparing, publishing
from tests.factories.hub import make_person
from tests.factories.scheduling import Week, make_candidate, make_week
from tests.factories.visits import MONDAY, NOW, make_rota, make_visit, make_worker
from visits.models import Rota

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


def changes(before: Rota, after: Rota) -> list[tuple[str, tuple[str, ...]]]:
    """Every change as title and kinds."""
    found = comparing.compare(after, before).affected
    return [(change.need.title, change.kinds) for person in found for change in person.changes]


def test_the_same_rota_changes_nothing_for_anybody(week: Week) -> None:
    """Also a quarter of an hour is no change that anybody is told of."""
    before = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    assert comparing.compare(make_candidate(week, start="08:15"), before).affected == ()


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
    assert [affected.person for affected in comparing.compare(after, before).affected] == [week.person]


def test_figures_and_terms_stand_side_by_side(week: Week) -> None:
    """Four days instead of five: fewer arrivals, more unserved."""
    before = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    after = make_candidate(week, days=4)
    found = comparing.compare(after, before)
    rows = {row.name: row for row in (*found.terms, *found.counts, *found.figures)}
    assert (rows["arrivals"].before, rows["arrivals"].after, rows["arrivals"].difference) == (5, 4, -1)
    assert (rows["unserved"].before, rows["unserved"].after) == (0, 1200)
    assert (rows["placed"].before, rows["placed"].after) == (10, 8)


def test_without_a_published_rota_there_is_nothing_to_change(week: Week) -> None:
    """Figures stand alone."""
    found = comparing.compare(make_candidate(week), None)
    assert found.affected == ()
    assert {row.before for row in found.figures} == {None}


def test_comparing_reads_a_bounded_number_of_times(week: Week, django_assert_num_queries) -> None:
    """As often for a whole week as for a day."""
    before = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    after = make_candidate(week, start="09:00")
    with django_assert_num_queries(3):
        assert len(comparing.compare(after, before).affected[0].changes) == 10
