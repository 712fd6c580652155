"""Changing the board over its pages: told before, done under a name, refused in words, by its coordinator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Role, User
from scheduling import standing
from scheduling.services import changing, locking, publishing
from tests.factories.hub import logged_in, make_user
from tests.factories.scheduling import Week, make_candidate, make_run, make_week
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_shifts, make_worker
from visits.models import Rota, Visit, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
WHY = "Agreed by telephone with the ward sister"


@dataclass(frozen=True, slots=True)
class Board:
    """A candidate, a colleague who is free, and its coordinator's browser."""

    week: Week
    rota: Rota
    other: Worker
    by: User
    client: Client

    @property
    def visit(self) -> Visit:
        found: Visit = self.rota.visits.order_by("starts_at").first()
        return found

    def fields(self, **fields: Any) -> dict[str, Any]:
        return {"deed": "visit", "visit": self.visit.public_id, "worker": self.other.public_id} | fields

    def ask(self, **fields: Any) -> Any:
        return self.client.get(reverse("hand", args=[self.rota.public_id]), self.fields(**fields))

    def do(self, **fields: Any) -> Any:
        headers = {"HX-Request": "true"}
        address = reverse("hand", args=[self.rota.public_id])
        return self.client.post(address, self.fields(**fields), headers=headers)


@pytest.fixture
def board() -> Board:
    """Ten occurrences in five visits of O'Neill's, and a colleague on the same shifts."""
    week = make_week()
    other = make_worker(week.agency, week.area, name="Ngọc Nguyễn")
    make_shifts(other)
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency, first_name="Ben", last_name="Carter")
    return Board(week, make_candidate(week), other, by, logged_in(by))


def test_a_preview_says_cost_and_rule_before_anything_is_done(board: Board) -> None:
    """Minutes by term where it is free to go; the rule, with names, where it is not."""
    free = board.ask(check="yes").content.decode()
    assert ("breaks no rule" in free, "faces +35" in free) == (True, True)
    make_barred_worker(board.week.person, board.other)
    standing.forget()
    barred = board.ask(check="yes").content.decode()
    assert "Needs your reason: The worker is barred from this person" in barred
    assert "Ngọc Nguyễn is barred from" in barred
    assert board.rota.changes.count() == 0


def test_a_move_is_done_and_read_out(board: Board) -> None:
    """What the board announces names the call, whose it was and whose it is."""
    answer = board.do(at="09:00")
    assert answer.status_code == 200
    said = answer.json()["said"]
    assert f"from {board.week.worker.name} at Mon 11 Jan 08:00 to Ngọc Nguyễn at Mon 11 Jan 09:00" in said
    assert board.visit.worker in (board.other, board.week.worker)
    assert board.rota.visits.filter(worker=board.other).count() == 1


def test_a_rule_asks_for_a_reason_which_then_shows_on_bar_panel_and_comparison(board: Board) -> None:
    """The override stays visible wherever the visit is looked at."""
    make_barred_worker(board.week.person, board.other)
    refused = board.do()
    assert (refused.status_code, board.rota.changes.count()) == (409, 0)
    assert b'aria-invalid="true"' in refused.content
    visit = board.visit
    assert board.do(reason=WHY).status_code == 200
    day = board.client.get(
        reverse("board", args=[board.week.area.code, MONDAY]), {"rota": board.rota.version, "view": "day"}
    )
    assert "a rule was overridden" in day.content.decode()
    panel = board.client.get(reverse("visit", args=[visit.public_id])).content.decode()
    compare = board.client.get(reverse("compare", args=[board.rota.public_id])).content.decode()
    for page in (panel, compare):
        assert (WHY in page, "Ben Carter" in page, "barred from this person" in page) == (True, True, True)


def test_what_nobody_may_answer_for_is_refused_in_words(board: Board) -> None:
    """Not on shift: no reason helps, and the sentence says so."""
    late = board.do(at="16:00", reason=WHY)
    assert late.status_code == 409
    text = late.content.decode()
    assert "Nobody may answer for that" in text
    assert "The worker is not on shift then" in text


def test_the_second_of_two_is_told_who_was_there_before(board: Board) -> None:
    """By name, with the time and where the visit is now."""
    board.do()
    colleague = make_user(Role.COORDINATOR, board.week.area, agency=board.week.agency)
    late = logged_in(colleague).post(
        reverse("hand", args=[board.rota.public_id]),
        board.fields(at="10:00", seen=0),
        headers={"HX-Request": "true"},
    )
    assert late.status_code == 409
    assert "Ben Carter was here before you, at 09:00" in late.content.decode()


def test_undo_and_redo_by_the_bar_and_the_list_of_changes(board: Board) -> None:
    """The newest change can be taken back and done again, and the list says who did what."""
    board.do()
    row = board.rota.changes.get()
    undone = board.client.post(reverse("undo", args=[board.rota.public_id]), {"newest": row.pk}, follow=True)
    assert "✓ Taken back" in undone.content.decode()
    again = board.client.post(reverse("undo", args=[board.rota.public_id]), {"newest": row.pk}, follow=True)
    assert "✕ There is nothing to take back." in again.content.decode()
    board.client.post(reverse("redo", args=[board.rota.public_id]), {"newest": row.pk})
    assert board.rota.visits.filter(worker=board.other).exists()
    page = board.client.get(reverse("changes", args=[board.rota.public_id])).content.decode()
    assert page.count("<td>Ben Carter</td>") == 3


def test_a_published_rota_is_changed_in_a_draft(board: Board) -> None:
    """The answer leads to the draft; the one in force is as it was."""
    publishing.publish(rota=board.rota, by=board.by, now=NOW)
    answer = board.do()
    assert answer.json()["address"].endswith("?rota=2")
    assert "version 1 stays in force" in answer.json()["said"]
    assert board.visit.worker == board.week.worker


def test_an_unplaced_call_is_placed_and_a_round_moved_by_the_same_form(board: Board) -> None:
    """Out to the tray, back to another worker, and the whole of Tuesday over."""
    board.do(deed="out")
    assert board.rota.unplaced.count() == 2
    placed = board.do(deed="place", visit="", need=board.week.washing.public_id, due=MONDAY, at="10:00")
    assert placed.status_code == 200
    tuesday = MONDAY + dt.timedelta(days=1)
    moved = board.do(deed="round", visit="", source=board.week.worker.public_id, day=tuesday)
    assert moved.status_code == 200
    assert board.rota.visits.filter(worker=board.other).count() == 2


def test_only_the_areas_coordinator_may(board: Board) -> None:
    """Nobody else reads the form or changes a thing: another area's, a manager, the hub."""
    address = reverse("hand", args=[board.rota.public_id])
    for user, expected in (
        (make_user(Role.COORDINATOR, agency=board.week.agency), 404),
        (make_user(Role.AGENCY_MANAGER, agency=board.week.agency), 403),
        (make_user(Role.HUB_ADMINISTRATOR), 403),
    ):
        client = logged_in(user)
        assert client.get(address, board.fields()).status_code == expected
        assert client.post(address, board.fields()).status_code == expected
    assert board.rota.changes.count() == 0


def test_a_change_of_what_is_not_there_is_not_found(board: Board) -> None:
    """A made-up visit or worker is no reason to fail."""
    assert board.ask(deed="dance").status_code == 404
    assert board.ask(visit="00000000-0000-0000-0000-000000000000").status_code == 404
    assert board.ask(worker="00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_board_asks_cheaply_and_is_told_what_a_colleague_did(
    board: Board, django_assert_max_num_queries: Any
) -> None:
    """Unchanged is 304 and empty; a colleague's change comes in words, one's own without."""
    address = reverse("news", args=[board.rota.public_id])
    etag = board.client.get(address).headers["ETag"]
    with django_assert_max_num_queries(9):
        same = board.client.get(address, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    board.do()
    mine = board.client.get(address, headers={"If-None-Match": etag})
    assert (mine.status_code, mine.json()["said"]) == (200, [])
    colleague = make_user(Role.COORDINATOR, board.week.area, agency=board.week.agency)
    theirs = logged_in(colleague).get(address, {"seen": 0}, headers={"If-None-Match": etag})
    [said] = theirs.json()["said"]
    assert said.startswith("Ben Carter moved a visit: ")
    stranger = logged_in(make_user(Role.COORDINATOR, agency=board.week.agency))
    assert stranger.get(address).status_code == 404


def test_a_run_a_lock_and_a_new_version_are_news(board: Board) -> None:
    """Whatever changes what the board shows changes its mark."""
    address = reverse("news", args=[board.rota.public_id])
    seen = [board.client.get(address).headers["ETag"]]
    make_run(board.week.area, status="running")
    seen.append(board.client.get(address).headers["ETag"])
    options = {"rota": board.rota, "kind": "all", "by": board.by, "now": NOW}
    locking.lock_visit(visit=board.visit.public_id, **options)
    seen.append(board.client.get(address).headers["ETag"])
    changing.copy(rota=board.rota, by=board.by, now=NOW)
    answer = board.client.get(address)
    assert len({*seen, answer.headers["ETag"]}) == 4
    assert answer.json()["said"] == ["Version 2 is there as a candidate."]


def test_the_board_is_narrowed_to_a_skill_and_to_a_persons_workers(board: Board) -> None:
    """Both stand in the address, by code and key, never by name."""
    nurse = make_worker(board.week.agency, board.week.area, "insulin", name="Nora Nurse")
    make_shifts(nurse)
    address = reverse("board", args=[board.week.area.code, MONDAY])

    def rows(**wish: Any) -> set[str]:
        page = board.client.get(address, wish).content.decode()
        return {
            name for name in (board.week.worker.name, "Ngọc Nguyễn", "Nora Nurse") if f">{name}</a>" in page
        }

    assert rows(skill="insulin") == {"Nora Nurse"}
    assert rows(person=board.week.person.public_id) == {board.week.worker.name}
    assert len(rows()) == 3
    assert board.client.get(address, {"person": "00000000-0000-0000-0000-000000000000"}).status_code == 404
    assert board.client.get(address, {"person": "Mary"}).status_code == 404
