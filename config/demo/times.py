"""Times and repetitions of needs."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAILY, ONCE = "FREQ=DAILY", "FREQ=DAILY;COUNT=1"


def since(rng: Random, week_start: date) -> date:
    """When a need began: mostly long enough ago to have a history, now and then only this week."""
    return week_start - timedelta(weeks=rng.choice((0, 1, 6, 9, 14, 20, 26, 31, 40, 52)))


def weekly(rng: Random, times: int, *, apart: bool = False) -> str:
    """So many days of every week; `apart` leaves a day or more between two of them."""
    if apart:
        days = {2: (("MO", "TH"), ("TU", "FR")), 3: (("MO", "WE", "FR"), ("TU", "TH", "SA"))}[times]
        return f"FREQ=WEEKLY;BYDAY={','.join(rng.choice(days))}"
    chosen = sorted(rng.sample(range(5 if times == 1 else 7), times))
    return f"FREQ=WEEKLY;BYDAY={','.join(DAYS[day] for day in chosen)}"


def clock(minutes: int) -> time:
    """Minutes from midnight as a wall time."""
    return time(minutes // 60, minutes % 60)
