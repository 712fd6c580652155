"""A worker rings in sick at nine: one action, a list of what changes, and the rota is mended."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from scheduling import repairs
from scheduling.models import Repair
from tests.browser.access import faults
from tests.browser.keyboard import enter, press
from tests.factories.village import make_village, publish
from visits.models import Rota

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


def test_sick_at_nine_mended_and_accepted(page: Page, live_server: Any) -> None:
    """Amira's calls that have not begun go to whoever may take them, and accepting publishes it whole."""
    village = make_village()
    old = publish(village)
    enter(page, village.coordinator, live_server)
    page.goto(reverse("worker", args=[village.amira.public_id]))
    press(page, page.get_by_role("link", name="Rings in sick…"))
    press(page, page.get_by_role("button", name="Note it and repair the rota"))
    repair = page.locator("#repair")
    expect(repair.get_by_role("progressbar")).to_be_visible()
    repairs.work(Repair.objects.get().pk)  # what a planner beside the site does; the page asks by itself
    moves = page.get_by_role("table").filter(has_text="Becomes")
    expect(moves.get_by_role("row").filter(has_text="Lunch for Mabel Abbott")).to_contain_text("Beth Howes")
    expect(moves.get_by_role("row").filter(has_text="Wash for Edith Bloom")).to_contain_text("Beth Howes")
    expect(moves).not_to_contain_text("Wash for Mabel Abbott")  # at eight she still came
    assert faults(page) == []
    press(page, page.get_by_role("button", name="Accept and publish"))
    expect(page.get_by_role("status").filter(has_text="Version 2 is published.")).to_be_visible()
    old.refresh_from_db()
    assert old.status == Rota.Status.SUPERSEDED
    today = Rota.objects.get(status=Rota.Status.PUBLISHED).visits.filter(starts_at__day=13)
    assert set(today.filter(starts_at__hour__gte=9).values_list("worker__name", flat=True)) == {"Beth Howes"}
