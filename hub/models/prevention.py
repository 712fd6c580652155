from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class FactorPoints(models.Model):
    """How many points a factor of risk adds, and on whose word. Append-only: the newest row holds."""

    factor = models.SlugField(max_length=30)  # one of `hub.prevention.factors`
    points = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(points__lte=10), name="factor_points_at_most_ten"),
            models.CheckConstraint(condition=~Q(source=""), name="factor_points_have_source"),
        ]

    def __str__(self) -> str:
        return f"points of {self.factor}"


class PreventionAnswer(models.Model):
    """What came of offering a person a fire safety visit, other than a visit. Append-only: the newest holds.

    It stays with the key of the person to whom it was offered; whoever moves in later is asked anew.
    """

    class Kind(models.TextChoices):
        DECLINED = "declined", "Declined by the person"
        LATER = "later", "Not now"
        NOT_NEEDED = "not_needed", "No visit needed"
        REOPENED = "reopened", "Back on the list"

    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="prevention_answers")
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True, blank=True, help_text="The day from which to ask again")
    given_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["person", "-given_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reopened") | ~Q(reason=""), name="prevention_answer_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"prevention answer {self.pk}"
