"""What a coordinator does when an agency says that somebody is not at home."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from hub.models import SourceRecord, Suspension, User

LONGEST_REASON = 200


def note_stay(
    *, records: Iterable[SourceRecord], starts_on: date, ends_on: date | None, by: User, now: datetime
) -> Suspension:
    """Somebody is in hospital from that day, as a coordinator was told: on the first record that is free.

    Raises `ValueError` if each of the person's records says already that they are not there.
    """
    for record in records:
        known = Suspension.objects.filter(source_record=record).first()
        if known is None or not known.is_in_force:
            said = {
                "agency": record.agency,
                "cause": Suspension.Cause.HOSPITAL,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "told_at": now,
                "noted_by": by,
                **dict.fromkeys(("seen_at", "seen_by", "withdrawn_at", "lifted_at", "lifted_by")),
                "lifted_because": "",
            }
            return Suspension.objects.update_or_create(source_record=record, defaults=said)[0]
    raise ValueError("It is noted already that this person is not at home.")


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
