"""The engine's minutes: true elapsed minutes since Monday 00:00 in Norfolk.

Clocks change on Sundays, the last day of a week, so that on every other day the minute is also
day × 1440 + wall time. See docs/decisions/0006-elapsed-minutes.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from visits.wall_clock import midnight, moment

DAYS = 7
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WeekClock:
    """Turns moments and wall times of one week into minutes and back."""

    week_start: date

    @property
    def begins_at(self) -> datetime:
        """Monday 00:00."""
        return midnight(self.week_start)

    @property
    def ends_at(self) -> datetime:
        """The next Monday 00:00."""
        return midnight(self.week_start + timedelta(days=DAYS))

    @property
    def days(self) -> tuple[date, ...]:
        """Monday to Sunday."""
        return tuple(self.week_start + timedelta(days=d) for d in range(DAYS))

    def minute(self, at: datetime) -> int:
        """Whole minutes since the week began; below 0 for a moment before it."""
        return (at.astimezone(UTC) - self.begins_at) // MINUTE

    def minute_of(self, day: date, wall: time) -> int:
        """The minute at which the clocks show `wall` on `day`."""
        return self.minute(moment(day, wall))

    def at(self, minute: int) -> datetime:
        """The moment of a minute, in UTC."""
        return self.begins_at + minute * MINUTE
