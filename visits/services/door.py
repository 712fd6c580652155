"""Who comes to a door and who may not, said by hand."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hub.models import Person, User
from visits.models import BarredWorker, NamedWorker, Worker


def bar(*, person: Person, worker: Worker, reason: str, by: User, now: datetime) -> BarredWorker:
    """Keeps a worker away from a person from the next plan on. Raises `ValidationError` by field.

    Whoever is barred is no longer the person's named worker.
    """
    with transaction.atomic():
        made, is_new = BarredWorker.objects.get_or_create(
            person=person, worker=worker, defaults={"reason": reason.strip(), "set_by": by, "set_at": now}
        )
        if not is_new:
            raise ValidationError({"worker": f"{worker.name} is barred from this person already."})
        NamedWorker.objects.filter(person=person, worker=worker).delete()
    return made


def name(*, person: Person, worker: Worker, reason: str, by: User, now: datetime) -> NamedWorker:
    """Makes a worker the one whom the person should see, instead of whoever was. Raises `ValidationError`."""
    if BarredWorker.objects.filter(person=person, worker=worker).exists():
        raise ValidationError({"worker": f"{worker.name} is barred from this person."})
    said = {
        "worker": worker,
        "reason": reason.strip(),
        "since": timezone.localdate(now),
        "set_by": by,
    }
    return NamedWorker.objects.update_or_create(person=person, defaults=said)[0]
