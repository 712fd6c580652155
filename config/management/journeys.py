"""The pictures of a coordinator's week (docs/journeys.md), step by step in a running demonstration.

They leave a draft and a sick call that was taken back; nothing is published.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOW = {"width": 1180, "height": 760}
TRIES = 5
SETTLES = 300  # milliseconds, from an answer to what is drawn
PATIENCE = 60_000  # milliseconds, for what is worked out
LOOKED_AT = 4  # visits
FIRST_VISITS = """() => [...document.querySelectorAll("#rota tbody")]
    .map(group => [...group.querySelectorAll(".track a")].map(visit => visit.id))
    .filter(some => some.length).sort((a, b) => a.length - b.length).map(some => some[0])"""
RANKED = "#hand-ranking:not(.changed)"
OTHERS = "optgroup[label='Breaks no rule'] option:not(:checked)"
TO_THE_ANSWER = "one => one.scrollTo(0, one.querySelector('.why').offsetTop - 110)"
Picture = Callable[["Page", str], None]


def take(page: Page, picture: Picture) -> None:
    """All of them; the coordinator is logged in and sees the published week's board."""
    page.set_viewport_size(WINDOW)
    board = page.url
    page.get_by_role("button", name="Copy as my draft").click()
    page.locator(".grid thead a").nth(2).click()
    page.wait_for_url("**view=day**", timeout=PATIENCE)  # and for the whole of it
    visit = _movable(page)
    _understand(page, picture, visit)
    _change(page, picture, visit)
    _compare(page, picture)
    page.goto(board)
    _unplaced(page, picture)
    _go(page, "Continuity")
    picture(page, "continuity")
    page.locator("#found tbody th a").first.click()
    _need(page, picture)
    page.goto(re.sub(r"weeks/.*", "weights/what-if/", board))
    page.get_by_label("A knock at the door").focus()
    picture(page, "what-if")
    page.goto(board)
    _sick(page, picture)


def _movable(page: Page) -> str:
    """The id of a visit that another worker could make without breaking a rule, if there is one.

    The first visit of each agency is tried, of the smallest first: there somebody is likely to be free.
    """
    found: list[str] = page.evaluate(FIRST_VISITS)
    for visit in found[:LOOKED_AT]:
        _press(page, visit, "m")
        workers = page.locator("#dialog").get_by_label("Worker", exact=True)
        page.locator(RANKED).wait_for(state="attached", timeout=PATIENCE)
        others = workers.locator(OTHERS).count()
        page.keyboard.press("Escape")
        workers.wait_for(state="hidden")
        if others:
            return visit
    return found[0]


def _press(page: Page, visit: str, key: str) -> None:
    page.locator(f"#{visit}").focus()
    page.keyboard.press(key)


def _understand(page: Page, picture: Picture, visit: str) -> None:
    _press(page, visit, "Enter")
    _answered(page)
    page.locator("#panel").evaluate(TO_THE_ANSWER)
    picture(page, "why")


def _change(page: Page, picture: Picture, visit: str) -> None:
    """The visit is given to the cheapest of the others, if no rule that nobody may answer for is broken."""
    _press(page, visit, "m")
    dialog = page.locator("#dialog")
    workers = dialog.get_by_label("Worker", exact=True)
    page.locator(RANKED).wait_for(state="attached", timeout=PATIENCE)
    others = workers.locator(OTHERS)
    others = others if others.count() else workers.locator("option:not(:checked)")
    with page.expect_response(lambda answer: "check=yes" in answer.url):
        workers.select_option(others.first.get_attribute("value"))
    page.wait_for_timeout(SETTLES)
    picture(page, "move")
    dialog.get_by_label("Reason").fill("Agreed with her on the telephone")
    dialog.get_by_role("button", name="Move", exact=True).click()
    page.locator("#said:not(:empty), #dialog [role=alert]").first.wait_for()
    page.keyboard.press("Escape")
    _press(page, visit, "l")
    dialog.get_by_role("button", name="Lock", exact=True).wait_for()
    picture(page, "lock")
    page.keyboard.press("Escape")


def _compare(page: Page, picture: Picture) -> None:
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_role("heading", name="Versions of this week").wait_for()
    picture(page, "compare")


def _unplaced(page: Page, picture: Picture) -> None:
    page.locator("#tray a").first.click()
    _answered(page)
    page.locator("#panel").evaluate(TO_THE_ANSWER)
    picture(page, "unplaced")


def _need(page: Page, picture: Picture) -> None:
    page.get_by_role("link", name="New need…").click()
    page.get_by_label("What", exact=True).fill("Bath")
    page.get_by_label("Minutes", exact=True).fill("40")
    page.get_by_label("Tue", exact=True).check()
    page.get_by_label("Fri", exact=True).check()
    page.get_by_label("Minutes", exact=True).focus()
    picture(page, "need")


def _sick(page: Page, picture: Picture) -> None:
    """A worker rings in; the repaired rota is shown, discarded, and the absence taken back."""
    page.locator(".grid tr:has(a.cell) th.name a").last.click()
    page.get_by_role("heading", name="What they may do").wait_for()
    worker = page.url
    picture(page, "worker")
    page.get_by_role("link", name="Rings in sick…").click()
    page.get_by_label("For how long").select_option(label="until further notice")
    page.get_by_role("button", name="Note it and repair the rota").click()
    page.locator("#repair:not(:has(progress))").wait_for(timeout=PATIENCE)
    picture(page, "repair")
    if (discard := page.get_by_role("button", name="Discard")).count():
        discard.click()
    page.goto(worker)
    page.get_by_role("button", name="Noted by mistake: take it back").first.click()


def _answered(page: Page) -> None:
    """Waits for the desk to say why, and asks again where it was busy."""
    panel = page.locator("#panel")
    busy = panel.get_by_role("button", name="Try again")
    for _ in range(TRIES):
        panel.locator(".why").first.wait_for(timeout=PATIENCE)
        panel.get_by_text("Working out why…").first.wait_for(state="detached", timeout=PATIENCE)
        if not busy.count():
            return
        with page.expect_response(lambda answer: "/why/" in answer.url, timeout=PATIENCE):
            busy.first.click()
        page.wait_for_timeout(SETTLES)


def _go(page: Page, place: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()
    page.locator("h1").wait_for()
