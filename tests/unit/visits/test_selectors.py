"""Who sees which visits, workers and rotas, and who counts as known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from hub.models import Agency, Area, Need, Person, Role, User
from tests.factories.hub import (
    make_agency,
    make_agreement,
    make_area,
    make_contact,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import MONDAY, NOW, make_rota, make_shift, make_visit, make_worker
from visits import selectors
from visits.models import Rota, Visit, Worker
from visits.wall_clock import midnight

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class Patch:
    """An area with two agencies, a person of the first, and one published and one draft visit."""

    area: Area
    carers: Agency
    nurses: Agency
    person: Person
    need: Need
    worker: Worker
    rota: Rota
    visit: Visit
    draft: Visit


@pytest.fixture
def patch() -> Patch:
    area, carers, nurses = make_area(), make_agency(), make_agency()
    make_agreement(carers, nurses)
    person = make_person(carers, area=area)
    need = make_need(person, carers)
    worker = make_worker(nurses, area)
    rota = make_rota(area, status="published")
    visit = make_visit(rota, worker, need)
    draft = make_visit(make_rota(area), worker, need)
    return Patch(area, carers, nurses, person, need, worker, rota, visit, draft)


def seen(user: User) -> set[int]:
    """The keys of the visits that a user may see."""
    return set(selectors.visits(user, on=TODAY).values_list("pk", flat=True))


def test_a_coordinator_sees_drafts_and_published_visits_of_own_areas(patch: Patch) -> None:
    """Another area's coordinator of the same agency sees none of them."""
    own = make_user(Role.COORDINATOR, patch.area, agency=patch.carers)
    other = make_user(Role.COORDINATOR, make_area(), agency=patch.carers)
    assert seen(own) == {patch.visit.pk, patch.draft.pk}
    assert seen(other) == set()


def test_a_coordinator_without_an_agreement_sees_no_visit(patch: Patch) -> None:
    """The area alone opens nothing: the agency must share."""
    assert seen(make_user(Role.COORDINATOR, patch.area, agency=make_agency())) == set()
    assert seen(make_user(Role.COORDINATOR, patch.area)) == set()


def test_a_field_worker_sees_only_own_published_visits(patch: Patch) -> None:
    """Not the draft, and nothing once the worker has left."""
    user = make_user(Role.FIELD_WORKER, agency=patch.nurses)
    assert seen(user) == set()
    patch.worker.user = user
    patch.worker.save()
    assert seen(user) == {patch.visit.pk}
    patch.worker.is_active = False
    patch.worker.save()
    assert seen(user) == set()


def test_an_agency_manager_sees_published_visits_by_own_staff_or_for_own_people(patch: Patch) -> None:
    """Both the agency that sends and the agency that asked; no third one, and no draft."""
    for agency in (patch.carers, patch.nurses):
        assert seen(make_user(Role.AGENCY_MANAGER, agency=agency)) == {patch.visit.pk}
    assert seen(make_user(Role.AGENCY_MANAGER, agency=make_agency())) == set()
    assert seen(make_user(Role.AGENCY_MANAGER)) == set()


def test_the_hub_administrator_sees_all_and_a_stranger_nothing(patch: Patch) -> None:
    """No role, no row, in every selector."""
    administrator, stranger = make_user(Role.HUB_ADMINISTRATOR), make_user("")
    assert seen(administrator) == {patch.visit.pk, patch.draft.pk}
    assert seen(stranger) == set()
    for found in (
        selectors.workers(stranger),
        selectors.rotas(stranger),
        selectors.contacts(stranger, on=TODAY),
        selectors.people_to_visit(stranger, today=TODAY),
        selectors.readable_parts(stranger, on=TODAY),
        selectors.records_of(stranger, patch.person, on=TODAY),
    ):
        assert not found.exists()


def test_tasks_are_readable_only_where_needs_are_shared(patch: Patch) -> None:
    """The nurses' manager knows where their worker goes, but reads no task of the carers."""
    manager = make_user(Role.AGENCY_MANAGER, agency=patch.nurses)
    (visit,) = selectors.with_parts(selectors.visits(manager, on=TODAY), manager, on=TODAY)
    assert list(visit.parts.all()) == []
    coordinator = make_user(Role.COORDINATOR, patch.area, agency=patch.nurses)
    found = selectors.with_parts(selectors.visits(coordinator, on=TODAY), coordinator, on=TODAY)
    assert all(len(visit.parts.all()) == 1 for visit in found)


@pytest.mark.parametrize(("days", "is_seen"), [(0, True), (14, True), (15, False), (-7, True), (-8, False)])
def test_a_field_worker_opens_people_of_last_week_and_the_next_two(
    patch: Patch, days: int, is_seen: bool
) -> None:
    """Seven days back and fourteen ahead, both included, counted in local days."""
    user = make_user(Role.FIELD_WORKER, agency=patch.nurses)
    patch.worker.user = user
    patch.worker.save()
    today = MONDAY - dt.timedelta(days=days)
    assert selectors.people_to_visit(user, today=today).exists() is is_seen


def test_shifts_belong_to_the_local_day_on_which_they_start(patch: Patch) -> None:
    """A shift at 00:30 on a summer Monday is Monday's, though it is still Sunday in UTC."""
    summer = dt.date(2027, 7, 5)
    shift = make_shift(patch.worker, summer, "00:30", "06:00")
    assert shift.starts_at.date() == summer - dt.timedelta(days=1)
    assert list(selectors.shifts([patch.worker.pk], first=summer, days=1)) == [shift]
    before = summer - dt.timedelta(days=1)
    assert list(selectors.shifts([patch.worker.pk], first=before, days=1)) == []


def test_known_are_those_who_came_by_contact_or_published_visit_in_28_days(patch: Patch) -> None:
    """A contact 28 days before counts, one of 29 days does not; a draft never does."""
    old, recent = make_worker(patch.nurses, patch.area), make_worker(patch.nurses, patch.area)
    until = MONDAY + dt.timedelta(days=7)
    start = midnight(until)
    for worker, ago in ((recent, dt.timedelta(days=28)), (old, dt.timedelta(days=28, minutes=1))):
        make_contact(patch.person, patch.nurses, starts_at=start - ago, worker=worker.reference)
    met = selectors.meetings([patch.person.pk], until=until)
    assert met == {(patch.person.pk, recent.pk), (patch.person.pk, patch.worker.pk)}
    assert selectors.contacts_between(patch.person, recent, until=until) == 1
    assert selectors.contacts_between(patch.person, old, until=until) == 0


def test_the_same_reference_at_another_agency_is_another_worker(patch: Patch) -> None:
    """Agencies number their staff alike; a face is known by agency and reference together."""
    twin = make_worker(patch.carers, patch.area, reference=patch.worker.reference)
    at = midnight(MONDAY) - dt.timedelta(days=2)
    make_contact(patch.person, patch.carers, starts_at=at, worker=twin.reference)
    assert selectors.meetings([patch.person.pk], until=MONDAY) == {(patch.person.pk, twin.pk)}
