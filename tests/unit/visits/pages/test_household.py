"""The page of one door: everybody behind it, and everybody who rings there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hub.models import Person, Role
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
from tests.factories.visits import make_named_worker, make_rota, make_visit, make_worker
from visits.models import Rota

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


def read(person: Person, user) -> str:
    """The page as this user reads it; empty if it is refused."""
    answer = logged_in(user).get(reverse("household", args=[person.public_id]))
    return answer.content.decode() if answer.status_code == 200 else ""


class Couple:
    """Two people behind one door, both visited by one worker, one after the other, and one later again."""

    def __init__(self, **fields) -> None:
        self.area, self.carers = make_area(), make_agency(name="Wensum Home Care")
        make_agreement(self.carers)
        door = make_address(self.area, lines="4 Mill Row")
        self.one = make_person(self.carers, family_name="O'Neill", given_name="Ann", address=door)
        self.other = make_person(self.carers, family_name="O'Neill", given_name="Tom", address=door, **fields)
        worker, second = (make_worker(self.carers, self.area) for _ in range(2))
        make_named_worker(self.one, worker)
        rota = make_rota(self.area, status=Rota.Status.PUBLISHED)
        needs = [make_need(person, self.carers) for person in (self.one, self.other)]
        make_visit(rota, worker, needs[0], start="08:00")
        make_visit(rota, worker, needs[1], start="08:35")
        make_visit(rota, second, needs[1], start="12:00")
        self.coordinator = make_user(Role.COORDINATOR, self.area, agency=self.carers)


def test_a_worker_who_stays_for_the_next_person_arrives_once() -> None:
    """Three visits by two workers are two arrivals and two faces at this door."""
    couple = Couple()
    page = read(couple.one, couple.coordinator)
    assert "2 arrivals, 2 faces" in page
    assert "Ann O&#x27;Neill" in page
    assert "Tom O&#x27;Neill" in page


def test_a_restricted_person_is_not_told_of_by_their_door() -> None:
    """Neither on another's page of the door nor by a page of their own."""
    couple = Couple(restricted=True)
    assert "Tom" not in read(couple.one, couple.coordinator)
    assert read(couple.other, couple.coordinator) == ""


def test_another_areas_coordinator_finds_no_door() -> None:
    """The page is refused as the person's is."""
    couple = Couple()
    stranger = make_user(Role.COORDINATOR, make_area(), agency=couple.carers)
    assert read(couple.one, stranger) == ""
