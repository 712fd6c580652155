"""Months of past weeks for a copy of the demonstration, which has only the week it planned.

Every published week is repeated backwards with its visits and their parts, and so is each contact that
the agencies reported. Straight in SQL, for a county's half year is two million visits.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

APART = 10**9
"""What is added to a key for each week back: more rows than any one week has."""
COPIES = (  # the table; the columns that a copy has otherwise, by SQL; which rows are copied
    ("visits_rota", {"id": "id", "week_start": "date"}, "WHERE status = 'published'"),
    (
        "visits_visit",
        {"id": "id", "rota_id": "id", "starts_at": "time", "ends_at": "time"},
        "WHERE is_published",
    ),
    (
        "visits_visitpart",
        {"id": "id", "visit_id": "id", "due_on": "date", "starts_at": "time"},
        "WHERE visit_id IN (SELECT id FROM visits_visit WHERE is_published AND id < %(apart)s)",
    ),
)
CONTACTS = (
    "hub_contact",
    {"id": "id", "reference": "name", "source_record_id": "none", "starts_at": "time"},
    "WHERE starts_at >= (SELECT max(starts_at) FROM hub_contact WHERE id < %(apart)s) - interval '7 days'",
)
OTHERWISE = {
    "id": "{0} + %(apart)s::bigint * week",
    "date": "{0} - 7 * week",
    "time": "{0} - interval '7 days' * week",
    "name": "{0} || '-' || week",
    "none": "NULL",
}
REPORTED = 3
"""Weeks of contacts that the demonstration has already."""


def repeat(weeks: int) -> None:
    """Adds so many past weeks. Raises ValueError below 0."""
    if weeks < 0:
        raise ValueError(f"{weeks} weeks of history are not possible.")
    with transaction.atomic(), connection.cursor() as cursor:
        for table, otherwise, rows in COPIES:
            _copy(cursor, table, otherwise, rows, first=1, last=weeks)
        table, otherwise, rows = CONTACTS
        _copy(cursor, table, otherwise, rows, first=REPORTED, last=weeks)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(
    cursor: object, table: str, otherwise: Mapping[str, str], rows: str, *, first: int, last: int
) -> None:
    columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    values = [
        "gen_random_uuid()"
        if name == "public_id"
        else OTHERWISE[otherwise[name]].format(f"old.{name}")
        if name in otherwise
        else f"old.{name}"
        for name in columns
    ]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM (SELECT * FROM {table} {rows} {'AND' if rows else 'WHERE'} "
        "id < %(apart)s) AS old, generate_series(%(first)s, %(last)s) AS week",
        {"apart": APART, "first": first, "last": last},
    )
