"""Values from a JSON document that know their path, so that each refusal can name the field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scheduling.engine.problem import ProblemError

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A value at a path such as ``workers[3].shifts[0].end``.

    Every method raises ProblemError, whose message begins with the path, when the value is not
    what the method promises.
    """

    path: str
    value: Any

    def refuse(self, message: str) -> ProblemError:
        """The error to raise about this field."""
        return ProblemError(self.path or "file", message)

    def members(
        self, required: tuple[str, ...], *, nullable: tuple[str, ...] = (), others: bool = False
    ) -> dict[str, Field]:
        """The members of an object by name; a nullable one may also be absent, and is null then.

        Members that nobody asked for are refused unless `others`.
        """
        if not isinstance(self.value, dict):
            raise self.refuse(f"is {_kind(self.value)}, not an object")
        for name in required:
            if name not in self.value:
                raise self._member(name).refuse("is missing")
        if not others:
            for name in self.value:
                if name not in required and name not in nullable:
                    raise self.refuse(f"has a field {name[:60]!r}, which the format does not know")
        return {name: self._member(name) for name in (*required, *nullable)}

    def items(self) -> list[Field]:
        """The items of a list."""
        if not isinstance(self.value, list):
            raise self.refuse(f"is {_kind(self.value)}, not a list")
        return [Field(f"{self.path}[{i}]", item) for i, item in enumerate(self.value)]

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        if type(self.value) is not int:
            raise self.refuse(f"is {_kind(self.value)}, not a whole number")
        if not low <= self.value <= high:
            raise self.refuse(f"{_shorten(self.value)} is not between {low} and {high}")
        return self.value

    def number(self, low: float, high: float) -> float:
        """A finite number from `low` to `high`, both included."""
        if type(self.value) not in (int, float):
            raise self.refuse(f"is {_kind(self.value)}, not a number")
        if not low <= self.value <= high or not math.isfinite(self.value):
            raise self.refuse(f"{_shorten(self.value)} is not between {low:g} and {high:g}")
        return float(self.value)

    def text(self) -> str:
        """A text of at least one and at most 200 characters that can be written as UTF-8."""
        if not isinstance(self.value, str):
            raise self.refuse(f"is {_kind(self.value)}, not a text")
        if not 1 <= len(self.value) <= LONGEST_TEXT:
            raise self.refuse(f"has {len(self.value)} characters, not 1 to {LONGEST_TEXT}")
        if not self.value.isprintable():
            raise self.refuse("has characters that cannot be printed")
        return self.value

    def maybe_text(self) -> str | None:
        """A text or null."""
        return None if self.value is None else self.text()

    def maybe_whole(self, low: int, high: int) -> int | None:
        """A whole number or null."""
        return None if self.value is None else self.whole(low, high)

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.refuse(f"is {_kind(self.value)}, not true or false")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def text_set(self) -> frozenset[str]:
        """A list of texts in which none stands twice."""
        seen: set[str] = set()
        for item in self.items():
            if item.text() in seen:
                raise item.refuse(f"{item.value!r} stands twice")
            seen.add(item.value)
        return frozenset(seen)

    def _member(self, name: str) -> Field:
        return Field(f"{self.path}.{name}" if self.path else name, self.value.get(name))


def _kind(value: Any) -> str:
    """What a JSON value is, in words; a number is shown."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _shorten(value)
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


def _shorten(value: float) -> str:
    """A number for a message; one of hundreds of digits is only described."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    return str(value)
