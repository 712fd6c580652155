from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


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
    format = models.CharField(max_length=40, help_text="A key of hub.feeds.FEEDS, or mapped")
    mapping = models.JSONField(default=dict, blank=True, help_text="Which columns a mapped feed reads")
    is_complete = models.BooleanField(
        default=False, help_text="Every file lists all needs: one that is missing has ended"
    )
    hold_share = models.PositiveSmallIntegerField(
        default=20, help_text="Per cent of the agency's needs that a delivery may end or change by itself"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Postcode(models.Model):
    """Where a postcode lies (OS Code-Point Open or the like), written outward, space, inward."""

    code = models.CharField(max_length=8, primary_key=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    # Index of Multiple Deprivation of its neighbourhood: 1 most deprived to 10 least; null until loaded.
    deprivation_decile = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code
