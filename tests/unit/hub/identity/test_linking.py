"""Records that wait are compared by probability: joined, asked about, or left, in the database."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.identity import linking, reviewing
from hub.models import Feed, KnownAs, MatchDecision, MatchReview, Person, SourceRecord
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db
MABEL = {"family_name": "Thorncroft", "given_name": "Mabel", "date_of_birth": "1941-05-06"}
MOVED = MABEL | {"address": "3 Staithe Lane, Holt", "postcode": "NR25 6AA"}


@pytest.fixture
def feeds() -> list[Feed]:
    return hub.make_feeds_of_two()


def send(feed: Feed, **cells: Any) -> SourceRecord:
    receive(feed=feed, file=io.BytesIO(schedule([call(1, **cells)])), file_name="a.csv", by=None, now=hub.NOW)
    return SourceRecord.objects.get(agency=feed.agency, kind="person", key="C1")


def test_who_moved_is_joined_although_no_rule_dared(feeds: list[Feed]) -> None:
    """The rules had asked; the rare name on one day settles it, with its weight, and it can be undone."""
    mine, theirs = send(feeds[0], **MABEL), send(feeds[1], **MOVED)
    assert mine.person != theirs.person
    assert linking.compare_waiting(now=hub.NOW).joined == 1
    theirs.refresh_from_db()
    assert theirs.person == mine.person
    decision = theirs.match_decisions.last()
    assert (decision.outcome, decision.rule, decision.decided_by) == ("joined", "likely", None)
    assert decision.weight > 5
    by = hub.make_user("hub_administrator")
    assert reviewing.undo(step=decision.step, by=by, now=hub.NOW) != mine.person


def test_what_was_undone_is_not_joined_by_the_model_again(feeds: list[Feed]) -> None:
    """A person has looked; a change of the record raises neither a join nor a question."""
    send(feeds[0], **MABEL)
    theirs = send(feeds[1], **MOVED)
    linking.compare_waiting(now=hub.NOW)
    reviewing.undo_join(source_record=theirs, by=hub.make_user("hub_administrator"), now=hub.NOW)
    again = send(feeds[1], **MOVED, gender="F")
    result = linking.compare_waiting(now=hub.NOW)
    assert (result.compared, result.joined, result.asked) == (1, 0, 0)
    assert again.person != SourceRecord.objects.get(agency=feeds[0].agency, kind="person").person


@pytest.mark.parametrize(
    "cells",
    [
        {"given_name": "Arthur", "gender": "M", "date_of_birth": "1939-01-02"},
        {"given_name": "Joan"},
        {"date_of_birth": "1968-09-10"},
        {"given_name": "M"},
        {"date_of_birth": ""},
    ],
    ids=["spouse", "twin", "child of one name", "initial", "no date of birth"],
)
def test_kin_at_one_door_stay_two_people(feeds: list[Feed], cells: dict[str, str]) -> None:
    """Whatever the model thinks of one home and one name."""
    send(feeds[0], **MABEL)
    send(feeds[1], **MABEL | cells)
    assert linking.compare_waiting(now=hub.NOW).joined == 0
    assert Person.objects.filter(source_records__kind="person").distinct().count() == 2


def test_a_question_that_the_rules_asked_is_not_asked_twice(feeds: list[Feed]) -> None:
    """It only learns how heavy the pair is."""
    send(feeds[0], **MABEL)
    send(feeds[1], **MABEL | {"date_of_birth": ""})
    assert linking.compare_waiting(now=hub.NOW).asked == 0
    question = MatchReview.objects.get()
    assert (question.rule, question.status) == ("birth_date_missing", "waiting")
    assert question.weight is not None
    assert MatchDecision.objects.filter(outcome="review").count() == 1


def test_nothing_waits_after_comparing_until_a_record_changes(feeds: list[Feed]) -> None:
    """Each record is compared once for each thing that it says."""
    send(feeds[0], **MABEL)
    assert linking.compare_waiting(now=hub.NOW).compared == 1
    assert linking.compare_waiting(now=hub.NOW).compared == 0
    send(feeds[0], **MABEL | {"gender": "F"})
    assert KnownAs.objects.filter(to_compare=True).count() == 1


def test_a_birthday_that_hundreds_share_finds_nobody(
    feeds: list[Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 January 1900 says nothing, and may not make comparing slow."""
    monkeypatch.setattr(linking, "MOST_WHO_SHARE", 2)
    born = dt.date(1900, 1, 1)
    for name in ("Kett", "Gotts", "Amis"):
        hub.make_person(feeds[0].agency, family_name=name, birth_date=born)
    record = send(feeds[1], family_name="Pye", given_name="Zofia", date_of_birth="1900-01-01")
    assert linking._pairs([record.pk]) == []
    monkeypatch.setattr(linking, "MOST_WHO_SHARE", 3)
    assert len(linking._pairs([record.pk])) == 3


def test_a_record_that_changes_while_it_is_weighed_keeps_waiting(
    feeds: list[Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery came between: what was weighed is no longer what it says, and so joins nobody."""
    send(feeds[0], **MABEL)
    theirs = send(feeds[1], **MOVED)
    weigh = linking.splinking.weigh

    def meanwhile(*args: Any, **options: Any) -> Any:
        KnownAs.objects.filter(pk=theirs.pk).update(given_key="joan")
        return weigh(*args, **options)

    monkeypatch.setattr(linking.splinking, "weigh", meanwhile)
    waiting = linking._waiting(0, 10)
    result = linking.Linked()
    linking._compare(waiting, linking.models_in_use.model(), result, now=hub.NOW)
    assert result.joined == 0
    assert list(KnownAs.objects.filter(to_compare=True).values_list("pk", flat=True)) == [theirs.pk]


def test_queries_do_not_grow_with_the_records(feeds: list[Feed]) -> None:
    """Many that wait and are nobody known cost as many questions to the database as one."""

    def queries(letters: str) -> int:
        rows = [
            call(
                ord(letter),
                family_name=f"{letter * 3}kett",
                given_name=f"{letter}{letter}ina",
                date_of_birth=f"19{20 + ord(letter) % 60}-{1 + ord(letter) % 12:02}-1{ord(letter) % 10}",
                postcode=f"NR{ord(letter) % 20 + 1} 1AA",
            )
            for letter in letters
        ]
        receive(feed=feeds[0], file=io.BytesIO(schedule(rows)), file_name="a.csv", by=None, now=hub.NOW)
        with CaptureQueriesContext(connection) as captured:
            assert linking.compare_waiting(now=hub.NOW).joined == 0
        return len(captured)

    assert queries("bcdfghjklmnpqrstvwz") <= queries("a") + 4
