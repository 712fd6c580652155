"""Weeks that stand ready: what the desk answers, in codes, and that it never answers from what was."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator

import pytest

from hub.models import Cancellation, KeepSeparate
from scheduling import desk, standing
from scheduling.mapping.deeds import MoveVisit
from scheduling.mapping.due import code_of
from scheduling.services import changing
from tests.factories.hub import make_need, make_user
from tests.factories.scheduling import Week, make_candidate, make_policy, make_week
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_shifts, make_worker
from visits.models import Rota, Shift, Worker

THURSDAY = MONDAY + dt.timedelta(days=3)  # the tests' clock stands on Wednesday
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Each test begins and ends with an empty desk."""
    desk.forget()
    yield
    desk.forget()


@pytest.fixture
def week() -> Week:
    return make_week()


@pytest.fixture
def other(week: Week) -> Worker:
    """A colleague on the same shifts."""
    found = make_worker(week.agency, week.area, name="Ngọc Nguyễn")
    make_shifts(found)
    return found


@pytest.fixture
def rota(week: Week, other: Worker) -> Rota:
    return make_candidate(week)


def test_everybody_is_an_option_or_a_refusal_and_only_codes_are_said(
    week: Week, other: Worker, rota: Rota
) -> None:
    """Two workers: who comes now costs nothing more, the other is a new face; nobody's name is in it."""
    answer = desk.answer("rank", rota.pk, code_of(week.washing.pk, THURSDAY), now=NOW)
    assert [one["worker"] for one in answer["options"]] == [f"w{week.worker.pk}", f"w{other.pk}"]
    assert answer["options"][0]["cost"] == 0 < answer["options"][1]["cost"]
    assert answer["refusals"] == []
    assert "Nguyễn" not in repr(answer)


def test_a_place_is_explained_with_what_shares_the_visit(week: Week, other: Worker, rota: Rota) -> None:
    """Washing and tablets are one visit; the next best is the colleague."""
    answer = desk.answer("explain", rota.pk, code_of(week.washing.pk, THURSDAY), now=NOW)
    assert answer["present"]["workers"] == [f"w{week.worker.pk}"]
    assert answer["joined_with"] == [code_of(week.tablets.pk, THURSDAY)]
    assert answer["alternative"]["worker"] == f"w{other.pk}"


def test_what_is_not_there_is_said(week: Week, rota: Rota) -> None:
    """A version that is gone, a call that nobody asks for."""
    assert desk.answer("rank", 0, "n1-2027-01-11", now=NOW) == {"failed": "gone"}
    saturday = code_of(week.washing.pk, MONDAY + dt.timedelta(days=5))
    assert desk.answer("rank", rota.pk, saturday, now=NOW) == {"failed": "unknown"}


def test_the_answer_is_of_the_plan_after_the_newest_change_by_hand(
    week: Week, other: Worker, rota: Rota
) -> None:
    """Moved by hand to the colleague, the call is theirs at the desk too."""
    code = code_of(week.washing.pk, THURSDAY)
    desk.answer("explain", rota.pk, code, now=NOW)
    visit = rota.visits.get(parts__due_on=THURSDAY, parts__need=week.washing)
    by = make_user("coordinator", week.area, agency=week.agency)
    changing.change(rota=rota, deed=MoveVisit(visit.public_id, other.pk), seen=0, by=by, now=NOW)
    answer = desk.answer("explain", rota.pk, code, now=NOW)
    assert answer["present"]["workers"] == [f"w{other.pk}"]


def test_what_leaves_no_trace_is_seen_by_the_question_after_the_minute(
    week: Week, other: Worker, rota: Rota, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door has moved: the next question is answered from what was, and the week mapped anew after it."""
    code, clock = code_of(week.washing.pk, THURSDAY), [0.0]
    monkeypatch.setattr(standing.time, "monotonic", lambda: clock[0])
    before = desk.answer("explain", rota.pk, code, now=NOW)
    week.person.address.latitude += 1.0
    week.person.address.save()
    clock[0] += standing.KEPT_SECONDS - 1
    desk.renew(now=NOW)
    clock[0] += 2
    assert desk.answer("explain", rota.pk, code, now=NOW) == before
    desk.renew(now=NOW)
    after = desk.answer("explain", rota.pk, code, now=NOW)
    assert (after["terms"], after["stands_by_override"]) != (before["terms"], before["stands_by_override"])
    clock[0] += desk.ANSWERS_FROM
    week.person.address.latitude -= 1.0
    week.person.address.save()
    assert desk.answer("explain", rota.pk, code, now=NOW) == before


def test_what_is_kept_is_set_aside_from_the_garbage_between_two_questions(week: Week, rota: Rota) -> None:
    """Once for each week made ready, not after each answer."""
    gc.unfreeze()
    desk.answer("rank", rota.pk, code_of(week.washing.pk, THURSDAY), now=NOW)
    assert gc.get_freeze_count() == 0
    desk.renew(now=NOW)
    kept = gc.get_freeze_count()
    desk.answer("rank", rota.pk, code_of(week.washing.pk, THURSDAY), now=NOW)
    desk.renew(now=NOW)
    assert 0 < gc.get_freeze_count() <= kept
    gc.unfreeze()


CHANGES: dict[str, Callable[[Week, Worker], object]] = {
    "a worker barred": lambda week, other: make_barred_worker(week.person, other),
    "a shift moved": lambda week, other: Shift.objects.filter(
        pk=other.shifts.order_by("starts_at").first().pk
    ).update(starts_at=other.shifts.order_by("starts_at").first().starts_at + dt.timedelta(minutes=5)),
    "a shift removed": lambda week, other: other.shifts.order_by("starts_at").first().delete(),
    "a new need": lambda week, other: make_need(week.person, week.agency, title="Lunch"),
    "a need changed": lambda week, other: (
        type(week.washing).objects.filter(pk=week.washing.pk).update(minutes=40)
    ),
    "calls to keep apart": lambda week, other: KeepSeparate.objects.create(
        first=week.washing, second=week.tablets, reason="asked for"
    ),
    "a call off": lambda week, other: Cancellation.objects.create(
        need=week.washing,
        due_on=MONDAY,
        reason="Away",
        cancelled_at=NOW,
        cancelled_by=make_user("coordinator"),
    ),
    "a worker gone": lambda week, other: Worker.objects.filter(pk=other.pk).update(is_active=False),
    "other weights": lambda week, other: make_policy(week.area, face=50),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_planned_from_is_seen_at_once(
    change: Callable[[Week, Worker], object], week: Week, other: Worker, rota: Rota
) -> None:
    """Whichever process wrote it: the kept week is used until something changes, and then no more."""
    kept = standing.mapped(rota, NOW)
    assert standing.mapped(rota, NOW) is kept
    change(week, other)
    assert standing.mapped(rota, NOW) is not kept
