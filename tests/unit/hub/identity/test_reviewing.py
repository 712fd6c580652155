"""What a person joins or keeps apart can be taken back, and leaves everything as it was."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

from hub import selectors
from hub.identity import reviewing
from hub.models import (
    AuditEvent,
    Contact,
    Feed,
    Hold,
    KnownAs,
    MatchDecision,
    MatchReview,
    Need,
    Note,
    Objection,
    Person,
    SourceRecord,
    User,
)
from hub.services.contact_times import set_times
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def feeds() -> list[Feed]:
    return hub.make_feeds_of_two()


@pytest.fixture
def by() -> User:
    return hub.make_user("hub_administrator")


def send(feed: Feed, **cells: Any) -> SourceRecord:
    receive(feed=feed, file=io.BytesIO(schedule([call(1, **cells)])), file_name="a.csv", by=None, now=hub.NOW)
    return SourceRecord.objects.get(agency=feed.agency, kind="person", key="C1")


def rows() -> dict[str, list[Any]]:
    """Every row that joining may touch, but for the append-only decisions."""
    models = (Person, KnownAs, SourceRecord, Need, Contact)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_contact_times_noted_by_hand_go_along_with_their_record(feeds: list[Feed], by: User) -> None:
    """What the one asked for binds the two that became one, and only the one again once they are parted."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May", gender="F")
    set_times(
        record=theirs, contact_from=dt.time(9), contact_until=None, reason="She said so", by=by, now=hub.NOW
    )
    before = rows()
    reviewing.join(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    assert Person.objects.get(pk=mine.person_id).contact_from == dt.time(9)
    reviewing.undo_join(source_record=theirs, by=by, now=hub.NOW)
    assert rows() == before
    assert Person.objects.get(pk=mine.person_id).contact_from is None


def test_join_then_undo_leaves_every_row_as_it_was(feeds: list[Feed], by: User) -> None:
    """Two people are joined by mistake; undone, each is who they were, with the same public id."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May", gender="F")
    before = rows()
    assert mine.person != theirs.person
    reviewing.join(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    assert rows() != before
    assert set(Need.objects.values_list("person", flat=True)) == {mine.person_id}
    restored = reviewing.undo_join(source_record=theirs, by=by, now=hub.NOW)
    assert restored == theirs.person
    assert rows() == before


def test_a_join_by_rule_is_undone_with_its_needs(feeds: list[Feed], by: User) -> None:
    """The rule was wrong: the record becomes its own person and takes its call along."""
    mine = send(feeds[0])
    person = Person.objects.values().get()
    theirs = send(feeds[1], address="1 Mill Row, Aylsham", gender="F")
    assert theirs.person == mine.person
    restored = reviewing.undo_join(source_record=theirs, by=by, now=hub.NOW)
    assert restored != mine.person
    assert Person.objects.values().get(pk=mine.person_id) == person
    assert Need.objects.get(agency=feeds[1].agency).person == restored
    assert Need.objects.get(agency=feeds[0].agency).person == mine.person
    assert (restored.source_records.count(), mine.person.source_records.count()) == (2, 2)


def test_undo_takes_along_what_came_since(feeds: list[Feed], by: User) -> None:
    """After the join the agency sent another call: it belongs to its own client when undone."""
    send(feeds[0])
    theirs = send(feeds[1])
    send(feeds[1], call_reference="C1-PM")
    restored = reviewing.undo_join(source_record=theirs, by=by, now=hub.NOW)
    assert {need.reference for need in restored.needs.all()} == {"C1-AM", "C1-PM"}


def test_what_was_undone_is_not_joined_again_by_the_next_file(feeds: list[Feed], by: User) -> None:
    """The same record comes again, a little different: it stays apart, and nobody is asked twice."""
    send(feeds[0])
    theirs = send(feeds[1])
    restored = reviewing.undo_join(source_record=theirs, by=by, now=hub.NOW)
    again = send(feeds[1], gender="F")
    assert again.person == restored
    assert list(again.match_decisions.values_list("outcome", flat=True)) == ["joined", "undone"]


def test_keeping_apart_is_remembered(feeds: list[Feed], by: User) -> None:
    """A person looked and said no: a later change of the record raises no new review."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May")
    reviewing.keep_apart(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    again = send(feeds[1], given_name="May", gender="F")
    assert [each.outcome for each in again.match_decisions.all()] == ["review", "apart"]
    assert again.match_decisions.last().decided_by == by


def test_a_person_with_two_records_is_joined_whole_and_given_back_whole(feeds: list[Feed], by: User) -> None:
    """Two agencies know the one person by rule; joined to another by mistake, both records come back."""
    third = hub.make_feed(hub.make_agency("third-care"))
    hub.make_agreement(third.agency, feeds[0].agency)
    mine = send(feeds[0], given_name="Arthur", date_of_birth="1950-02-03")
    theirs, also_theirs = send(feeds[1]), send(third)
    assert theirs.person == also_theirs.person
    before = rows()
    step = reviewing.join(source_record=also_theirs, person=mine.person, by=by, now=hub.NOW)
    assert Need.objects.filter(person=mine.person).count() == 3
    assert reviewing.undo(step=step, by=by, now=hub.NOW) == theirs.person
    assert rows() == before
    with pytest.raises(ValueError, match="undone already"):
        reviewing.undo(step=step, by=by, now=hub.NOW)


def test_an_early_join_can_be_undone_after_a_later_one(feeds: list[Feed], by: User) -> None:
    """The two were joined, then both to a third; the first mistake is undone, and then the second."""
    third = hub.make_feed(hub.make_agency("third-care"))
    hub.make_agreement(third.agency, feeds[0].agency)
    one = send(feeds[0])
    two = send(feeds[1], given_name="Arthur", date_of_birth="1950-02-03")
    three = send(third, given_name="Ivy", date_of_birth="1960-02-03")
    before = rows()
    first = reviewing.join(source_record=two, person=one.person, by=by, now=hub.NOW)
    two.refresh_from_db()
    second = reviewing.join(source_record=two, person=three.person, by=by, now=hub.NOW)
    assert KnownAs.objects.filter(person=three.person).count() == 3
    reviewing.undo(step=first, by=by, now=hub.NOW)
    reviewing.undo(step=second, by=by, now=hub.NOW)
    assert rows() == before


def test_new_activity_on_both_goes_with_whom_it_came_for(feeds: list[Feed], by: User) -> None:
    """While they were one, each agency sent another call: undone, each person has their own two."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May", gender="F")
    step = reviewing.join(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    send(feeds[0], call_reference="C1-PM")
    send(feeds[1], given_name="May", gender="F", call_reference="C1-TEA")
    restored = reviewing.undo(step=step, by=by, now=hub.NOW)
    assert {need.reference for need in mine.person.needs.all()} == {"C1-AM", "C1-PM"}
    assert {need.reference for need in restored.needs.all()} == {"C1-AM", "C1-TEA"}


def test_precautions_objections_and_holds_are_found_through_a_join(feeds: list[Feed], by: User) -> None:
    """The dog at the door is told to whoever visits the joined person; undone, each has their own."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May")
    said = {"review_on": hub.TODAY, "written_by": by, "written_at": hub.NOW, "do": "Ring first"}
    Note.objects.create(person=theirs.person, agency=feeds[1].agency, kind="precaution", what="Dog", **said)
    Objection.objects.create(person=theirs.person, kind="opt_out", made_at=hub.NOW, recorded_by=by)
    Hold.objects.create(person=theirs.person, reason="Inquest", placed_at=hub.NOW, placed_by=by)
    step = reviewing.join(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    assert [note.what for note in selectors.notes_at_the_door(mine.person)] == ["Dog"]
    assert selectors.objections(by, mine.person).exists()
    assert selectors.holds(by, mine.person).exists()
    since = {"agency": feeds[1].agency, "kind": "preference", "what": "Side door"}
    Note.objects.create(person=mine.person, **since, **said)
    restored = reviewing.undo(step=step, by=by, now=hub.NOW)
    assert selectors.notes_at_the_door(mine.person) == []
    assert {note.what for note in selectors.notes_at_the_door(restored)} == {"Dog", "Side door"}


def test_every_decision_is_audited_with_who_and_about_whom(feeds: list[Feed], by: User) -> None:
    """A person by name, the model as a machine."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May")
    people = sorted((mine.person_id, theirs.person_id))
    step = reviewing.join(source_record=theirs, person=mine.person, by=None, now=hub.NOW)
    reviewing.undo(step=step, by=by, now=hub.NOW)
    found = [(each.what, each.by, each.machine, each.people) for each in AuditEvent.objects.order_by("pk")]
    assert found == [
        ("matching: joined", None, "matching by probability", people),
        ("matching: undone", by, "", people),
    ]


def test_everything_that_points_at_a_person_is_moved_or_said_to_stay() -> None:
    """A new kind of row about people must say what becomes of it on a join."""
    follow = {"SourceRecord", "KnownAs", "Need", "Contact"}  # hub.identity.reviewing
    follow |= {"Visit", "NamedWorker", "BarredWorker"}  # visits.services.following
    found = {"Note", "Objection", "Hold"}  # hub.selectors.keys_of
    stay = {"MatchDecision", "Placement", "EmergencyAccess"}  # what was decided or done then
    stay |= {"Note", "Objection", "Hold", "EmergencyAccess"}  # found by hub.selectors.keys_of
    stay |= {"PreventionAnswer"}  # found by hub.selectors.joined_into
    pointing = {
        field.related_model.__name__
        for field in Person._meta.get_fields(include_hidden=True)
        if field.is_relation and field.auto_created
    }
    assert pointing - follow - found - stay == set()


def test_a_question_about_two_people_who_were_told_apart_is_answered(feeds: list[Feed], by: User) -> None:
    """The rules had asked; whoever undoes the join has answered it."""
    mine, theirs = send(feeds[0]), send(feeds[1], given_name="May")
    question = MatchReview.objects.get()
    assert (question.record, question.other, question.status) == (theirs, mine, "waiting")
    step = reviewing.join(source_record=theirs, person=mine.person, by=by, now=hub.NOW)
    reviewing.undo(step=step, by=by, now=hub.NOW)
    question.refresh_from_db()
    assert (question.status, question.decided_by) == ("apart", by)


def test_what_cannot_be_undone_or_joined_says_so(feeds: list[Feed], by: User) -> None:
    """The only record of a person has no join to undo, and belongs to its person already."""
    mine = send(feeds[0])
    with pytest.raises(ValueError, match="no join to undo"):
        reviewing.undo_join(source_record=mine, by=by, now=hub.NOW)
    with pytest.raises(ValueError, match="already"):
        reviewing.join(source_record=mine, person=mine.person, by=by, now=hub.NOW)
    with pytest.raises(ValueError, match="undo the join"):
        reviewing.keep_apart(source_record=mine, person=mine.person, by=by, now=hub.NOW)
    need = SourceRecord.objects.get(kind="need")
    with pytest.raises(ValueError, match="record of a person"):
        reviewing.undo_join(source_record=need, by=by, now=hub.NOW)


def test_who_decided_and_when_is_kept(feeds: list[Feed], by: User) -> None:
    """Each step by hand has its author."""
    send(feeds[0])
    theirs = send(feeds[1])
    later = hub.NOW + dt.timedelta(days=3)
    reviewing.undo_join(source_record=theirs, by=by, now=later)
    decision = MatchDecision.objects.get(outcome="undone")
    assert (decision.decided_by, decision.decided_at) == (by, later)
