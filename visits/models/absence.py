from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class AbsenceQuerySet(models.QuerySet):
    def in_force(self) -> AbsenceQuerySet:
        """Those that nobody took back."""
        return self.filter(taken_back_at__isnull=True)

    def touching(self, start: datetime, end: datetime) -> AbsenceQuerySet:
        """Those with any minute between these moments."""
        return self.filter(starts_at__lt=end).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=start))


class Absence(models.Model):
    """A worker does not work from one moment to another, or until further notice.

    No row is removed: an end that becomes known later is noted with who noted it, and what was wrong is
    taken back. There is no room for a diagnosis.
    """

    class Kind(models.TextChoices):
        SICK = "sick", "sick"
        LEAVE = "leave", "on leave"
        TRAINING = "training", "in training"
        STOPPED = "stopped", "agency has stopped"
        OTHER = "other", "away for another reason"

    worker = models.ForeignKey("visits.Worker", on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When its end was noted or changed")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["worker", "starts_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="absence_forward"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="absence_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"
