"""The continuity page: most faces first, narrowed, downloaded, and who would lose whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from hub.models import Role
from tests.factories.hub import logged_in, make_agency, make_need, make_person, make_user
from tests.factories.scheduling import Week, make_week
from tests.factories.visits import MONDAY, NOW, make_named_worker, make_rota, make_visit, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def week() -> Week:
    """The person of the week meets two faces, another one; a candidate sends a third instead of the named."""
    week = make_week()
    make_named_worker(week.person, week.worker)
    calm = make_person(week.agency, area=week.area, family_name="Calm")
    published, draft = make_rota(week.area, status="published"), make_rota(week.area)
    stranger = make_worker(week.agency, week.area)
    make_visit(published, week.worker, week.washing, day=MONDAY)
    make_visit(published, stranger, week.tablets, day=MONDAY, start="12:00")
    make_visit(published, week.worker, make_need(calm, week.agency), day=MONDAY, start="10:00")
    make_visit(draft, stranger, week.washing, day=MONDAY)
    return week


@pytest.fixture(autouse=True)
def _in_that_week() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, address: str = "/continuity/") -> str:
    """The page as it is sent."""
    return client.get(address).content.decode()


def test_who_meets_most_faces_stands_first_and_who_would_lose_whom_is_told(week: Week) -> None:
    """Ranked, with the share of the named worker, and the draft that would cost one."""
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    page = read(client)
    assert 0 < page.index(week.person.family_name) < page.index("Calm")
    assert "50 %" in page
    assert "1 person loses the named worker" in page
    draft = week.area.rotas.get(status="candidate").public_id
    assert "Calm" not in read(client, f"/continuity/?losing={draft}")
    assert "visits in 14 days" in read(client, "/continuity/?as=csv")


def test_another_agency_reads_of_nobody(week: Week) -> None:
    """Not by page and not by spreadsheet; a manager reads of the own agency's people."""
    stranger = logged_in(make_user(Role.AGENCY_MANAGER, agency=make_agency()))
    own = logged_in(make_user(Role.AGENCY_MANAGER, agency=week.agency))
    for address in ("/continuity/", "/continuity/?as=csv"):
        assert week.person.family_name not in read(stranger, address)
        assert week.person.family_name in read(own, address)


def test_the_fortnight_is_chosen_in_the_past_ahead_and_with_a_draft(week: Week) -> None:
    """By the address; what cannot be chosen finds nobody, and no error."""
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    draft = week.area.rotas.get(status="candidate")
    with_draft = read(client, f"/continuity/?to={draft.public_id}")
    assert f"as if candidate {draft.version} of {week.area.name} were published" in with_draft
    assert "Calm" not in with_draft  # the draft leaves her out
    assert "Calm" in read(client, "/continuity/?to=2027-01-24")  # the fortnight that begins with this week
    assert "Calm" not in read(client, "/continuity/?to=2026-12-27")
    assert "Nothing fits" in read(client, "/continuity/?to=yesterday")


def test_one_person_s_faces_are_told_by_name_and_lead_back(week: Week) -> None:
    """From the person's page to the faces and back; with the draft another comes."""
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = f"/people/{week.person.public_id}/continuity/"
    assert address in read(client, f"/people/{week.person.public_id}/")
    assert address in read(client)
    page = read(client, address)
    stranger = week.area.rotas.get(status="candidate").visits.get().worker.name
    assert f'href="/people/{week.person.public_id}/"' in page
    assert (week.worker.name in page, stranger in page, "★ named worker" in page) == (True, True, True)
    draft = week.area.rotas.get(status="candidate").public_id
    faces = read(client, f"{address}?to={draft}")
    assert (week.worker.name in faces, stranger in faces) == (False, True)


def test_nobody_opens_the_faces_of_somebody_else_s_people(week: Week) -> None:
    """Another agency's manager and another area's coordinator find nothing there; a field worker no page."""
    address = f"/people/{week.person.public_id}/continuity/"
    for user, status in (
        (make_user(Role.AGENCY_MANAGER, agency=make_agency()), 404),
        (make_user(Role.COORDINATOR, agency=week.agency), 404),
        (make_user(Role.FIELD_WORKER, agency=week.agency), 403),
    ):
        assert logged_in(user).get(address).status_code == status


def test_the_list_reads_as_often_however_many_drafts(week: Week, django_assert_max_num_queries) -> None:
    """Three more drafts are no more statements."""
    for number in range(3):
        make_rota(week.area, version=10 + number)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    with django_assert_max_num_queries(30):
        read(client)
