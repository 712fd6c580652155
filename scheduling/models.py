"""Planning runs and the policies they obey."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Policy(models.Model):
    """What a coordinator weighs against what, in equivalent minutes. The newest row is in force."""

    area = models.ForeignKey(
        "hub.Area", on_delete=models.CASCADE, null=True, blank=True, related_name="policies"
    )
    weights = models.JSONField(default=dict)  # names and defaults: scheduling.engine.problem.Policy
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"policy {self.pk}"


class OvernightJob(models.Model):
    """The nightly re-planning of every area, opened once for a night however often it is asked."""

    night = models.DateField(unique=True)  # the morning it works for
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-night"]

    def __str__(self) -> str:
        return f"overnight {self.night}"


class PlanningRun(models.Model):
    """One search for a rota: who asked, how far it is, and what came of it."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Planning"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, related_name="runs")
    week_start = models.DateField()
    # Null plans all agencies together; otherwise this one alone, for comparison, without a candidate rota.
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    overnight = models.ForeignKey(
        OvernightJob, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    seconds = models.PositiveIntegerField()
    seed = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The lease: whoever holds the latest attempt may write the result; a late worker is refused.
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Null until the queue has taken its message; the sweep sends it again if nothing came of it.
    enqueued_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict)  # phase, seconds, cost, unplaced, arrivals
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    rota = models.OneToOneField(
        "visits.Rota", on_delete=models.SET_NULL, null=True, blank=True, related_name="run"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["status", "lease_until"])]
        constraints = [
            models.UniqueConstraint(
                fields=["overnight", "area", "week_start"],
                condition=Q(overnight__isnull=False),
                name="one_overnight_run_per_area",
            ),
            models.UniqueConstraint(
                fields=["area", "week_start", "agency"],
                condition=Q(status__in=["queued", "running"]),
                nulls_distinct=False,
                name="one_run_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.public_id}"
