"""What is shown of a person whom several agencies describe."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.identity import golden
from hub.models import Person, SourceRecord
from tests.factories import hub as make

pytestmark = pytest.mark.django_db


def described(*names: tuple[str, str]) -> Person:
    """One person with a record from one agency after another, each with its (given, family) name."""
    person = make.make_person()
    for number, (given, family) in enumerate(names):
        record = make.make_source_record(person, make.make_agency(), key=f"P{number}")
        record.payload |= {"given_name": given, "family_name": family}
        SourceRecord.objects.filter(pk=record.pk).update(payload=record.payload)
    golden.refresh([person.pk])
    person.refresh_from_db()
    return person


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([("Joan", "O'Neill"), ("JOAN", "ONEILL")], "Joan O'Neill"),
        ([("JOAN", "O'NEILL"), ("Joan", "O'Neill")], "Joan O'Neill"),
        ([("Hương", "Nguyễn"), ("HUONG", "NGUYEN")], "Hương Nguyễn"),
        ([("JOAN", "MCDONALD")], "JOAN MCDONALD"),
        ([("Joan", "Smith"), ("JOAN", "BAKER")], "Joan BAKER"),
    ],
)
def test_a_name_in_small_letters_wins_over_the_same_name_in_capitals(
    names: list[tuple[str, str]], shown: str
) -> None:
    """Some systems shout; the person is written as somebody else wrote them, but nothing is guessed."""
    assert described(*names).name == shown


def test_the_newest_record_speaks_first() -> None:
    """After a marriage the newer name stands."""
    assert described(("Joan", "Smith"), ("Joan", "Baker")).name == "Joan Baker"


def test_of_contact_times_the_newest_record_speaks_for_both_ends_until_somebody_is_told_otherwise() -> None:
    """A verified number makes no old wish new; halves are not mixed; a word noted by hand goes first."""
    person = make.make_person()
    for number, said in enumerate(
        ({"contact_until": "19:00:00"}, {"contact_from": "09:00:00"}, {"gender": "F"})
    ):
        record = make.make_source_record(person, make.make_agency(), key=f"P{number}")
        SourceRecord.objects.filter(pk=record.pk).update(payload=record.payload | said)
        if not number:
            record.known_as.nhs_number, record.known_as.nhs_number_verified = make.make_nhs_number(), True
            record.known_as.save()

    def asked() -> tuple[dt.time | None, dt.time | None]:
        golden.refresh([person.pk])
        person.refresh_from_db()
        return person.contact_from, person.contact_until

    assert asked() == (dt.time(9), None)
    told = make.make_contact_times(person, contact_from=dt.time(10), contact_until=dt.time(16))
    assert asked() == (dt.time(10), dt.time(16))
    any_time = make.make_contact_times(person, contact_from=None, set_at=make.NOW + dt.timedelta(hours=1))
    assert asked() == (None, None)
    any_time.delete()
    type(told).objects.filter(pk=told.pk).update(ended_at=make.NOW)
    assert asked() == (dt.time(9), None)
