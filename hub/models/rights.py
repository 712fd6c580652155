"""What people may ask of us, and what must not be kept for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Note(models.Model):
    """A precaution or a preference at somebody's door: who says so, what to do, when to look again."""

    class Kind(models.TextChoices):
        PRECAUTION = "precaution", "Precaution"
        PREFERENCE = "preference", "Preference"

    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="notes")
    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    what = models.CharField(max_length=120)
    do = models.CharField(max_length=200, blank=True)
    review_on = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "-written_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="precaution") | ~Q(do=""), name="precaution_says_what_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Objection(models.Model):
    """What a person has said no to. Withdrawn, never removed."""

    class Kind(models.TextChoices):
        SHARING = "sharing", "Objects to agencies sharing their record to coordinate visits"
        OPT_OUT = "opt_out", "National data opt-out: not in planning or research"

    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="objections")
    kind = models.CharField(max_length=10, choices=Kind)
    said = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(withdrawn_at=None), name="one_objection_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class Hold(models.Model):
    """Nothing of this person is erased while it stands: a complaint, an inquest, a claim."""

    person = models.ForeignKey("hub.Person", on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason")]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Tombstone(models.Model):
    """Proof of an erasure: which agency's record, under which rule, how many rows; nothing of the person."""

    agency = models.ForeignKey("hub.Agency", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=120)
    erased_at = models.DateTimeField()
    last_contact_on = models.DateField()
    counts = models.JSONField()  # rows by table
    digest = models.CharField(max_length=64)  # SHA-256 over the erased rows' content hashes, in order
    whole_person = models.BooleanField()  # nobody else knew them, so all of them went

    class Meta:
        ordering = ["-erased_at", "-pk"]

    def __str__(self) -> str:
        return f"tombstone {self.pk}"
