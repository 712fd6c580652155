from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class AuditEvent(models.Model):
    """Who saw or did what with whose record, when and why. Append-only: a trigger refuses any change."""

    class Action(models.TextChoices):
        VIEW = "view", "Opened"
        LIST = "list", "Listed"
        SEARCH = "search", "Searched"
        EXPORT = "export", "Exported"
        MATCH = "match", "Decided who is who"
        CHANGE = "change", "Changed"
        OVERRIDE = "override", "Overrode"
        EMERGENCY = "emergency", "Opened in an emergency"
        ERASE = "erase", "Erased"

    class Purpose(models.TextChoices):
        CARE = "care", "Coordinating this person's care"
        RUNNING = "running", "Running the hub and the quality of its data"
        PREVENTION = "prevention", "Fire prevention"
        VITAL = "vital", "Saving life or preventing harm"
        SAFEGUARDING = "safeguarding", "Safeguarding"
        RIGHTS = "rights", "A person's own request"
        PLANNING = "planning", "Planning and evaluation"

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    machine = models.CharField(max_length=60, blank=True)  # the command or task, where nobody is logged in
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField(max_length=10, choices=Action)
    purpose = models.CharField(max_length=15, choices=Purpose)
    what = models.CharField(max_length=80)  # the name of the page or of the deed, never an address
    people = ArrayField(models.BigIntegerField(), default=list)  # keys; a list shows many
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [GinIndex(fields=["people"], name="audit_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(machine=""), name="audit_names_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class EmergencyAccess(models.Model):
    """A record opened beyond what role and agreement allow, for an hour, with a reason that others check."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergencies")
    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="emergencies")
    purpose = models.CharField(max_length=15, choices=AuditEvent.Purpose)
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finding = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name_plural = "emergency accesses"
        indexes = [models.Index(fields=["user", "until"])]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="emergency_has_reason")]

    def __str__(self) -> str:
        return f"emergency {self.public_id}"


class Change(models.Model):
    """What a row held before it was changed or removed, kept by a trigger whoever wrote, raw SQL too.

    Append-only, but for the erasure of a person, which takes what is remembered of them along.
    """

    at = models.DateTimeField()
    viewer = models.BigIntegerField(null=True)  # the key of the user; none for a command or a task
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    deed = models.CharField(max_length=6)  # update or delete
    was = models.JSONField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["table", "row"], name="change_by_row")]

    def __str__(self) -> str:
        return f"{self.deed} of {self.table} {self.row}"
