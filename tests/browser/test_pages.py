"""The pages as people use them: by keyboard, on a phone, in the dark, enlarged, with assistive software."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from hub.feeds import mapped
from hub.models import Agency, Delivery, Person, Role, SharingAgreement, SourceRecord, TaskCode, User
from hub.services import notes
from hub.services.receiving import intake
from scheduling.models import PlanningRun
from scheduling.reporting import counting, hours
from tests.browser.access import PHONE, faults, findings
from tests.browser.keyboard import enter
from tests.factories.board import BusyWeek, make_busy_week
from tests.factories.hub import (
    PASSWORD,
    make_address,
    make_agency,
    make_agreement,
    make_contact,
    make_delivery,
    make_feed,
    make_need,
    make_person,
    make_user,
)
from tests.factories.scheduling import Week, make_candidate, make_run, make_week
from tests.factories.visits import MONDAY, NOW, make_visit
from visits.models import Rota, Visit, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_that_week")]
CODE = "268400002"  # an example of HL7 UK's: 12 lead ECG
FIRE_OFFICER = "fire officer"  # a coordinator, whose agency is a fire service


@dataclass(frozen=True, slots=True)
class Site:
    """A published busy week and one log-in for each role."""

    busy: BusyWeek
    worker: Worker
    users: dict[str, User]
    agreement: SharingAgreement
    delivery: Delivery
    draft: Delivery  # a file whose columns are to be chosen
    lost: Person  # whom no postcode places

    @property
    def board(self) -> str:
        return reverse("board", args=[self.busy.area.code, MONDAY])


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Site:
    """Eight workers with a week of visits, one pair, one contact, and somebody in each role."""
    settings.INTAKE_DIR = tmp_path / "intake"
    busy = make_busy_week(workers=8)
    lifting = make_need(busy.people[0], busy.carers, workers=2, title="Hoist")
    for worker in busy.workers[:2]:
        make_visit(busy.rota, worker, lifting, start="18:00")
    worker = busy.workers[1]
    worker.user = make_user(Role.FIELD_WORKER, agency=busy.carers)
    worker.save()
    make_contact(busy.people[4], worker.agency, starts_at=NOW - dt.timedelta(days=9), worker=worker.reference)
    users = {
        Role.COORDINATOR: busy.coordinator,
        Role.FIELD_WORKER: worker.user,
        Role.AGENCY_MANAGER: make_user(Role.AGENCY_MANAGER, agency=busy.carers),
        Role.HUB_ADMINISTRATOR: make_user(Role.HUB_ADMINISTRATOR),
    }
    notes.write(
        person=busy.people[4],
        kind="precaution",
        what="Large dog",
        do="Ring first; the owner shuts it away",
        review_on=dt.date(2027, 3, 1),
        by=busy.coordinator,
        now=NOW,
    )
    make_feed(busy.carers)
    counting.count_week(busy.area, MONDAY)
    hours.count_hours(busy.area, MONDAY, now=NOW)
    delivery = make_delivery(busy.carers, file_name="week.csv")
    nowhere = make_address(postcode="ZZ9 9ZZ", latitude=None, longitude=None)
    lost = make_person(busy.carers, key="lost", family_name="O'Neill", address=nowhere)
    make_need(lost, busy.carers)
    draft = _draft(busy.carers)
    _decide_codes(delivery, by=users[Role.HUB_ADMINISTRATOR])
    agreement = SharingAgreement.objects.get()
    users[FIRE_OFFICER] = _fire_officer(busy)
    return Site(busy, worker, users, agreement, delivery, draft, lost)


def log_in(page: Page, user: User) -> None:
    """Through the form, as everybody does."""
    page.goto("/login/")
    page.get_by_label("Name you log in with").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def pages_of(site: Site) -> dict[str, list[str]]:
    """Every kind of page by who opens it."""
    person, rota = site.busy.people[4].public_id, site.busy.rota
    visit = rota.visits.order_by("starts_at").first()
    office = ["/people/", reverse("person", args=[person]), "/workers/", "/agreements/"]
    worker = site.worker.public_id
    return {
        Role.COORDINATOR: [
            *office,
            "/today/",
            "/runs/",
            "/merges/",
            "/continuity/",
            reverse("weights", args=[site.busy.area.code]),
            reverse("weights-change", args=[site.busy.area.code]),
            reverse("what-if", args=[site.busy.area.code]),
            reverse("need-new", args=[person]),
            reverse("need", args=[visit.parts.first().need.public_id]),
            reverse("doors", args=[person]),
            reverse("door-gap", args=[person]),
            reverse("shifts", args=[worker, MONDAY]),
            reverse("shift-set", args=[worker, MONDAY]),
            site.board,
            f"{site.board}?view=day&day=2027-01-11",
            reverse("board", args=[site.busy.area.code, MONDAY + dt.timedelta(days=7)]),
            f"{reverse('map', args=[site.busy.area.code, MONDAY])}?worker={worker}",
            reverse("visit", args=[visit.public_id]),
            reverse("worker", args=[worker]),
            reverse("worker-day", args=[worker, MONDAY]),
            reverse("occurrence", args=[visit.parts.first().need.public_id, MONDAY]),
            reverse("publish", args=[rota.public_id]),
            reverse("compare", args=[rota.public_id]),
            reverse("changes", args=[rota.public_id]),
            reverse("locks", args=[rota.public_id]),
            reverse("lock", args=[rota.public_id]) + f"?visit={visit.public_id}",
            reverse("hand", args=[rota.public_id]) + f"?deed=visit&visit={visit.public_id}",
            reverse("household", args=[person]),
            reverse("note-new", args=[person]),
            "/placing/",
            reverse("place-person", args=[site.lost.public_id]),
            "/placing/done/",
            "/emergency/",
            reverse("worker-sick", args=[worker]),
            reverse("person-hospital", args=[person]),
            reverse("person-home", args=[person]),
            reverse("visit-runs-over", args=[_visit_of_today(site).public_id]),
            "/agency-stops/",
            "/nowhere/",
        ],
        Role.AGENCY_MANAGER: [
            "/deliveries/",
            "/deliveries/new/",
            reverse("delivery", args=[site.delivery.public_id]),
            reverse("delivery-mapping", args=[site.draft.public_id]),
            "/feeds/",
            "/feeds/new/",
            "/rejections/",
            "/data-quality/",
            "/delegations/",
            "/reports/costs/new/",
            reverse("competence-new", args=[worker]),
            reverse("worker-new"),
            reverse("worker-change", args=[worker]),
            *office,
        ],
        Role.HUB_ADMINISTRATOR: [
            "/overview/",
            "/deliveries/",
            "/data-quality/",
            "/agencies/",
            "/agencies/new/",
            reverse("agency-change", args=[site.busy.carers.code]),
            reverse("area-change", args=[site.busy.area.code]),
            "/reports/",
            "/reports/hours/",
            "/reports/costs/",
            "/matching/",
            "/matching/joins/",
            "/matching/report/",
            "/new-area/",
            "/new-task/",
            "/agreements/new/",
            reverse("agreement", args=[site.agreement.reference]),
            reverse("agreement-amend", args=[site.agreement.reference]),
            reverse("agreement-sign", args=[site.agreement.reference]),
            reverse("agreement-end", args=[site.agreement.reference]),
            "/delegations/",
            "/delegations/new/",
            reverse("person-rights", args=[person]),
            reverse("person-object", args=[person]),
            reverse("person-changes", args=[person]),
            reverse("person-hold", args=[person]),
            reverse("person-export", args=[person]),
            "/codes/",
            reverse("code-decide", args=[CODE]),
            site.board,
        ],
        FIRE_OFFICER: [
            reverse("prevention", args=[site.busy.area.code]),
            "/prevention/points/",
            "/prevention/points/new/",
            reverse("fire-visit", args=[person]),
            reverse("fire-visit-answer", args=[person]),
        ],
        Role.FIELD_WORKER: ["/my-day/", "/my-calendar/", reverse("person", args=[person]), "/overview/"],
    }


@pytest.mark.parametrize(
    "roles",
    [
        [Role.COORDINATOR],
        [Role.AGENCY_MANAGER],
        [Role.HUB_ADMINISTRATOR],
        [Role.FIELD_WORKER, FIRE_OFFICER],
    ],
    ids=", ".join,
)
def test_no_page_has_a_serious_finding_nor_loses_anything_at_twice_the_size(
    page: Page, site: Site, live_server: Any, roles: list[str]
) -> None:
    """axe finds nothing serious or critical on any page, in light or dark, and each has one heading; at 200 %
    on a small laptop nothing runs out sideways, and every link, button and field is still there; and all
    but the board, which is for a desk, fits a phone and a finger.
    """
    found = []
    for role in roles:
        enter(page, site.users[role], live_server)
        for address in pages_of(site)[role]:
            page.goto(address)
            assert page.locator("h1").count() == 1, address
            found += faults(page, on_a_phone=not ("/weeks/" in address or "rotas" in address))
    assert found == []


def test_the_board_by_keyboard_alone(page: Page, site: Site) -> None:
    """Log in, reach the board, move, open a day, open a visit, close: the mouse is never touched."""
    page.goto("/login/")
    page.keyboard.type(site.busy.coordinator.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(site.board))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    first = page.locator(".grid [data-panel]").first
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".grid tr").nth(3).locator("[data-panel]").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("Mon 11 Jan")
    panel.locator("[data-panel]").first.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name=re.compile("need|What is done"))).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on the board")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_one_of_a_pair_lights_the_other(page: Page, site: Site) -> None:
    """Focus on a double-handed visit marks its partner's, and lets go again."""
    log_in(page, site.busy.coordinator)
    page.goto(f"{site.board}?view=day&day=2027-01-11")
    page.locator("[data-pair]").first.focus()
    expect(page.locator("a.partner")).to_have_count(1)
    page.locator(".grid [data-panel]:not([data-pair])").first.focus()
    expect(page.locator("a.partner")).to_have_count(0)


def test_publishing_asks_first_and_tells_of_success(page: Page) -> None:
    """The dialogue shows the figures; after it the board shows the published version."""
    week = make_week()
    rota = make_candidate(week)
    log_in(page, _coordinator(week))
    page.goto(reverse("board", args=[week.area.code, MONDAY]))
    page.get_by_role("link", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("10 placed + 0 unplaced + 0 cancelled")
    assert findings(page) == []
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").filter(has_text="Version 1 is published")).to_be_visible()
    rota.refresh_from_db()
    assert rota.status == Rota.Status.PUBLISHED


def test_a_refusal_says_why_and_changes_nothing(page: Page) -> None:
    """When a need has changed since, the page lists it and the candidate stays one."""
    week = make_week()
    rota = make_candidate(week)
    week.washing.minutes = 45
    week.washing.save()
    log_in(page, _coordinator(week))
    page.goto(reverse("publish", args=[rota.public_id]))
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("It was not published; nothing has changed.")
    expect(page.get_by_role("alert").locator("li")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Plan again")).to_be_visible()
    rota.refresh_from_db()
    assert rota.status == Rota.Status.CANDIDATE


def test_progress_counts_up_by_itself_and_ends_with_the_candidate(page: Page) -> None:
    """The board asks each second; when the run is done it offers what came of it."""
    week = make_week()
    run = make_run(week.area, status="running", seconds=60, progress={"seconds": 3, "unplaced": 9})
    log_in(page, _coordinator(week))
    page.goto(reverse("board", args=[week.area.code, MONDAY]))
    expect(page.locator("#run")).to_contain_text("unplaced 9")
    PlanningRun.objects.filter(pk=run.pk).update(progress={"seconds": 4, "unplaced": 5, "cost": 1234})
    expect(page.locator("#run")).to_contain_text("unplaced 5")
    expect(page.locator("#run")).to_contain_text("best cost 1,234")
    rota = make_candidate(week)
    PlanningRun.objects.filter(rota__isnull=True, pk=run.pk).update(status="done", rota=rota)
    expect(page.get_by_role("link", name="Open candidate 1")).to_be_visible()


def test_finding_a_person_leaves_no_name_in_the_address(page: Page, site: Site) -> None:
    """The list narrows as one types; the person's page shows who comes, and no address holds a name."""
    log_in(page, site.busy.coordinator)
    page.goto("/people/")
    page.get_by_label("Find by name").type("eke")
    expect(page.locator("#found tbody tr")).to_have_count(3)
    assert "eke" not in page.url.lower()
    page.locator("#found tbody a").first.click()
    expect(page.get_by_role("heading", name="Who comes")).to_be_visible()
    assert "eke" not in page.url.lower()
    page.goto("/people/")
    page.get_by_label("Find by name").fill("zzz")
    expect(page.locator("#found")).to_contain_text("Nothing fits.")


def test_my_day_on_a_phone(page: Page, site: Site) -> None:
    """One column that fits, large targets, strong contrast, travel between stops, the data's age."""
    page.set_viewport_size(PHONE)
    log_in(page, site.worker.user)
    expect(page).to_have_url(re.compile("/my-day/$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_text("As it stood at 09:00")).to_be_visible()
    expect(page.locator(".stop")).to_have_count(7)
    expect(page.locator(".stop.next")).to_have_count(1)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, header a, header button')]
             .filter(e => e.getClientRects().length && !e.classList.contains('skip'))
             .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
    )
    assert small == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        strong = Axe().run(
            page, options={"runOnly": ["color-contrast-enhanced"], "resultTypes": ["violations"]}
        )
        found = strong.response["violations"]
        assert [node["target"] for one in found for node in one["nodes"]] == []
    page.locator(".days a").last.click()  # on another day all three buttons stand side by side
    expect(page.locator(".days a")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".stop a").first.click()
    expect(page.get_by_role("heading", name="Your visits here")).to_be_visible()
    assert page.get_by_text("NHS number").count() == 0


def test_an_agreement_by_keyboard_alone(page: Page, site: Site) -> None:
    """Filled in with Tab, Space and Enter; what is missing gets the focus, and nothing typed is lost."""
    log_in(page, site.users[Role.HUB_ADMINISTRATOR])
    page.goto("/agreements/new/")
    page.locator("#id_reference").focus()
    page.keyboard.type("winter-2027")
    page.keyboard.press("Tab")
    page.keyboard.type("Winter visits")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet")
    expect(page.locator("fieldset:focus")).to_contain_text("Parties")
    expect(page.locator("#id_title")).to_have_value("Winter visits")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("input[name=parties]:checked")).to_have_count(2)


def test_the_board_works_without_scripts(chromium: Any, live_server: Any, site: Site) -> None:
    """Links and forms alone: a cell leads to the day, the day to the visit, Publish to a page."""
    context = chromium.new_context(base_url=str(live_server), java_script_enabled=False)
    page = context.new_page()
    log_in(page, site.busy.coordinator)
    page.goto(site.board)
    page.locator("a.cell").first.click()
    expect(page.locator("h1")).to_contain_text("Mon 11 Jan")
    page.locator("main ol a").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("Rota")).to_be_visible()
    context.close()


def test_too_many_wrong_passwords_lock_with_a_page_that_says_so(page: Page, site: Site) -> None:
    """After five tries the page says how long to wait."""
    page.goto("/login/")
    assert findings(page) == []
    for _ in range(5):
        page.goto("/login/")
        page.get_by_label("Name you log in with").fill(site.busy.coordinator.username)
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Log-in locked for a while")).to_be_visible()
    assert findings(page) == []


def _coordinator(week: Week) -> User:
    return make_user(Role.COORDINATOR, week.area, agency=week.agency)


def _visit_of_today(site: Site) -> Visit:
    return site.busy.rota.visits.filter(starts_at__date=NOW.date()).earliest("starts_at", "pk")


def _draft(agency: Agency) -> Delivery:
    """A file of the agency's own columns, before anybody chose which of them mean what."""
    feed = make_feed(agency, format=mapped.FORMAT)
    file = io.BytesIO(b"Ref,Surname,Sex,Sur-name\n7,Eke,F,Eke\n")
    return intake.accept(feed=feed, file=file, file_name="own.csv", by=None, now=NOW, look_first=True)


def _decide_codes(delivery: Delivery, *, by: User) -> None:
    """One code that waits for its tasks, and one that has them."""
    SourceRecord.objects.create(
        agency=delivery.agency,
        delivery=delivery,
        feed="f",
        kind="need",
        key="N1",
        place="line 1",
        payload={"codes": [[CODE, "12 lead ECG"]]},
        waits_for=f"http://snomed.info/sct|{CODE}",
    )
    TaskCode.objects.create(
        code="225358003",
        display="Wound care",
        skills=["personal_care"],
        minutes=20,
        decided_at=NOW,
        decided_by=by,
    )


def _fire_officer(busy: BusyWeek) -> User:
    """Somebody with whom the carers share for prevention."""
    fire = make_agency("fire", kind=Agency.Kind.FIRE)
    make_agreement(busy.carers, fire, purposes=(SharingAgreement.Purpose.PREVENTION,))
    return make_user(Role.COORDINATOR, busy.area, agency=fire)
