"""Remembers, within bounded memory, what a file has already said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from datetime import date

from hub.feeds.record import PersonRecord


class Seen:
    """The last content of each key, for at most `limit` keys; the oldest is forgotten first.

    Forgetting costs a repetition, not a mistake: whoever stores the records takes the same content once.
    """

    def __init__(self, limit: int = 200_000) -> None:
        self._limit = limit
        self._last: OrderedDict[str, tuple[int, date | None]] = OrderedDict()

    def is_news(self, person: PersonRecord, *, dated: date | None = None) -> bool:
        """Whether the person is new or says something different, and is not older than what was seen."""
        content = hash(replace(person, place=""))
        last = self._last.get(person.key)
        if last and (last[0] == content or (dated and last[1] and dated < last[1])):
            return False
        self._remember(person.key, content, dated)
        return True

    def is_repeated(self, key: Hashable) -> bool:
        """Whether this very key was here before."""
        if str(key) in self._last:
            return True
        self._remember(str(key), 0, None)
        return False

    def _remember(self, key: str, content: int, dated: date | None) -> None:
        self._last[key] = (content, dated)
        self._last.move_to_end(key)
        if len(self._last) > self._limit:
            self._last.popitem(last=False)
