"""An agency sees how good its own data is, and what the gaps cost; the hub sees all."""

from __future__ import annotations

from datetime import time

import pytest
from django.urls import reverse

from hub.models import Role
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_delivery,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import MONDAY, NOW, make_rota, make_unplaced
from visits import quality

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


def test_gaps_are_counted_and_their_cost_is_named() -> None:
    """Of three people one has no birth date, one no place and a call unplaced, one a wish not kept."""
    agency, area = make_agency("carers"), make_area()
    make_agreement(agency)
    make_person(agency, area=area)
    lost = make_person(agency, area=area, birth_date=None, address=None)
    need = make_need(lost, agency)
    make_unplaced(make_rota(area, status="published", asked=1, unplaced_count=1), need, reason="no_location")
    delivery = make_delivery(agency, taken=7, rejected=3)
    delivery.rejections.create(place="line 2", rule="not_a_date", message="Write it as 2026-11-30.")
    wish = make_person(agency, area=area, contact_from=time(10, 30))
    make_need(wish, agency)
    found = quality.of(agency, on=NOW.date(), monday=MONDAY)
    assert (found.people, found.no_place, found.lost, found.outside) == (3, 1, 1, 1)
    assert (found.records, found.rejected, found.days_old) == (10, 3, 0)
    assert {share.what: share.percent for share in found.shares}["Date of birth"] == 66
    page = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency)).get(reverse("quality")).content.decode()
    assert "nobody can be sent there until it is known" in page
    assert "not_a_date (1)" in page


def test_a_manager_sees_the_own_agency_and_the_hub_all() -> None:
    """Another agency's gaps are not the manager's business; a coordinator has no such page."""
    ours, theirs = make_agency(name="Ours Care"), make_agency(name="Theirs Care")
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=ours)).get(reverse("quality")).content.decode()
    assert "Ours Care" in manager
    assert "Theirs Care" not in manager
    hub = logged_in(make_user(Role.HUB_ADMINISTRATOR)).get(reverse("quality")).content.decode()
    assert "Theirs Care" in hub
    coordinator = logged_in(make_user(Role.COORDINATOR, agency=theirs))
    assert coordinator.get(reverse("quality")).status_code == 403
