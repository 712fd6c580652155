from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from hub.models.agency import Agency


class InForceQuerySet(models.QuerySet):
    def in_force(self, on: date) -> InForceQuerySet:
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class AgreementQuerySet(models.QuerySet):
    def in_force(self, on: date) -> AgreementQuerySet:
        """Signed by every party, begun, not over, not ended early, and not replaced by a later version."""
        signed = Q(signed_on__lte=on, starts_on__lte=on)
        later = SharingAgreement.objects.filter(
            signed, reference=OuterRef("reference"), version__gt=OuterRef("version")
        )
        lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
        stands = Q(ended_on__isnull=True) | Q(ended_on__gte=on)
        return self.filter(signed & lasts & stands & ~Exists(later))


class SharingAgreement(models.Model):
    """Which agencies may use which data items, for which purposes, on what lawful basis, until when.

    A row is one version; its terms are never overwritten. To amend is to record the next version,
    which takes the place of the one before once every party has signed it.
    """

    class Purpose(models.TextChoices):
        COORDINATION = "coordination", "Coordinating visits"
        PREVENTION = "prevention", "Fire prevention"
        PLANNING = "planning", "Planning and evaluation, without names"

    class Item(models.TextChoices):
        IDENTITY = "identity", "Name, date of birth, gender"
        ADDRESS = "address", "Address and tenure"
        NHS_NUMBER = "nhs_number", "NHS number"
        NEEDS = "needs", "Needs: minutes, times, skills by code, to plan with"
        TASKS = "tasks", "What is done at a visit of health or care"
        CONTACTS = "contacts", "Visits made and planned"
        FLAGS = "flags", "Precautions and preferences at the door"

    class Article6(models.TextChoices):
        CONSENT = "6(1)(a)", "6(1)(a) consent"
        CONTRACT = "6(1)(b)", "6(1)(b) contract"
        LEGAL_DUTY = "6(1)(c)", "6(1)(c) legal obligation"
        VITAL = "6(1)(d)", "6(1)(d) vital interests"
        PUBLIC_TASK = "6(1)(e)", "6(1)(e) public task"
        RECOGNISED = "6(1)(ea)", "6(1)(ea) recognised legitimate interest"
        LEGITIMATE = "6(1)(f)", "6(1)(f) legitimate interests"

    class Article9(models.TextChoices):
        CONSENT = "9(2)(a)", "9(2)(a) explicit consent"
        EMPLOYMENT = "9(2)(b)", "9(2)(b) social protection"
        VITAL = "9(2)(c)", "9(2)(c) vital interests"
        PUBLIC_INTEREST = "9(2)(g)", "9(2)(g) substantial public interest"
        CARE = "9(2)(h)", "9(2)(h) health or social care"
        PUBLIC_HEALTH = "9(2)(i)", "9(2)(i) public health"

    reference = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    parties = models.ManyToManyField(Agency, related_name="agreements")
    purposes = ArrayField(models.CharField(max_length=20, choices=Purpose))
    items = ArrayField(models.CharField(max_length=20, choices=Item))
    article_6 = models.CharField(max_length=10, choices=Article6, default=Article6.PUBLIC_TASK)
    article_9 = models.CharField(max_length=10, choices=Article9, blank=True)
    schedule = models.CharField(max_length=200, blank=True)
    retention_months = models.PositiveSmallIntegerField(default=96)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    signed_on = models.DateField(null=True, blank=True, editable=False)  # the day of the last signature
    ended_on = models.DateField(null=True, blank=True, editable=False)  # the last day, if it ended early
    ended_because = models.CharField(max_length=200, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["reference", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["reference", "version"], name="agreement_version_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lawful_basis(self) -> str:
        """Article 6, Article 9 and the schedule, with semicolons between."""
        return "; ".join(
            filter(None, (self.get_article_6_display(), self.get_article_9_display(), self.schedule))
        )

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be in force."""
        return min(filter(None, (self.ends_on, self.ended_on)), default=None)


class AgreementSignature(models.Model):
    """One party has signed one version. Append-only."""

    agreement = models.ForeignKey(SharingAgreement, on_delete=models.PROTECT, related_name="signatures")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="signatures")
    signed_by = models.CharField(max_length=120)
    signed_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["signed_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "agency"], name="signed_once_by_party")]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class Delegation(models.Model):
    """Agency A lets competent workers of agency B use a skill for A's people."""

    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="delegations_given")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="delegations_held")
    skill = models.ForeignKey("hub.Skill", on_delete=models.PROTECT, related_name="delegations")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    signed_by = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["from_agency", "to_agency", "skill"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_agency=F("to_agency")), name="delegation_between_two"),
            models.UniqueConstraint(
                fields=["from_agency", "to_agency", "skill", "starts_on"], name="delegation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id}: {self.from_agency} to {self.to_agency}"
