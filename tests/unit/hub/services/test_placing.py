"""Somebody says where a person lives whom no record puts anywhere; the next plan can visit them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from hub.models import Address, Area, Person, Placement, User
from hub.services import placing
from hub.services.placing import PlacingRefused
from hub.services.postcodes import place_addresses
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db
AT = {"postcode": "", "point": "", "lines": ""}


@pytest.fixture
def area() -> Area:
    hub.make_postcode("NR11 6AA", latitude=52.79, longitude=1.25)
    return hub.make_area("aylsham", sectors=("NR11 6",))


@pytest.fixture
def by() -> User:
    return hub.make_user("hub_administrator", first_name="Ada", last_name="Hall")


def nowhere(**fields: Any) -> Person:
    """Someone at a door whose postcode nobody knows."""
    address = hub.make_address(None, postcode="ZZ9 9ZZ", latitude=None, longitude=None)
    return hub.make_person(hub.make_agency(), address=address, **fields)


def put(person: Person, area: Area, by: User, **at: str) -> Person:
    placing.place(person=person, area=area, by=by, now=hub.NOW, **(AT | at))
    return Person.objects.select_related("address__area").get(pk=person.pk)


def test_a_postcode_near_by_gives_the_door_a_place(area: Area, by: User) -> None:
    """Written anyhow; who did it, when and by what is kept."""
    person = put(nowhere(), area, by, postcode=" nr116aa ")
    assert (person.address.area, person.address.latitude, person.address.longitude) == (area, 52.79, 1.25)
    assert person.address.postcode == "ZZ9 9ZZ"  # what the agency wrote stays
    kept = Placement.objects.get()
    assert (kept.person, kept.placed_by, kept.placed_at, kept.by_postcode) == (
        person,
        by,
        hub.NOW,
        "NR11 6AA",
    )


def test_a_point_gives_the_door_a_place(area: Area, by: User) -> None:
    """Latitude, longitude as a map shows them."""
    person = put(nowhere(), area, by, point="52.8012, 1.2701")
    assert (person.address.latitude, person.address.longitude) == (52.8012, 1.2701)


@pytest.mark.parametrize(
    ("at", "field"),
    [
        ({}, "point"),
        ({"postcode": "NR1 1ZZ"}, "postcode"),
        ({"postcode": "nonsense"}, "postcode"),
        ({"point": "1.25, 52.79"}, "point"),
        ({"point": "nan, nan"}, "point"),
        ({"point": "52.79"}, "point"),
        ({"postcode": "NR11 6AA", "point": "52.79, 1.25"}, "postcode"),
    ],
)
def test_what_is_no_place_is_refused_with_its_field(
    area: Area, by: User, at: dict[str, str], field: str
) -> None:
    """Longitude first, an unknown postcode, nothing, both: nothing is stored."""
    person = nowhere()
    with pytest.raises(PlacingRefused) as refused:
        put(person, area, by, **at)
    assert refused.value.field == field
    assert not Placement.objects.exists()
    assert Address.objects.get(pk=person.address_id).area is None


def test_somebody_without_an_address_gets_a_door_that_later_records_leave_alone(area: Area, by: User) -> None:
    """A withheld address: the door made by hand stays although the agency sends the person again."""
    agency = hub.make_agency()
    hub.make_agreement(agency)
    hub.make_skill("personal_care")
    feed = hub.make_feed(agency)

    def send(**cells: Any) -> Person:
        file = io.BytesIO(schedule([call(1, **cells)]))
        receive(feed=feed, file=file, file_name="a.csv", by=None, now=hub.NOW)
        return Person.objects.select_related("address").get()

    person = send(address="", postcode="")
    assert person.address is None
    person = put(person, area, by, postcode="NR11 6AA", lines="Side door,\nMill Row")
    assert person.address.lines == "Side door, Mill Row"
    assert send(address="", postcode="", given_name="Maisie").address == person.address
    assert send(address="1 High Street", postcode="NR11 6AA").address.lines == "1 High Street"


def test_a_known_postcode_counts_for_more_than_a_hand(area: Area, by: User) -> None:
    """The postcode becomes known: the door goes where it is."""
    person = put(nowhere(), area, by, point="52.8, 1.27")
    hub.make_postcode("ZZ9 9ZZ", latitude=52.9, longitude=1.1)
    place_addresses()
    assert Address.objects.get(pk=person.address_id).latitude == 52.9


def test_placing_can_be_taken_back(area: Area, by: User) -> None:
    """The door is nowhere again, whether it was the agency's or made by hand; both steps are kept."""
    for person in (nowhere(), hub.make_person(hub.make_agency(), address=None)):
        before = Person.objects.values().get(pk=person.pk)
        put(person, area, by, postcode="NR11 6AA")
        placing.take_back(person=person, by=by, now=hub.NOW)
        assert Person.objects.values().get(pk=person.pk) == before
        assert person.placements.count() == 2
        with pytest.raises(PlacingRefused, match="Nobody has placed"):
            placing.take_back(person=person, by=by, now=hub.NOW)
    assert not Address.objects.filter(area__isnull=False).exists()


def test_two_who_place_one_person_do_not_undo_each_other(area: Area, by: User) -> None:
    """The second is told."""
    person = put(nowhere(), area, by, postcode="NR11 6AA")
    with pytest.raises(PlacingRefused, match="meantime"):
        put(person, hub.make_area(), by, point="52.8, 1.27")
