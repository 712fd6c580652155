"""Who could make a visit that is about to be moved: at once by the desk, else weighed, the dialogue first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling import desk
from scheduling.mapping.due import code_of
from scheduling.services import asking
from tests.factories.visits import MONDAY, make_barred_worker
from tests.unit.scheduling.pages.test_hand import Board, board

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
__all__ = ["board"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The desk in this process, and what it was asked; tests/integration/test_asking.py uses the queue."""
    questions: list[str] = []

    def answer(question: str, rota: int, code: str) -> desk.Answer:
        questions.append(question)
        return desk.answer(question, rota, code, now=timezone.now())

    monkeypatch.setattr(asking, "_through_the_queue", answer)
    yield questions
    desk.forget()


def alone(board: Board) -> str:
    """Leaves Friday's washing a visit of its own; returns its key."""
    friday = MONDAY.replace(day=MONDAY.day + 4)
    visit = board.rota.visits.get(parts__need=board.week.washing, parts__due_on=friday)
    tablets = code_of(board.week.tablets.pk, friday)
    assert board.do(visit=visit.public_id, parts=tablets, at="09:30", day=friday).status_code == 200
    return str(board.rota.visits.get(parts__need=board.week.washing, parts__due_on=friday).public_id)


def test_the_desk_ranks_a_visit_of_one_call_at_the_price_that_the_preview_says(
    board: Board, asked: list[str]
) -> None:
    """Two ways of reckoning, one price: the list's and the one that is weighed before the drop."""
    visit = alone(board)
    ranked = board.ask(visit=visit, worker="", rank="yes").content.decode()
    assert asked == ["rank_still"]
    [(day, at, said)] = re.findall(
        rf'"{board.other.public_id}" data-day="([^"]+)" data-at="([^"]+)">Ngọc Nguyễn: ([^<]+)<',
        ranked,
    )
    total = said.split(", ")[-1].removesuffix(" min")
    preview = board.ask(visit=visit, day=day, at=at, check="yes").content.decode()
    assert ("breaks no rule" in preview, total in preview) == (True, True)


def test_who_needs_a_reason_stands_apart(board: Board, asked: list[str]) -> None:
    """Barred is something that a person may answer for."""
    visit = alone(board)
    make_barred_worker(board.week.person, board.other)
    ranked = board.ask(visit=visit, worker="", rank="yes").content.decode()
    assert '<optgroup label="Perhaps, with your reason">' in ranked
    assert "Ngọc Nguyễn: barred from this person" in ranked


def test_a_joined_visit_is_weighed_without_the_desk(board: Board, asked: list[str]) -> None:
    """The desk answers for one call, and a hand moves all of them."""
    ranked = board.ask(worker="", rank="yes").content.decode()
    assert asked == []
    assert "Ngọc Nguyễn: +35 min" in ranked


def test_the_dialogue_comes_before_its_ranking_and_says_so(board: Board, asked: list[str]) -> None:
    """Everybody is there to choose from; the ranking is asked for by the page."""
    answer = board.client.get(
        reverse("hand", args=[board.rota.public_id]), board.fields(), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert "Working out who could make it" in page
    assert "rank=yes" in page
    assert ('<optgroup label="Not ranked yet">' in page, "Ngọc Nguyễn" in page) == (True, True)
