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
