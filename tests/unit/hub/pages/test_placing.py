"""The list of people without a place and the form that gives them one, each within its reader's scope."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from hub.models import Agency, Area, Person, Role
from tests.factories.hub import (
    logged_in,
    make_address,
    make_agency,
    make_agreement,
    make_area,
    make_need,
    make_person,
    make_postcode,
    make_user,
)

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def place() -> tuple[Area, Agency]:
    """An area with one known postcode, and an agency under an agreement."""
    make_postcode("NR11 6AA")
    agency = make_agency()
    make_agreement(agency)
    return make_area("aylsham", sectors=("NR11 6",)), agency


def nowhere(agency: Agency, **fields: Any) -> Person:
    """Someone at a door whose postcode nobody knows."""
    address = make_address(None, lines="7 Lost Lane", postcode="ZZ9 9ZZ", latitude=None, longitude=None)
    return make_person(agency, address=address, **fields)


def test_a_coordinator_places_somebody_and_then_sees_them(place: tuple[Area, Agency]) -> None:
    """From the list to the form to the area's people; the list then is empty again."""
    area, agency = place
    person = nowhere(agency, family_name="Futter")
    make_need(person, agency, title="Morning wash", starts_on=dt.date(2020, 1, 1))
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    assert client.get(reverse("person", args=[person.public_id])).status_code == 404
    said = text_of(client.get("/placing/"))
    assert "Futter" in said
    assert "The postcode is not among those known." in said
    assert "! asked for" in said
    assert "1 without a place" in text_of(client.get("/people/"))
    assert "1 person cannot be visited" in text_of(client.get("/today/"))
    address = reverse("place-person", args=[person.public_id])
    form = text_of(client.get(address))
    assert "7 Lost Lane" in form
    assert "Morning wash" in form
    said = text_of(client.post(address, {"postcode": "NR11 6AA"}, follow=True))
    assert "is now in Aylsham" in said
    assert "Everybody has a place." in said
    assert client.get(reverse("person", args=[person.public_id])).status_code == 200


def test_somebody_without_an_address_is_placed_and_taken_back_by_page(place: tuple[Area, Agency]) -> None:
    """The door made by hand is nobody's before the placing, and the records of agencies that share nothing
    with the coordinator still count in what is shown of the person afterwards."""
    area, agency = place
    person = make_person(agency, make_agency(), address=None)
    before = Person.objects.values().get(pk=person.pk)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    address = reverse("place-person", args=[person.public_id])
    said = text_of(client.post(address, {"postcode": "NR11 6AA", "lines": "Side door"}, follow=True))
    assert "is now in Aylsham" in said
    assert Person.objects.get(pk=person.pk).address.lines == "Side door"
    client.post(reverse("take-back-placing", args=[person.public_id]))
    assert Person.objects.values().get(pk=person.pk) == before


def test_a_wrong_place_keeps_what_was_typed_and_says_what_to_do(place: tuple[Area, Agency]) -> None:
    """The error stands at the top with a link to its field, which has the focus."""
    area, agency = place
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    answer = client.post(reverse("place-person", args=[nowhere(agency).public_id]), {"point": "1.25, 52.79"})
    assert answer.status_code == 400
    said = answer.content.decode()
    assert 'href="#point"' in said
    assert 'value="1.25, 52.79"' in said
    assert re.search(r'id="point"[^>]*aria-invalid="true" autofocus', said)


def test_nobody_places_whom_they_may_not_know(place: tuple[Area, Agency]) -> None:
    """Another agency's people without an agreement, people who have a place, and field staff: nothing."""
    area, agency = place
    stranger, placed = nowhere(make_agency()), make_person(agency, area=area)
    for user in (
        make_user(Role.COORDINATOR, area, agency=agency),
        make_user(Role.AGENCY_MANAGER, agency=agency),
    ):
        client = logged_in(user)
        assert stranger.family_name not in text_of(client.get("/placing/"))
        for person in (stranger, placed):
            assert client.get(reverse("place-person", args=[person.public_id])).status_code == 404
            posted = client.post(reverse("take-back-placing", args=[person.public_id]))
            assert posted.status_code == 404
    assert logged_in(make_user(Role.FIELD_WORKER, agency=agency)).get("/placing/").status_code == 403
    assert nowhere(agency).family_name not in text_of(
        logged_in(make_user(Role.COORDINATOR, agency=agency)).get("/placing/")
    )


def test_a_coordinator_places_into_own_areas_only(place: tuple[Area, Agency]) -> None:
    """The code of another area in the request is passed over."""
    area, agency = place
    person, elsewhere = nowhere(agency), make_area("elsewhere")
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    address = reverse("place-person", args=[person.public_id])
    client.post(address, {"area": elsewhere.code, "postcode": "NR11 6AA"})
    assert Person.objects.get(pk=person.pk).address.area == area


def test_where_a_restricted_person_lives_is_for_their_agency_to_say(place: tuple[Area, Agency]) -> None:
    """A coordinator sees that they wait, never the address; their manager places them, address hidden."""
    area, agency = place
    person = nowhere(agency, restricted=True, family_name="Futter")
    address = reverse("place-person", args=[person.public_id])
    office = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    said = text_of(office.get("/placing/"))
    assert "Only the manager of their agency" in said
    assert office.get(address).status_code == 403
    assert office.post(address, {"postcode": "NR11 6AA"}).status_code == 403
    assert "Lost Lane" not in office.post("/placing/", {"as": "csv", "q": "fut"}).content.decode()
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    assert "Lost Lane" not in text_of(manager.get(address))
    manager.post(address, {"area": area.code, "postcode": "NR11 6AA"})
    assert Person.objects.get(pk=person.pk).address.area == area
    assert "Lost Lane" not in text_of(office.get(reverse("person", args=[person.public_id])))
    assert office.post(reverse("take-back-placing", args=[person.public_id])).status_code == 403


def test_a_placing_is_listed_under_who_did_it_and_taken_back(place: tuple[Area, Agency]) -> None:
    """Undo puts the person back on the first list."""
    area, agency = place
    person = nowhere(agency)
    user = make_user(Role.COORDINATOR, area, agency=agency, first_name="Cora", last_name="Dent")
    client = logged_in(user)
    client.post(reverse("place-person", args=[person.public_id]), {"point": "52.8, 1.3"})
    assert "by Cora Dent" in text_of(client.get("/placing/done/"))
    assert "Cora Dent" in client.post("/placing/done/", {"as": "csv"}).content.decode()
    said = text_of(client.post(reverse("take-back-placing", args=[person.public_id]), follow=True))
    assert "Taken back" in said
    assert person.family_name in said
    assert "Nobody is placed by hand." in text_of(client.get("/placing/done/"))


def test_the_list_asks_the_same_queries_however_many_wait(
    place: tuple[Area, Agency], django_assert_max_num_queries: Any
) -> None:
    """No query per person."""
    area, agency = place
    for _ in range(12):
        nowhere(agency)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    with django_assert_max_num_queries(9):
        assert "12 people" in text_of(client.get("/placing/"))
