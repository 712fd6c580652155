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
        DRAFT = "draft", "Looked at, not taken yet"
        WAITING = "waiting", "Waiting to be taken in"
        HELD = "held", "Held for a person to look"
        TAKEN = "taken", "Taken"
        DECLINED = "declined", "Declined by a person"
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
    # Until it is taken the file lies in the intake folder under this name.
    stored_as = models.CharField(max_length=80, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent")
    attempts = models.PositiveSmallIntegerField(default=0)
    work_until = models.DateTimeField(null=True, blank=True, help_text="Somebody works on it till then")
    # Of a held delivery: how many of so many needs it would end and change, and who decided.
    needs_before = models.PositiveIntegerField(default=0)
    would_end = models.PositiveIntegerField(default=0)
    would_change = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

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
        ABSENCE = "absence", "Absence"
        HOME = "home", "Home"

    # The agency's and the person's own indexes would be the beginnings of others below.
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.PROTECT, related_name="source_records", db_index=False
    )
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="records")
    feed = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    payload = models.JSONField()
    person = models.ForeignKey(
        "hub.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="source_records",
        db_index=False,
    )
    # When the sender last changed it, where the format tells; of two versions the later counts.
    said_at = models.DateTimeField(null=True, blank=True)
    group = models.CharField(max_length=120, blank=True)  # the resource that it is one of several needs of
    waits_for = models.CharField(max_length=120, blank=True)  # a person's key, or `coded.WAITS` and a code

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "key"], name="one_record_per_key")]
        indexes = [
            models.Index(fields=["person", "kind"]),
            models.Index(fields=["agency", "group"], condition=~models.Q(group=""), name="record_by_group"),
            models.Index(
                fields=["agency", "waits_for"], condition=~models.Q(waits_for=""), name="record_that_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Rejection(models.Model):
    """A record or a field refused, with the place and the rule; it never holds the value itself.

    The sender works it off: mended where it is kept, or accepted as it is.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        MENDED = "mended", "Mended"
        ACCEPTED = "accepted", "Accepted as it is"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="rejections")
    place = models.CharField(max_length=200)
    key = models.CharField(max_length=120, blank=True)
    field = models.CharField(max_length=120, blank=True)
    value_class = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60)
    message = models.TextField()
    field_only = models.BooleanField(default=False, help_text="The record was taken without this field")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Nobody where a later delivery brought the record: then it says which.
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_with = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["delivery", "state"])]

    def __str__(self) -> str:
        return f"{self.place} {self.field} {self.rule}"
