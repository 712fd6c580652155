"""What was changed in a person's rows: by whom, from what, to what. The trigger `care_remember` keeps it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet

from hub.models import Change, Need, Note, Person, User
from visits.models import BarredWorker, NamedWorker

SHOWN: dict[str, tuple[type[Model], str]] = {
    "hub_person": (Person, "the person"),
    "hub_need": (Need, "a need"),
    "hub_note": (Note, "a note"),
    "visits_namedworker": (NamedWorker, "the named worker"),
    "visits_barredworker": (BarredWorker, "a barred worker"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One change; `fields` holds (name, before, after), and is empty where the row was removed."""

    at: datetime
    by: User | None
    what: str
    is_removed: bool
    fields: list[tuple[str, str, str]]


def of(person: Person) -> QuerySet[Change]:
    """The changes of the rows that are this person's now, the latest first."""
    mine = Q(table="hub_person", row=person.pk)
    for table, (model, _) in SHOWN.items():
        if model is not Person:
            keys = model._default_manager.filter(person=person).values_list("pk", flat=True)
            mine |= Q(table=table, row__in=list(keys))
    return Change.objects.filter(mine).order_by("-pk")


def tell(changes: Iterable[Change]) -> list[Told]:
    """The changes in words, each beside what came of it: the row at its next change, or as it is now."""
    changes = list(changes)
    users = User.objects.in_bulk({one.viewer for one in changes if one.viewer})
    after = _after(changes)
    return [
        Told(
            one.at,
            users.get(one.viewer or 0),
            SHOWN[one.table][1],
            one.deed == "delete",
            [] if one.deed == "delete" else list(_differences(one, after[one.pk])),
        )
        for one in changes
    ]


def _after(changes: Collection[Change]) -> dict[int, dict[str, Any]]:
    """What each change made of its row."""
    found: dict[int, dict[str, Any]] = {}
    by_table: dict[str, set[int]] = {}
    for one in changes:
        by_table.setdefault(one.table, set()).add(one.row)
    for table, rows in by_table.items():
        state = _now(table, rows)
        earliest = min(one.pk for one in changes if one.table == table)
        later = Change.objects.filter(table=table, row__in=rows, pk__gte=earliest).order_by("-pk")
        for one in later:
            found[one.pk] = state.get(one.row, {})
            state[one.row] = one.was
    return found


def _now(table: str, rows: Collection[int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT id, to_jsonb(t)::text FROM {name} t WHERE id = ANY(%s)", [list(rows)])
        return {key: json.loads(row) for key, row in cursor.fetchall()}


def _differences(change: Change, after: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    for field in SHOWN[change.table][0]._meta.concrete_fields:
        before, now = change.was.get(field.column), after.get(field.column)
        if before != now:
            yield str(field.verbose_name).replace("nhs", "NHS"), _said(before), _said(now)


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
