"""What is shown of a person whom several agencies describe."""

from __future__ import annotations

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
