"""The merges page: who sees which join, and what a decision on it does."""

from __future__ import annotations

import pytest
from django.test import Client

from hub.models import Role
from scheduling.models import JoinDecision
from tests.factories.hub import logged_in, make_agency, make_area, make_user
from tests.unit.scheduling.services.test_joining import WHY, Two, joined, two

pytestmark = pytest.mark.django_db
__all__ = ["two"]


@pytest.fixture
def client(two: Two) -> Client:
    """The coordinator's browser."""
    return logged_in(two.by)


def test_a_coordinator_reads_who_lends_what_to_whom(two: Two, client: Client) -> None:
    """Door, tasks, permission, competence, accountability and the sum stand on the page."""
    joined(two)
    page = client.get("/merges/").content.decode()
    assert two.person.name in page
    assert f"{two.nursing.name} lets {two.care.name} do it" in page
    assert f"{two.carer.name} is signed off until Wed 30 Jun 2027" in page
    assert f"{two.nursing.name} stays accountable" in page
    assert "1 joined visit save 1 arrival" in page
    assert "Miles are that way, in a straight line times 1.3: no roads are loaded." in page
    assert "nobody has decided" in page


def test_a_refusal_from_the_page_stands_there_and_is_taken_back(two: Two, client: Client) -> None:
    """One press each way, and the way back keeps the filters."""
    rota, here, key = joined(two), "/merges/?decision=open", f"{two.wash.pk}-{two.tablets.pk}"
    form = {
        "join": key,
        "verdict": "refused",
        "reason": WHY,
        "here": "/merges/?decision=open",
    }
    answer = client.post(f"/rotas/{rota.public_id}/merges/decide/", form)
    assert answer["Location"] == here
    page = client.get("/merges/?decision=refused").content.decode()
    assert "✕ refused" in page
    assert WHY in page
    client.post(f"/merges/decisions/{JoinDecision.objects.get().pk}/undo/")
    assert "nobody has decided" in client.get("/merges/").content.decode()


def test_a_standing_rule_and_a_filter_that_fits_nothing(two: Two, client: Client) -> None:
    """The rule is said in words; nobody is sent away to another site."""
    rota, key = joined(two), f"{two.wash.pk}-{two.tablets.pk}"
    form = {"join": key, "verdict": "approved", "reach": "rule", "here": "https://elsewhere.example/"}
    answer = client.post(f"/rotas/{rota.public_id}/merges/decide/", form)
    assert answer["Location"].startswith("/merges/?area=")
    assert "Standing rules" in client.get("/merges/").content.decode()
    assert "Nothing fits" in client.get("/merges/?decision=refused").content.decode()
    assert "Nothing fits" in client.get("/merges/?kind=nonsense").content.decode()


def test_a_manager_reads_published_joins_of_the_own_agency_only(two: Two) -> None:
    """Not a draft, not another agency's task by title, and never a button to decide with."""
    client = logged_in(make_user(Role.AGENCY_MANAGER, agency=two.care))
    draft = joined(two)
    assert two.person.name not in client.get("/merges/").content.decode()
    draft.delete()
    two.tablets.title = "Insulin at noon"
    two.tablets.save()
    joined(two, status="published")
    page = client.get("/merges/").content.decode()
    assert two.person.name in page
    assert "Insulin at noon" not in page
    assert ":medication" not in page  # not even in the value of a filter
    assert "merges/decide" not in page


def test_an_agency_that_has_no_part_in_it_reads_nothing(two: Two) -> None:
    """A manager and a coordinator elsewhere find no name and no figure of it."""
    joined(two, status="published")
    for user in (
        make_user(Role.AGENCY_MANAGER, agency=make_agency()),
        make_user(Role.COORDINATOR, make_area(), agency=make_agency()),
    ):
        page = logged_in(user).get("/merges/").content.decode()
        assert two.person.name not in page
        assert two.nursing.name not in page


def test_the_ledger_downloads_with_its_totals(two: Two, client: Client) -> None:
    """The rows of the list, and visits avoided by month and agency."""
    joined(two, status="published")
    assert two.person.family_name in client.get("/merges/?as=csv").content.decode()
    assert f"2027-01,{two.nursing.name},1" in client.get("/merges/?as=totals").content.decode()
