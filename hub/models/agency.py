from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Agency(models.Model):
    """An employer or public body in the partnership."""

    class Kind(models.TextChoices):
        SOCIAL_CARE = "social_care", "Adult social care"
        HOME_CARE = "home_care", "Home-care provider"
        NURSING = "nursing", "Community nursing"
        SOCIAL_WORK = "social_work", "Social work"
        FIRE = "fire", "Fire and rescue"
        HOUSING = "housing", "Housing"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    # Agencies differ on the board by a letter and a pattern as well as by a hue.
    letter = models.CharField(max_length=2)
    hue = models.PositiveSmallIntegerField(default=1)  # 1 to 8, an index into the colour-blind-safe set
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """The patch that a coordinator plans: a set of postcode sectors such as NR11 6."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    postcode_sectors = ArrayField(models.CharField(max_length=7), default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Feed(models.Model):
    """One agency's own way of sending: the format that its deliveries come in."""

    code = models.SlugField(max_length=40, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="feeds")
    format = models.CharField(max_length=40, help_text="A key of hub.feeds.FEEDS")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Postcode(models.Model):
    """Where a postcode lies (OS Code-Point Open or the like), written outward, space, inward."""

    code = models.CharField(max_length=8, primary_key=True)
    latitude = models.FloatField()
    longitude = models.FloatField()

    def __str__(self) -> str:
        return self.code


class InForceQuerySet(models.QuerySet):
    def in_force(self, on: date) -> InForceQuerySet:
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class SharingAgreement(models.Model):
    """Which agencies may use which data items, for which purposes, on what lawful basis, until when."""

    class Purpose(models.TextChoices):
        COORDINATION = "coordination", "Coordinating visits"
        PREVENTION = "prevention", "Fire prevention"

    class Item(models.TextChoices):
        IDENTITY = "identity", "Name, date of birth, gender"
        ADDRESS = "address", "Address and tenure"
        NHS_NUMBER = "nhs_number", "NHS number"
        NEEDS = "needs", "Needs: tasks, minutes, times"
        CONTACTS = "contacts", "Visits made and planned"

    reference = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    parties = models.ManyToManyField(Agency, related_name="agreements")
    purposes = ArrayField(models.CharField(max_length=20, choices=Purpose))
    items = ArrayField(models.CharField(max_length=20, choices=Item))
    lawful_basis = models.CharField(
        max_length=200, help_text="Articles 6 and 9, and the schedule where one is needed"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    signed_by = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.title


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
