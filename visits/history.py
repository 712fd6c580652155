"""What of a rota's changes by hand stands now, worked out from its append-only rows."""

from __future__ import annotations

from visits.models import HandChange, Override, Rota

Kind = HandChange.Kind
History = tuple[list[HandChange], list[HandChange]]


def history(rota: Rota) -> History:
    """The changes that stand, and those taken back that can be done again; the newest last."""
    done: list[HandChange] = []
    taken_back: list[HandChange] = []
    for row in rota.changes.select_related("by").defer("before", "after"):
        if row.kind == Kind.UNDONE:
            taken_back.append(done.pop())
        elif row.kind == Kind.REDONE:
            done.append(taken_back.pop())
        else:
            done.append(row)
            taken_back.clear()
    return done, taken_back


def copied_overrides(rota: Rota, *, to: Rota) -> list[Override]:
    """What people answer for in a rota, for a copy of it; not saved."""
    rows = overrides_in_force(rota)
    for row in rows:
        row.pk, row.rota, row.change = None, to, None
    return rows


def overrides_in_force(rota: Rota) -> list[Override]:
    """What people answer for in the rota as it is now: not what was taken back again."""
    rows = list(rota.overrides.select_related("by"))
    if all(row.change_id is None for row in rows):
        return rows
    keys = {change.pk for change in history(rota)[0]}
    return [row for row in rows if row.change_id is None or row.change_id in keys]
