from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class PlanLock(models.Model):
    """What a coordinator wants kept as it is in every plan of a week, until it is released."""

    class Scope(models.TextChoices):
        VISIT = "visit", "this visit"
        ROUND = "round", "this worker's round of the day"
        PERSON = "person", "all visits of this person in the week"

    class Kind(models.TextChoices):
        ALL = "all", "worker, day and time"
        WORKER = "worker", "the worker"
        TIME = "time", "the time"
        DAY = "day", "the day"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, related_name="locks")
    week_start = models.DateField()
    scope = models.CharField(max_length=10, choices=Scope)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["area", "week_start"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="lock_released_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"lock {self.public_id}"


class LockHold(models.Model):
    """One occurrence that a lock holds, and where; a pair has a row for each worker.

    What the lock's kind leaves open is null.
    """

    lock = models.ForeignKey(PlanLock, on_delete=models.CASCADE, related_name="holds")
    need = models.ForeignKey("hub.Need", on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()
    worker = models.ForeignKey(
        "visits.Worker", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["day", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lock", "need", "due_on", "worker"], nulls_distinct=False, name="held_once_by_a_lock"
            )
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"
