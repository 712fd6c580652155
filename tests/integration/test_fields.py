"""What fire and housing may have of a person, field by field, on pages and in the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub import scope
from hub.models import Agency, Person, Role, SharingAgreement
from tests.factories import hub as make
from tests.factories import visits as planned
from tests.factories.hub import TODAY
from tests.integration.test_access import logged_in

pytestmark = pytest.mark.django_db
Item = SharingAgreement.Item
NUMBER = make.make_nhs_number(3)
HEALTH = ("Insulin for diabetes", "insulin")
# The items of an agreement, and which of a person's fields the API then fills for another agency.
OPEN_TO_ALL = {
    "id",
    "given_name",
    "family_name",
    "birth_date",
    "gender",
    "address",
    "postcode",
    "area",
    "restricted",
}


def county(kind: str, items: tuple[str, ...]) -> tuple[Client, Person]:
    """A person of the nurses, and a coordinator of another agency under an agreement of these items."""
    nurses, other = make.make_agency(kind=Agency.Kind.NURSING), make.make_agency(kind=kind)
    area = make.make_area()
    make.make_agreement(nurses, other, items=items)
    person = make.make_person(nurses, area=area, nhs_number=NUMBER, nhs_number_verified=True)
    need = make.make_need(person, nurses, title=HEALTH[0], skills=["insulin"])
    rota = planned.make_rota(area, status="published")
    planned.make_visit(rota, planned.make_worker(other, area, "insulin"), need, day=TODAY, start="11:00")
    return logged_in(make.make_user(Role.COORDINATOR, area, agency=other)), person


def answers(client: Client, person: Person) -> dict[str, str]:
    """Every page and address of the API that tells of a person."""
    day = {"first": TODAY.isoformat()}
    asked: dict[str, dict[str, Any]] = {
        reverse("person", args=[person.public_id]): {},
        reverse("people"): {},
        reverse("person-detail", args=[person.public_id]): {},
        reverse("person-list"): {},
        reverse("need-list"): {},
        reverse("visit-list"): day,
        reverse("board", args=[person.address.area.code, planned.MONDAY]): {"view": "day", "day": TODAY},
    }
    return {address: client.get(address, data).content.decode() for address, data in asked.items()}


@pytest.mark.parametrize("kind", [Agency.Kind.FIRE, Agency.Kind.HOUSING])
def test_fire_and_housing_never_see_a_number_or_what_is_done(kind: str) -> None:
    """Even under a paper that ticks every item; of the fields the API fills just these."""
    client, person = county(kind, tuple(Item.values))
    said = client.get(reverse("person-detail", args=[person.public_id])).json()
    assert {name for name, value in said.items() if value is not None} == OPEN_TO_ALL
    assert said["nhs_number"] is None
    assert client.get(reverse("need-list")).json()["results"] == []
    for address, text in answers(client, person).items():
        assert NUMBER not in text.replace(" ", ""), address
        assert HEALTH[0] not in text, address


def test_carers_see_both_under_the_same_paper() -> None:
    """The control: the same requests by a home-care provider do show them."""
    client, person = county(Agency.Kind.HOME_CARE, tuple(Item.values))
    said = client.get(reverse("person-detail", args=[person.public_id])).json()
    assert said["nhs_number"] == NUMBER
    shown = "".join(answers(client, person).values())
    assert HEALTH[0] in shown
    assert NUMBER in shown.replace(" ", "")


@pytest.mark.parametrize("left_out", [Item.NHS_NUMBER, Item.TASKS, Item.CONTACTS, Item.FLAGS])
def test_an_item_that_is_not_in_the_agreement_is_nobodys(left_out: str) -> None:
    """Each item by itself: the scope has the other agency's for all others, and not for this one."""
    nurses, carers = make.make_agency(kind=Agency.Kind.NURSING), make.make_agency()
    make.make_agreement(nurses, carers, items=tuple(item for item in Item.values if item != left_out))
    seen = scope.of(make.make_user(Role.COORDINATOR, agency=carers), on=TODAY)
    shared = {item for item in Item.values if nurses.pk in seen.agencies(item)}
    assert shared == set(Item.values) - {left_out}
    assert seen.may(Item.NHS_NUMBER) == (left_out != Item.NHS_NUMBER)


def test_without_the_address_item_no_address_is_shown() -> None:
    """Names may be shared while doors are not."""
    client, person = county(Agency.Kind.HOME_CARE, (Item.IDENTITY,))
    said = client.get(reverse("person-detail", args=[person.public_id])).json()
    assert (said["address"], said["postcode"], said["area"]) == (None, None, None)
    assert person.address.lines not in client.get(reverse("person", args=[person.public_id])).content.decode()
    assert person.address.lines not in client.get(reverse("people")).content.decode()
