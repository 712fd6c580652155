"""The list of field staff: narrowed by name, agency, area and task, on a page and in a spreadsheet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from hub.models import Agency, Area, Role
from tests.factories.hub import make_agency, make_area, make_user
from tests.factories.visits import make_worker

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def place() -> tuple[Area, Agency]:
    """Two workers of one agency with different tasks, one of another, and one elsewhere."""
    area, agency = make_area(), make_agency("first-care")
    make_worker(agency, area, "personal_care", name="Amira Bloom")
    make_worker(agency, area, "wound_care", name="Beth O'Neill")
    make_worker(make_agency("other-care"), area, "wound_care", name="Thu Nguyễn")
    make_worker(agency, make_area(), name="Elsewhere Worker")
    return area, agency


@pytest.fixture
def client(place: tuple[Area, Agency]) -> Client:
    """The browser of the area's coordinator."""
    client = Client()
    user = make_user(Role.COORDINATOR, place[0], agency=place[1])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_workers_are_found_by_name_agency_and_task(client: Client) -> None:
    """Names in the body of a request, the rest in the address; nobody of another area ever."""
    assert "3 workers" in text_of(client.get("/workers/"))
    assert "Thu Nguyễn" in text_of(client.get("/workers/", {"agency": "other-care"}))
    signed = text_of(client.get("/workers/", {"task": "wound_care"}))
    assert "2 workers" in signed
    assert "Amira" not in signed
    assert "Thu Nguyễn" in text_of(client.post("/workers/", {"q": "nguyễn"}))
    assert "Nothing fits" in text_of(client.post("/workers/", {"q": "Elsewhere"}))


def test_the_spreadsheet_holds_the_workers_shown(client: Client) -> None:
    """The filter counts for it too; what was sought by name comes in the body."""
    written = client.get("/workers/", {"agency": "other-care", "as": "csv"}).content.decode()
    assert "Thu Nguyễn,Other Care" in written
    assert "Bloom" not in written
    written = client.post("/workers/", {"q": "o'neill", "as": "csv"}).content.decode()
    assert "Beth O'Neill,First Care" in written
    assert "Bloom" not in written


def test_the_list_asks_the_same_queries_however_long_it_is(
    client: Client, place: tuple[Area, Agency], django_assert_max_num_queries: Any
) -> None:
    """No query per worker."""
    for _ in range(60):
        make_worker(place[1], place[0])
    with django_assert_max_num_queries(12):
        assert "63 workers" in text_of(client.get("/workers/"))
