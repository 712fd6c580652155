"""The register: written down, signed, amended and ended by the hub, read by the parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hub.models import Agency, Area, Delegation, Role, SharingAgreement
from tests.factories import hub
from tests.factories.hub import NOW, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def administrator() -> Client:
    return logged_in(hub.make_user(Role.HUB_ADMINISTRATOR))


def terms(*parties: Agency, **changes: Any) -> dict[str, Any]:
    """What an administrator fills in."""
    return {
        "reference": "winter-2027",
        "title": "Winter visits",
        "parties": [party.pk for party in parties],
        "purposes": ["coordination"],
        "items": ["identity", "address", "needs"],
        "article_6": "6(1)(e)",
        "article_9": "9(2)(h)",
        "schedule": "Part 1, paragraph 2",
        "retention_months": "96",
        "starts_on": "2027-01-13",
        "ends_on": "",
        "review_on": "2027-12-01",
    } | changes


def test_an_agreement_from_paper_to_force(administrator: Client) -> None:
    """Written down, signed by one and then the other; only then may what it covers be used."""
    ours, theirs = hub.make_agency("ours"), hub.make_agency("theirs")
    answer = administrator.post(reverse("agreement-new"), terms(ours, theirs), follow=True)
    assert "comes into force once every party has signed" in answer.content.decode()
    agreement = SharingAgreement.objects.get()
    assert not SharingAgreement.objects.in_force(NOW.date()).exists()
    for party, told in ((ours, "1 still to sign"), (theirs, "All have signed")):
        signature = {"agency": party.pk, "signed_by": "The lead", "signed_on": "2027-01-12"}
        address = reverse("agreement-sign", args=[agreement.reference])
        assert told in administrator.post(address, signature, follow=True).content.decode()
    assert SharingAgreement.objects.in_force(NOW.date()).get() == agreement
    page = administrator.get(reverse("agreement", args=["winter-2027"])).content.decode()
    assert "The lead" in page
    assert "✓ in force" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(administrator: Client) -> None:
    """An NHS number for fire is refused by name; what was typed is kept, the focus leads there."""
    fire = hub.make_agency("fire", kind=Agency.Kind.FIRE, name="Fire and Rescue")
    wrong = terms(hub.make_agency(), fire, items=["nhs_number"], article_9="")
    answer = administrator.post(reverse("agreement-new"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Fire and Rescue may never have “NHS number”" in page
    assert 'href="#id_items' in page
    assert 'value="Winter visits"' in page
    assert page.count("autofocus") == 1
    assert not SharingAgreement.objects.exists()


def test_amending_makes_a_version_and_ending_needs_a_reason(administrator: Client) -> None:
    """The old version can still be read as it was; an end says why."""
    ours, theirs = hub.make_agency(), hub.make_agency()
    first = hub.make_agreement(ours, theirs, reference="winter-2027")
    page = administrator.get(reverse("agreement-amend", args=["winter-2027"])).content.decode()
    assert first.title in page
    changed = terms(ours, theirs, items=["identity"])
    del changed["reference"]
    administrator.post(reverse("agreement-amend", args=["winter-2027"]), changed)
    assert SharingAgreement.objects.in_force(NOW.date()).get() == first
    page = administrator.get(reverse("agreement", args=["winter-2027"])).content.decode()
    assert "Version 2" in page
    assert "not signed by all" in page
    address = reverse("agreement-end", args=["winter-2027"])
    assert administrator.post(address, {"ended_on": "2027-01-13", "because": " "}).status_code == 400
    administrator.post(address, {"ended_on": "2027-01-13", "because": "The pilot is over."})
    first.refresh_from_db()
    assert (str(first.ended_on), first.ended_because) == ("2027-01-13", "The pilot is over.")


def test_parties_read_but_only_the_hub_writes() -> None:
    """A manager opens the agreement of the own agency, sees no button, and may not sign it."""
    ours = hub.make_agency()
    agreement = hub.make_agreement(ours, hub.make_agency())
    manager = logged_in(hub.make_user(Role.AGENCY_MANAGER, agency=ours))
    answer = manager.get(reverse("agreement", args=[agreement.reference]))
    assert answer.status_code == 200
    assert "Amend…" not in answer.content.decode()
    for name in ("agreement-sign", "agreement-amend", "agreement-end"):
        assert manager.post(reverse(name, args=[agreement.reference])).status_code == 403


def test_a_county_is_founded_in_the_browser(administrator: Client) -> None:
    """An agency, an area whose doors are found at once, a task and a delegation, without a shell."""
    address = hub.make_address(postcode="NR11 6AA")
    for code in ("coastal-care", "nurses"):
        agency = {"code": code, "name": code.title(), "kind": "nursing", "letter": "C", "hue": "1"}
        administrator.post(reverse("agency-new"), agency | {"is_active": "on"})
    wrong = administrator.post(reverse("area-new"), {"code": "a", "name": "A", "sectors": "Aylsham"})
    assert "is no postcode sector" in wrong.content.decode()
    administrator.post(
        reverse("area-new"), {"code": "aylsham", "name": "Aylsham", "sectors": "nr11 6, NR11 7"}
    )
    twice = administrator.post(reverse("area-new"), {"code": "b", "name": "B", "sectors": "NR11 7"})
    assert "NR11 7 lies in Aylsham already." in twice.content.decode()
    address.refresh_from_db()
    assert address.area == Area.objects.get()
    administrator.post(reverse("skill-new"), {"code": "insulin", "name": "Insulin"})
    care, nurses = Agency.objects.order_by("code")
    said = {"from_agency": nurses.pk, "to_agency": care.pk, "skill": "insulin", "starts_on": "2027-01-13"}
    administrator.post(reverse("delegation-new"), said | {"signed_by": "The lead nurse"})
    delegation = Delegation.objects.get()
    assert "Insulin" in administrator.get(reverse("delegations")).content.decode()
    administrator.post(reverse("delegation-end", args=[delegation.pk]), {"ends_on": "2027-02-01"})
    delegation.refresh_from_db()
    assert str(delegation.ends_on) == "2027-02-01"
    page = administrator.get(reverse("agencies")).content.decode()
    assert "NR11 6, NR11 7" in page
    change = reverse("agency-change", args=["coastal-care"])
    administrator.post(change, {"name": "Coastal", "kind": "home_care", "letter": "C", "hue": "2"})
    care.refresh_from_db()
    assert (care.name, care.is_active) == ("Coastal", False)


def test_a_review_is_announced_before_it_is_due(administrator: Client) -> None:
    """Sixty days before, the overview has it; a year before, it has not."""
    hub.make_agreement(hub.make_agency(), hub.make_agency(), title="Due soon", review_on="2027-02-20")
    hub.make_agreement(hub.make_agency(), hub.make_agency(), title="Far off", review_on="2027-12-20")
    page = administrator.get(reverse("overview")).content.decode()
    assert "Due soon" in page
    assert "Far off" not in page


def test_lists_are_found_in_filtered_and_taken_away(administrator: Client) -> None:
    """Agreements by title and party, delegations by standing and task, deliveries by result; each as CSV."""
    ours, theirs, third = hub.make_agency("ours"), hub.make_agency("theirs"), hub.make_agency("third")
    hub.make_agreement(ours, theirs, reference="winter", title="Winter visits")
    hub.make_agreement(ours, third, reference="fire", title="=Fire safety")
    said = administrator.get(reverse("agreements"), {"party": "third"}).content.decode()
    assert "Fire safety" in said
    assert "Winter visits" not in said
    assert "Nothing fits" in administrator.get(reverse("agreements"), {"q": "summer"}).content.decode()
    assert "'=Fire safety" in administrator.get(reverse("agreements"), {"as": "csv"}).content.decode()
    hub.make_delegation(giver=ours, holder=theirs, signed_by="The lead")
    address = reverse("delegations")
    assert "The lead" in administrator.get(address, {"standing": "force"}).content.decode()
    assert "Nothing fits" in administrator.get(address, {"standing": "over"}).content.decode()
    assert "The lead" in administrator.get(address, {"as": "csv", "agency": "ours"}).content.decode()
    hub.make_delivery(ours, file_name="one.csv")
    address = reverse("deliveries")
    assert "one.csv" in administrator.get(address, {"q": "ONE", "result": "taken"}).content.decode()
    assert "Nothing fits" in administrator.get(address, {"result": "held"}).content.decode()
    assert "one.csv" in administrator.get(address, {"as": "csv"}).content.decode()
