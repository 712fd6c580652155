"""Planning runs and the policies they obey."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


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
    # Null obeys the policy in force; otherwise a what-if with these weights, which puts no policy in force.
    weights = models.JSONField(null=True, blank=True)
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


class WeekFacts(models.Model):
    """What the published week of an area came to: one row for each agency and decile, and for all agencies.

    docs/reports.md says what each count means. A row without an agency is all agencies together: a person
    whom two agencies visit is one person there, so the agencies' rows do not add up to it.
    """

    area = models.ForeignKey("hub.Area", on_delete=models.CASCADE, related_name="+")
    week_start = models.DateField()
    rota = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    decile = models.PositiveSmallIntegerField()  # 1 most deprived to 10 least, 0 not known
    people = models.PositiveIntegerField(default=0)
    placed = models.PositiveIntegerField(default=0)
    unplaced = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    minutes_placed = models.PositiveIntegerField(default=0)
    minutes_unplaced = models.PositiveIntegerField(default=0)
    minutes_cancelled = models.PositiveIntegerField(default=0)
    arrivals = models.PositiveIntegerField(default=0)
    avoided = models.PositiveIntegerField(default=0)
    faces = models.PositiveIntegerField(default=0)
    nameable_visits = models.PositiveIntegerField(default=0)
    named_visits = models.PositiveIntegerField(default=0)
    legs = models.PositiveIntegerField(default=0)  # arrivals of its own staff, which is who travels
    travel_minutes = models.PositiveIntegerField(default=0)
    travel_metres = models.PositiveIntegerField(default=0)
    metres_by_road = models.BooleanField(default=False)  # else the straight line, lengthened

    class Meta:
        ordering = ["week_start", "area", "agency", "decile"]
        verbose_name_plural = "week facts"
        constraints = [
            models.UniqueConstraint(
                fields=["week_start", "area", "agency", "decile"], nulls_distinct=False, name="facts_once"
            ),
            models.CheckConstraint(condition=Q(decile__lte=10), name="facts_decile"),
        ]

    def __str__(self) -> str:
        return f"facts {self.pk}"


class UnplacedFacts(models.Model):
    """How much of a `WeekFacts` was left out for one reason."""

    facts = models.ForeignKey(WeekFacts, on_delete=models.CASCADE, related_name="reasons")
    reason = models.CharField(max_length=30)
    occurrences = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "unplaced facts"
        constraints = [models.UniqueConstraint(fields=["facts", "reason"], name="reason_once")]

    def __str__(self) -> str:
        return f"unplaced facts {self.pk}"


class AvoidedFacts(models.Model):
    """How many visits an agency did not have to make in a month because a published rota joined them.

    The sum of the merges ledger; docs/decisions/0088 says whose they are. A rota without any has one row of
    no agency, by which it is known to be counted.
    """

    rota = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="+")
    month = models.DateField()  # its first day
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    visits = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "avoided facts"
        constraints = [
            models.UniqueConstraint(
                fields=["rota", "month", "agency"], nulls_distinct=False, name="avoided_once"
            )
        ]

    def __str__(self) -> str:
        return f"avoided facts {self.pk}"


class HourFacts(models.Model):
    """Minutes asked and minutes on shift in an area's week by hour of the day, for one agency and skill.

    Without a skill: every call once and every shift once.
    """

    area = models.ForeignKey("hub.Area", on_delete=models.CASCADE, related_name="+")
    week_start = models.DateField()
    agency = models.ForeignKey("hub.Agency", on_delete=models.CASCADE, related_name="+")
    skill = models.ForeignKey("hub.Skill", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    demand = ArrayField(models.FloatField(), size=24)
    capacity = ArrayField(models.FloatField(), size=24)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "hour facts"
        constraints = [
            models.UniqueConstraint(
                fields=["week_start", "area", "agency", "skill"], nulls_distinct=False, name="hours_once"
            )
        ]

    def __str__(self) -> str:
        return f"hour facts {self.pk}"


class UnitCost(models.Model):
    """What one of something costs from a day on, and who says so. Append-only: the newest row holds."""

    class Kind(models.TextChoices):
        MILE = "mile", "A mile driven"
        TRAVEL_HOUR = "travel_hour", "An hour of travel"
        DOORSTEP = "doorstep", "A doorstep: one arrival beyond its travel"

    kind = models.CharField(max_length=20, choices=Kind)
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    pounds = models.DecimalField(max_digits=8, decimal_places=2)
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "agency", "-valid_from", "-set_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pounds__gte=0), name="cost_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="cost_has_source"),
        ]

    def __str__(self) -> str:
        return f"unit cost {self.pk}"


class JoinDecision(models.Model):
    """What somebody decided on joining two agencies' needs: one pair, or all of a kind. Append-only.

    A later row of the same pair or kind takes the place of an earlier one, and a row that undoes another
    takes it out of force; a pair's own decision goes before that of its kind.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        UNDONE = "undone", "Undone"

    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, related_name="join_decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    first = models.ForeignKey("hub.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    second = models.ForeignKey("hub.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.TextField(blank=True)  # agencies and skills, as `scheduling.mapping.decided` writes them
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["area", "kind"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__isnull=False, second__isnull=False, first__lt=F("second"), kind="")
                | (Q(first__isnull=True, second__isnull=True) & ~Q(kind="")),
                name="join_of_a_pair_or_a_kind",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="refused") | ~Q(reason=""), name="join_refused_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(verdict="undone", undoes__isnull=False)
                | (~Q(verdict="undone") & Q(undoes__isnull=True)),
                name="join_undone_says_which",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} join {self.pk}"


class RoundNotice(models.Model):
    """Some rounds of a worker changed when a rota was put in or out of force: days and when, no person.

    It stands on the worker's phone until seen.
    """

    rota = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="notices")
    worker = models.ForeignKey("visits.Worker", on_delete=models.CASCADE, related_name="notices")
    days = ArrayField(models.DateField())
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["worker"], condition=Q(seen_at__isnull=True), name="notices_unseen")]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class StabilityBudget(models.Model):
    """How much a run may change of an area's published rota; null is no bound. The newest row is in force."""

    area = models.ForeignKey("hub.Area", on_delete=models.CASCADE, related_name="stability_budgets")
    most_people = models.PositiveIntegerField(null=True, blank=True)  # who lose their named worker
    most_visits = models.PositiveIntegerField(null=True, blank=True)  # with other workers, or none
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"budget {self.pk}"


class Repair(models.Model):
    """The published rota of a week made good after something happened: asked, worked out, decided on.

    What happened stands in its own rows (an absence, an occurrence called off); only a visit that runs over
    is told here, in `change`. All of it is codes and minutes of the week, as the optimiser knows them.
    """

    class Kind(models.TextChoices):
        ABSENCE = "absence", "a worker is away"
        NOT_AT_HOME = "not_at_home", "somebody is not at home"
        HOME = "home", "somebody is home again"
        RUNS_OVER = "runs_over", "a visit runs over"
        STOPPED = "stopped", "an agency stops"

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being worked out"
        DONE = "done", "Worked out"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="repairs")
    kind = models.CharField(max_length=20, choices=Kind)
    change = models.JSONField(default=list)  # events of a care-week-change/1 that stand in no row
    requested_at = models.DateTimeField()  # nothing that begins before is touched
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    # Whoever holds the latest attempt may write the result, as in a planning run.
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=dict)  # what changed, as `scheduling.mapping.repairing` writes it
    error = models.TextField(blank=True)
    rota = models.OneToOneField(
        "visits.Rota", on_delete=models.SET_NULL, null=True, blank=True, related_name="repair"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["status", "lease_until"])]

    def __str__(self) -> str:
        return f"repair {self.public_id}"
