"""The week board: quick, bounded, scoped, and true."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from hub.models import Role
from scheduling.pages import board
from scheduling.pages.board_data import BoardData, BoardPart, BoardVisit, BoardWorker, fetch
from tests.factories.board import make_busy_week
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_contact,
    make_need,
    make_person,
    make_user,
)
from tests.factories.scheduling import make_run
from tests.factories.visits import (
    MONDAY,
    NOW,
    make_named_worker,
    make_rota,
    make_shifts,
    make_unplaced,
    make_visit,
    make_worker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.mark.parametrize("view", ["week", "day"])
def test_the_board_asks_few_queries_however_large_the_week(
    view: str, django_assert_max_num_queries: Any
) -> None:
    """Four workers or forty, the board is made with the same sixteen queries at most."""
    for workers in (4, 40):
        busy = make_busy_week(workers=workers, code=f"area-of-{workers}")
        client = logged_in(busy.coordinator)
        with django_assert_max_num_queries(16):
            answer = client.get(reverse("board", args=[busy.area.code, MONDAY]), {"view": view})
        assert answer.content.decode().count('scope="row"') == workers


def test_a_joined_visit_shows_both_agencies_and_the_arrival_saved() -> None:
    """Care and nursing in one visit stand side by side in their own hues, with −1."""
    area, carers, nurses = make_area(), make_agency(hue=1), make_agency(hue=2)
    make_agreement(carers, nurses)
    person = make_person(carers, area=area)
    worker = make_worker(carers, area)
    rota = make_rota(area)
    visit = make_visit(rota, worker, make_need(person, carers), make_need(person, nurses, minutes=15))
    client = logged_in(make_user(Role.COORDINATOR, area, agency=carers))
    page = client.get(reverse("board", args=[area.code, MONDAY]) + "?view=day").content.decode()
    block = page[page.index(f'id="v-{visit.public_id}"') :].split("</a>")[0]
    assert 'class="g1"' in block
    assert 'class="g2"' in block
    assert ">−1</text>" in block
    assert "1 arrival saved" in block


def test_marks_tell_the_named_worker_a_known_one_and_a_new_face() -> None:
    """Who is named has a star, who came lately has no mark, who never came has a ring."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    person = make_person(agency, area=area)
    named, known, new = (make_worker(agency, area) for _ in range(3))
    make_named_worker(person, named)
    make_contact(person, agency, starts_at=NOW - dt.timedelta(days=9), worker=known.reference)
    rota = make_rota(area)
    for worker, start in ((named, "08:00"), (known, "12:00"), (new, "17:00")):
        make_visit(rota, worker, make_need(person, agency), start=start)
    user = make_user(Role.COORDINATOR, area, agency=agency)
    data = fetch(user=user, rota=rota, today=NOW.date())
    marks = {visit.worker: (visit.named, visit.new_face) for visit in data.visits}
    assert marks == {named.pk: (True, False), known.pk: (False, False), new.pk: (False, True)}


def test_a_name_is_never_markup() -> None:
    """A worker or person whose name looks like a script is shown as text, in cells and labels."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    person = make_person(agency, area=area, family_name='"><script>alert(1)</script>')
    worker = make_worker(agency, area, name="<img src=x onerror=alert(2)>")
    rota = make_rota(area, asked=1, unplaced_count=1)
    need = make_need(person, agency, minutes=240)
    make_visit(rota, worker, need)
    make_unplaced(rota, need)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    for view in ("week", "day"):
        page = client.get(reverse("board", args=[area.code, MONDAY]), {"view": view}).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_what_has_no_place_says_why_and_what_to_do() -> None:
    """The tray names the person, the reason in words, and a remedy."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    need = make_need(make_person(agency, area=area, family_name="Jermy"), agency)
    rota = make_rota(area, asked=1, unplaced_count=1)
    make_unplaced(rota, need, reason="no_pair_free")
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    said = text_of(client.get(reverse("board", args=[area.code, MONDAY])))
    assert "Asked 1 = placed 0 + unplaced 1 + cancelled 0" in said
    assert "Jermy" in said
    assert "No two competent workers are free at the same time." in said
    assert "add a shift that overlaps" in said


def test_needs_that_an_agency_does_not_share_are_not_on_the_board() -> None:
    """Without an agreement another agency's task shows no title, person or hue, though the time is taken."""
    area, ours, theirs = make_area(), make_agency(hue=1), make_agency(hue=2)
    make_agreement(ours)
    person = make_person(theirs, area=area, family_name="Quixworthy")
    need = make_need(person, theirs)
    rota = make_rota(area, asked=1, unplaced_count=1)
    make_visit(rota, make_worker(ours, area), need)
    make_unplaced(rota, need)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=ours))
    page = client.get(reverse("board", args=[area.code, MONDAY]) + "?view=day").content.decode()
    assert "Quixworthy" not in page


@pytest.mark.parametrize(
    "tail", ["?rota=99", "?rota=x", "?view=day&day=2027-02-01", "?view=day&day=yesterday"]
)
def test_a_version_or_day_that_is_not_there_is_404(tail: str) -> None:
    """An address made up by hand gets a page that says so, never an error."""
    area, agency = make_area(), make_agency()
    make_rota(area)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    assert client.get(reverse("board", args=[area.code, MONDAY]) + tail).status_code == 404


def test_a_week_begins_on_monday_or_is_404() -> None:
    """There is no rota that starts on a Tuesday."""
    area = make_area()
    client = logged_in(make_user(Role.COORDINATOR, area, agency=make_agency()))
    assert client.get(reverse("board", args=[area.code, MONDAY + dt.timedelta(days=1)])).status_code == 404


def test_the_board_of_another_area_is_404() -> None:
    """A coordinator's own areas only."""
    client = logged_in(make_user(Role.COORDINATOR, make_area(), agency=make_agency()))
    assert client.get(reverse("board", args=[make_area().code, MONDAY])).status_code == 404


def test_the_published_version_is_shown_first_and_any_other_on_request() -> None:
    """A newer candidate does not push the rota in force aside."""
    area, agency = make_area(), make_agency()
    make_rota(area, status="published")
    make_rota(area)
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    address = reverse("board", args=[area.code, MONDAY])
    assert client.get(address).context["rota"].version == 1
    assert client.get(address + "?rota=2").context["rota"].version == 2


def test_home_leads_each_role_to_its_work() -> None:
    """Coordinators to the week with a rota, others to their own first page."""
    area, agency = make_area(), make_agency()
    make_rota(area, week_start=MONDAY + dt.timedelta(days=7))
    coordinator = make_user(Role.COORDINATOR, area, agency=agency)
    answer = logged_in(coordinator).get("/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("board", args=[area.code, MONDAY + dt.timedelta(days=7)])
    for role, name in (
        (Role.FIELD_WORKER, "my-day"),
        (Role.AGENCY_MANAGER, "deliveries"),
        (Role.HUB_ADMINISTRATOR, "overview"),
    ):
        answer = logged_in(make_user(role, agency=agency)).get("/", follow=True)
        assert answer.redirect_chain[-1][0] == reverse(name)
        assert answer.status_code == 200


def test_a_run_can_be_left_and_found_again_on_the_board() -> None:
    """Whoever opens the week while it is planned sees how far the search is."""
    area, agency = make_area(), make_agency()
    run = make_run(area, status="running", progress={"seconds": 12, "unplaced": 61, "cost": 98765})
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    answer = client.get(reverse("board", args=[area.code, MONDAY]))
    assert reverse("run-progress", args=[run.public_id]) in answer.content.decode()
    assert "unplaced 61" in text_of(answer)
    assert "best cost 98,765" in text_of(answer)


def test_hours_used_count_from_leaving_home_to_being_back() -> None:
    """Travel from and to the base and the allowance at the door are in; the wait between visits too."""
    base, far = (52.79, 1.25), (7, 52.90, 1.25)
    worker = BoardWorker(1, "w", "Ann", 1, 2250, base, True)
    visits = [
        BoardVisit("a", 1, 1, "A", "", far, 0, 480, 510, [BoardPart((1, MONDAY), 1, 30, False, False)]),
        BoardVisit("b", 1, 1, "A", "", far, 0, 570, 600, [BoardPart((2, MONDAY), 1, 30, False, False)]),
    ]
    agency = make_agency()
    data = BoardData(MONDAY, {1: agency}, [worker], visits, {})
    (group,) = board.groups(data)
    day = group.rows[0].days[0]
    there = day.travel[0]
    assert there > 0
    assert day.travel == [there, 0]
    assert day.minutes == (600 - 480) + 2 * there + data.allowance


def test_two_doors_of_one_postcode_are_a_minute_apart_as_in_the_plan() -> None:
    """The board, the phone and the plan take travel from one function, so a round adds up on each."""
    worker = BoardWorker(1, "w", "Ann", 1, 2250, (52.79, 1.25), True)
    visits = [
        BoardVisit("abc"[n], 1, 1, "A", "", (n, 52.79, 1.25), 0, 480 + 40 * n, 510 + 40 * n, [])
        for n in range(2)
    ]
    (group,) = board.groups(BoardData(MONDAY, {1: make_agency()}, [worker], visits, {}))
    day = group.rows[0].days[0]
    assert (day.travel, day.home) == ([1, 1], 1)


def test_only_trouble_leaves_the_rows_that_need_a_look() -> None:
    """A worker with a new face stays, one whose people all know them goes."""
    area, agency = make_area(), make_agency()
    make_agreement(agency)
    known_by, new = make_person(agency, area=area), make_person(agency, area=area)
    steady, strange = make_worker(agency, area, name="Steady"), make_worker(agency, area, name="Strange")
    make_shifts(steady)
    make_named_worker(known_by, steady)
    rota = make_rota(area)
    make_visit(rota, steady, make_need(known_by, agency))
    make_visit(rota, strange, make_need(new, agency))
    client = logged_in(make_user(Role.COORDINATOR, area, agency=agency))
    said = text_of(client.get(reverse("board", args=[area.code, MONDAY]) + "?trouble=yes"))
    assert "Strange" in said
    assert "Steady" not in said


def test_the_two_of_a_pair_point_at_each_other() -> None:
    """A double-handed need lights its partner, a single one lights nobody."""
    key = (7, MONDAY)
    both = [
        BoardVisit(name, n, 1, "A", "", None, 0, 480, 510, [BoardPart(key, 1, 30, False, True)])
        for n, name in enumerate(("a", "b"))
    ]
    alone = BoardVisit("c", 3, 1, "A", "", None, 0, 600, 630, [BoardPart((8, MONDAY), 1, 30, False, False)])
    assert board.pairs([*both, alone]) == {"a": "b", "b": "a"}


def test_the_day_view_leaves_out_who_is_off_and_counts_them() -> None:
    """Neither shift nor visit on that day: no empty row, but a number in the agency's line."""
    agency = make_agency()
    on = BoardWorker(1, "a", "On", 1, 2250, (52.8, 1.2), True, {2: (420, 900)})
    off = BoardWorker(2, "b", "Off", 1, 2250, (52.8, 1.2), True, {3: (420, 900)})
    (group,) = board.groups(BoardData(MONDAY, {1: agency}, [on, off], [], {}), day=2)
    assert [row.worker.name for row in group.rows] == ["On"]
    assert group.off == 1


def test_the_tray_is_narrowed_to_a_reason_and_says_so() -> None:
    """A report leads here; one press shows all again."""
    busy = make_busy_week(workers=4)
    person = make_person(busy.carers, area=busy.area, family_name="Latecomer")
    for reason, title in (("no_capacity", "Needs room"), ("no_shift_in_window", "Needs a shift")):
        make_unplaced(busy.rota, make_need(person, busy.carers, title=title), reason=reason)
    address = reverse("board", args=[busy.area.code, MONDAY])
    client = logged_in(busy.coordinator)
    narrowed = text_of(client.get(address, {"reason": "no_capacity"}))
    assert ("Needs room" in narrowed, "Needs a shift" in narrowed) == (True, False)
    assert "Only: Every competent worker on shift is with someone else." in narrowed
    assert "Needs a shift" in text_of(client.get(address))
