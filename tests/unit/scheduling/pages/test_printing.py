"""The rota on paper: who may print which, what it says, and what it must never say."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Agency, Area, AuditEvent, Person, Role
from scheduling.pages.paper import without_codes
from tests.factories.hub import (
    logged_in,
    make_address,
    make_agency,
    make_agreement,
    make_area,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import MONDAY, make_rota, make_shift, make_visit, make_worker
from visits.models import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
CODE = "4711"


def text_of(answer: Any) -> str:
    """What a PDF says, spaces and lines made even."""
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@pytest.fixture
def home() -> tuple[Area, Agency]:
    """An area and an agency under agreement."""
    agency = make_agency("carers", name="Brook Care")
    make_agreement(agency)
    return make_area("north", name="North"), agency


@pytest.fixture
def nguyen(home: tuple[Area, Agency]) -> Person:
    """Somebody whose agency typed a key-safe code where it should not be."""
    area, agency = home
    address = make_address(area, lines=f"1 Mill Row (key safe {CODE}), Aylsham")
    return make_person(agency, area=area, family_name="Nguyễn", given_name="Thị", address=address)


@pytest.fixture
def lukasz(home: tuple[Area, Agency], nguyen: Person) -> Worker:
    """A worker with one published visit on Monday, and a shift without any on Tuesday."""
    area, agency = home
    worker = make_worker(
        agency, area, name="Łukasz O’Neill", user=make_user(Role.FIELD_WORKER, agency=agency)
    )
    for number in range(2):
        make_shift(worker, MONDAY + dt.timedelta(days=number))
    need = make_need(nguyen, agency, title=f"Wash, keysafe {CODE}", time_critical=True)
    make_visit(make_rota(area, status="published"), worker, need, start="08:00")
    return worker


def printed(client: Client, worker: Worker) -> Any:
    """The worker's week as this client gets it."""
    return client.get(reverse("worker-rota", args=[worker.public_id, MONDAY]))


def test_the_paper_tells_when_who_where_and_what_in_their_own_letters(
    lukasz: Worker, home: tuple[Area, Agency]
) -> None:
    """All that is needed at the door, with the shift, the version and the empty day."""
    coordinator = make_user(Role.COORDINATOR, home[0], agency=home[1])
    text = text_of(printed(logged_in(coordinator), lukasz))
    for said in (
        "Łukasz O’Neill",
        "Brook Care, North. Week of Mon 11 Jan 2027, version 1.",
        "Monday 11 January, on shift 07:00–15:00",
        "08:00–08:30",
        "Thị Nguyễn",
        "1 Mill Row, Aylsham, NR11 6AA",
        "Personal care; begin by 10:00",
        "Tuesday 12 January, on shift 07:00–15:00, no visits",
    ):
        assert said in text


def test_no_key_safe_code_is_on_paper_for_whoever_prints(lukasz: Worker, home: tuple[Area, Agency]) -> None:
    """Neither from the address nor from what an agency calls the need; one's own paper included."""
    area, agency = home
    users = [lukasz.user, make_user(Role.COORDINATOR, area, agency=agency)]
    users += [make_user(Role.AGENCY_MANAGER, agency=agency), make_user(Role.HUB_ADMINISTRATOR)]
    for user in users:
        text = text_of(printed(logged_in(user), lukasz))
        assert "Nguyễn" in text
        assert CODE not in text
        assert "afe" not in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("1 Mill Row, Key-safe: 1234, Aylsham", "1 Mill Row, Aylsham"),
        ("1 Mill Row; keysafe code C1234Y", "1 Mill Row"),
        ("Door code 99, Flat 2", "Flat 2"),
        ("1 Mill Row, key safe, C1234Y", "1 Mill Row"),
        ("1 Mill Row - Keysafe - 1234, Aylsham", "1 Mill Row, Aylsham"),
        ("Safe Harbour, 2 Keymaker Close", "Safe Harbour, 2 Keymaker Close"),
        ("12 Pinfold Lane", "12 Pinfold Lane"),
    ],
)
def test_what_lets_a_stranger_in_is_cut_out_of_an_address(typed: str, printed: str) -> None:
    """And nothing else is."""
    assert without_codes(typed) == printed


def test_a_restricted_address_is_never_on_paper(lukasz: Worker, nguyen: Person) -> None:
    """Not even on the paper of who is sent there: their phone has it."""
    nguyen.restricted = True
    nguyen.save()
    text = text_of(printed(logged_in(lukasz.user), lukasz))
    assert "Mill Row" not in text
    assert "Address on the phone only" in text


def test_whoever_prints_is_on_record_with_whom(lukasz: Worker, nguyen: Person) -> None:
    """An export is written down before it goes out."""
    printed(logged_in(lukasz.user), lukasz)
    event = AuditEvent.objects.get()
    assert (event.action, event.what, event.people) == ("export", "worker-rota", [nguyen.pk])


def test_an_area_is_printed_by_who_plans_it_each_worker_on_a_page(
    lukasz: Worker, home: tuple[Area, Agency]
) -> None:
    """The idle worker on shift has a page as well, who is off has none; another area's planner gets none."""
    area, agency = home
    idle, off = make_worker(agency, area, name="Zofia Idle"), make_worker(agency, area, name="Otto Off")
    make_shift(idle, MONDAY)
    address = reverse("area-rota", args=["north", MONDAY])
    answer = logged_in(make_user(Role.COORDINATOR, area, agency=agency)).get(address)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rota-north-{MONDAY}.pdf"'
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 2
    assert "Zofia Idle" in text_of(answer)
    assert off.name not in text_of(answer)
    assert logged_in(make_user(Role.COORDINATOR, make_area(), agency=agency)).get(address).status_code == 404
    assert logged_in(make_user(Role.AGENCY_MANAGER, agency=agency)).get(address).status_code == 403


def test_drafts_other_workers_and_far_weeks_are_not_printed(
    lukasz: Worker, home: tuple[Area, Agency]
) -> None:
    """A field worker prints the own published weeks within reach, Monday to Sunday."""
    client = logged_in(lukasz.user)
    other = make_worker(home[1], home[0])
    assert printed(client, other).status_code == 404
    for monday in (MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(weeks=4)):
        assert client.get(reverse("worker-rota", args=[lukasz.public_id, monday])).status_code == 404
    lukasz.visits.update(is_published=False)
    assert "Nguyễn" not in text_of(printed(client, lukasz))


def test_the_night_of_a_clock_change_is_printed_by_the_clocks(home: tuple[Area, Agency]) -> None:
    """Sunday 28 March 2027: the call at half past two is at half past two."""
    area, agency = home
    monday, sunday = dt.date(2027, 3, 22), dt.date(2027, 3, 28)
    worker, person = make_worker(agency, area), make_person(agency, area=area)
    rota = make_rota(area, week_start=monday, status="published")
    make_visit(rota, worker, make_need(person, agency), day=sunday, start="02:30")
    client = logged_in(make_user(Role.HUB_ADMINISTRATOR))
    text = text_of(client.get(reverse("worker-rota", args=[worker.public_id, monday])))
    assert "Sunday 28 March 02:30–03:00" in text
