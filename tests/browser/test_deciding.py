"""What a coordinator decides: joins, faces, locks, and which rota is in force; each by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from hub.models import Role
from scheduling.models import StabilityBudget
from tests.browser.access import findings
from tests.browser.keyboard import choose, enter, press, reach, write
from tests.factories.hub import make_user
from tests.factories.village import DAYS, Village, make_village, plan, publish
from tests.factories.visits import MONDAY
from visits.models import PlanLock, Rota, Shift
from visits.wall_clock import local_day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]


@pytest.fixture
def village() -> Village:
    """Three doors with joins, nothing planned."""
    return make_village()


def test_the_ledger_of_joins(page: Page, village: Village, live_server: Any) -> None:
    """One approved, all of its kind, another kind as a standing rule; one refused with a reason; undone."""
    plan(village)
    enter(page, village.coordinator, live_server)
    page.goto("/merges/")
    expect(page.locator("#found")).to_contain_text("12 joined visits save 12 arrivals")

    def join(person: str) -> Locator:
        return page.get_by_role("region", name=person)

    def decide(person: str, verdict: str, *, reach: str = "", reason: str = "") -> None:
        press(page, join(person).locator("summary"))
        if reach:
            choose(page, join(person).get_by_label("For", exact=True), reach)
        if reason:
            write(page, join(person).get_by_label("Reason"), reason)
        press(page, join(person).get_by_role("button", name=verdict))

    told = page.get_by_role("status")
    expect(join("Mabel Abbott")).to_contain_text("County Nursing stays accountable for the task.")
    expect(join("Mabel Abbott")).to_contain_text("nobody has decided")
    decide("Mabel Abbott", "Approve")
    expect(told).to_contain_text("Approved: 1 pair of needs")
    expect(join("Mabel Abbott")).to_contain_text("✓ approved")
    expect(join("Edith Bloom")).to_contain_text("nobody has decided")
    decide("Edith Bloom", "Approve", reach="every")
    expect(told).to_contain_text("Approved: 2 pairs of needs")
    expect(join("Edith Bloom")).to_contain_text("✓ approved")
    decide("Harold Catchpole", "Approve", reach="this kind")
    rules = page.get_by_role("heading", name="Standing rules").locator("..")
    expect(rules).to_contain_text("Dressing for County Nursing")
    expect(join("Harold Catchpole")).to_contain_text("by standing rule by Ann Carter")
    decide("Mabel Abbott", "Refuse")
    expect(told).to_contain_text("Say why in 10 to 200 characters")
    decide("Mabel Abbott", "Refuse", reason="She wants her wash in peace")
    expect(join("Mabel Abbott")).to_contain_text("✕ refused")
    expect(join("Mabel Abbott")).to_contain_text("by Ann Carter, Wed 13 Jan 09:0")
    press(page, join("Mabel Abbott").get_by_role("button", name="Undo"))
    expect(told).to_contain_text("Undone.")
    expect(join("Mabel Abbott")).not_to_contain_text("refused")


def test_who_loses_the_named_worker_and_how_many_may(page: Page, village: Village, live_server: Any) -> None:
    """Most faces first; whom a candidate would take from Edith; then a bound that the next run obeys."""
    publish(village)
    plan(village, to_edith=village.beth)
    enter(page, village.coordinator, live_server)
    page.goto("/continuity/")
    expect(page.get_by_role("row").filter(has_text="Bloom, Edith")).to_contain_text("Amira Abbott")
    loses = page.get_by_text("1 person loses the named worker")
    expect(loses).to_be_visible()
    press(page, loses.get_by_role("link"))
    expect(page.get_by_role("heading", name="1 person for whom something changes")).to_be_visible()
    expect(page.get_by_text("loses the named worker", exact=False).last).to_be_visible()
    page.goto("/continuity/")
    press(page, page.get_by_role("link", name="Stability budget"))
    write(page, page.get_by_label("People who lose their named worker"), "0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The next run obeys it")
    assert StabilityBudget.objects.get().most_people == 0


def test_compare_publish_and_roll_back(page: Page, village: Village, live_server: Any) -> None:
    """Refused while a need has changed underneath; then in force, the worker is told; then the old one."""
    first = publish(village)
    rota = plan(village, to_edith=village.beth)
    village.beth.user = make_user(Role.FIELD_WORKER, agency=village.care)
    village.beth.save()
    enter(page, village.coordinator, live_server)
    board = reverse("board", args=[village.area.code, MONDAY])
    page.goto(f"{board}?rota={rota.version}")
    press(page, page.get_by_role("link", name="Compare", exact=True))
    expect(page.get_by_role("columnheader", name="Version 1, published")).to_have_count(2)
    expect(page.get_by_role("listitem").filter(has_text="Edith Bloom").first).to_contain_text(
        "loses the named worker"
    )
    village.lunch.minutes = 30  # an agency asks for longer, while the coordinator reads
    village.lunch.save()
    press(page, page.get_by_role("link", name="Publish…"))
    press(page, page.get_by_role("button", name="Publish", exact=True))
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("It was not published; nothing has changed.")
    expect(refused).to_contain_text("something has changed in what is asked: a need")
    village.lunch.minutes = 20
    village.lunch.save()
    press(page, page.get_by_role("button", name="Try once more"))
    expect(page.get_by_role("status").filter(has_text="Version 2 is published.")).to_be_visible()

    enter(page, village.beth.user, live_server)
    page.goto("/my-day/")
    expect(page.get_by_role("status")).to_contain_text("Your rounds have changed")
    press(page, page.get_by_role("button", name="I have seen it"))
    expect(page.get_by_text("Your rounds have changed")).to_have_count(0)
    expect(page.get_by_role("link", name="Edith Bloom")).to_be_visible()

    enter(page, village.coordinator, live_server)
    page.goto(reverse("compare", args=[rota.public_id]))
    press(page, page.get_by_role("link", name="Roll back to version 1…"))
    press(page, page.get_by_role("button", name="Roll back"))
    expect(page.get_by_role("status").filter(has_text="Version 1 is in force again.")).to_be_visible()
    first.refresh_from_db()
    assert first.status == Rota.Status.PUBLISHED


def test_four_kinds_of_lock_and_one_that_cannot_hold(page: Page, village: Village, live_server: Any) -> None:
    """L on a round: its day; on a visit: its worker, its time, all of its person; a lock in vain is named."""
    rota = plan(village)
    enter(page, village.coordinator, live_server)
    page.goto(reverse("board", args=[village.area.code, MONDAY]))
    dialog = page.get_by_role("dialog")
    said = page.locator("#said")

    def lock(what: Locator, kind: str, *, of: str = "") -> None:
        press(page, what, "l")
        expect(dialog).to_be_visible()
        for wanted in filter(None, (kind, of)):
            radio = dialog.get_by_label(wanted, exact=True)
            reach(page, dialog.locator(f"input[name={radio.get_attribute('name')}]:checked"))
            for _ in range(4):
                if not radio.is_checked():
                    page.keyboard.press("ArrowDown")
        press(page, dialog.get_by_role("button", name="Lock", exact=True))

    everything = "Worker, day and time"
    rounds = page.get_by_role("region", name="Workers and their visits")
    lock(rounds.get_by_role("link", name="Beth Howes, Thu 14 Jan"), "The day")
    expect(said).to_contain_text("Locked: the day of this worker's round")
    press(page, rounds.get_by_role("link", name="Thu 14 Jan", exact=True))
    lock(rounds.get_by_role("link", name="Edith Bloom"), "The worker")
    expect(said).to_contain_text("Locked: the worker of this visit")
    lock(rounds.get_by_role("link", name="Mabel Abbott").last, "The time")
    expect(said).to_contain_text("Locked: the time of this visit")
    lock(
        rounds.get_by_role("link", name="Mabel Abbott").first,
        everything,
        of="All visits of this person in the week",
    )
    expect(said).to_contain_text("Locked: worker, day and time of all visits of this person")
    assert set(PlanLock.objects.values_list("kind", "scope")) == {
        ("worker", "visit"), ("time", "visit"), ("day", "round"), ("all", "person"),
    }  # fmt: skip
    for shift in Shift.objects.filter(worker=village.beth):  # Beth's Thursday is taken from her meanwhile
        if local_day(shift.starts_at) == DAYS[3]:
            shift.delete()
    lock(rounds.get_by_role("link", name="Harold Catchpole"), everything)
    refused = dialog.get_by_role("alert")
    expect(refused).to_contain_text("It was not locked:")
    expect(refused).to_contain_text("Harold Catchpole")
    expect(refused).to_contain_text("Beth Howes")
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.goto(reverse("locks", args=[rota.public_id]))
    expect(page.get_by_role("row")).to_have_count(1 + 4)
