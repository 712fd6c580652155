from __future__ import annotations

from django.conf import settings
from django.db import models


class Suspension(models.Model):
    """Days on which nothing is due at a person's home, because an agency says that they are not there.

    Whose it is follows from the source record, so that it goes along when records are joined or parted. It
    ends nothing and deletes nothing: a coordinator may lift it, and may take that back.
    """

    class Cause(models.TextChoices):
        DIED = "died", "has died"
        HOSPITAL = "hospital", "is in hospital"
        LEFT = "left", "is no longer with the agency"

    source_record = models.OneToOneField(
        "hub.SourceRecord", on_delete=models.CASCADE, related_name="suspension"
    )
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="suspensions")
    cause = models.CharField(max_length=10, choices=Cause)
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True, blank=True, help_text="The first day at home again, when that is known"
    )
    told_at = models.DateTimeField()
    noted_by = models.ForeignKey(  # a coordinator who was told by telephone, before the sender's own word
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When the sender took it back")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-told_at", "-pk"]
        indexes = [
            models.Index(
                fields=["told_at"], condition=models.Q(seen_at__isnull=True), name="suspension_not_seen"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True) | ~models.Q(lifted_because=""),
                name="suspension_lifted_with_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause} from {self.starts_on}"

    @property
    def is_in_force(self) -> bool:
        """Whether it keeps needs from being due: neither the sender nor a coordinator undid it."""
        return self.withdrawn_at is None and self.lifted_at is None
