"""The named worker is the one who came most often, with the reason."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.factories.hub import make_contact, make_person
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import (
    MONDAY,
    make_barred_worker,
    make_named_worker,
    make_rota,
    make_visit,
    make_worker,
)
from visits.models import NamedWorker, Worker
from visits.services.naming import name_workers
from visits.wall_clock import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def week() -> Week:
    """A person, an agency and a worker."""
    return make_week()


def came(week: Week, worker: Worker, *days_ago: int, hour: int = 9) -> None:
    """The agency says that the worker came on these days."""
    for days in days_ago:
        at = moment(MONDAY - dt.timedelta(days=days), dt.time(hour))
        make_contact(week.person, week.agency, starts_at=at, worker=worker.reference)


def test_who_came_most_is_named_with_the_reason_and_no_name_in_it(week: Week) -> None:
    """Three visits of four in three weeks."""
    other = make_worker(week.agency, week.area)
    came(week, week.worker, 1, 2, 3)
    came(week, other, 4)
    assert name_workers(area=week.area, on=MONDAY) == 1
    named = NamedWorker.objects.get()
    assert (named.person, named.worker, named.since) == (week.person, week.worker, MONDAY)
    assert named.reason == "Made 3 of the 4 visits of the last 21 days, and nobody made more."


def test_a_visit_planned_and_reported_counts_once(week: Week) -> None:
    """The rota says nine o'clock and so does the report: that is one visit."""
    other = make_worker(week.agency, week.area)
    rota = make_rota(week.area, week_start=MONDAY - dt.timedelta(days=7), status="published")
    make_visit(rota, week.worker, person=week.person, day=MONDAY - dt.timedelta(days=2), start="09:00")
    came(week, week.worker, 2)
    came(week, other, 3, 4)
    name_workers(area=week.area, on=MONDAY)
    assert NamedWorker.objects.get().worker == other


def test_a_name_that_stands_is_never_changed(week: Week) -> None:
    """Someone decided it, or it has grown."""
    other = make_worker(week.agency, week.area)
    make_named_worker(week.person, other)
    came(week, week.worker, 1, 2, 3)
    assert name_workers(area=week.area, on=MONDAY) == 0
    assert NamedWorker.objects.get().worker == other


def test_whoever_has_left_is_named_for_nobody(week: Week) -> None:
    """The person gets the one who comes most now, or nobody, but never a name that will not come."""
    gone = make_worker(week.agency, week.area, is_active=False)
    make_named_worker(week.person, gone)
    came(week, week.worker, 1, 2)
    assert name_workers(area=week.area, on=MONDAY) == 1
    assert NamedWorker.objects.get().worker == week.worker


def test_a_tie_goes_to_who_came_last(week: Week) -> None:
    """Two visits each."""
    other = make_worker(week.agency, week.area)
    came(week, week.worker, 3, 4)
    came(week, other, 2, 5)
    name_workers(area=week.area, on=MONDAY)
    assert NamedWorker.objects.get().worker == other


def test_barred_inactive_long_ago_and_to_come_do_not_count(week: Week) -> None:
    """Nobody is named who may not come, has left, or came more than three weeks ago."""
    gone = make_worker(week.agency, week.area, is_active=False)
    barred = make_worker(week.agency, week.area)
    make_barred_worker(week.person, barred)
    came(week, barred, 1, 2)
    came(week, gone, 1, 2, hour=12)
    came(week, week.worker, 22, 0, -1)
    assert name_workers(area=week.area, on=MONDAY) == 0


def test_a_person_elsewhere_or_dead_is_not_named_for(week: Week) -> None:
    """Only the living of this area."""
    dead = make_person(area=week.area, deceased_on=MONDAY)
    elsewhere = make_week()
    for person in (dead, elsewhere.person):
        at = moment(MONDAY - dt.timedelta(days=1), dt.time(9))
        make_contact(person, week.agency, starts_at=at, worker=week.worker.reference)
    assert name_workers(area=week.area, on=MONDAY) == 0
