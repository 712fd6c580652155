"""The account of a delivery: what was taken, unchanged, rejected or skipped, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.bulk import put
from hub.feeds.record import FeedError, Record, Rejected
from hub.models import Delivery, Rejection

MOST_WAITING = 2000  # rejections that are kept in memory


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery is. Bytes count double when the file is read a second time for its needs."""

    bytes_read: int
    total_bytes: int
    taken: int
    unchanged: int
    rejected: int
    skipped: int


@dataclass(slots=True)
class Ledger:
    """Counts each record once and writes rejections in chunks."""

    delivery: Delivery
    total_bytes: int
    on_progress: Callable[[Progress], None] | None = None
    taken: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    all_or_nothing: bool = False
    _waiting: list[Rejection] = field(default_factory=list)

    def reject(self, rejected: Rejected) -> None:
        """Notes a rejection; one of a field only leaves its record to be counted as taken.

        Raises `FeedError` for a record if the sender wants all of the delivery or nothing.
        """
        if self.all_or_nothing and not rejected.field_only:
            raise FeedError(
                f"It is a transaction, so nothing of it was taken: {rejected.message}",
                place=rejected.place,
                field=rejected.field,
                rule=rejected.rule,
            )
        self.rejected += not rejected.field_only
        self._waiting.append(
            Rejection(
                delivery=self.delivery,
                place=fitted(rejected.place, 200),
                key=fitted(rejected.key, 120),
                field=fitted(rejected.field, 120),
                value_class=fitted(rejected.value_class, 60),
                rule=fitted(rejected.rule, 60),
                message=fitted(rejected.message),
                field_only=rejected.field_only,
            )
        )

        if len(self._waiting) >= MOST_WAITING:
            self._write()

    def refuse(
        self, record: Record, *, field: str, rule: str, message: str, field_only: bool = False
    ) -> None:
        """Notes that a record, or one field of it, is not taken."""
        self.reject(
            Rejected(
                place=record.place,
                key=record.key,
                field=field,
                rule=rule,
                message=message,
                field_only=field_only,
            )
        )

    def flush(self, *, bytes_read: int) -> None:
        """Writes the rejections that wait and says how far it is."""
        self._write()
        if self.on_progress is not None:
            self.on_progress(
                Progress(
                    bytes_read=bytes_read,
                    total_bytes=self.total_bytes,
                    taken=self.taken,
                    unchanged=self.unchanged,
                    rejected=self.rejected,
                    skipped=self.skipped,
                )
            )

    def _write(self) -> None:
        put(Rejection, self._waiting)
        self._waiting.clear()

    def close(self) -> None:
        """Writes the counts into the delivery."""
        self.flush(bytes_read=self.total_bytes)
        for count in ("taken", "unchanged", "rejected", "skipped"):
            setattr(self.delivery, count, getattr(self, count))
        self.delivery.save()


def fitted(text: str, length: int | None = None) -> str:
    """Text that a column can hold: PostgreSQL has no NUL, and UTF-8 no half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:length]
