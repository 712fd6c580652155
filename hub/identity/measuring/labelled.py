"""Files of records with the truth beside them: FEBRL's, and our own, which `write` makes.

Ours is a CSV with the columns below; `person` says whose the record truly is, `kin` and `kin_person` whom
else of the file it could be mistaken for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from hub.feeds.record import PersonRecord
from hub.identity.matching import Facts
from hub.identity.measuring.invented import Labelled
from hub.identity.names import fold, fold_given
from hub.identity.records import facts_of

COLUMNS = (
    "record",
    "person",
    "kin",
    "kin_person",
    "agency",
    "family_name",
    "given_name",
    "birth_date",
    "gender",
    "nhs_number",
    "nhs_number_verified",
    "address",
    "postcode",
    "uprn",
)
FEBRL_COLUMNS = {"rec_id", "given_name", "surname", "date_of_birth"}


class UnreadableError(ValueError):
    """The file is not a labelled set; the message says what was expected, with the line."""


@dataclass(frozen=True, slots=True)
class Case:
    """One record as matching sees it, and whose it truly is."""

    facts: Facts
    lines: tuple[str, ...]
    person: str
    kin: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The cases of a file. Those from abroad cannot be judged by a model of English records."""

    name: str
    cases: Sequence[Case]
    abroad: bool = False


def read(path: Path) -> LabelledSet:
    """The cases of a file of either kind. Raises `UnreadableError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            headings = set(rows.fieldnames or ())
            if headings >= FEBRL_COLUMNS:
                return LabelledSet(path.name, [_febrl(row) for row in rows], abroad=True)
            if headings >= set(COLUMNS):
                return LabelledSet(path.name, [_ours(row, rows.line_num) for row in rows])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"{path.name}: {error}") from error
    raise UnreadableError(
        f"{path.name}: neither the columns of FEBRL ({', '.join(sorted(FEBRL_COLUMNS))}) "
        f"nor ours ({', '.join(COLUMNS)}) are in its first line."
    )


def of(name: str, labelled: Iterable[Labelled]) -> LabelledSet:
    """The cases of invented records, without a file."""
    return LabelledSet(
        name,
        [Case(facts_of(each.record), each.record.address_lines, each.person, each.kin) for each in labelled],
    )


def write(file: TextIO, labelled: Iterable[Labelled]) -> None:
    """Writes invented records as a file that `read` reads."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in labelled:
        said = each.record
        kin, kin_person = each.kin or ("", "")
        writer.writerow(
            (
                *(said.key, each.person, kin, kin_person, each.agency, said.family_name, said.given_name),
                *(said.birth_date or "", said.gender or "", said.nhs_number or ""),
                *("yes" if said.nhs_number_verified else "", ", ".join(said.address_lines)),
                *(said.postcode, said.uprn or ""),
            )
        )


def _ours(row: dict[str, str], line: int) -> Case:
    try:
        born = date.fromisoformat(row["birth_date"]) if row["birth_date"] else None
    except ValueError as error:
        raise UnreadableError(f"line {line}: birth_date is not written as 1941-05-06.") from error
    record = PersonRecord(
        key=row["record"],
        place="",
        family_name=row["family_name"],
        given_name=row["given_name"],
        birth_date=born,
        gender=row["gender"] or None,
        nhs_number=row["nhs_number"] or None,
        nhs_number_verified=row["nhs_number_verified"] == "yes",
        postcode=row["postcode"],
        uprn=row["uprn"] or None,
    )
    kin = (row["kin"], row["kin_person"]) if row["kin"] else None
    return Case(facts_of(record), (row["address"],), row["person"], kin)


def _febrl(row: dict[str, str]) -> Case:
    """FEBRL's people are Australian; the social security number is left out, as the task has it."""
    digits = row["date_of_birth"]
    try:
        born = date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}") if digits else None
    except ValueError:
        born = None  # no such day: nothing is known
    facts = Facts(
        family=fold(row["surname"]),
        given=fold_given(row["given_name"]),
        birth_date=born,
        postcode=row.get("postcode", ""),
    )
    door = f"{row.get('street_number', '')} {row.get('address_1', '')}".strip()
    lines = (door, row.get("address_2", ""), row.get("suburb", ""))
    return Case(facts, lines, row["rec_id"].split("-")[1])
