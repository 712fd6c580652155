from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from visits.models.ranges import LocalDay, TimeRange


class Worker(models.Model):
    """One member of field staff, employed by one agency, planned in one area."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="workers")
    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, related_name="workers")
    reference = models.CharField(max_length=60)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="worker"
    )
    name = models.CharField(max_length=120)
    gender = models.CharField(max_length=1, blank=True)
    base_postcode = models.CharField(max_length=8)
    latitude = models.FloatField()
    longitude = models.FloatField()
    max_week_minutes = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["agency", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["agency", "reference"], name="worker_once_per_agency")]

    def __str__(self) -> str:
        return f"worker {self.public_id}"


class CompetenceQuerySet(models.QuerySet):
    def in_force(self, on: date) -> CompetenceQuerySet:
        return self.filter(starts_on__lte=on).filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))


class Competence(models.Model):
    """A worker may use a skill; signed, and in force until it expires."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="competences")
    skill = models.ForeignKey("hub.Skill", on_delete=models.PROTECT, related_name="competences")
    starts_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    signed_by = models.CharField(max_length=120)

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "skill", "starts_on"], name="competence_once"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("starts_on")),
                name="competence_expires_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"competence {self.pk}"


class Shift(models.Model):
    """When a worker is on. It belongs to the local day on which it starts, one a day."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_forward"),
            models.UniqueConstraint(F("worker"), LocalDay("starts_at"), name="one_shift_a_day"),
            ExclusionConstraint(
                name="shifts_do_not_overlap",
                expressions=[
                    ("worker", RangeOperators.EQUAL),
                    (TimeRange.of("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"shift {self.pk}"


class NamedWorker(models.Model):
    """The one worker a person should see."""

    person = models.OneToOneField("hub.Person", on_delete=models.CASCADE, related_name="named")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="named_for")
    since = models.DateField()
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # none: named overnight

    def __str__(self) -> str:
        return f"named {self.pk}"


class BarredWorker(models.Model):
    """A worker who may not go to a person; the reason stays with those who need it."""

    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="barred")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="barred_from")
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "worker"], name="barred_once")]

    def __str__(self) -> str:
        return f"barred {self.pk}"


class CarriedOver(models.Model):
    """What a join by hand did to the rows of visits, for the day it is taken apart.

    Keys of rows that may be gone by then, so no foreign keys: the visits moved, and the worker named and the
    bars copied from the person before; the bars which the person had after that.
    """

    join = models.OneToOneField(
        "hub.MatchDecision", on_delete=models.CASCADE, primary_key=True, related_name="carried_over"
    )
    visits = ArrayField(models.BigIntegerField())
    named = models.BigIntegerField(null=True)
    barred = ArrayField(models.BigIntegerField())
    barred_then = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"carried over {self.pk}"


class CalendarFeed(models.Model):
    """A worker's secret calendar address: only its hash is kept, so that nobody reads it back out of here."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker"], condition=Q(revoked_at__isnull=True), name="one_calendar_a_worker"
            )
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
