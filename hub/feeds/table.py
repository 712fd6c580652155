"""Rows out of CSV bytes, as they are read: what every CSV feed has in common.

A line is decoded only once a whole row is there, so memory holds one row, whatever the size of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import BinaryIO

from hub.feeds.record import FeedError, Rejected

MAX_COLUMNS = 500
MAX_FIELD = 10_000  # characters
MAX_ROW = 64 * 1024  # bytes, all lines of a row together
MAX_LINES = 200  # lines of one row with quoted line breaks
AS_UTF8 = 'Save it again as "CSV UTF-8 (comma delimited)".'
SIGNATURES = (
    (b"\xff\xfe", "utf16", f"The file is in UTF-16. {AS_UTF8}"),
    (b"\xfe\xff", "utf16", f"The file is in UTF-16. {AS_UTF8}"),
    (b"PK\x03\x04", "not_csv", f"The file is a spreadsheet or a zip archive, not CSV. {AS_UTF8}"),
    (b"%PDF", "not_csv", f"The file is a PDF, not CSV. {AS_UTF8}"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a feed. A `strict` feed refuses headings it does not know."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by the name of their column; `place` is the line on which it begins."""

    place: str
    cells: dict[str, str] = field(repr=False)


def rows(stream: BinaryIO, columns: Columns) -> Iterator[Row | Rejected]:
    """Yields the rows below the heading. Raises `FeedError` if this is not UTF-8 CSV with these columns."""
    lines = _Lines(stream)
    heading = _heading(lines)
    yield from _rows(lines, _names(heading, columns))


def beginning(stream: BinaryIO, most: int) -> tuple[list[str], list[list[str]]]:
    """The heading and the first rows that can be read. Raises `FeedError` if this is not UTF-8 CSV."""
    lines = _Lines(stream)
    heading = _heading(lines)
    _check_width(heading)
    found = []
    while len(found) < most and (row := lines.next_row(len(heading))) is not None:
        found += [row[1]] if isinstance(row, tuple) else []
    return heading, found


def rows_below(
    stream: BinaryIO, name: Callable[[list[list[str]]], list[str] | None], *, most: int
) -> Iterator[Row | Rejected]:
    """Yields the rows below a heading of several rows, of which `name` makes the names of the columns.

    `name` is asked after each row until it answers, for at most `most` rows; then it must raise `FeedError`.
    """
    lines = _Lines(stream)
    heading = [_heading(lines)]
    _check_width(heading[0])
    names = name(heading)
    while names is None:
        found = lines.next_row(len(heading[0]))
        if not isinstance(found, tuple) or len(heading) >= most:
            raise FeedError(
                f"The heading is not that of this feed within {most} rows.",
                place=f"line {lines.number}",
                rule="heading_missing",
            )
        heading.append(found[1])
        names = name(heading)
    yield from _rows(lines, names)


def _rows(lines: _Lines, names: list[str]) -> Iterator[Row | Rejected]:
    while (found := lines.next_row(len(names))) is not None:
        if isinstance(found, Rejected):
            yield found
            continue
        line, cells = found
        if any(cells):
            yield Row(f"line {line}", {name: cell for name, cell in zip(names, cells, strict=True) if name})


class _Lines:
    """Physical lines, and rows made of them. Lines that turn out not to belong to a row are read again."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._again: deque[bytes] = deque()
        self.number = 0  # of the line last read

    def read(self) -> bytes:
        """The next line with its end. One longer than `MAX_ROW` is cut there, and the rest of it lost."""
        if self._again:
            self.number += 1
            return self._again.popleft()
        line = self._stream.readline(MAX_ROW + 1)
        if line:
            self.number += 1
        if self.number > 1:
            refuse_nul(line, self.number)
        if len(line) > MAX_ROW and not line.endswith(b"\n"):
            self._lose_rest_of_line()
        return line

    def next_row(self, width: int) -> tuple[int, list[str]] | Rejected | None:
        """The number of the first line and the cells; what is wrong with the row; or None at the end."""
        taken = [self.read()]
        if not taken[0]:
            return None
        first, size = self.number, len(taken[0])
        if size > MAX_ROW:
            return _rejected(first, "too_long", f"Shorten the row to {MAX_ROW // 1024} KB.")
        while (quotes := _quotes(taken)) is Quotes.OPEN:
            more = self.read() if size <= MAX_ROW and len(taken) < MAX_LINES else b""
            if not more:
                break
            taken.append(more)
            size += len(more)
        cells = _cells(taken, first) if quotes is Quotes.CLOSED else None
        if isinstance(cells, list):
            if len(cells) == width:
                return first, cells
            if not b"".join(taken).strip():
                return first, [""] * width
        self._again.extendleft(reversed(taken[1:]))
        self.number = first
        return _fault(taken, first, cells, width)

    def _lose_rest_of_line(self) -> None:
        while (chunk := self._stream.readline(MAX_ROW)) and not chunk.endswith(b"\n"):
            pass


def refuse_nul(line: bytes, number: int) -> None:
    """Raises `FeedError` if the line holds NUL bytes: then it is damaged, or in UTF-16 without its mark."""
    if b"\0" not in line:
        return
    place = f"line {number}"
    if number == 1 and line.count(b"\0") * 3 > len(line):
        raise FeedError(f"The file is in UTF-16. {AS_UTF8}", place=place, rule="utf16")
    raise FeedError("The file holds NUL bytes, so it is damaged. Export it again.", place=place, rule="nul")


def _heading(lines: _Lines) -> list[str]:
    first = lines.read()
    for signature, rule, message in SIGNATURES:
        if first.startswith(signature):
            raise FeedError(message, place="line 1", rule=rule)
    refuse_nul(first, 1)
    first = first.removeprefix(b"\xef\xbb\xbf")
    while first and not first.strip(b" \t\r\n,"):
        first = lines.read()
    place = f"line {lines.number}"
    if not first:
        raise FeedError("The file is empty. Export it again.", rule="empty")
    if len(first) > MAX_ROW:
        raise FeedError(
            f"The heading is longer than {MAX_ROW // 1024} KB.", place=place, rule="heading_too_long"
        )
    if b"\r" in first.rstrip(b"\r\n"):
        raise FeedError("The lines end as on an old Macintosh. " + AS_UTF8, place=place, rule="line_ends")
    if _quotes([first]) is not Quotes.CLOSED:
        raise FeedError("A quote in the heading is not closed.", place=place, rule="heading_missing")
    cells = _cells([first], lines.number)
    if isinstance(cells, Rejected):
        raise FeedError(cells.message, place=place, rule=cells.rule)
    return cells


def _check_width(heading: list[str]) -> None:
    if len(heading) > MAX_COLUMNS:
        raise FeedError(
            f"The heading has {len(heading)} columns; {MAX_COLUMNS} is the most.",
            place="heading",
            rule="too_many_columns",
        )


def _names(heading: list[str], columns: Columns) -> list[str]:
    """The column of the feed that each heading stands for, "" for one that is passed over."""
    _check_width(heading)
    known = {_bare(name): name for name in (*columns.required, *columns.optional)}
    names = [known.get(_bare(cell), "") for cell in heading]
    found = [name for name in names if name]
    if missing := [name for name in columns.required if name not in found]:
        hint = " It looks as if semicolons separate the fields; use commas." if len(heading) == 1 else ""
        _refuse("heading_missing", missing, f"The heading lacks {', '.join(missing)}.{hint}")
    if twice := sorted({name for name in found if found.count(name) > 1}):
        _refuse("heading_duplicate", twice, f"The heading has more than once: {', '.join(twice)}.")
    if columns.strict:
        strange = [
            cell
            for cell, name in zip(heading, names, strict=True)
            if not name and cell.strip() and not cell.strip().lower().startswith("x-")
        ]
        if strange:
            near = [known[match] for cell in strange for match in get_close_matches(_bare(cell), known, 1)]
            meant = f" Was {', '.join(near)} meant?" if near else ""
            at = ", ".join(str(heading.index(cell) + 1) for cell in strange[:20])
            _refuse(
                "heading_unknown",
                near,
                f"The heading has names that this feed does not know, in column {at}.{meant}"
                " Begin a name with x- to have the column passed over.",
            )
    return names


def _refuse(rule: str, names: list[str], message: str) -> None:
    raise FeedError(message, place="heading", field=", ".join(names)[:120], rule=rule)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _fault(taken: list[bytes], first: int, cells: list[str] | Rejected | None, width: int) -> Rejected:
    """What is wrong with a row; `cells` is None where its quotes are."""
    short = not isinstance(cells, list) or len(cells) < width
    if len(taken) == 1 and not taken[0].endswith(b"\n") and short:
        return _rejected(first, "cut_off", "Export the file again: it ends in the middle of this row.")
    if cells is None or len(taken) > 1:
        return _rejected(first, "unclosed_quote", 'Close the quote, and write " within a value as "".')
    if isinstance(cells, Rejected):
        return cells
    return _rejected(
        first, "field_count", f"Give the row {width} fields like the heading; it has {len(cells)}."
    )


class Quotes(Enum):
    """How the quotes of a row stand at its end."""

    CLOSED = "closed"
    OPEN = "open"
    BROKEN = "broken"  # something stands between a closing quote and the comma


def _quotes(lines: list[bytes]) -> Quotes:
    """A quote opens only at the beginning of a field; elsewhere it is text."""
    text = b"".join(lines)
    at, last = 0, text.rfind(b'"')
    while at <= last:
        if text[at : at + 1] == b'"':
            end = text.find(b'"', at + 1)
            while end >= 0 and text[end + 1 : end + 2] == b'"':
                end = text.find(b'"', end + 2)
            if end < 0:
                return Quotes.OPEN
            if text[end + 1 : end + 2] not in (b",", b"\r", b"\n", b""):
                return Quotes.BROKEN
            at = end + 1
        at = text.find(b",", at) + 1
        if not at:
            break
    return Quotes.CLOSED


def _cells(lines: list[bytes], first: int) -> list[str] | Rejected:
    try:
        text = b"".join(lines).decode()
    except UnicodeDecodeError:
        raise FeedError(
            f"The file is not in UTF-8; it may be in Windows-1252. {AS_UTF8}",
            place=f"line {first}",
            rule="not_utf8",
        ) from None
    try:
        cells = next(csv.reader([text]), [])
    except csv.Error:
        return _rejected(
            first, "field_count", "Export the row again: a line break stands in it without quotes."
        )
    if any(len(cell) > MAX_FIELD for cell in cells):
        return _rejected(first, "too_long", f"Shorten every field to {MAX_FIELD} characters.")
    return cells


def _rejected(line: int, rule: str, message: str) -> Rejected:
    return Rejected(place=f"line {line}", field="", rule=rule, message=message)
