"""Read an agency's staff or shift file (docs/staff.md): rows or faults out, no database touched."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

STAFF = ("reference", "name", "gender", "base_postcode", "area", "max_week_hours", "skills")
SHIFTS = ("reference", "date", "start", "end")
LARGEST_BYTES = 20 * 1024 * 1024
LONGEST = {"reference": 60, "name": 120, "base_postcode": 10, "area": 40}
MOST_WEEK_HOURS = 60


class StaffFileError(ValueError):
    """The file as a whole is neither a staff file nor a shift file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row refused: where, in which field, by which rule; the message never repeats the value."""

    line: int
    field: str
    rule: str
    message: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One worker. `skills` pairs each code with its last day, if it has one."""

    line: int
    reference: str
    name: str
    gender: str
    base_postcode: str
    area: str
    max_week_minutes: int
    skills: tuple[tuple[str, date | None], ...]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift in local wall time; an end at or before the start is on the next day."""

    line: int
    reference: str
    day: date
    start: time
    end: time


class _RowError(Exception):
    def __init__(self, field: str, rule: str, message: str) -> None:
        self.field, self.rule, self.message = field, rule, message
        super().__init__(message)


def read(data: bytes) -> tuple[str, Iterator[StaffRow | ShiftRow | Fault]]:
    """Which of the two files it is (`staff` or `shifts`), and its rows and faults in order.

    Raises StaffFileError if it is neither.
    """
    if len(data) > LARGEST_BYTES:
        raise StaffFileError(f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MB.")
    if not data.strip():
        raise StaffFileError("The file is empty.")
    if b"\0" in data:
        raise StaffFileError("The file is not UTF-8 text (it may be UTF-16 or a spreadsheet).")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise StaffFileError(f"The file is not UTF-8: line {line}.") from error
    if not text.strip():  # a byte-order mark and nothing behind it
        raise StaffFileError("The file is empty.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader)]
    except csv.Error as error:
        raise StaffFileError(f"The header is not CSV: {error}.") from error
    for kind, columns in (("staff", STAFF), ("shifts", SHIFTS)):
        if sorted(header) == sorted(columns):
            return kind, _rows(reader, header, kind)
    raise StaffFileError(
        f"The header fits neither file. Staff: {','.join(STAFF)}. Shifts: {','.join(SHIFTS)}."
    )


def _rows(reader: Iterator[list[str]], header: list[str], kind: str) -> Iterator[StaffRow | ShiftRow | Fault]:
    parse = _staff if kind == "staff" else _shift
    seen: set[tuple[str, ...]] = set()
    line = 1
    while True:
        line = getattr(reader, "line_num", line) + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, "", "csv", f"The rest of the file cannot be read as CSV: {error}.")
            return
        if not any(value.strip() for value in values):
            continue
        reference = ""
        try:
            if len(values) != len(header):
                raise _RowError("", "columns", f"The row has {len(values)} values, not {len(header)}.")
            fields = dict(zip(header, (value.strip() for value in values), strict=True))
            reference = fields["reference"][: LONGEST["reference"]]
            row = parse(line, fields)
            key = (row.reference,) if isinstance(row, StaffRow) else (row.reference, row.day.isoformat())
            if key in seen:
                raise _RowError(
                    "reference", "once", "The worker stands twice in the file, or twice on a day."
                )
            seen.add(key)
            yield row
        except _RowError as fault:
            yield Fault(line, fault.field, fault.rule, fault.message, reference)


def _staff(line: int, fields: dict[str, str]) -> StaffRow:
    for name in ("reference", "name", "base_postcode", "area"):
        _refuse_length(name, fields[name])
    gender = fields["gender"].upper()
    if gender not in ("F", "M", "X", ""):
        raise _RowError("gender", "choice", "Gender is F, M, X or empty.")
    return StaffRow(
        line=line,
        reference=fields["reference"],
        name=fields["name"],
        gender=gender,
        base_postcode=_postcode(fields["base_postcode"]),
        area=fields["area"],
        max_week_minutes=_week_minutes(fields["max_week_hours"]),
        skills=_skills(fields["skills"]),
    )


def _shift(line: int, fields: dict[str, str]) -> ShiftRow:
    _refuse_length("reference", fields["reference"])
    return ShiftRow(
        line=line,
        reference=fields["reference"],
        day=_date("date", fields["date"]),
        start=_time("start", fields["start"]),
        end=_time("end", fields["end"]),
    )


def _refuse_length(name: str, value: str) -> None:
    if not value:
        raise _RowError(name, "required", f"{name} is empty.")
    if len(value) > LONGEST[name]:
        raise _RowError(name, "length", f"{name} is longer than {LONGEST[name]} characters.")


def _postcode(value: str) -> str:
    letters = re.sub(r"\s", "", value).upper()
    if not re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", letters):
        raise _RowError("base_postcode", "postcode", "base_postcode is not a whole postcode.")
    return f"{letters[:-3]} {letters[-3:]}"


def _week_minutes(value: str) -> int:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", value) or not 0 < float(value) <= MOST_WEEK_HOURS:
        message = f"max_week_hours is more than 0 and at most {MOST_WEEK_HOURS}, such as 37.5."
        raise _RowError("max_week_hours", "range", message)
    return round(float(value) * 60)


def _skills(value: str) -> tuple[tuple[str, date | None], ...]:
    found: dict[str, date | None] = {}
    for item in filter(None, (part.strip() for part in value.split(";"))):
        code, colon, last = item.partition(":")
        if code.strip() in found:
            raise _RowError("skills", "once", "A skill stands twice.")
        found[code.strip()] = _date("skills", last.strip()) if colon else None
    return tuple(found.items())


def _date(field: str, value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=None).date()  # noqa: DTZ007 (a day, not a moment)
    except ValueError:
        raise _RowError(field, "date", f"{field} holds a day not written like 2026-11-30.") from None


def _time(field: str, value: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise _RowError(field, "time", f"{field} is not a time such as 07:00.")
    return time.fromisoformat(value)
