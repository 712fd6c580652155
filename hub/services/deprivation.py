"""How deprived each postcode's neighbourhood is: the official Index of Multiple Deprivation of England.

Two shapes are read as they are published: the list by postcode that the Ministry's look-up tool writes
(columns Postcode and Index of Multiple Deprivation Decile), and the index by neighbourhood ("File 7",
columns LSOA code … and Index of Multiple Deprivation (IMD) Decile …) together with the Office for National
Statistics' postcode directory (columns pcds and lsoa11 or lsoa21).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from django.db import transaction

from hub.models import Postcode
from hub.services.postcodes import written

CHUNK = 5000  # rows
DECILE = "index of multiple deprivation"
NEIGHBOURHOODS = {"2011": "lsoa11", "2021": "lsoa21"}  # the directory's column by the year of the codes


class DeprivationFileError(ValueError):
    """A file that cannot be used; the message names the line and the column."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many postcodes of the file have a decile now, and how many the hub does not know."""

    known: int
    unknown: int


@transaction.atomic
def load(file: TextIO, *, postcodes: TextIO | None = None) -> Loaded:
    """Keeps the decile of every postcode that the hub knows, in place of all that was loaded before.

    Raises DeprivationFileError at the first line that cannot be read, and then nothing is changed.
    """
    Postcode.objects.exclude(deprivation_decile=None).update(deprivation_decile=None)
    known = unknown = 0
    chunk: dict[str, int] = {}
    for code, decile in _deciles(file, postcodes):
        chunk[code] = decile
        if len(chunk) == CHUNK:
            found = _store(chunk)
            known, unknown = known + found, unknown + len(chunk) - found
            chunk.clear()
    found = _store(chunk)
    return Loaded(known + found, unknown + len(chunk) - found)


def _store(chunk: dict[str, int]) -> int:
    rows = list(Postcode.objects.filter(code__in=chunk).only("code", "deprivation_decile"))
    for row in rows:
        row.deprivation_decile = chunk[row.code]
    Postcode.objects.bulk_update(rows, ["deprivation_decile"])
    return len(rows)


def _deciles(file: TextIO, postcodes: TextIO | None) -> Iterator[tuple[str, int]]:
    reader = csv.DictReader(file, skipinitialspace=True)
    names = reader.fieldnames or []
    decile = _column(names, lambda name: name.startswith(DECILE) and "decile" in name, "the IMD decile")
    postcode = next((name for name in names if name.strip().casefold() == "postcode"), None)
    if postcode is not None:
        for row in reader:
            if (row[decile] or "").strip():  # the tool leaves a postcode that it does not know empty
                yield _code(row[postcode], reader.line_num), _decile(row[decile], reader.line_num)
        return
    lsoa = _column(names, lambda name: name.startswith("lsoa code"), "Postcode or LSOA code")
    if postcodes is None:
        raise DeprivationFileError("it is by neighbourhood: give the directory of postcodes with --postcodes")
    by_lsoa = {row[lsoa]: _decile(row[decile], reader.line_num) for row in reader}
    year = next((year for year in NEIGHBOURHOODS if year in lsoa), "2011")
    yield from _by_directory(by_lsoa, postcodes, NEIGHBOURHOODS[year])


def _by_directory(by_lsoa: dict[str, int], postcodes: TextIO, column: str) -> Iterator[tuple[str, int]]:
    reader = csv.DictReader(postcodes, skipinitialspace=True)
    names = reader.fieldnames or []
    code = _column(names, lambda name: name == "pcds", "pcds")
    lsoa = _column(names, lambda name: name.startswith(column), column)
    for row in reader:
        if row[lsoa] in by_lsoa:
            yield _code(row[code], reader.line_num), by_lsoa[row[lsoa]]


def _column(names: Iterable[str], fits: Callable[[str], bool], what: str) -> str:
    for name in names:
        if fits(name.strip().casefold()):
            return name
    raise DeprivationFileError(f"line 1: the column {what} is missing")


def _code(text: str | None, line: int) -> str:
    try:
        return written(text or "")
    except ValueError:
        raise DeprivationFileError(f"line {line}: the postcode is not one") from None


def _decile(text: str | None, line: int) -> int:
    if not ((text or "").strip().isdecimal() and 1 <= int(text or "") <= 10):
        raise DeprivationFileError(f"line {line}: the decile is no number from 1 to 10")
    return int(text or "")
