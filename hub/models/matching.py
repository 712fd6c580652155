from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class MatchDecision(models.Model):
    """Why a source record belongs to a person. Append-only; a later row for the record supersedes it.

    `candidate` is the other person: whom it may be (review), is not (undone, apart), or was before (joined).
    Decisions that were one step, such as a join of a person with several records, share `step`.
    """

    class Outcome(models.TextChoices):
        NEW = "new", "A person not seen before"
        JOINED = "joined", "Joined"
        REVIEW = "review", "Kept apart until a person has looked"
        UNDONE = "undone", "Join undone"
        APART = "apart", "Kept apart by a person"

    source_record = models.ForeignKey(
        "hub.SourceRecord", on_delete=models.PROTECT, related_name="match_decisions"
    )
    person = models.ForeignKey("hub.Person", on_delete=models.PROTECT, related_name="match_decisions")
    candidate = models.ForeignKey(
        "hub.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    rule = models.CharField(max_length=60)
    evidence = models.JSONField(default=list)  # names of the fields that agree or differ, never values
    weight = models.FloatField(null=True, blank=True)  # the model's; a power of two
    step = models.UUIDField(null=True, blank=True, db_index=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["outcome", "rule"], name="match_by_outcome")]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.rule}"


class MatchReview(models.Model):
    """A question for a person: are these two records one person? Asked once for two records.

    It names records, not people, so that it stays true whomever the records are joined to meanwhile.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        LATER = "later", "Put off"
        JOINED = "joined", "Joined"
        APART = "apart", "Kept apart"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey("hub.SourceRecord", on_delete=models.PROTECT, related_name="reviews")
    other = models.ForeignKey("hub.SourceRecord", on_delete=models.PROTECT, related_name="reviews_as_other")
    rule = models.CharField(max_length=60)
    evidence = models.JSONField(default=list)  # names of the fields that agree, never values
    weight = models.FloatField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    step = models.UUIDField(null=True, blank=True)  # of the join that it led to

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "other"], name="asked_once"),
            models.CheckConstraint(condition=~Q(record=F("other")), name="asked_of_two"),
        ]
        indexes = [models.Index(fields=["status", "rule"], name="review_by_status")]

    def __str__(self) -> str:
        return f"review {self.public_id}"


class MatchModel(models.Model):
    """What a county's own records taught; the newest is in use. Names in it are borne by several people."""

    learned_at = models.DateTimeField()
    records = models.PositiveIntegerField()
    parameters = models.JSONField()

    class Meta:
        ordering = ["-learned_at", "-pk"]

    def __str__(self) -> str:
        return f"model {self.pk}"
