from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from visits.models.ranges import TimeRange


class Rota(models.Model):
    """The plan of one area for one week. Nothing that was asked vanishes: the table itself adds up."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        PUBLISHED = "published", "Published"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, related_name="rotas")
    week_start = models.DateField()
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.CANDIDATE)
    # What it was planned from; publishing refuses when the same question now has another answer.
    inputs_hash = models.CharField(max_length=64)
    inputs = models.JSONField(default=dict)  # the hash of each kind of input, to say which one changed
    asked = models.PositiveIntegerField()
    placed = models.PositiveIntegerField()
    unplaced_count = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    terms = models.JSONField(default=dict)  # cost by term, equivalent minutes
    figures = models.JSONField(default=dict)  # arrivals, faces, named share, travel minutes
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    copied_from = models.ForeignKey(  # the version that a person copied to change it by hand
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )

    class Meta:
        ordering = ["area", "-week_start", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["area", "week_start", "version"], name="rota_version_once"),
            models.UniqueConstraint(
                fields=["area", "week_start"], condition=Q(status="published"), name="one_published_rota"
            ),
            models.CheckConstraint(
                condition=Q(asked=F("placed") + F("unplaced_count") + F("cancelled")),
                name="no_visit_vanishes",
            ),
            models.CheckConstraint(condition=Q(week_start__week_day=2), name="rota_week_starts_on_monday"),
        ]

    def __str__(self) -> str:
        return f"rota {self.public_id}"


class RotaEvent(models.Model):
    """What became of a rota, by whom. Append-only."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="events")
    status = models.CharField(max_length=10, choices=Rota.Status)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.status} {self.at:%Y-%m-%d %H:%M}"


class Visit(models.Model):
    """One arrival at one door by one worker; a pair is two visits that share their parts."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="visits")
    worker = models.ForeignKey("visits.Worker", on_delete=models.PROTECT, related_name="visits")
    person = models.ForeignKey("hub.Person", on_delete=models.PROTECT, related_name="visits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Copied from the rota, because an exclusion constraint sees one table only.
    is_published = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["worker", "starts_at"]),
            models.Index(fields=["person", "starts_at"]),
            models.Index(fields=["rota", "worker", "starts_at"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visit_forward"),
            ExclusionConstraint(
                name="no_worker_in_two_places",
                expressions=[
                    ("worker", RangeOperators.EQUAL),
                    (TimeRange.of("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_published=True),
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.public_id}"


class VisitPart(models.Model):
    """One occurrence of a need served within a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="parts")
    need = models.ForeignKey("hub.Need", on_delete=models.PROTECT, related_name="visit_parts")
    due_on = models.DateField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "need", "due_on"], name="part_once_per_visit")
        ]
        indexes = [models.Index(fields=["need", "due_on"])]

    def __str__(self) -> str:
        return f"part {self.pk}"


class Unplaced(models.Model):
    """An occurrence that the rota leaves out, with the reason."""

    class Reason(models.TextChoices):
        NO_COMPETENT_WORKER = "no_competent_worker", "No worker may do every task of it"
        NO_SHIFT_IN_WINDOW = "no_shift_in_window", "No competent worker is on shift at that time"
        NO_CAPACITY = "no_capacity", "Every competent worker on shift is with someone else"
        NO_PAIR_FREE = "no_pair_free", "No two competent workers are free at the same time"
        REST_OR_HOURS = "rest_or_hours", "It would break a worker's rest or weekly hours"
        GAP = "gap", "It would come too near to, or too far from, another visit"
        BARRED_OR_GENDER = (
            "barred_or_gender",
            "The competent workers are barred or not of the gender asked for",
        )
        CONFLICTS_WITH_LOCK = "conflicts_with_lock", "A locked visit stands in the way"
        NO_LOCATION = "no_location", "The address has no known postcode, so travel cannot be planned"
        BY_HAND = "by_hand", "Taken out by hand"
        NEW_SINCE = "new_since", "Asked for since the rota was made, and not planned yet"

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="unplaced")
    need = models.ForeignKey("hub.Need", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    reason = models.CharField(max_length=30, choices=Reason)

    class Meta:
        ordering = ["due_on", "need"]
        verbose_name_plural = "unplaced"
        constraints = [models.UniqueConstraint(fields=["rota", "need", "due_on"], name="unplaced_once")]

    def __str__(self) -> str:
        return f"unplaced {self.pk}"
