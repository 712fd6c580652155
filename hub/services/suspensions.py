"""What a coordinator does when an agency says that somebody is not at home."""

from __future__ import annotations

from datetime import datetime

from hub.models import Suspension, User

LONGEST_REASON = 200


def mark_seen(*, suspension: Suspension, by: User, now: datetime) -> None:
    """Notes who has seen it first."""
    Suspension.objects.filter(pk=suspension.pk, seen_at__isnull=True).update(seen_at=now, seen_by=by)


def lift(*, suspension: Suspension, because: str, by: User, now: datetime) -> None:
    """Needs are due again although the agency says otherwise. Raises `ValueError` without a reason."""
    because = because.strip()
    if not because:
        raise ValueError("Say why care goes on.")
    if len(because) > LONGEST_REASON:
        raise ValueError(f"Keep the reason to {LONGEST_REASON} characters.")
    Suspension.objects.filter(pk=suspension.pk, lifted_at__isnull=True).update(
        lifted_at=now, lifted_by=by, lifted_because=because
    )


def suspend_again(*, suspension: Suspension, by: User, now: datetime) -> None:
    """Takes the lifting back, and it has to be seen anew."""
    Suspension.objects.filter(pk=suspension.pk).update(
        lifted_at=None, lifted_by=None, lifted_because="", seen_at=now, seen_by=by
    )
