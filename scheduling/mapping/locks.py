"""What people have locked in a week, as the optimiser is told; a lock that cannot hold is named.

Worker and time are locks of the optimiser's own; a locked day narrows the windows to that day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from hub.models import Area
from scheduling.engine import problem as engine
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.due import Due, code_of
from visits.models import LockHold, PlanLock

POSITION = re.compile(r"locks\[(\d+)\]")


class LockError(engine.ProblemError):
    """A lock cannot hold; the message says which and why, in codes."""

    def __init__(self, lock: PlanLock, message: str) -> None:
        self.lock = lock
        super().__init__(f"the lock of {lock.get_kind_display()} on {lock.get_scope_display()}", message)


@dataclass(frozen=True, slots=True)
class Held:
    """The locks of a week: the optimiser's, whose each is, and the days of occurrences held to a day."""

    locks: tuple[engine.Lock, ...] = ()
    sources: tuple[PlanLock, ...] = ()
    days: dict[str, date] = field(default_factory=dict)
    of_day: dict[str, PlanLock] = field(default_factory=dict)

    def windows(self, due: Due) -> tuple[date, ...]:
        """The days on which the occurrence may be served. Raises LockError if none is left."""
        if (day := self.days.get(due.code)) is None:
            return due.days
        if day not in due.days:
            raise LockError(
                self.of_day[due.code], f"{due.code} may not be served on {day:%a} {day.day} {day:%b}"
            )
        return (day,)

    def explained(self, error: engine.ProblemError) -> engine.ProblemError:
        """The same error, naming the lock if it is about one."""
        found = POSITION.match(error.path)
        if found is None:
            return error
        return LockError(self.sources[int(found[1])], str(error).split(": ", 1)[1])


def held(area: Area, clock: WeekClock, codes: Collection[str]) -> Held:
    """What is locked of these occurrences. Raises LockError if two locks contradict each other outright."""
    rows = LockHold.objects.filter(
        lock__area=area, lock__week_start=clock.week_start, lock__released_at=None
    ).select_related("lock")
    by_code: dict[str, list[LockHold]] = defaultdict(list)
    for row in rows.order_by("pk"):
        by_code[code_of(row.need_id, row.due_on)].append(row)
    locks: list[tuple[engine.Lock, PlanLock]] = []
    days: dict[str, LockHold] = {}
    for code in sorted(by_code.keys() & set(codes)):
        found = by_code[code]
        start, of_start = None, None
        for row in found:
            if row.starts_at is not None and start not in (None, clock.minute(row.starts_at)):
                raise LockError(row.lock, f"{code} is locked to another time already")
            if row.starts_at is not None:
                start, of_start = clock.minute(row.starts_at), row.lock
            if row.day is not None and days.setdefault(code, row).day != row.day:
                raise LockError(row.lock, f"{code} is locked to another day already")
        workers = {f"w{row.worker_id}": row.lock for row in found if row.worker_id is not None}
        locks += [(engine.Lock(code, worker, start), lock) for worker, lock in workers.items()]
        if not workers and of_start is not None:
            locks.append((engine.Lock(code, None, start), of_start))
    return Held(
        tuple(lock for lock, _ in locks),
        tuple(source for _, source in locks),
        {code: row.day for code, row in days.items() if row.day is not None},
        {code: row.lock for code, row in days.items()},
    )
