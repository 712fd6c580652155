"""Rows as comma-separated files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A file to receive. `wrong` counts the rules that its bad rows break."""

    agency: str
    feed: str
    path: Path
    wrong: Mapping[str, int] = field(default_factory=dict)


def mixed(rows: Sequence[Row], bad: Sequence[Row]) -> list[Row]:
    """The bad rows among the good ones, from the second place on."""
    return [*rows[:1], *bad, *rows[1:]]


def hhmm(moment: time) -> str:
    """A wall time as most partners write it."""
    return f"{moment:%H:%M}"


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """CSV in UTF-8; the columns are those of all rows, in the order in which they first appear."""
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
