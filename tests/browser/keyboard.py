"""Hands on a keyboard: what a story of these tests reaches, it reaches as somebody without a mouse does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from hub.models import User
from tests.factories.hub import logged_in

FARTHEST = 120  # presses of Tab: nobody should need more
HERE = "one => one === document.activeElement"
SHOWN = """one => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const bar = one.querySelector(".outline");  // of a visit on the board
    const width = bar ? getComputedStyle(bar).strokeWidth : outlineStyle === "none" ? 0 : outlineWidth;
    return one.matches(":focus-visible") && parseFloat(width) >= 2;
}"""
SKIPS = "one => document.activeElement === document.body && document.getElementById('main').contains(one)"


def enter(page: Page, user: User, site: Any) -> None:
    """The browser is this user's, without the log-in form, which has tests of its own."""
    session = logged_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": str(site)}])


def reach(page: Page, what: Locator) -> None:
    """Tab until it has the focus, on a fresh page past the menu, and shows it.

    What Tab does not come to fails the test.
    """
    expect(what).to_have_count(1)
    if what.evaluate(SKIPS):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
    for _ in range(FARTHEST):
        if what.evaluate(HERE):
            assert what.evaluate(SHOWN), f"nobody sees that the focus is on {what}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{FARTHEST} presses of Tab do not lead to {what}")


def press(page: Page, what: Locator, key: str = "Enter") -> None:
    """Reach it and press."""
    reach(page, what)
    page.keyboard.press(key)


def choose(page: Page, what: Locator, words: str) -> None:
    """Reach a list and type the beginning of a choice."""
    reach(page, what)
    page.keyboard.type(words)


def write(page: Page, what: Locator, words: str) -> None:
    """Reach a field and write over what is in it."""
    reach(page, what)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def fill(page: Page, what: Locator, value: str) -> None:
    """Reach a day or a time and set it: in what order one types its figures is the machine's affair."""
    reach(page, what)
    what.fill(value)
