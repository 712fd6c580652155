"""Who sees whom: role, agency, area, purpose and agreement must all allow it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from hub import scope, selectors
from hub.models import Agency, Area, Need, Person, Role, SharingAgreement, User
from tests.factories import hub
from tests.factories.hub import TODAY

pytestmark = pytest.mark.django_db
Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item


@dataclass
class County:
    """Council and carers share; fire has an agreement of its own with the council; nurses have none."""

    council: Agency
    carers: Agency
    fire: Agency
    nurses: Agency
    here: Area
    there: Area
    agreement: SharingAgreement


@pytest.fixture
def county() -> County:
    agencies = {code: hub.make_agency(code) for code in ("council", "carers", "fire", "nurses")}
    agreement = hub.make_agreement(agencies["council"], agencies["carers"], purposes=(Purpose.COORDINATION,))
    hub.make_agreement(
        agencies["council"],
        agencies["fire"],
        purposes=(Purpose.PREVENTION,),
        items=(Item.IDENTITY, Item.ADDRESS),
    )
    return County(**agencies, here=hub.make_area("here"), there=hub.make_area("there"), agreement=agreement)


def coordinator(county: County, agency: Agency | None = None, *areas: Area) -> User:
    return hub.make_user(Role.COORDINATOR, *(areas or (county.here,)), agency=agency or county.council)


def names(people: object) -> set[int]:
    return {person.pk for person in people}


def test_a_coordinator_sees_people_of_agencies_that_share_in_own_areas(county: County) -> None:
    """Known to the carers and living here: seen. Living elsewhere or known to others only: not."""
    seen = hub.make_person(county.carers, area=county.here)
    hub.make_person(county.carers, area=county.there)
    hub.make_person(county.nurses, area=county.here)
    hub.make_person(county.fire, area=county.here)
    hub.make_person(area=county.here)
    assert names(selectors.people(coordinator(county), on=TODAY)) == {seen.pk}


def test_the_day_after_an_agreement_ends_nothing_is_shared(county: County) -> None:
    """The same coordinator, one day later, sees the own agency's people only."""
    theirs = hub.make_person(county.carers, area=county.here)
    own = hub.make_person(county.council, area=county.here)
    county.agreement.ends_on = TODAY
    county.agreement.save()
    user = coordinator(county)
    assert names(selectors.people(user, on=TODAY)) == {theirs.pk, own.pk}
    assert names(selectors.people(user, on=TODAY + dt.timedelta(days=1))) == {own.pk}


def test_an_agreement_for_another_purpose_does_not_serve(county: County) -> None:
    """Fire's data is for preventing fires; it does not make fire a party to coordinating visits."""
    user = coordinator(county)
    sharing = scope.of(user, on=TODAY).agencies(Item.IDENTITY)
    assert sharing == {county.council.pk, county.carers.pk}
    for_prevention = scope.of(user, on=TODAY, purpose=Purpose.PREVENTION).agencies(Item.IDENTITY)
    assert for_prevention == {county.council.pk, county.fire.pk}
    nobody = hub.make_user(Role.COORDINATOR, county.here)
    assert not scope.of(nobody, on=TODAY, purpose=Purpose.PREVENTION).agencies(Item.IDENTITY)


def test_an_item_that_is_not_agreed_on_is_not_shared(county: County) -> None:
    """Names may be shared while needs may not."""
    county.agreement.items = [Item.IDENTITY]
    county.agreement.save()
    person = hub.make_person(county.carers, county.council, area=county.here)
    hub.make_need(person, county.carers)
    own = hub.make_need(person, county.council)
    user = coordinator(county)
    assert names(selectors.people(user, on=TODAY)) == {person.pk}
    assert set(selectors.needs(user, on=TODAY)) == {own}


def test_an_agency_that_has_left_shares_no_more(county: County) -> None:
    """An inactive agency's people are out of sight though the paper still stands."""
    hub.make_person(county.carers, area=county.here)
    county.carers.is_active = False
    county.carers.save()
    assert not selectors.people(coordinator(county), on=TODAY).exists()


def test_a_manager_sees_the_own_agencys_people_and_needs(county: County) -> None:
    """Wherever they live, and of a shared person the own need alone."""
    shared = hub.make_person(county.carers, county.council, area=county.there)
    hub.make_person(county.council, area=county.there)
    own = hub.make_need(shared, county.carers)
    hub.make_need(shared, county.council)
    manager = hub.make_user(Role.AGENCY_MANAGER, agency=county.carers)
    assert names(selectors.people(manager, on=TODAY)) == {shared.pk}
    assert set(selectors.needs(manager, on=TODAY)) == {own}


@pytest.mark.parametrize("role", [Role.FIELD_WORKER, "", Role.AGENCY_MANAGER, Role.COORDINATOR])
def test_without_role_or_agency_nothing_is_seen(county: County, role: str) -> None:
    """Deny by default: no role, no agency, or a role that goes by the rota."""
    person = hub.make_person(county.council, area=county.here)
    hub.make_need(person, county.council)
    user = hub.make_user(role, agency=county.council if role == Role.FIELD_WORKER else None)
    assert not selectors.people(user, on=TODAY).exists()
    assert not selectors.needs(user, on=TODAY).exists()
    assert not selectors.areas(user).exists()
    assert not selectors.deliveries(user).exists()
    assert not selectors.may_see_nhs_number(user, on=TODAY)


def test_the_hub_administrator_sees_all(county: County) -> None:
    """Whoever runs the hub answers for all of it."""
    person = hub.make_person(county.nurses, area=county.there)
    need = hub.make_need(person, county.nurses)
    user = hub.make_user(Role.HUB_ADMINISTRATOR)
    assert list(selectors.people(user, on=TODAY)) == list(Person.objects.all()) == [person]
    assert list(selectors.needs(user, on=TODAY)) == list(Need.objects.all()) == [need]
    assert selectors.areas(user).count() == 2
    assert selectors.agreements(user).count() == 2


def test_fire_does_not_get_nhs_numbers(county: County) -> None:
    """The council's agreement covers them, fire's does not."""
    assert selectors.may_see_nhs_number(coordinator(county), on=TODAY)
    assert not selectors.may_see_nhs_number(coordinator(county, county.fire), on=TODAY)


def test_a_restricted_address_is_shown_to_no_role(county: County) -> None:
    """Not even to the hub; only the worker who is sent there learns it."""
    person = hub.make_person(county.council, area=county.here, restricted=True)
    assert not selectors.may_see_address(hub.make_user(Role.HUB_ADMINISTRATOR), person)
    assert selectors.may_see_address(coordinator(county), hub.make_person(county.council))


def test_agencies_are_planned_together_only_under_agreement(county: County) -> None:
    """Council and carers share needs to coordinate; fire and nurses do not."""
    assert set(selectors.agencies_planned_together(on=TODAY)) == {county.council, county.carers}


def test_a_manager_sees_the_own_deliveries_and_rejections(county: County) -> None:
    """What another agency sent is not the manager's business."""
    own, other = hub.make_delivery(county.carers), hub.make_delivery(county.council)
    for delivery in (own, other):
        delivery.rejections.create(place="line 2", rule="required", message="Fill it in.")
    manager = hub.make_user(Role.AGENCY_MANAGER, agency=county.carers)
    assert list(selectors.deliveries(manager)) == [own]
    assert [each.delivery for each in selectors.rejections(manager)] == [own]
    assert selectors.rejections(hub.make_user(Role.HUB_ADMINISTRATOR)).count() == 2
    assert selectors.agreements(manager).get() == county.agreement
