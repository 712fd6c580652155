"""Faces over fourteen days: counted once each, of days gone by as agencies say, else by the rota."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.models import Role, User
from scheduling.services import continuity
from scheduling.services.continuity import Steadiness
from tests.factories.hub import make_contact, make_user
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import MONDAY, make_named_worker, make_rota, make_visit, make_worker
from visits.wall_clock import moment

pytestmark = pytest.mark.django_db
TODAY, SUNDAY = MONDAY + dt.timedelta(days=2), MONDAY + dt.timedelta(days=6)


@pytest.fixture
def week() -> Week:
    """One person, one worker."""
    return make_week()


@pytest.fixture
def by(week: Week) -> User:
    """The area's coordinator."""
    return make_user(Role.COORDINATOR, week.area, agency=week.agency)


def count(week: Week, by: User) -> Steadiness:
    """The person's fortnights up to the Sunday."""
    return continuity.of_people(by, {week.person.pk}, last=SUNDAY, today=TODAY)[week.person.pk]


def test_a_face_counts_once_and_the_named_worker_has_a_share(week: Week, by: User) -> None:
    """Three visits by two faces, two of them by the one named; a draft counts for nothing."""
    other = make_worker(week.agency, week.area)
    make_named_worker(week.person, week.worker)
    rota = make_rota(week.area, status="published")
    make_visit(make_rota(week.area), make_worker(week.agency, week.area), week.washing, day=SUNDAY)
    make_visit(rota, week.worker, week.washing, day=TODAY)
    make_visit(rota, week.worker, week.tablets, day=TODAY, start="12:00")
    make_visit(rota, other, week.washing, day=SUNDAY)
    found = count(week, by)
    assert (found.newest.faces, found.newest.visits, found.newest.named_share) == (2, 3, 2 / 3)
    assert found.trend == [None] * 7 + [2]


def test_on_days_gone_by_who_came_counts_and_not_who_was_planned(week: Week, by: User) -> None:
    """The plan said one worker, the agency says a stand-in whom nobody here knows."""
    rota = make_rota(week.area, status="published")
    make_visit(rota, week.worker, week.washing, day=MONDAY)
    came = moment(MONDAY, dt.time(8))
    make_contact(week.person, week.agency, starts_at=came, worker="STAND-IN")
    found = count(week, by)
    assert (found.newest.faces, found.newest.visits) == (1, 1)
    assert week.worker.pk not in found.weeks[MONDAY]


def test_fortnights_overlap_by_a_week(week: Week, by: User) -> None:
    """A face of eleven days ago is in the newest two, with the one of this week in the newest."""
    make_contact(
        week.person, week.agency, starts_at=moment(SUNDAY - dt.timedelta(days=13), dt.time(8)), worker="A"
    )
    make_contact(week.person, week.agency, starts_at=moment(MONDAY, dt.time(8)), worker="B")
    assert count(week, by).trend[-3:] == [None, 1, 2]


def test_in_the_week_of_a_draft_the_draft_counts_in_place_of_what_is_published(week: Week, by: User) -> None:
    """Of the week before the published rota still counts."""
    before, now = MONDAY - dt.timedelta(days=1), SUNDAY
    old = make_rota(week.area, status="published", week_start=MONDAY - dt.timedelta(weeks=1))
    published, draft = make_rota(week.area, status="published"), make_rota(week.area)
    make_visit(old, week.worker, week.washing, day=before)
    for rota in (published, draft):
        make_visit(rota, make_worker(week.agency, week.area), week.washing, day=now)
    options = {"last": SUNDAY, "today": TODAY}
    found = continuity.of_people(by, {week.person.pk}, draft=draft, **options)[week.person.pk]
    stranger = draft.visits.get().worker_id
    assert set(found.newest.came) == {week.worker.pk, stranger}


def test_the_day_that_has_twenty_five_hours_is_one_day(week: Week, by: User) -> None:
    """Planned for the first hour of the Sunday when clocks go back; somebody else came in its last."""
    sunday = dt.date(2026, 10, 25)
    rota = make_rota(week.area, status="published", week_start=sunday - dt.timedelta(days=6))
    make_visit(rota, week.worker, week.washing, day=sunday, start="00:15")
    make_contact(week.person, week.agency, starts_at=moment(sunday, dt.time(23, 30)), worker="STAND-IN")
    [found] = continuity.of_people(by, {week.person.pk}, last=sunday, today=TODAY).values()
    assert list(found.newest.came) == [(week.agency.pk, "STAND-IN")]
