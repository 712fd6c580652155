"""What planning rests on, kept by hand: needs, rules at a door, workers, weights; and what comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from hub.models import Need, Role
from scheduling.models import PlanningRun
from scheduling.reporting import counting
from tests.browser.keyboard import choose, enter, fill, press, reach, write
from tests.factories.board import make_busy_week
from tests.factories.hub import make_user
from tests.factories.village import Village, make_village, publish
from tests.factories.visits import MONDAY
from visits.models import BarredWorker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


@pytest.fixture
def village() -> Village:
    """Three doors with joins, nothing planned."""
    return make_village()


def test_a_need_is_entered_changed_and_ended(page: Page, village: Village, live_server: Any) -> None:
    """Tuesdays and Fridays, by Tab and Space alone; its days stand on its page; longer; then no more."""
    enter(page, village.coordinator, live_server)
    page.goto(reverse("person", args=[village.mabel.public_id]))
    press(page, page.get_by_role("link", name="New need…"))
    choose(page, page.get_by_label("Asked by"), "Brook")
    write(page, page.get_by_label("What", exact=True), "Bath")
    press(page, page.get_by_label("Personal care"), "Space")
    write(page, page.get_by_label("Minutes", exact=True), "40")
    fill(page, page.get_by_label("Begins at the earliest"), "15:00")
    fill(page, page.get_by_label("Begins at the latest"), "17:00")
    press(page, page.get_by_label("Tue", exact=True), "Space")
    press(page, page.get_by_label("Fri", exact=True), "Space")
    press(page, page.get_by_role("button", name="Enter it"))
    told = page.get_by_role("status")
    expect(told).to_contain_text("Bath: every Tue and Fri, from 13/01/2027.")
    press(page, page.get_by_role("link", name="Bath", exact=True))
    expect(page.get_by_role("rowheader", name="Fri 15 Jan")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Tue 19 Jan")).to_be_visible()
    press(page, page.get_by_role("link", name="Change…"))
    write(page, page.get_by_label("Minutes", exact=True), "800")
    press(page, page.get_by_role("button", name="Change it"))
    expect(page.get_by_role("alert")).to_contain_text("720")
    expect(page.get_by_label("Minutes", exact=True)).to_be_focused()
    write(page, page.get_by_label("Minutes", exact=True), "50")
    press(page, page.get_by_role("button", name="Change it"))
    expect(told).to_contain_text("Bath is changed from 13/01/2027 on.")
    press(page, page.get_by_role("link", name="Bath", exact=True))
    press(page, page.get_by_role("link", name="End…"))
    write(page, page.get_by_label("Why"), "She bathes by herself again")
    press(page, page.get_by_role("button", name="End it"))
    expect(told).to_contain_text("Bath ends with 13/01/2027.")
    bath = Need.objects.filter(title="Bath").latest("pk")
    assert (bath.minutes, bath.ends_on) == (50, dt.date(2027, 1, 13))


def test_two_needs_are_kept_apart_and_a_worker_is_barred(
    page: Page, village: Village, live_server: Any
) -> None:
    """Both with a reason and a name that stay in sight; the rule can be ended, with a reason again."""
    enter(page, village.coordinator, live_server)
    page.goto(reverse("doors", args=[village.mabel.public_id]))
    press(page, page.get_by_role("link", name="Keep two apart…"))
    choose(page, page.get_by_label("This need", exact=True), "Wash")
    choose(page, page.get_by_label("And this need"), "Insulin")
    write(page, page.get_by_label("Why"), "Infection risk")
    press(page, page.get_by_role("button", name="Keep apart"))
    apart = page.get_by_role("listitem").filter(has_text="never share a visit")
    expect(apart).to_contain_text("Infection risk")
    expect(apart).to_contain_text("Ann Carter")
    press(page, page.get_by_role("link", name="Bar a worker…"))
    choose(page, page.get_by_label("Worker"), "Beth")
    write(page, page.get_by_label("Why"), "Asked for by her family")
    press(page, page.get_by_role("button", name="Bar"))
    barred = page.get_by_role("listitem").filter(has_text="Beth Howes")
    expect(barred).to_contain_text("Asked for by her family")
    press(page, barred.get_by_role("link", name="End… Beth Howes"))
    write(page, page.get_by_role("textbox"), "They have made peace")
    press(page, page.get_by_role("button", name="End it"))
    expect(page.get_by_text("Nobody is barred.")).to_be_visible()
    assert not BarredWorker.objects.exists()


def test_a_worker_is_signed_off_given_a_shift_and_away(
    page: Page, village: Village, live_server: Any
) -> None:
    """Catheters until a day, a Saturday, and then an absence; the page says how many it leaves waiting."""
    publish(village)
    enter(page, make_user(Role.AGENCY_MANAGER, agency=village.care), live_server)
    page.goto(reverse("worker", args=[village.amira.public_id]))
    press(page, page.get_by_role("link", name="Sign off…"))
    choose(page, page.get_by_label("Task"), "Catheter")
    fill(page, page.get_by_label("Last day"), "2027-12-31")
    write(page, page.get_by_label("Signed by"), "Sister Ives, lead nurse")
    press(page, page.get_by_role("button", name="Sign off"))
    expect(page.get_by_role("row").filter(has_text="Catheter")).to_contain_text("31 Dec 2027")
    press(page, page.get_by_role("link", name="Shifts by week"))
    press(page, page.get_by_role("link", name="Add… Sat 16 Jan"))
    fill(page, page.get_by_label("Begins"), "08:00")
    fill(page, page.get_by_label("Ends"), "12:00")
    press(page, page.get_by_role("button", name="Set it"))
    expect(page.get_by_role("row").filter(has_text="Sat 16 Jan")).to_contain_text("08:00–12:00")
    press(page, page.get_by_role("link", name="Amira Abbott"))
    press(page, page.get_by_role("link", name="Note an absence…"))
    press(page, page.get_by_role("button", name="Note it"))
    expect(page.get_by_role("status")).to_contain_text("visits need another worker")
    expect(page.get_by_role("listitem").filter(has_text="noted by")).to_contain_text("until further notice")


def test_weights_are_tried_on_a_week_and_then_set(page: Page, village: Village, live_server: Any) -> None:
    """A what-if waits to be planned while the weights in force stay; changed, they say by whom."""
    publish(village)
    enter(page, village.coordinator, live_server)
    page.goto(reverse("weights", args=[village.area.code]))
    press(page, page.get_by_role("link", name="Try others on a week…"))
    choose(page, page.get_by_label("Week of"), "Mon 11")
    write(page, page.get_by_label("Each face that a person meets"), "25")
    press(page, page.get_by_role("button", name="Plan the what-if"))
    expect(
        page.get_by_role("status").filter(has_text="The weights in force are as they were.")
    ).to_be_visible()
    expect(page.locator("#run")).to_contain_text("Waiting to begin")
    assert PlanningRun.objects.get(status="queued").week_start == MONDAY
    stop = page.locator("#run").get_by_role("button", name="Stop")
    reach(page, stop)
    stop.evaluate("one => one.classList.add('old')")
    expect(page.locator("#run .old")).to_have_count(0)  # the page has asked anew
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="The run is being stopped.")).to_be_visible()
    page.goto(reverse("weights", args=[village.area.code]))
    press(page, page.get_by_role("link", name="Change the weights…"))
    write(page, page.get_by_label("Each face that a person meets"), "25")
    press(page, page.get_by_role("button", name="Save the weights"))
    expect(page.get_by_role("listitem").filter(has_text="Ann Carter")).to_contain_text("→ 25")


def test_reports_to_look_at_to_reckon_with_to_print_and_to_carry(page: Page, live_server: Any) -> None:
    """Plots that are told in words, the same as CSV, the week as PDF, a worker's as a calendar."""
    busy = make_busy_week(workers=4)
    amira = busy.workers[0]
    amira.user = make_user(Role.FIELD_WORKER, agency=amira.agency)
    amira.save()
    counting.count_week(busy.area, MONDAY)
    enter(page, busy.coordinator, live_server)
    page.goto("/reports/")
    told = page.get_by_role("img").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert len(told) > 5
    *figures, minutes = told
    assert all("week of 11 Jan" in words for words in figures), figures
    assert minutes.endswith("the table below has the figures.")
    csv = _fetched(page, page.get_by_role("link", name="CSV", exact=True))
    assert csv[0].startswith("text/csv")
    assert "2027-01-11" in csv[1].decode()
    press(page, page.get_by_role("link", name="Week", exact=True))
    kind, paper = _fetched(page, page.get_by_role("link", name="PDF"))
    assert kind == "application/pdf"
    assert paper.startswith(b"%PDF")
    enter(page, amira.user, live_server)
    page.goto("/my-day/")
    press(page, page.get_by_role("link", name="In my phone’s calendar"))
    press(page, page.get_by_role("button", name="Make an address"))
    address = page.get_by_label("Calendar address").input_value()
    page.context.clear_cookies()  # a calendar knows the secret and has no log-in
    assert page.request.get(address).text().count("BEGIN:VEVENT") == 49


def _fetched(page: Page, link: Locator) -> tuple[str, bytes]:
    """What the link that Tab reaches leads to, by kind and content."""
    reach(page, link)
    there = link.evaluate("one => one.href")
    answer = page.request.get(there)
    assert answer.ok, there
    return answer.headers["content-type"], answer.body()
