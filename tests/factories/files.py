"""Small files as partners send them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import Any

# The first ten are a person's, the rest a call's.
# fmt: off
COLUMNS = [
    "client_reference", "family_name", "given_name", "date_of_birth", "nhs_number",
    "nhs_number_verified", "gender", "address", "postcode", "uprn", "call_reference", "call_name",
    "days", "earliest", "latest", "minutes", "tasks", "next_call", "next_call_min_minutes",
    "starts", "ends",
]
# fmt: on


def call(number: int = 1, **cells: Any) -> dict[str, Any]:
    """A row of a home-care schedule: one daily morning call to one client, each number another."""
    row = {
        "client_reference": f"C{number}",
        "family_name": f"Larter{'abcdefghij'[number % 10]}{number}",
        "given_name": "Mabel",
        "date_of_birth": (dt.date(1925, 1, 1) + dt.timedelta(days=number * 7 % 9000)).isoformat(),
        "address": f"{number} Mill Row, Aylsham",
        "postcode": "NR11 6AA",
        "call_reference": f"C{number}-AM",
        "call_name": "Morning call",
        "days": "daily",
        "earliest": "07:00",
        "latest": "09:30",
        "minutes": 30,
        "tasks": "personal_care",
        "starts": "2026-01-05",
    }
    return row | cells


def schedule(rows: Iterable[dict[str, Any]]) -> bytes:
    """The file of a home-care schedule."""
    return b"".join(schedule_lines(rows))


def schedule_lines(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The same, line by line, for files too large to hold."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def plain(rows: Iterable[dict[str, Any]]) -> bytes:
    """A plain file of people without needs."""
    columns = [*COLUMNS[:10], "contact_from", "contact_until"]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def table(*rows: dict[str, str]) -> bytes:
    """A CSV whose heading is the first row's columns."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
