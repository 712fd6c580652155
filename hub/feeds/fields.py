"""The fields of one record, read one by one; what is wrong with them becomes a rejection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from hub.feeds.record import Rejected
from hub.feeds.values import RefusedError, clean, value_class
from hub.identity import nhs_number

T = TypeVar("T")
D = TypeVar("D")


class Fields:
    """Cells by the name of their column, at a place. `notes` are the fields that the record goes without."""

    def __init__(self, place: str, cells: Mapping[str, str], *, key: str = "") -> None:
        self.place, self.key = place, key
        self.notes: list[Rejected] = []
        self._cells = cells

    def __contains__(self, name: str) -> bool:
        return name in self._cells

    def text(self, name: str) -> str:
        """The cleaned text of a cell, "" when the file has no such column."""
        return clean(self._cells.get(name, ""))

    def required(self, name: str, parse: Callable[[str], T]) -> T:
        """Raises `RefusedError` if the cell is empty or `parse` refuses it."""
        text = self.text(name)
        if not text:
            raise RefusedError(
                "required", "Fill it in; nothing can be taken without it.", field=name, value_class="empty"
            )
        return self._parsed(name, text, parse)

    def optional(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """The default for an empty cell. Raises `RefusedError` if `parse` refuses a filled one."""
        text = self.text(name)
        return self._parsed(name, text, parse) if text else default

    def soft(self, name: str, parse: Callable[[str], T]) -> T | None:
        """None for an empty cell, and for one that `parse` refuses, which is then noted."""
        return self.soft_text(name, clean(self._cells.get(name, "")), parse)

    def soft_text(self, name: str, text: str, parse: Callable[[str], T]) -> T | None:
        """As `soft`, of a text that is in no cell."""
        if not text:
            return None
        try:
            return parse(text)
        except RefusedError as refused:
            self.note(_of(refused, name, text))
            return None

    def note(self, refused: RefusedError) -> None:
        """Notes that the person is taken without this field."""
        self.notes.append(rejected(refused, place=self.place, key=self.key, field_only=True))

    def _parsed(self, name: str, text: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(text)
        except RefusedError as refused:
            raise _of(refused, name, text) from None


def _of(refused: RefusedError, name: str, text: str) -> RefusedError:
    """The refusal with the field's name and what kind of value stood there, where it does not say."""
    refused.field = refused.field or name
    refused.value_class = refused.value_class or value_class(text)
    return refused


def rejected(refused: RefusedError, *, place: str, key: str, field_only: bool = False) -> Rejected:
    """What is reported of a refusal. A key that is an NHS number is left out."""
    message = f"{refused.message} The person was taken without it." if field_only else refused.message
    number = nhs_number.is_valid(nhs_number.normalise(key))
    return Rejected(
        place=place,
        field=refused.field,
        rule=refused.rule,
        message=message,
        key="" if number else key,
        value_class=refused.value_class,
        field_only=field_only,
    )
