"""Any partner's own CSV, by a mapping that somebody chose on a page: their columns to those of `plain`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from hub.feeds import plain
from hub.feeds.columns import each_row
from hub.feeds.record import FeedError, Record, Rejected, Skipped
from hub.feeds.table import Columns, Row, rows

FORMAT = "mapped"
NAMES = (*plain.COLUMNS.required, *plain.COLUMNS.optional)
DATES = ("date_of_birth", "date_of_death", "starts", "ends")
ORDERS = {"day first": "dmy", "month first": "mdy", "year first": "ymd"}
MOST_JOINED = 6
_LINE = re.compile(r"(address|addr|addressline|line)[0-9]|house(no|number|name)|street|village|town|city")
ALIASES = {
    "client_reference": (
        *("id", "ref", "reference", "personid", "clientid", "recid"),
        *("tenantid", "tenantref", "customerid", "patientid", "residentid", "personref", "clientref"),
    ),
    "family_name": ("surname", "lastname"),
    "given_name": ("firstname", "forename", "forenames"),
    "date_of_birth": ("dob", "birthdate", "born"),
    "nhs_number": ("nhsno", "nhs"),
    "gender": ("sex",),
    "address": ("fulladdress",),
    "postcode": ("postalcode", "pcode"),
    "contact_from": ("callsfrom", "notbefore", "contactafter"),
    "contact_until": ("callsuntil", "notafter", "contactbefore"),
}


class Mapped:
    """A feed by a mapping: `columns` names for each of ours one or more of theirs, which are joined,
    `constants` gives what is the same in every row, `dates` the order in which a date is written.
    """

    def __init__(self, mapping: dict[str, Any]) -> None:
        self._columns: dict[str, list[str]] = mapping.get("columns") or {}
        self._constants: dict[str, str] = mapping.get("constants") or {}
        self._order = ORDERS.get(mapping.get("dates") or "", "dmy")

    def read(self, stream: BinaryIO) -> Iterator[Record | Rejected | Skipped]:
        """Yields what the plain feed makes of the translated rows."""
        if problem := problem_of({"columns": self._columns, "constants": self._constants}):
            raise FeedError(problem, rule="mapping")
        theirs = tuple(dict.fromkeys(name for names in self._columns.values() for name in names))
        found = rows(stream, Columns(required=theirs, strict=False))
        yield from each_row(map(self._translated, found), plain.taker())

    def _translated(self, row: Row | Rejected) -> Row | Rejected:
        if isinstance(row, Rejected):
            return row
        cells = dict(self._constants)
        for ours, theirs in self._columns.items():
            glue = ", " if ours == "address" else " "
            said = glue.join(text for name in theirs if (text := row.cells.get(name, "").strip()))
            if said:
                cells[ours] = self._dated(said) if ours in DATES else said
        if not cells.get("need_reference"):  # what is the same for every need says nothing without one
            for name in self._constants.keys() & set(plain.OF_A_NEED) - self._columns.keys():
                del cells[name]
        return Row(row.place, cells)

    def _dated(self, text: str) -> str:
        """A date as the feed reads it; what is none stays as it is and is refused there."""
        digits = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text)
        if digits and self._order == "ymd":
            return "-".join(digits.groups())
        parts = re.fullmatch(r"([0-9]{1,4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,4})", text)
        if parts and self._order == "mdy":
            return f"{parts[2]}/{parts[1]}/{parts[3]}"
        return text.replace(".", "/") if parts else text


def guess(headings: list[str]) -> dict[str, Any]:
    """What a heading looks as if it meant: a beginning for whoever chooses."""
    bare = {re.sub(r"[\W_]+", "", heading.lower()): heading for heading in headings}
    columns = {
        name: [bare[word]]
        for name in NAMES
        for word in (name.replace("_", ""), *ALIASES.get(name, ()))
        if word in bare
    }
    lines = [heading for word, heading in bare.items() if _LINE.fullmatch(word)]
    if lines and "address" not in columns:
        columns["address"] = lines[:MOST_JOINED]
    return {"columns": columns, "constants": {}, "dates": "day first"}


def problem_of(mapping: dict[str, Any]) -> str:
    """What keeps a mapping from being used, "" if nothing does."""
    columns, constants = mapping.get("columns") or {}, mapping.get("constants") or {}
    if unknown := sorted({*columns, *constants} - set(NAMES)):
        return f"There is no column {', '.join(unknown)} to map to."
    if missing := [name for name in plain.COLUMNS.required if not columns.get(name)]:
        return f"Choose a column for {', '.join(missing)}."
    if any(len(theirs) > MOST_JOINED for theirs in columns.values()):
        return f"Join {MOST_JOINED} columns at most."
    return ""
