"""The board changed in a real Chromium: by dragging, by touch, and by keyboard alone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from hub.models import Role
from scheduling.mapping.deeds import MoveVisit
from scheduling.services import changing
from tests.browser.access import findings
from tests.browser.test_pages import log_in
from tests.factories.hub import make_user
from tests.factories.scheduling import Week, make_candidate, make_week
from tests.factories.visits import MONDAY, NOW, make_shifts, make_worker
from visits.models import Rota, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


@pytest.fixture
def draft() -> tuple[Week, Rota, Worker]:
    """A candidate whose Monday visit a colleague could make, too."""
    week = make_week()
    other = make_worker(week.agency, week.area, name="Ngọc Nguyễn")
    make_shifts(other)
    return week, make_candidate(week), other


def open_day(page: Page, week: Week, day: str = "2027-01-11") -> None:
    log_in(page, make_user(Role.COORDINATOR, week.area, agency=week.agency))
    page.goto(reverse("board", args=[week.area.code, MONDAY]) + f"?view=day&day={day}")


def test_a_visit_is_dragged_to_a_colleague_and_back_by_undo(
    page: Page, draft: tuple[Week, Rota, Worker]
) -> None:
    """The drop says first what it costs; after it the bar stands in the other row, and undo puts it back."""
    week, rota, other = draft
    open_day(page, week)
    bar = page.locator("#rota .track a .outline").bounding_box()
    row = page.locator("#rota tr", has_text=other.name).bounding_box()
    assert bar is not None
    assert row is not None
    page.mouse.move(bar["x"] + 5, bar["y"] + 10)
    page.mouse.down()
    page.mouse.move(bar["x"] + 40, bar["y"] + 10, steps=3)
    page.mouse.move(bar["x"] + 80, row["y"] + row["height"] / 2, steps=3)
    expect(page.locator(".drag-tip")).to_contain_text("breaks no rule")
    page.mouse.up()
    expect(page.locator("#said")).to_contain_text(f"to {other.name} at Mon 11 Jan 09:00")
    expect(page.locator("#rota tr", has_text=other.name).locator(".track a")).to_have_count(1)
    assert rota.visits.get(worker=other).starts_at.hour == 9
    page.keyboard.press("u")
    expect(page.locator("#said")).to_contain_text("Taken back")
    assert not rota.visits.filter(worker=other).exists()


def test_a_finger_drags_after_a_moment_and_scrolls_at_once(
    page: Page, draft: tuple[Week, Rota, Worker]
) -> None:
    """Held, the bar follows the finger to the other row; swept, the board scrolls and nothing is moved."""
    week, rota, other = draft
    page.set_viewport_size({"width": 820, "height": 1180})  # a tablet held upright
    open_day(page, week)
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def finger(kind: str, *spots: tuple[float, float]) -> None:
        for points in [[{"x": x, "y": y}] for x, y in spots] or [[]]:
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    grid = page.locator("#rota")
    grid.scroll_into_view_if_needed()
    bar = page.locator("#rota .track a .outline").bounding_box()
    row = page.locator("#rota tr", has_text=other.name).bounding_box()
    assert bar is not None
    assert row is not None
    x, y = bar["x"] + 5, bar["y"] + 10
    finger("touchStart", (x, y))
    finger("touchMove", *((x - step, y) for step in (20, 60, 120)))
    finger("touchEnd")
    assert grid.evaluate("one => one.scrollLeft") > 0
    assert not rota.visits.filter(worker=other).exists()
    # The sweep rolls on for a moment: a finger put down meanwhile would only stop it.
    page.wait_for_function(
        """() => {
            const one = document.querySelector("#rota");
            const rests = one.scrollLeft === 0 && performance.now() - (window.moved || 0) > 300;
            if (one.scrollLeft !== 0) { one.scrollLeft = 0; window.moved = performance.now(); }
            return rests;
        }"""
    )
    finger("touchStart", (x, y))
    expect(page.locator(".dragged")).to_have_count(1)
    finger("touchMove", (x + 20, y + 20), (x + 75, row["y"] + row["height"] / 2))
    expect(page.locator(".drag-tip")).to_contain_text("breaks no rule")
    finger("touchEnd")
    expect(page.locator("#said")).to_contain_text(f"to {other.name} at Mon 11 Jan 09:00")
    assert rota.visits.filter(worker=other).count() == 1


def test_the_same_by_keyboard_alone(page: Page, draft: tuple[Week, Rota, Worker]) -> None:
    """Arrow to the visit, M, choose who, Enter; U and Shift+U; the focus is where it was."""
    week, rota, other = draft
    open_day(
        page, week, "2027-01-15"
    )  # the tests' clock stands on Wednesday, and what has begun is not ranked
    page.locator("#main").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    worker = dialog.get_by_label("Worker", exact=True)
    expect(worker).to_be_focused()
    expect(worker).to_contain_text("Ngọc Nguyễn: +35 min")
    part = dialog.get_by_role("checkbox", name="Tablets")
    part.press("Space")  # that call alone is an arrival more, and is ranked by itself
    expect(worker).not_to_contain_text("Ngọc Nguyễn: +35 min")
    expect(worker.locator("optgroup[label='Breaks no rule']")).to_contain_text("Ngọc Nguyễn: ")
    part.press("Space")
    expect(worker).to_contain_text("Ngọc Nguyễn: +35 min")
    worker.focus()
    page.keyboard.type("Ng")
    expect(dialog.locator("#hand-preview")).to_contain_text("faces +35")
    assert findings(page) == []
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Move").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text(f"to {other.name} at Fri 15 Jan 08:00")
    expect(dialog).to_have_count(0)
    assert rota.visits.filter(worker=other).count() == 1
    page.keyboard.press("u")
    expect(page.locator("#said")).to_contain_text("Taken back")
    page.keyboard.press("Shift+U")
    expect(page.locator("#said")).to_contain_text("Done again")
    expect(page.locator("#rota .track a:focus")).to_have_count(1)
    assert rota.visits.filter(worker=other).count() == 1


def test_a_colleagues_change_appears_by_itself(page: Page, draft: tuple[Week, Rota, Worker]) -> None:
    """The board says who moved what and shows it; scroll, focus and address stay."""
    week, rota, other = draft
    open_day(page, week)
    with page.expect_response(lambda answer: "/news/" in answer.url):
        page.locator("#rota .track a").first.focus()
    colleague = make_user(
        Role.COORDINATOR, week.area, agency=week.agency, first_name="Ben", last_name="Carter"
    )
    deed = MoveVisit(rota.visits.order_by("starts_at")[0].public_id, other.pk)
    changing.change(rota=rota, deed=deed, seen=0, by=colleague, now=NOW)
    expect(page.locator("#said")).to_contain_text("Ben Carter moved a visit", timeout=10_000)
    expect(page.locator("#rota tr", has_text=other.name).locator(".track a:focus")).to_have_count(1)
