"""Many rows in few statements, where Django's own way takes longer to build them than PostgreSQL to run them.

Rows go by COPY into a temporary table that is like the model's own, and from there into it in one
statement: COPY alone cannot go into a table with row-level security, nor meet rows that are there.
docs/decisions/0063-rows-by-copy.md has what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.db.models import AutoField, JSONField, Model

M = TypeVar("M", bound=Model)
FEWEST_TO_LOOK_AT = 2000  # rows
FEW = 50  # rows for which a temporary table would take longer than it saves


def put(
    model: type[M], objects: Iterable[M], *, match: Sequence[str] = (), update: Sequence[str] = ()
) -> list[M]:
    """Stores objects, in a transaction; one that agrees with a row in the `match` fields updates that row.

    Objects without a key are given one, which counts only for those that no row matched.
    """
    rows = list(objects)
    new = [row for row in rows if row.pk is None]
    if isinstance(model._meta.pk, AutoField):
        for row, key in zip(new, reserve(model, len(new)), strict=True):
            row.pk = key
    names = [field.attname for field in model._meta.concrete_fields]
    put_rows(model, names, map(attrgetter(*names), rows), match=match, update=update)
    for row in rows:
        row._state.adding = False
    return rows


def put_rows(
    model: type[Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    match: Sequence[str] = (),
    update: Sequence[str] = (),
) -> None:
    """Stores rows of the fields that are named, in a transaction; the others have what the database gives."""
    rows = list(rows)
    if not rows:
        return
    json = [place for place, name in enumerate(names) if isinstance(model._meta.get_field(name), JSONField)]
    if json:
        rows = [_with_json(row, json) for row in rows]
    columns, table = _columns(model, names), _quoted(model._meta.db_table)
    conflict = ""
    if match:
        learnt = ", ".join(f"{name} = EXCLUDED.{name}" for name in _columns(model, update).split(", "))
        conflict = f"ON CONFLICT ({_columns(model, match)}) DO UPDATE SET {learnt}"
    with connection.cursor() as cursor:
        if len(rows) < FEW:
            values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
            said = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES {values} {conflict}", said)
            return
        stage = _quoted(f"put_{model._meta.db_table}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DROP AS TABLE {table} WITH NO DATA"
        )
        with connection.wrap_database_errors, cursor.copy(f"COPY {stage} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} {conflict}; TRUNCATE {stage}"
        )


class Growth:
    """Has PostgreSQL look anew at tables that grow within one transaction, where autovacuum cannot see it.

    What it believes of a table that was empty when the transaction began is that each look-up finds one
    row: it then walks through all rows of the table for every chunk. With `Growth` it looks each time
    the tables may have doubled.
    """

    def __init__(self, *models: type[Model]) -> None:
        self._tables = [model._meta.db_table for model in models]
        self._looked_at = 0
        self._known = self._believed()

    def reached(self, stored: int) -> None:
        """So many rows have been stored by now."""
        if stored - self._looked_at < self._known:
            return
        self._looked_at = stored
        with connection.cursor() as cursor:
            # Passing over what another delivery looks at, because each would hold its tables to its end.
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(map(_quoted, self._tables))}")
        self._known = self._believed()

    def _believed(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(reltuples) FROM pg_class WHERE relname = ANY(%s)", [self._tables])
            return max(int(cursor.fetchone()[0] or 0), FEWEST_TO_LOOK_AT)


def reserve(model: type[Model], number: int) -> list[int]:
    """So many keys that no row has or will have but those that are given them."""
    if not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s))) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, number],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _with_json(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The row with what PostgreSQL keeps as JSON written out."""
    written = list(row)
    for place in places:
        written[place] = orjson.dumps(row[place]).decode()
    return written


def _columns(model: type[Model], names: Iterable[str]) -> str:
    return ", ".join(_quoted(model._meta.get_field(name).column) for name in names)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
