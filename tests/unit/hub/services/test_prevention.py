"""Offering a fire safety visit: a need like any other, on the record of whoever told of the person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from hub import scope
from hub.models import Agency, Need, Person, Role, SharingAgreement, SourceRecord, User
from hub.services import prevention
from tests.factories import hub
from tests.factories.hub import NOW, TODAY

pytestmark = pytest.mark.django_db
PURPOSE = SharingAgreement.Purpose.PREVENTION


@pytest.fixture
def officer() -> User:
    """Of a fire service with which a council shares everything."""
    fire = hub.make_agency("fire", kind=Agency.Kind.FIRE)
    hub.make_agreement(hub.make_agency("council"), fire)
    hub.make_skill("fire_safety")
    return hub.make_user(Role.COORDINATOR, hub.make_area("here"), agency=fire)


@pytest.fixture
def person(officer: User) -> Person:
    """Known to the council alone."""
    return hub.make_person(Agency.objects.get(code="council"), area=officer.areas.get())


def offered(person: Person, officer: User, **asked: Any) -> Need:
    asked = {
        "priority": 2,
        "starts_on": TODAY,
        "window_start": dt.time(9),
        "window_end": dt.time(17),
    } | asked
    seen = scope.of(officer, on=TODAY, purpose=PURPOSE)
    return prevention.offer(person=person, seen=seen, by=officer, now=NOW, **asked)


def test_an_offer_is_a_need_that_any_day_of_its_urgency_suits(officer: User, person: Person) -> None:
    """High risk: within fourteen days, for forty minutes, by whoever is competent."""
    need = offered(person, officer)
    assert (need.agency, need.skills, need.minutes, need.priority) == (officer.agency, ["fire_safety"], 40, 2)
    assert (need.starts_on, need.ends_on, need.flexible_days) == (TODAY, TODAY + dt.timedelta(days=14), 14)
    assert need.mergeable
    assert need.entered_by == officer
    assert need.source_record == SourceRecord.objects.get(person=person)


def test_one_visit_at_a_door_is_enough(officer: User, person: Person) -> None:
    """Neither the same person nor a housemate is offered a second while the first is open."""
    offered(person, officer)
    mate = hub.make_person(Agency.objects.get(code="council"), address=person.address)
    for one in (person, mate):
        with pytest.raises(ValidationError, match="already asked for"):
            offered(one, officer)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_on": TODAY - dt.timedelta(days=1)}, "starts_on"),
        ({"window_start": dt.time(17), "window_end": dt.time(9)}, "window_end"),
    ],
)
def test_an_offer_that_cannot_be_names_its_field(
    wrong: dict[str, Any], field: str, officer: User, person: Person
) -> None:
    """And nothing is kept."""
    with pytest.raises(ValidationError) as refused:
        offered(person, officer, **wrong)
    assert field in refused.value.message_dict
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "declined", "reason": " ", "until": None}, "reason"),
        ({"kind": "later", "reason": "Moving house", "until": None}, "until"),
        ({"kind": "declined", "reason": "No", "until": TODAY}, "until"),
    ],
)
def test_an_answer_says_why_and_until_when(
    said: dict[str, Any], field: str, officer: User, person: Person
) -> None:
    """Whoever looks next must know."""
    with pytest.raises(ValidationError) as refused:
        prevention.note_answer(person=person, by=officer, now=NOW, **said)
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"factor": "smoking", "points": 1, "source": "us"}, "factor"),
        ({"factor": "alone", "points": 11, "source": "us"}, "points"),
        ({"factor": "alone", "points": 1, "source": " "}, "source"),
    ],
)
def test_points_stand_on_somebodys_word(said: dict[str, Any], field: str, officer: User) -> None:
    """A known factor, nought to ten, and a source."""
    with pytest.raises(ValidationError) as refused:
        prevention.set_points(by=officer, now=NOW, **said)
    assert field in refused.value.message_dict
