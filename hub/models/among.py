from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Field, ForeignObject, Lookup


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """`key__among=[…]`: as `in`, but the list goes as one array and not as a parameter for each value."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Whether the column is any of the array."""
        left, params = self.process_lhs(compiler, connection)
        array, values = as_array(list(self.rhs))
        return f"{left} = ANY({array})", [*params, *values]


BETWEEN = "\x1f"  # the unit separator of ASCII, which no text that a feed has cleaned contains


def as_array(values: Sequence[Any]) -> tuple[str, list[Any]]:
    """SQL for an array of these values, and what goes with it.

    Texts go as one text that PostgreSQL takes apart: the driver looks at each element of a list by itself,
    which for a chunk of records takes longer than the search for them.
    """
    if values and all(type(value) is str for value in values):
        joined = BETWEEN.join(values)
        if joined and joined.count(BETWEEN) == len(values) - 1:
            return "string_to_array(%s, %s)", [joined, BETWEEN]
    return "%s", [values]
