"""The planning extract: agreed agencies, nobody who opted out, nobody who could be recognised."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from hub.models import AuditEvent, Objection, Person
from hub.services import rights
from tests.factories.hub import (
    NOW,
    TODAY,
    make_agency,
    make_agreement,
    make_area,
    make_need,
    make_person,
    make_user,
)
from visits.services import extracting

pytestmark = pytest.mark.django_db


def people() -> list[Person]:
    """Six people of one agency in one area with the same need."""
    agency, area = make_agency("carers"), make_area("north")
    found = [make_person(agency, area=area) for _ in range(6)]
    for person in found:
        make_need(person, agency)
    return found


def rows() -> list[tuple[object, ...]]:
    """The extract of today."""
    return list(extracting.extract(reason="Yearly report", by=make_user(), on=TODAY))


def test_without_an_agreement_for_planning_nothing_is_extracted() -> None:
    """An agreement to coordinate visits does not serve; the refusal says which is missing."""
    (agency,) = {record.agency for person in people() for record in person.source_records.all()}
    make_agreement(agency, make_agency(), purposes=("coordination",))
    with pytest.raises(extracting.ExtractRefused, match=r"covers “Needs.*for planning and evaluation"):
        rows()
    assert not AuditEvent.objects.exists()


def test_whoever_opts_out_is_not_in_it_and_small_groups_are_not_shown() -> None:
    """Six are a row, five still; a sixth who opted out is gone, and of four nothing is told."""
    found = people()
    (agency,) = {record.agency for record in found[0].source_records.all()}
    make_agreement(agency, make_agency())
    assert rows() == [("north", "carers", "80-89", 3, 1, 30, 6, 6)]
    for person, left in ((found[0], 5), (found[1], None)):
        rights.object_to(person=person, kind=Objection.Kind.OPT_OUT, said="", by=make_user(), now=NOW)
        assert [row[6] for row in rows()] == ([left] if left else [])
    assert AuditEvent.objects.filter(what="planning-extract", reason="Yearly report").count() == 3


def test_the_command_writes_a_private_file_without_a_name(tmp_path: Path) -> None:
    """Readable by its owner alone, never over another file."""
    found = people()
    (agency,) = {record.agency for record in found[0].source_records.all()}
    make_agreement(agency, make_agency(), starts_on="2020-01-01", signed_on="2020-01-01")
    out = tmp_path / "extract.csv"
    type(found[0].needs.get()).objects.update(starts_on="2020-01-01")
    call_command("planning_extract", "--reason", "Yearly report", "--out", str(out))
    assert out.stat().st_mode & 0o077 == 0
    written = list(csv.reader(out.read_text().splitlines()))
    assert written[0] == list(extracting.COLUMNS)
    assert len(written) == 2
    assert found[0].family_name not in out.read_text()
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("planning_extract", "--reason", "Again", "--out", str(out))
