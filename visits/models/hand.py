from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class HandChange(models.Model):
    """One change of a candidate by a person. Append-only: taking back and doing again are rows as well.

    `before` and `after` hold what the change replaced and by what, in keys: `parts` (need, day due, worker,
    visit, start), `unplaced` (need, day due, reason), and the rota's `counts`, `terms` and `figures`.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", "moved a visit"
        ROUND = "round", "moved a round"
        SWAPPED = "swapped", "exchanged two rounds"
        PLACED = "placed", "placed an occurrence"
        TAKEN_OUT = "taken_out", "took a visit out"
        UNDONE = "undone", "took back a change"
        REDONE = "redone", "did a change again"

    rota = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["undone", "redone"], of__isnull=False)
                | (~Q(kind__in=["undone", "redone"]) & Q(of__isnull=True)),
                name="taking_back_names_what",
            )
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class Override(models.Model):
    """Somebody answers, with a reason, for one breach of a hard rule in one rota: this breach and no other.

    `said` is the sentence of the check, in codes; `amount` its minutes where less of it is covered, too.
    """

    rota = models.ForeignKey("visits.Rota", on_delete=models.CASCADE, related_name="overrides")
    # The change that needed it and with which it is taken back; null where it came along with a copy.
    change = models.ForeignKey(
        HandChange, on_delete=models.CASCADE, null=True, blank=True, related_name="overrides"
    )
    # Whose call it is, so that the reason goes with the record; null for a rule of a worker's week.
    need = models.ForeignKey("hub.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    rule = models.CharField(max_length=20)
    ids = ArrayField(models.CharField(max_length=60))
    said = models.TextField()
    amount = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason")]

    def __str__(self) -> str:
        return f"override {self.pk}"
