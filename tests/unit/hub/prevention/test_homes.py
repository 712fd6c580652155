"""Whose home next: in what order, by what reasons, and whom the fire service may not know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from hub import scope
from hub.models import Address, Agency, Area, Objection, Person, Role, SharingAgreement, User
from hub.prevention import homes
from hub.prevention.factors import years_before
from hub.prevention.homes import Home
from hub.services import prevention
from tests.factories import hub
from tests.factories.hub import NOW, TODAY

pytestmark = pytest.mark.django_db
Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item


@dataclass
class County:
    """The council shares names, doors and contacts with the fire service, for prevention alone."""

    council: Agency
    nurses: Agency
    fire: Agency
    area: Area
    officer: User

    @property
    def seen(self) -> scope.Scope:
        """What the officer may use for prevention."""
        return scope.of(self.officer, on=TODAY, purpose=Purpose.PREVENTION)

    def ranked(self) -> list[Home]:
        """The homes as the officer is shown them."""
        return self.on(TODAY)

    def on(self, day: dt.date) -> list[Home]:
        """The same on another day."""
        return homes.homes(self.seen, area=self.area, on=day)

    def person(self, age: int, **fields: Any) -> Person:
        """Somebody of that age whom the council knows here."""
        born = years_before(TODAY, age) - dt.timedelta(days=1)
        return hub.make_person(self.council, area=self.area, birth_date=born, **fields)


@pytest.fixture
def county() -> County:
    council, nurses = hub.make_agency("council"), hub.make_agency("nurses")
    fire, area = hub.make_agency("fire", kind=Agency.Kind.FIRE), hub.make_area("here")
    hub.make_agreement(
        council,
        fire,
        purposes=(Purpose.PREVENTION,),
        items=(Item.IDENTITY, Item.ADDRESS, Item.CONTACTS),
    )
    hub.make_agreement(council, nurses, fire, purposes=(Purpose.COORDINATION,))
    officer = hub.make_user(Role.COORDINATOR, area, agency=fire)
    return County(council, nurses, fire, area, officer)


def why(home: Home) -> set[str]:
    """The factors that apply."""
    return {factor.code for factor, _ in home.reasons}


def test_the_oldest_who_live_alone_and_rent_come_first(county: County) -> None:
    """Age, company, tenure and neighbourhood add up; a home with nothing known against it comes last."""
    hub.make_postcode()
    area = county.area
    couple = hub.make_address(area)
    county.person(70, address=couple)
    county.person(40, address=couple)
    rented = hub.make_address(area, tenure=Address.Tenure.PRIVATE_RENT)
    county.person(85, address=rented)
    county.person(30)
    first, second, third = county.ranked()
    assert (first.pk, why(first)) == (rented.pk, {"very_old", "alone", "private_rent", "unchecked"})
    assert (second.pk, why(second), second.facts.people) == (couple.pk, {"older", "unchecked"}, 2)
    assert [person.birth_date.year for person in second.residents] == [1957, 1987]
    assert why(third) == {"alone", "unchecked"}
    assert [home.points for home in (first, second, third)] == [9, 4, 4]


def test_a_deprived_neighbourhood_and_calls_on_most_days_count(county: County) -> None:
    """Twenty calls in four weeks are most days, nineteen are not; the fire service's own do not count."""
    postcode = hub.make_postcode()
    postcode.deprivation_decile = 2
    postcode.save()
    often, seldom = county.person(50), county.person(51)
    for number in range(20):
        at = NOW - dt.timedelta(days=number)
        hub.make_contact(often, county.council, starts_at=at, worker="W1")
        if number:
            hub.make_contact(seldom, county.council, starts_at=at, worker="W1")
    hub.make_contact(seldom, county.fire, starts_at=NOW - dt.timedelta(days=1500), worker="F1")
    found = {home.residents[0].pk: home for home in county.ranked()}
    assert why(found[often.pk]) == {"alone", "daily_calls", "deprived", "unchecked"}
    assert why(found[seldom.pk]) == {"alone", "deprived", "unchecked"}


def test_a_home_visited_of_late_or_to_be_visited_waits_for_nothing(county: County) -> None:
    """Three years after the visit it is back; so it is the day after a visit asked for was due."""
    visited, asked, neither = county.person(81), county.person(82), county.person(83)
    hub.make_contact(visited, county.fire, starts_at=NOW - dt.timedelta(days=100), worker="F1")
    hub.make_need(asked, county.fire, skills=["fire_safety"], ends_on=TODAY + dt.timedelta(days=9))
    every = county.ranked()
    assert [home.pk for home in every if home.waits(TODAY)] == [neither.address_id]
    assert [home.pk for home in every if home.is_asked] == [asked.address_id]
    most, whole = homes.reached(every)
    assert (most, whole, whole.share) == (homes.Reached(1, 0), homes.Reached(3, 2), 67)
    later = TODAY + dt.timedelta(days=1200)
    assert [home.waits(later) for home in county.on(later)] == [True, True, True]


def test_who_said_no_is_asked_again_from_the_day_that_was_named(county: County) -> None:
    """Until then the home is not offered a visit; taken back, it is at once."""
    person, until = county.person(81), TODAY + dt.timedelta(days=30)
    said = {"person": person, "by": county.officer, "now": NOW}
    prevention.note_answer(kind="declined", reason="Has alarms of their own", until=until, **said)
    (home,) = county.ranked()
    assert (home.waits(TODAY), home.is_put_off(TODAY), home.answer_until) == (False, True, until)
    (home,) = county.on(until)
    assert (home.waits(until), home.is_put_off(until)) == (True, False)
    prevention.note_answer(kind="reopened", reason="", until=None, **said)
    (home,) = county.ranked()
    assert (home.waits(TODAY), home.is_put_off(TODAY)) == (True, False)


def test_nobody_is_listed_whom_no_agreement_for_prevention_shares(county: County) -> None:
    """Known to the nurses alone, restricted, dead, or objecting to sharing: none of them is there."""
    here = {"area": county.area}
    hub.make_person(county.nurses, **here)
    hub.make_person(county.council, restricted=True, **here)
    hub.make_person(county.council, deceased=True, **here)
    objecting = hub.make_person(county.council, **here)
    Objection.objects.create(
        person=objecting, kind=Objection.Kind.SHARING, said="No", made_at=NOW, recorded_by=county.officer
    )
    hub.make_person(county.council, area=hub.make_area("elsewhere"))
    assert county.ranked() == []
    own = hub.make_person(county.fire, **here)
    assert [home.pk for home in county.ranked()] == [own.address_id]


def test_a_housemate_who_is_not_shared_is_not_counted_either(county: County) -> None:
    """The count of people behind a door tells of nobody whom the viewer may not know."""
    door = hub.make_address(county.area)
    county.person(70, address=door)
    hub.make_person(county.nurses, address=door)
    (home,) = county.ranked()
    assert (home.facts.people, len(home.residents)) == (1, 1)


def test_a_service_that_knows_better_sets_its_own_points(county: County) -> None:
    """The newest word holds; a factor of nought no longer counts as a reason."""
    county.person(85)
    say = {"source": "Our board, 2026", "by": county.officer, "now": NOW}
    prevention.set_points(factor="very_old", points=10, **say)
    prevention.set_points(factor="alone", points=0, **say)
    (home,) = county.ranked()
    assert (home.points, why(home)) == (12, {"very_old", "unchecked"})


def test_years_are_counted_on_leap_days_too() -> None:
    """Three years before 29 February is 28 February."""
    assert years_before(dt.date(2028, 2, 29), 3) == dt.date(2025, 2, 28)
    assert years_before(dt.date(2028, 2, 29), 4) == dt.date(2024, 2, 29)
