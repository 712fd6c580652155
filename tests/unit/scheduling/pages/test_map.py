"""A day's rounds on a map and as a table: within what the reader may see, nobody restricted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Address, Person
from tests.factories.board import BusyWeek, make_busy_week
from tests.factories.hub import make_area, make_user
from tests.factories.visits import MONDAY, make_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


@pytest.fixture
def busy() -> BusyWeek:
    """Two workers, seven visits each on one day."""
    return make_busy_week(workers=2, days=1)


def opened(busy: BusyWeek, **asked: Any) -> tuple[int, str, list[dict[str, Any]]]:
    """Status, text and features of the map's page as the coordinator gets it."""
    client = Client()
    client.force_login(busy.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    asked.setdefault("day", MONDAY)
    answer = client.get(reverse("map", args=[busy.area.code, MONDAY]), asked)
    html = answer.content.decode()
    held = html.partition('id="map-data" type="application/json">')[2].partition("</script>")[0]
    return answer.status_code, html, json.loads(held)["drawn"]["features"] if held else []


def of_kind(features: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The features that are a base, a door, a round or a sector."""
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def test_every_round_is_drawn_from_its_base_through_its_doors_and_back(busy: BusyWeek) -> None:
    """Longitude first, as GeoJSON has it; a door says who comes, and how many visits it has."""
    status, html, features = opened(busy)
    assert status == 200
    assert [len(of_kind(features, kind)) for kind in ("round", "base")] == [2, 2]
    line = of_kind(features, "round")[0]["geometry"]["coordinates"]
    assert line[0] == line[-1] == of_kind(features, "base")[0]["geometry"]["coordinates"]
    assert len(line) == 9
    assert all(1 < east < 2 and 52 < north < 53 for east, north in line)
    assert sum(int(door["properties"]["label"]) for door in of_kind(features, "door")) == 14
    assert all(f"{person.given_name} {person.family_name}" in html for person in busy.people)


def test_one_workers_stops_carry_their_numbers(busy: BusyWeek) -> None:
    """And the table has the same, with the minutes of travel."""
    worker = busy.workers[1]
    _, html, features = opened(busy, worker=worker.public_id)
    assert [len(of_kind(features, kind)) for kind in ("round", "base")] == [1, 1]
    labels = [door["properties"]["label"] for door in of_kind(features, "door")]
    assert labels == ["1", "2", "3", "4", "5", "6", "7"]
    assert "Back at the base" in html


def test_whoever_is_restricted_is_not_drawn_and_the_page_says_so(busy: BusyWeek) -> None:
    """No coordinate of theirs leaves: their stop keeps its number, and the line goes past."""
    hidden = Person.objects.get(pk=busy.people[0].pk)
    Address.objects.filter(pk=hidden.address_id).update(latitude=52.987654, postcode="NR99 9ZZ")
    before = sum(len(door["properties"]["lines"]) for door in of_kind(opened(busy)[2], "door"))
    hidden.restricted = True
    hidden.save()
    _, html, features = opened(busy)
    after = sum(len(door["properties"]["lines"]) for door in of_kind(features, "door"))
    assert after < before
    assert f"{before - after} visit" in html
    assert "52.987654" not in html
    assert "NR99 9ZZ" not in html


def test_what_cannot_be_shown_is_no_page(busy: BusyWeek) -> None:
    """A worker of another area, a day of another week, an area that is not the reader's."""
    stranger = make_worker(busy.carers, make_area("south"), name="Elsewhere")
    assert opened(busy, worker=stranger.public_id)[0] == 404
    assert opened(busy, day="2027-03-01")[0] == 404
    busy.coordinator.areas.clear()
    assert opened(busy)[0] == 404


def test_a_day_or_a_week_without_visits_says_what_to_do(busy: BusyWeek) -> None:
    """No empty map."""
    assert "Choose another day" in opened(busy, day="2027-01-13")[1]
    busy.rota.visits.all().delete()
    busy.rota.delete()
    assert "Plan the week on its board" in opened(busy)[1]


def test_a_map_asks_the_internet_for_nothing_unless_a_tile_server_is_named(busy: BusyWeek) -> None:
    """The page's own policy would refuse it."""
    client = Client()
    client.force_login(make_user("coordinator", busy.area, agency=busy.carers))
    answer = client.get(reverse("map", args=[busy.area.code, MONDAY]), {"day": MONDAY})
    assert "img-src 'self' data:;" in answer.headers["Content-Security-Policy"] + ";"
    assert '"tiles": ""' in answer.content.decode()
