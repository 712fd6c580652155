"""The day goes wrong: from Today, one action for each thing that happens, and the rota is mended."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scheduling import repairs
from scheduling.models import Repair
from tests.browser.access import faults
from tests.browser.keyboard import choose, enter, press, write
from tests.factories.village import make_village, publish
from visits.models import Rota

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


def test_whoever_rings_is_heard_by_keyboard_alone(page: Page, live_server: Any) -> None:
    """Amira is sick at nine: her calls that have not begun go to whoever may take them, and accepting
    publishes it whole. A visit runs over, somebody goes to hospital, an agency stops: each from Today.
    """
    village = make_village()
    old = publish(village)
    enter(page, village.coordinator, live_server)
    page.goto("/today/")
    choose(page, page.get_by_label("Worker on today"), "Amira")
    press(page, page.get_by_role("button", name="Rings in sick…"))
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

    page.goto("/today/")
    choose(page, page.get_by_label("Worker on today"), "Beth")
    press(page, page.get_by_role("button", name="A visit runs over…"))
    press(page, page.get_by_role("link", name=re.compile("Runs over….* Edith Bloom")))
    write(page, page.get_by_label("Minutes longer"), "45")
    _note(page, "a visit runs over")

    page.goto("/today/")
    write(page, page.get_by_label("Somebody goes to hospital, or is home again"), "Bloom")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="Bloom, Edith"))
    press(page, page.get_by_role("link", name="Goes to hospital…"))
    _note(page, "somebody is not at home")
    page.goto("/today/")
    press(page, page.get_by_role("link", name="Home again…"))
    _note(page, "somebody is home again")

    page.goto("/today/")
    press(page, page.get_by_role("link", name="An agency stops…"))
    choose(page, page.get_by_label("Agency"), "Brook")
    _note(page, "an agency stops")
    kinds = Repair.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["absence", "runs_over", "not_at_home", "home", "stopped"]


def _note(page: Page, what: str) -> None:
    """Sends the form; the page of the repair has nothing to press until it is worked out, and says so."""
    press(page, page.get_by_role("button", name="Note it and repair the rota"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(what)
    expect(page.locator("#repair").get_by_role("status")).to_contain_text("it takes seconds")
