"""Why a visit is as it is, what would help one that has no place, and where a round goes: by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.access import findings
from tests.browser.keyboard import choose, enter, press, reach
from tests.factories.village import make_village, plan, publish
from tests.factories.visits import MONDAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


def test_a_visit_says_why_and_a_call_without_a_place_what_would_let_it_in(
    page: Page, live_server: Any
) -> None:
    """Who, when, the next best and its price, why lunch is another visit; then who might be signed off."""
    village = make_village()
    plan(village)
    plan(village)  # a newer candidate, which is not the one that is looked at
    enter(page, village.coordinator, live_server)
    page.goto(reverse("board", args=[village.area.code, MONDAY]) + "?view=day&day=2027-01-14&rota=1")
    page.locator("#main").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Selected")
    expect(panel).to_be_focused()
    why = panel.get_by_role("region", name="Why").first
    expect(why).to_contain_text("Amira Abbott comes Thu 14 Jan 08:00.")
    expect(why).to_contain_text("Next best: Beth Howes, Thu 14 Jan")
    expect(why).to_contain_text("51 minutes more (faces +35, arrivals at doors +15, travel +1)")
    expect(why).to_contain_text("Lunch for Mabel Abbott: their agreed times lie apart")
    assert findings(page) == []
    page.keyboard.press("Escape")
    press(page, page.get_by_role("region", name="Unplaced").get_by_role("link", name="Colin Daplyn"))
    expect(panel).to_contain_text(
        "If Nora Nunn were signed off for Catheter: Nora Nunn could come Thu 14 Jan"
    )
    press(page, panel.get_by_role("button", name="Who could take this?"))
    who = panel.get_by_role("region", name="Who could take this")
    expect(who).to_contain_text("Nobody could take it while everything else stays as it is.")
    press(page, who.get_by_text("Why nobody can"))
    expect(who).to_contain_text("3 not signed off for every task")


def test_a_round_on_the_map_by_keyboard_without_a_tile_server(page: Page, live_server: Any) -> None:
    """One worker's round is chosen, a door is opened on the map, and its visit from there; nothing is
    asked of another server (the page would fail the test).
    """
    village = make_village()
    publish(village)
    enter(page, village.coordinator, live_server)
    page.goto(reverse("map", args=[village.area.code, MONDAY]) + "?day=2027-01-14")
    choose(page, page.get_by_label("Round of"), "Amira")
    press(page, page.get_by_role("button", name="Show"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amira Abbott")
    drawn = page.get_by_role("region", name="Map of the rounds")
    door = drawn.get_by_role("button", name="Edith Bloom")
    press(page, door)
    popup = drawn.get_by_role("link", name="Edith Bloom")
    expect(popup).to_be_visible()
    assert findings(page) == []
    reach(page, popup)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Edith Bloom")
