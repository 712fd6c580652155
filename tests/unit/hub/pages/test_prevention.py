"""The fire service's pages: whose home next, an offer, an answer, the points; and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Agency, AuditEvent, Need, Person, PreventionAnswer, Role, SharingAgreement
from tests.factories import hub

pytestmark = pytest.mark.django_db
LIST = "/areas/aylsham/prevention/"


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def person() -> Person:
    """Known to a council that shares with the fire service for prevention, and not for coordination."""
    hub.make_skill("fire_safety")
    fire, council = hub.make_agency("fire", kind=Agency.Kind.FIRE), hub.make_agency("council")
    hub.make_agreement(council, fire, purposes=(SharingAgreement.Purpose.PREVENTION,))
    return hub.make_person(
        council,
        area=hub.make_area("aylsham"),
        family_name="O'Neill",
        given_name="Thi",
        nhs_number=hub.make_nhs_number(),
    )


@pytest.fixture
def client(person: Person) -> Client:
    """A fire officer's browser."""
    officer = hub.make_user(Role.COORDINATOR, person.address.area, agency=Agency.objects.get(code="fire"))
    return hub.logged_in(officer)


def test_the_officer_is_led_to_the_first_home_and_told_why(client: Client, person: Person) -> None:
    """Name, door and reasons; no NHS number, and the look is written down as for fire prevention."""
    said = client.get("/", follow=True)
    words = text_of(said)
    assert "Thi O&#x27;Neill" in words
    assert "Somebody of 80 or over +4" in words
    assert "none on record" in words
    assert person.nhs_number not in said.content.decode()
    event = AuditEvent.objects.get(what="prevention")
    assert (event.purpose, event.people) == ("prevention", [person.pk])
    assert "Prevention" in text_of(client.get("/today/"))


def test_a_visit_is_offered_and_then_stands_as_asked_for(client: Client, person: Person) -> None:
    """The home leaves the list of those to be offered one; a second offer is refused in words."""
    address = reverse("fire-visit", args=[person.public_id])
    form = client.get(address).context["form"]
    asked = {name: str(form.initial[name]) for name in form.fields}
    said = client.post(address, asked, follow=True)
    assert "A fire safety visit to Thi O&#x27;Neill is asked for by" in text_of(said)
    assert "Nothing fits." in text_of(said)
    assert Need.objects.get().person == person
    assert "asked for by" in text_of(client.get(LIST, {"state": "asked"}))
    again = client.post(address, asked)
    assert again.status_code == 400
    assert "already asked for at this door" in text_of(again)


def test_an_answer_is_noted_and_shown_with_the_day_to_ask_again(client: Client, person: Person) -> None:
    """“Not now” without a day is refused beside the field."""
    address = reverse("fire-visit-answer", args=[person.public_id])
    assert "Say from which day" in text_of(client.post(address, {"kind": "later", "reason": "Ill"}))
    client.post(address, {"kind": "later", "reason": "Ill", "until": "2099-01-02"})
    assert PreventionAnswer.objects.get().reason == "Ill"
    assert "Not now, ask again from 2 Jan 2099" in text_of(client.get(LIST, {"state": "off"}))


def test_the_list_is_a_spreadsheet_too_and_that_is_an_export(client: Client, person: Person) -> None:
    """Every home with who lives there and why."""
    said = client.get(LIST, {"as": "csv"})
    assert "Thi O'Neill" in said.content.decode()
    assert AuditEvent.objects.get(action=AuditEvent.Action.EXPORT).people == [person.pk]


def test_points_are_set_and_the_list_follows(client: Client, person: Person) -> None:
    """From the page that explains them."""
    form = {"factor": "very_old", "points": "9", "source": "Our board, 2026"}
    said = text_of(client.post("/prevention/points/new/", form, follow=True))
    assert "Our board, 2026" in said
    assert "Somebody of 80 or over +9" in text_of(client.get(LIST))


@pytest.mark.parametrize("kind", [Agency.Kind.HOME_CARE, Agency.Kind.HOUSING])
def test_other_agencies_have_no_such_list(kind: str, person: Person) -> None:
    """Whatever they share: prevention is the fire service's."""
    other = hub.make_agency(kind=kind)
    hub.make_agreement(other, Agency.objects.get(code="council"))
    client = hub.logged_in(hub.make_user(Role.COORDINATOR, person.address.area, agency=other))
    for address in (LIST, "/prevention/", "/prevention/points/"):
        assert client.get(address).status_code == 403
    assert client.post(reverse("fire-visit", args=[person.public_id])).status_code == 403
    assert "Prevention" not in text_of(client.get("/today/"))


def test_an_officer_without_an_area_is_told_what_to_do(person: Person) -> None:
    """And one of another area finds neither the list nor the person."""
    fire = Agency.objects.get(code="fire")
    lost = hub.logged_in(hub.make_user(Role.COORDINATOR, agency=fire))
    assert "You plan no area yet." in text_of(lost.get("/prevention/"))
    elsewhere = hub.logged_in(hub.make_user(Role.COORDINATOR, hub.make_area("south"), agency=fire))
    assert elsewhere.get(LIST).status_code == 404
    assert elsewhere.get(reverse("fire-visit", args=[person.public_id])).status_code == 404


def test_the_hub_sees_the_list_and_offers_nothing(person: Person) -> None:
    """Whoever runs the hub asks for no visit in a service's name."""
    client = hub.logged_in(hub.make_user(Role.HUB_ADMINISTRATOR))
    words = text_of(client.get(LIST))
    assert "Thi O&#x27;Neill" in words
    assert "Offer a visit" not in words
    assert client.get(reverse("fire-visit", args=[person.public_id])).status_code == 403


def test_the_list_asks_the_database_no_more_for_more_homes(
    client: Client, person: Person, django_assert_max_num_queries: Any
) -> None:
    """Fifty homes, the same few questions."""
    council = Agency.objects.get(code="council")
    for _ in range(20):
        hub.make_person(council, area=person.address.area)
    with django_assert_max_num_queries(14):
        assert client.get(LIST).status_code == 200
