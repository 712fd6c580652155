"""Match review in a real Chromium: by keyboard alone, without a serious finding, also on a phone."""

from __future__ import annotations

import io
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from hub.models import MatchReview
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_questions_are_answered_by_keyboard(page: Page) -> None:
    """Begin, K, J: the first kept apart, the second joined, and the queue is empty."""
    agencies = [hub.make_agency("first-care"), hub.make_agency("second-care")]
    hub.make_agreement(*agencies)
    hub.make_skill("personal_care")
    for agency, given in zip(agencies, ("Mabel", "May"), strict=True):
        rows = [call(number, given_name=given) for number in (1, 2)]
        file = io.BytesIO(schedule(rows))
        receive(feed=hub.make_feed(agency), file=file, file_name="a.csv", by=None, now=hub.NOW)
    user = hub.make_user("hub_administrator")
    page.goto("/login/")
    page.get_by_label("Name you log in with").fill(user.username)
    page.get_by_label("Password").fill(hub.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Matching", exact=True).click()
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One person or two?")
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    page.keyboard.press("k")
    expect(page.get_by_role("status")).to_contain_text("Two people.")
    if shots := os.environ.get("CARE_SHOTS"):
        page.screenshot(path=f"{shots}/review.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("j")
    expect(page.get_by_text("No two records wait for you.")).to_be_visible()
    assert sorted(MatchReview.objects.values_list("status", flat=True)) == ["apart", "joined"]
