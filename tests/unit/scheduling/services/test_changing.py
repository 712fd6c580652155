"""Changes by hand: exact, under a name, taken back to the last row, and never over a colleague's head."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.models import AuditEvent, Need, User
from scheduling.mapping import figures, solution_of
from scheduling.mapping.deeds import Deed, MoveRound, MoveVisit, Place, TakeOut
from scheduling.mapping.rewriting import Facts, facts
from scheduling.services import changing, publishing
from scheduling.services.changing import BreaksRules, ChangeRefused, Overtaken
from tests.factories.hub import make_need, make_person, make_user
from tests.factories.scheduling import Week, make_candidate, make_week, map_week
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_shifts, make_worker
from visits.history import history, overrides_in_force
from visits.models import HandChange, Rota, Visit, Worker

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)
WHY = "Agreed by telephone with the ward sister"


@dataclass(frozen=True, slots=True)
class Board:
    """A candidate whose first worker does everything, a second who is free, and who changes it."""

    week: Week
    rota: Rota
    other: Worker
    by: User

    @property
    def visit(self) -> Visit:
        """Monday's, of two parts joined."""
        found: Visit = self.rota.visits.order_by("starts_at").first()
        return found

    def do(self, deed: Deed, **options: Any) -> HandChange:
        newest = self.rota.changes.last()
        options = {"seen": newest.pk if newest else 0, "by": self.by, "now": NOW} | options
        return changing.change(rota=self.rota, deed=deed, **options)[1]

    def state(self) -> tuple[Facts, list[Any], dict[str, Any], dict[str, int]]:
        self.rota.refresh_from_db()
        visits = self.rota.visits.order_by("pk").values_list("public_id", "worker", "starts_at", "ends_at")
        counts = [self.rota.placed, self.rota.unplaced_count]
        return facts(self.rota), [sorted(visits), counts], self.rota.figures, self.rota.terms


@pytest.fixture
def board() -> Board:
    """Ten occurrences in five visits, and a colleague on the same shifts."""
    week = make_week()
    other = make_worker(week.agency, week.area)
    make_shifts(other)
    return Board(week, make_candidate(week), other, make_user(first_name="Ben", last_name="Carter"))


def code(need: Need, day: dt.date = MONDAY) -> str:
    return f"n{need.pk}-{day.isoformat()}"


def at(board: Board, wall: str, day: dt.date = MONDAY) -> int:
    return map_week(board.week).clock.minute_of(day, dt.time.fromisoformat(wall))


def test_a_visit_goes_to_another_worker_and_time_with_all_its_parts(board: Board) -> None:
    """It stays the same visit, so that a link to it holds, and the row says who moved it when."""
    visit = board.visit
    row = board.do(MoveVisit(visit.public_id, board.other.pk, at(board, "09:00")))
    moved = board.rota.visits.get(public_id=visit.public_id)
    assert (moved.worker, moved.starts_at - visit.starts_at) == (board.other, dt.timedelta(hours=1))
    assert moved.ends_at - moved.starts_at == visit.ends_at - visit.starts_at
    assert (row.kind, row.by, row.at, moved.parts.count()) == ("moved", board.by, NOW, 2)


def test_terms_and_figures_are_those_of_the_plan_as_it_now_is(board: Board) -> None:
    """What the board says after a change is what a planner would say of it."""
    before = board.rota.figures["faces"]
    board.do(MoveVisit(board.visit.public_id, board.other.pk))
    board.rota.refresh_from_db()
    mapped = map_week(board.week)
    found = figures(solution_of(board.rota, mapped), mapped)
    assert (board.rota.terms, board.rota.figures["faces"]) == (found["terms"], before + 1)


def test_a_round_goes_to_another_and_comes_back_to_the_last_row(board: Board) -> None:
    """One worker's day moves whole; undo gives back exactly what was, visits, figures and all."""
    before = board.state()
    row = board.do(MoveRound(board.week.worker.pk, MONDAY, board.other.pk))
    assert board.visit.worker == board.other
    changing.undo(rota=board.rota, newest=row.pk, by=board.by, now=NOW)
    assert board.state() == before


def test_two_rounds_are_exchanged(board: Board) -> None:
    """Each gets the other's day, which a move of one alone would have made too full."""
    tuesday = board.rota.visits.order_by("starts_at")[1]
    board.do(MoveVisit(board.visit.public_id, board.other.pk))
    board.do(MoveRound(board.week.worker.pk, TUESDAY, board.other.pk, exchange=True))
    tuesday.refresh_from_db()
    assert (tuesday.worker, board.visit.worker) == (board.other, board.other)


def test_what_is_taken_out_is_unplaced_by_hand_and_can_be_placed_again(board: Board) -> None:
    """Nothing vanishes: two parts go to the tray with their reason, and one comes back elsewhere."""
    board.do(TakeOut(board.visit.public_id))
    board.rota.refresh_from_db()
    assert (board.rota.placed, board.rota.unplaced_count) == (8, 2)
    assert set(board.rota.unplaced.values_list("reason", flat=True)) == {"by_hand"}
    assert board.rota.figures["unplaced"] == {"by_hand": 2}
    board.do(Place(board.week.washing.pk, MONDAY, (board.other.pk,), at(board, "10:00")))
    board.rota.refresh_from_db()
    assert (board.rota.placed, board.rota.unplaced_count) == (9, 1)


def test_one_part_of_a_joined_visit_is_split_off(board: Board) -> None:
    """The rest stays the visit that it was, and undoing joins them in it again."""
    before, visit = board.state(), board.visit
    deed = MoveVisit(
        visit.public_id, board.week.worker.pk, at(board, "09:30"), frozenset({code(board.week.tablets)})
    )
    row = board.do(deed)
    assert [one.parts.count() for one in board.rota.visits.order_by("starts_at")[:2]] == [1, 1]
    assert board.rota.visits.order_by("starts_at")[0].public_id == visit.public_id
    changing.undo(rota=board.rota, newest=row.pk, by=board.by, now=NOW)
    assert board.state() == before


def test_a_rule_that_nobody_may_answer_for_stops_the_move_whatever_the_reason(board: Board) -> None:
    """Outside every shift is no matter of permission."""
    deed = MoveVisit(board.visit.public_id, make_worker(board.week.agency, board.week.area).pk)
    with pytest.raises(BreaksRules) as refusal:
        board.do(deed, reason=WHY)
    assert {breach.rule for breach in refusal.value.breaches} == {"shift"}
    assert not refusal.value.is_answerable


def test_a_barred_worker_needs_a_name_and_a_reason_which_stay(board: Board) -> None:
    """Without a reason it is refused with the rule; with one the breach is on record, and in the audit."""
    make_barred_worker(board.week.person, board.other)
    deed = MoveVisit(board.visit.public_id, board.other.pk)
    with pytest.raises(BreaksRules) as refusal:
        board.do(deed)
    assert {breach.rule for breach in refusal.value.breaches} == {"barred"}
    with pytest.raises(ChangeRefused, match="10 to 200"):
        board.do(deed, reason="ok")
    row = board.do(deed, reason=WHY)
    assert [(one.rule, one.reason, one.by) for one in row.overrides.all()] == [("barred", WHY, board.by)] * 2
    event = AuditEvent.objects.get(action="override")
    assert (event.by, event.people, event.reason) == (board.by, [board.week.person.pk], WHY)


def test_publishing_takes_exactly_the_breach_that_is_answered_for(board: Board) -> None:
    """The barred visit is published under its override, a second one without would not be."""
    make_barred_worker(board.week.person, board.other)
    rota = make_candidate(board.week)
    board = Board(board.week, rota, board.other, board.by)
    row = board.do(MoveVisit(board.visit.public_id, board.other.pk), reason=WHY)
    override = row.overrides.first()
    assert override is not None
    override.delete()
    with pytest.raises(publishing.PublishRefused, match="barred"):
        publishing.publish(rota=rota, by=board.by, now=NOW)
    override.save(force_insert=True)
    assert publishing.publish(rota=rota, by=board.by, now=NOW).status == "published"


def test_an_override_goes_with_the_change_that_needed_it(board: Board) -> None:
    """Taken back, it answers for nothing; done again, it does."""
    make_barred_worker(board.week.person, board.other)
    row = board.do(MoveVisit(board.visit.public_id, board.other.pk), reason=WHY)

    def in_force() -> int:
        return len(overrides_in_force(board.rota))

    assert in_force() == 2
    changing.undo(rota=board.rota, newest=row.pk, by=board.by, now=NOW)
    assert in_force() == 0
    changing.redo(rota=board.rota, newest=row.pk, by=board.by, now=NOW)
    assert in_force() == 2


def test_a_preview_says_what_it_breaks_and_costs_and_changes_nothing(board: Board) -> None:
    """The price of one more face and one more way, before the drop."""
    before = board.state()
    seen = changing.preview(rota=board.rota, deed=MoveVisit(board.visit.public_id, board.other.pk), now=NOW)
    assert (seen.broken, seen.weighed.costs["faces"]) == ([], 35)
    assert board.state() == before


def test_changing_what_is_published_makes_a_draft_and_leaves_it_in_force(board: Board) -> None:
    """The draft says what it was copied from, and can be published in its turn."""
    published = publishing.publish(rota=board.rota, by=board.by, now=NOW)
    deed = MoveVisit(board.visit.public_id, board.other.pk)
    draft, row = changing.change(rota=published, deed=deed, seen=0, by=board.by, now=NOW)
    assert (draft.status, draft.copied_from, draft.created_by) == ("candidate", published, board.by)
    assert (draft.placed, published.visits.filter(worker=board.other).count()) == (10, 0)
    assert draft.visits.get(worker=board.other).starts_at == board.visit.starts_at
    assert publishing.publish(rota=draft, by=board.by, now=NOW).pk == row.rota_id


def test_a_copy_holds_what_is_asked_now(board: Board) -> None:
    """A need that came since stands in the tray as new, and the sum is still what is asked."""
    make_need(board.week.person, board.week.agency, rrule="FREQ=WEEKLY;BYDAY=MO", title="Supper")
    made = changing.copy(rota=board.rota, by=board.by, now=NOW)
    assert (made.asked, made.placed, made.unplaced_count) == (11, 10, 1)
    assert [row.reason for row in made.unplaced.all()] == ["new_since"]


def test_the_second_of_two_who_move_one_visit_is_told_whose_it_is_now(board: Board) -> None:
    """Nothing is lost: the first one's move stands, the second sees it and decides anew."""
    first = board.do(MoveVisit(board.visit.public_id, board.other.pk))
    tuesday = board.rota.visits.order_by("starts_at")[1]
    board.do(MoveVisit(tuesday.public_id, board.other.pk), seen=first.pk)
    late = MoveVisit(board.visit.public_id, board.week.worker.pk, at(board, "09:00"))
    with pytest.raises(Overtaken) as told:
        board.do(late, seen=first.pk - 1, by=make_user())
    assert told.value.change == first
    assert board.visit.worker == board.other


def test_a_visit_that_a_colleague_took_out_is_told_of(board: Board) -> None:
    """It is not there any more, and the row says by whose hand."""
    visit = board.visit
    row = board.do(TakeOut(visit.public_id))
    with pytest.raises(Overtaken) as told:
        board.do(MoveVisit(visit.public_id, board.other.pk))
    assert told.value.change == row


def test_only_the_newest_change_is_taken_back(board: Board) -> None:
    """Whoever wants to undo what is no longer the last is told, instead of undoing a colleague's."""
    first = board.do(MoveVisit(board.visit.public_id, board.other.pk))
    board.do(MoveRound(board.week.worker.pk, TUESDAY, board.other.pk))
    with pytest.raises(Overtaken):
        changing.undo(rota=board.rota, newest=first.pk, by=board.by, now=NOW)


def test_there_is_nothing_to_undo_in_a_rota_that_is_in_force(board: Board) -> None:
    """A published rota is never changed under those who follow it."""
    row = board.do(MoveVisit(board.visit.public_id, board.other.pk))
    publishing.publish(rota=board.rota, by=board.by, now=NOW)
    with pytest.raises(ChangeRefused, match="no draft"):
        changing.undo(rota=board.rota, newest=row.pk, by=board.by, now=NOW)


def test_a_pair_is_moved_one_by_one_and_taken_out_together(board: Board) -> None:
    """Half a double-handed call is never left."""
    third = make_worker(board.week.agency, board.week.area)
    make_shifts(third)
    hoist = make_need(board.week.person, board.week.agency, rrule="FREQ=WEEKLY;BYDAY=MO", workers=2)
    board = Board(board.week, make_candidate(board.week), board.other, board.by)
    board.do(Place(hoist.pk, MONDAY, (board.other.pk, third.pk), at(board, "10:00")))
    half = board.rota.visits.get(worker=third)
    board.do(MoveVisit(half.public_id, board.week.worker.pk))
    whose = board.rota.visits.filter(parts__need=hoist).values_list("worker", flat=True)
    assert set(whose) == {board.week.worker.pk, board.other.pk}
    with pytest.raises(BreaksRules) as refusal:
        board.do(MoveVisit(half.public_id, board.other.pk))
    assert "workers" in {breach.rule for breach in refusal.value.breaches}
    board.do(TakeOut(half.public_id))
    assert not board.rota.visits.filter(parts__need=hoist).exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "round", "swap", "out", "place", "split", "undo", "redo"]),
        st.integers(0, 9),
        st.integers(0, 1),
        st.sampled_from(["07:30", "08:00", "09:00", "10:00", "11:00"]),
    ),
    max_size=6,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_changes_keep_the_sum_and_undo_to_the_first_state(board: Board, steps: list[Any]) -> None:
    """Asked = placed + unplaced + cancelled after each; taking all of them back gives the very first rows."""
    with transaction.atomic():
        board.rota.refresh_from_db()
        first, before = board.rota.asked, board.state()
        for step in steps:
            with suppress(ChangeRefused):
                _step(board, *step)
            board.rota.refresh_from_db()
            parts = {(row.need, row.due_on) for row in facts(board.rota).parts}
            assert len(parts) == board.rota.placed
            assert board.rota.unplaced.count() == board.rota.unplaced_count
            assert board.rota.placed + board.rota.unplaced_count + board.rota.cancelled == first
        while stack := history(board.rota)[0]:
            changing.undo(rota=board.rota, newest=stack[-1].pk, by=board.by, now=NOW)
        assert board.state() == before
        transaction.set_rollback(True)


def _step(board: Board, what: str, which: int, who: int, wall: str) -> None:
    worker = (board.week.worker, board.other)[who]
    visits = list(board.rota.visits.order_by("starts_at", "pk"))
    day = MONDAY + dt.timedelta(days=which % 5)
    done, taken_back = history(board.rota)
    if what in ("undo", "redo"):
        rows = done if what == "undo" else taken_back
        verb = changing.undo if what == "undo" else changing.redo
        verb(rota=board.rota, newest=rows[-1].pk if rows else 0, by=board.by, now=NOW)
    elif what == "place":
        board.do(Place(board.week.tablets.pk, day, (worker.pk,), at(board, wall, day)))
    elif what in ("round", "swap"):
        others = {board.week.worker: board.other, board.other: board.week.worker}
        board.do(MoveRound(worker.pk, day, others[worker].pk, exchange=what == "swap"))
    elif visits:
        visit = visits[which % len(visits)]
        parts = frozenset[str]()
        if what == "split":
            last = visit.parts.last()
            parts = frozenset({f"n{last.need_id}-{last.due_on}"})
        local = (visit.starts_at.astimezone(dt.UTC)).date()
        deed = MoveVisit(visit.public_id, worker.pk, at(board, wall, local), parts)
        board.do(TakeOut(visit.public_id) if what == "out" else deed)


def test_people_are_never_named_in_a_change(board: Board) -> None:
    """A row holds keys and minutes, so that erasing somebody leaves no name behind."""
    person = make_person(board.week.agency, area=board.week.area)
    row = board.do(MoveVisit(board.visit.public_id, board.other.pk))
    assert person.family_name not in str(row.before) + str(row.after)
    assert board.week.person.family_name not in str(row.before) + str(row.after)
