"""The person's page, finding people, and calling an occurrence off."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from hub.models import Agency, Area, Role, SharingAgreement
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_contact,
    make_need,
    make_nhs_number,
    make_person,
    make_user,
)
from tests.factories.visits import (
    MONDAY,
    NOW,
    make_named_worker,
    make_rota,
    make_unplaced,
    make_visit,
    make_worker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
Item = SharingAgreement.Item


@pytest.fixture
def place() -> tuple[Area, Agency]:
    """An area and an agency under an agreement of its own."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    return area, agency


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_the_page_says_who_comes_when_for_whom_and_how_steady_it_is(place: tuple[Area, Agency]) -> None:
    """Named worker, visits by day, needs in words, history and shares, all on one page."""
    area, agency = place
    person = make_person(agency, area=area)
    named, other = make_worker(agency, area, name="Amira Bloom"), make_worker(agency, area, name="Beth Eke")
    make_named_worker(person, named)
    need = make_need(person, agency, rrule="FREQ=WEEKLY;BYDAY=MO,TH", title="Shower")
    rota = make_rota(area, status="published")
    make_visit(rota, named, need, start="08:10")
    for days, worker in ((1, named), (2, named), (3, named), (4, other), (20, other)):
        at = NOW - dt.timedelta(days=days)
        make_contact(person, agency, starts_at=at, worker=worker.reference)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    said = text_of(client.get(reverse("person", args=[person.public_id])))
    assert "Mon 11 Jan 08:10–08:40 Amira Bloom ★ named worker" in said
    assert "Shower, 30 min, every Mon and Thu, beginning 08:00 to 10:00" in said
    assert "faces in 14 days 2" in said or "faces in 14 days2" in said
    assert "visits by the named worker75 %" in said.replace("worker 75", "worker75")
    assert "Beth Eke" in said


def test_a_candidate_shows_its_own_week_on_request(place: tuple[Area, Agency]) -> None:
    """The published week is shown unless a version is named; a stranger's version is not there."""
    area, agency = place
    person = make_person(agency, area=area)
    need = make_need(person, agency)
    make_visit(make_rota(area, status="published"), make_worker(agency, area, name="Now Worker"), need)
    draft = make_rota(area)
    make_visit(draft, make_worker(agency, area, name="Next Worker"), need)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    address = reverse("person", args=[person.public_id])
    assert "Now Worker" in text_of(client.get(address))
    said = text_of(client.get(address, {"rota": draft.public_id}))
    assert "Next Worker" in said
    assert "Now Worker" not in said
    assert client.get(address, {"rota": make_rota(make_area()).public_id}).status_code == 404
    assert client.get(address, {"rota": "nonsense"}).status_code == 404


def test_a_restricted_address_is_hidden_and_only_the_worker_sent_sees_it(place: tuple[Area, Agency]) -> None:
    """Nobody by role; on the phone of the worker on the rota, yes."""
    area, agency = place
    person = make_person(agency, area=area, restricted=True)
    worker = make_worker(agency, area)
    worker.user = make_user(Role.FIELD_WORKER, agency=agency)
    worker.save()
    make_visit(make_rota(area, status="published"), worker, make_need(person, agency), day=NOW.date())
    address = reverse("person", args=[person.public_id])
    office = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    lines = person.address.lines
    assert lines not in text_of(office.get(address))
    assert lines not in text_of(office.get("/people/"))
    assert lines in text_of(logged_in(worker.user).get(address))


def test_the_nhs_number_needs_an_agreement_that_names_it() -> None:
    """Shown under an agreement with that item, absent without it, never on a phone."""
    area, agency = make_area(), make_agency()
    number = make_nhs_number(7)
    written = f"{number[:3]} {number[3:6]} {number[6:]}"
    person = make_person(agency, area=area, nhs_number=number)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    address = reverse("person", args=[person.public_id])
    make_agreement(agency, items=(Item.IDENTITY, Item.NEEDS))
    assert written not in text_of(client.get(address))
    make_agreement(agency, items=(Item.NHS_NUMBER,))
    assert written in text_of(client.get(address))


def test_a_field_worker_opens_nobody_else(place: tuple[Area, Agency]) -> None:
    """Someone not on the worker's own rota is 404, and so is everyone for a worker without staff record."""
    area, agency = place
    person = make_person(agency, area=area)
    user = make_user(Role.FIELD_WORKER, agency=agency)
    assert logged_in(user).get(reverse("person", args=[person.public_id])).status_code == 404


def test_search_finds_by_the_beginning_of_each_word(place: tuple[Area, Agency]) -> None:
    """First and family name in either order; the name travels in the body, never in an address."""
    area, agency = place
    make_person(agency, area=area, given_name="Mabel", family_name="Futter")
    make_person(agency, area=area, given_name="Frank", family_name="Gotts")
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    found = client.post("/people/", {"q": "fut mab"})
    assert "Futter, Mabel" in text_of(found)
    assert "Gotts" not in text_of(found)
    assert "Nothing fits" in text_of(client.post("/people/", {"q": "nobody"}))
    assert "Gotts" in text_of(client.get("/people/", {"q": "fut"}))


def test_calling_off_needs_a_reason_and_keeps_who_did_it(place: tuple[Area, Agency]) -> None:
    """Without a reason nothing happens and the page says so; with one it is counted under the name."""
    area, agency = place
    need = make_need(make_person(agency, area=area), agency)
    make_unplaced(make_rota(area, asked=1, unplaced_count=1), need)
    user = make_user(Role.COORDINATOR, area, agency=agency, first_name="Cora", last_name="Dent")
    client = logged_in(user)
    address = reverse("occurrence", args=[need.public_id, MONDAY])
    assert "Every competent worker on shift is with someone else" in text_of(client.get(address))
    refused = client.post(address, {"reason": "  "})
    assert refused.status_code == 400
    assert "Say why this occurrence is called off." in text_of(refused)
    assert not need.cancellations.exists()
    said = text_of(client.post(address, {"reason": "In hospital"}, follow=True))
    assert "Called off by Cora Dent" in said
    assert need.cancellations.get().cancelled_by == user


def test_an_occurrence_that_is_not_due_is_404(place: tuple[Area, Agency]) -> None:
    """A day before the need began has nothing to show or to call off."""
    area, agency = place
    need = make_need(make_person(agency, area=area), agency)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    assert client.get(reverse("occurrence", args=[need.public_id, "2026-12-01"])).status_code == 404


def test_why_this_worker_is_said_in_a_sentence(place: tuple[Area, Agency]) -> None:
    """Named, known by so many visits, or new."""
    area, agency = place
    person = make_person(agency, area=area)
    ann, bet, cat = (make_worker(agency, area, name=name) for name in ("Ann", "Bet", "Cat"))
    make_named_worker(person, ann)
    for days in (3, 5):
        at = noon(MONDAY) - dt.timedelta(days=days)
        make_contact(person, agency, starts_at=at, worker=bet.reference)
    rota = make_rota(area, status="published")
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    said = {}
    for worker, start in ((ann, "08:00"), (bet, "12:00"), (cat, "18:00")):
        visit = make_visit(rota, worker, make_need(person, agency), start=start)
        said[worker.name] = text_of(client.get(reverse("visit", args=[visit.public_id])))
    assert "Ann is the named worker" in said["Ann"]
    assert "Known: Bet came 2 times in the 28 days before. The named worker is Ann." in said["Bet"]
    assert "New face: Cat did not come in the 28 days before." in said["Cat"]


def noon(day: dt.date) -> dt.datetime:
    """Noon of the day: well within it, whatever the zone."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
