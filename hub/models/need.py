from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Skill(models.Model):
    """A task that a worker must be competent for."""

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TaskCode(models.Model):
    """Which tasks a SNOMED CT code asks for, as the hub has decided. No tasks: nothing at home."""

    code = models.CharField(max_length=18, unique=True)
    display = models.CharField(max_length=120)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # where the sender does not say
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["display", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1, minutes__lte=1440),
                name="task_code_minutes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.display}"


class Need(models.Model):
    """What an agency has undertaken to do at a person's home. Times are local wall time."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="needs")
    reference = models.CharField(max_length=120)
    person = models.ForeignKey("hub.Person", on_delete=models.PROTECT, related_name="needs")
    source_record = models.ForeignKey(
        "hub.SourceRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=120)
    skills = ArrayField(models.CharField(max_length=40))
    minutes = models.PositiveSmallIntegerField()
    window_start = models.TimeField()
    window_end = models.TimeField()
    preferred = models.TimeField(null=True, blank=True)
    rrule = models.CharField(max_length=200, help_text="RFC 5545, for example FREQ=WEEKLY;BYDAY=MO,TH")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    flexible_days = models.PositiveSmallIntegerField(default=0)
    workers = models.PositiveSmallIntegerField(default=1)
    gender = models.CharField(max_length=1, blank=True)
    priority = models.PositiveSmallIntegerField(default=3)
    time_critical = models.BooleanField(default=False)
    mergeable = models.BooleanField(default=True)
    separate_reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    # Of a need entered by hand; `source_record` is then the agency's record of the person.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["person", "window_start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "reference"], name="need_once_per_agency"),
            models.CheckConstraint(
                condition=Q(window_end__gte=F("window_start")), name="need_window_forward"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="need_minutes"),
            models.CheckConstraint(condition=Q(workers__in=[1, 2]), name="need_one_or_two_workers"),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=4), name="need_priority"),
            models.CheckConstraint(
                condition=Q(mergeable=True) | ~Q(separate_reason=""), name="need_separate_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"need {self.public_id}"


class NeedGap(models.Model):
    """Minutes from the end of one need to the start of another of the same person, on one day."""

    before = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="gaps_after")
    after = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="gaps_before")
    min_minutes = models.PositiveSmallIntegerField()
    max_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(null=True, blank=True)  # none: the agency's feed says it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="one_gap_per_pair"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="gap_between_two"),
        ]

    def __str__(self) -> str:
        return f"gap {self.pk}"


class KeepSeparate(models.Model):
    """Two needs that may not share a visit, with the reason."""

    first = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="separate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="separate_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="separate_has_reason"),
        ]

    def __str__(self) -> str:
        return f"separate {self.pk}"


class Cancellation(models.Model):
    """One occurrence called off by a named human; it stays counted."""

    IN_HOSPITAL = "Not at home: in hospital."  # the reason by which what a stay called off is known

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="cancellations")
    due_on = models.DateField()
    reason = models.CharField(max_length=200)
    cancelled_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "due_on"], name="cancelled_once")]

    def __str__(self) -> str:
        return f"cancellation {self.pk}"


class Contact(models.Model):
    """A visit that an agency says it made: who came when, in the agency's own words for its worker."""

    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="contacts")
    reference = models.CharField(max_length=120)
    person = models.ForeignKey("hub.Person", on_delete=models.PROTECT, related_name="contacts")
    source_record = models.ForeignKey(
        "hub.SourceRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    worker_reference = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "reference"], name="contact_once_per_agency")
        ]
        indexes = [models.Index(fields=["person", "-starts_at"])]

    def __str__(self) -> str:
        return f"contact {self.pk}"
