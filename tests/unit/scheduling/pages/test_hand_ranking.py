"""Who could make a visit that is about to be moved: told by the desk, after the dialogue is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling import desk
from scheduling.mapping import save
from scheduling.mapping.due import code_of
from scheduling.models import PlanningRun
from scheduling.services import asking
from tests.factories.hub import make_need
from tests.factories.scheduling import make_run, map_week, serve
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_shifts, make_worker
from tests.unit.scheduling.pages.test_hand import Board, board

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
__all__ = ["board"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The desk in this process, and what it was asked; tests/integration/test_asking.py uses the queue."""
    questions: list[str] = []

    def answer(question: str, rota: int, *codes: str) -> desk.Answer:
        questions.append(question)
        return desk.answer(question, rota, *codes, now=timezone.now())

    monkeypatch.setattr(asking, "_through_the_queue", answer)
    yield questions
    desk.forget()


FRIDAY = MONDAY.replace(day=MONDAY.day + 4)  # the tests' clock stands on Wednesday


def on_friday(board: Board) -> str:
    """The key of Friday's visit with the washing."""
    return str(board.rota.visits.get(parts__need=board.week.washing, parts__due_on=FRIDAY).public_id)


def alone(board: Board) -> str:
    """Leaves Friday's washing a visit of its own; returns its key."""
    tablets = code_of(board.week.tablets.pk, FRIDAY)
    moved = board.do(visit=on_friday(board), parts=tablets, at="09:30", day=FRIDAY)
    assert moved.status_code == 200
    return on_friday(board)


@pytest.mark.parametrize("what", ["joined", "alone", "a part"])
def test_the_desk_ranks_a_visit_at_the_price_that_the_preview_says(
    board: Board, asked: list[str], what: str
) -> None:
    """Two ways of reckoning, one price: the list's and the one that is weighed before the drop."""
    visit = alone(board) if what == "alone" else on_friday(board)
    parts = [code_of(board.week.tablets.pk, FRIDAY)] if what == "a part" else []
    ranked = board.ask(visit=visit, worker="", rank="yes", parts=parts).content.decode()
    assert asked == ["rank_visit"]
    [(day, at, said)] = re.findall(
        rf'"{board.other.public_id}" data-day="([^"]+)" data-at="([^"]+)">Ngọc Nguyễn: ([^<]+)<',
        ranked,
    )
    total = said.split(", ")[-1].removesuffix(" min")
    preview = board.ask(visit=visit, day=day, at=at, check="yes", parts=parts).content.decode()
    assert ("breaks no rule" in preview, total in preview) == (True, True)


def test_one_place_of_a_pair_is_ranked_and_who_has_the_other_is_no_choice(
    board: Board, asked: list[str]
) -> None:
    """A double-handed call is two visits; each is moved alone."""
    make_shifts(make_worker(board.week.agency, board.week.area, name="Zoë Third"))
    hoist = make_need(board.week.person, board.week.agency, rrule="FREQ=WEEKLY;BYDAY=FR", workers=2)
    mapped = map_week(board.week)
    pair = (board.week.worker, board.other)
    run = make_run(board.week.area, status=PlanningRun.Status.DONE)
    rota = save(serve(mapped, (hoist, FRIDAY, pair, "08:30")), mapped, run, now=NOW)
    one, other = rota.visits.filter(parts__need=hoist).select_related("worker")
    address = reverse("hand", args=[rota.public_id])
    asks = {"deed": "visit", "visit": one.public_id, "rank": "yes"}
    able, _, cannot = board.client.get(address, asks).content.decode().partition("Cannot as things are")
    assert f"{other.worker.name}: coming to it already, as the second worker" in cannot
    assert "Zoë Third: " in able


def test_who_needs_a_reason_stands_apart(board: Board, asked: list[str]) -> None:
    """Barred is something that a person may answer for."""
    visit = alone(board)
    make_barred_worker(board.week.person, board.other)
    ranked = board.ask(visit=visit, worker="", rank="yes").content.decode()
    assert '<optgroup label="Perhaps, with your reason">' in ranked
    assert "Ngọc Nguyễn: barred from this person" in ranked


def test_without_a_script_the_dialogue_is_a_page_with_the_ranking_in_it(
    board: Board, asked: list[str]
) -> None:
    """The same form; both calls of the visit go together and cost a new face."""
    page = board.ask(visit=on_friday(board), worker="").content.decode()
    assert '<optgroup label="Breaks no rule">' in page
    assert "Ngọc Nguyễn: +35 min" in page


def test_a_desk_that_is_silent_is_said_and_everybody_can_be_tried_out(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No ranking is no reason not to move the visit: the price is told for whoever is chosen."""

    def silent(*asked: object) -> desk.Answer:
        raise asking.NoAnswer("The desk is not running.")

    monkeypatch.setattr(asking, "_through_the_queue", silent)
    ranked = board.ask(worker="", rank="yes").content.decode()
    assert "✕ Nobody is ranked. The desk is not running." in ranked
    assert '<optgroup label="Not ranked">' in ranked
    assert "Ngọc Nguyễn</option>" in ranked


def test_the_dialogue_comes_before_its_ranking_and_says_so(board: Board, asked: list[str]) -> None:
    """Everybody is there to choose from; the ranking is asked for by the page."""
    answer = board.client.get(
        reverse("hand", args=[board.rota.public_id]), board.fields(), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert "Working out who could make it" in page
    assert "rank=yes" in page
    assert ('<optgroup label="Not ranked yet">' in page, "Ngọc Nguyễn" in page) == (True, True)
