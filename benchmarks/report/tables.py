"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def table(rows: Iterable[Mapping[str, Any]], columns: str) -> list[str]:
    """The columns, named with blanks between them, of every row; underscores are shown as blanks."""
    names = columns.split()
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |", "|---" * len(names) + "|"]
    lines += ["| " + " | ".join(cell(row.get(name)) for name in names) + " |" for row in rows]
    return lines


def cell(value: Any) -> str:
    """A number with its thousands apart; what there is not is a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def percent(share: float) -> str:
    """A share with two decimals and its sign."""
    return f"{100 * share:+.2f} %"
