"""What becomes of a need by a human's hand."""

from __future__ import annotations

from datetime import date, datetime

from hub.models import Cancellation, Need, User
from hub.recurrence import days_due

LONGEST_REASON = 200


def cancel_occurrence(*, need: Need, due_on: date, reason: str, by: User, now: datetime) -> Cancellation:
    """Calls off one occurrence; it stays counted. Asked again, the first cancellation stands.

    Raises `ValueError` when the reason is empty or too long, or the need is not due on that day.
    """
    reason = reason.strip()
    if not reason:
        raise ValueError("Say why this occurrence is called off.")
    if len(reason) > LONGEST_REASON:
        raise ValueError(f"Keep the reason to {LONGEST_REASON} characters.")
    if not days_due(need.rrule, starts_on=need.starts_on, ends_on=need.ends_on, first=due_on, last=due_on):
        raise ValueError(f"This need is not due on {due_on:%d/%m/%Y}.")
    cancellation, _ = Cancellation.objects.get_or_create(
        need=need,
        due_on=due_on,
        defaults={"reason": reason, "cancelled_at": now, "cancelled_by": by},
    )
    return cancellation
