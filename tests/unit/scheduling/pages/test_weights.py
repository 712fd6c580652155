"""The pages of an area's weights."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.models import Role
from scheduling import selectors
from scheduling.engine.problem import Policy as Weights
from scheduling.models import Policy
from scheduling.services import weights
from tests.factories.hub import logged_in, make_agency, make_area, make_user
from tests.factories.visits import NOW

pytestmark = pytest.mark.django_db
USUAL = weights.flat(Weights())


def test_a_coordinator_changes_a_weight_and_reads_who_did() -> None:
    """The sentence, the mark and the history follow; the defaults are one form away."""
    area = make_area("aylsham")
    user = make_user(Role.COORDINATOR, area, first_name="Siân", last_name="O'Neill")
    client = logged_in(user)
    before = client.get("/areas/aylsham/weights/").content.decode()
    assert "Nobody has changed a weight" in before
    assert "count as 1 minute of driving." in before
    assert "/areas/aylsham/weights/" in client.get("/runs/").content.decode()
    answer = client.post("/areas/aylsham/weights/change/", USUAL | {"new_face": 12, "since": ""})
    assert answer["Location"] == "/areas/aylsham/weights/"
    page = client.get("/areas/aylsham/weights/").content.decode()
    assert "counts as 12 minutes of driving more" in page
    assert "Siân O&#x27;Neill" in page
    assert "does not know: 20 → 12" in page
    assert 'value="20"' in client.get("/areas/aylsham/weights/change/?usual").content.decode()


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed() -> None:
    """The list at the top leads to the field."""
    make_area("aylsham")
    client = logged_in(make_user(Role.HUB_ADMINISTRATOR))
    answer = client.post(
        "/areas/aylsham/weights/change/", USUAL | {"face": 119, "new_face": "x", "since": ""}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="119"' in page
    assert 'href="#id_new_face"' in page


def test_weights_that_cannot_be_planned_with_are_told_of_and_can_be_mended() -> None:
    """Somebody wrote them into the table by hand."""
    area = make_area("aylsham")
    policy = Policy.objects.create(area=area, weights={"faces": 1}, set_at=NOW - dt.timedelta(days=400))
    client = logged_in(make_user(Role.HUB_ADMINISTRATOR))
    assert "cannot be planned with" in client.get("/areas/aylsham/weights/").content.decode()
    answer = client.post("/areas/aylsham/weights/change/", USUAL | {"face": 16, "since": policy.pk})
    assert answer.status_code == 302
    assert selectors.policy(area).face == 16


def test_only_who_plans_the_area_may_look_or_change() -> None:
    """Another area's coordinator finds nothing, a manager is refused."""
    make_area("aylsham")
    stranger = logged_in(make_user(Role.COORDINATOR, make_area("elsewhere")))
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=make_agency()))
    for address in ("/areas/aylsham/weights/", "/areas/aylsham/weights/change/"):
        assert (stranger.get(address).status_code, manager.get(address).status_code) == (404, 403)
