from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Delivery(models.Model):
    """One file or message received from a feed; identical content is taken once.

    Every record that the feed found is counted once: taken, unchanged since last time, rejected, or
    skipped because there is nothing in it to take.
    A record taken without one of its fields counts as taken, and that field has a rejection.
    """

    class Status(models.TextChoices):
        TAKEN = "taken", "Taken"
        REFUSED = "refused", "Refused as a whole"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="deliveries")
    feed = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    status = models.CharField(max_length=10, choices=Status)
    refusal = models.TextField(blank=True)
    taken = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    # Set on the object that `receive` returns when the same bytes had been taken before.
    already_taken = False

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "feed", "sha256"],
                condition=models.Q(status="taken"),
                name="same_bytes_taken_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.sha256[:12]}"


class SourceRecord(models.Model):
    """One record as an agency last sent it, kept with its origin."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        NEED = "need", "Need"
        CONTACT = "contact", "Contact"

    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="source_records")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="records")
    feed = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    payload = models.JSONField()
    person = models.ForeignKey(
        "hub.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="source_records"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "key"], name="one_record_per_key")]
        indexes = [models.Index(fields=["person", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Rejection(models.Model):
    """A record or a field refused, with the place and the rule; it never holds the value itself."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="rejections")
    place = models.CharField(max_length=200)
    key = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=120, blank=True)
    value_class = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60)
    message = models.TextField()
    field_only = models.BooleanField(default=False, help_text="The record was taken without this field")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.place} {self.field} {self.rule}"
