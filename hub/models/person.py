from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import models

_tell: list[Callable[[tuple[int, ...]], None]] = []


def on_fetch(tell: Callable[[tuple[int, ...]], None]) -> None:
    """Has `tell` called with the key of every person whose row is fetched (`hub.audit` asks for it)."""
    _tell[:] = [tell]


class Address(models.Model):
    """A front door. Its area follows from the postcode."""

    class Tenure(models.TextChoices):
        OWNER = "owner", "Owner-occupied"
        SOCIAL_RENT = "social_rent", "Rented from a council or housing association"
        PRIVATE_RENT = "private_rent", "Rented privately"
        SHELTERED = "sheltered", "Sheltered or extra care"
        OTHER = "other", "Other"

    lines = models.CharField(max_length=300)
    postcode = models.CharField(max_length=8, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    tenure = models.CharField(max_length=20, choices=Tenure, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    area = models.ForeignKey(
        "hub.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="addresses"
    )
    # Lower case, letters and digits only: two spellings of one door meet here.
    match_key = models.CharField(max_length=320, unique=True)

    class Meta:
        verbose_name_plural = "addresses"
        indexes = [models.Index(fields=["uprn"], condition=~models.Q(uprn=""), name="address_by_uprn")]

    def __str__(self) -> str:
        return f"address {self.pk}"


class Person(models.Model):
    """The citizen: one per human, joined from source records."""

    class Gender(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        OTHER = "X", "Another gender"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=1, choices=Gender, blank=True)
    nhs_number = models.CharField(max_length=10, blank=True)
    nhs_number_verified = models.BooleanField(default=False)
    address = models.ForeignKey(
        Address, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    restricted = models.BooleanField(default=False)
    deceased = models.BooleanField(default=False)  # also when the day of death is not known
    deceased_on = models.DateField(null=True, blank=True)
    # When the person asks for calls to begin; `hub.contact_times` says which calls that binds.
    contact_from = models.TimeField(null=True, blank=True)
    contact_until = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["family_name", "given_name", "pk"]
        verbose_name_plural = "people"
        indexes = [
            models.Index(fields=["nhs_number"]),
            models.Index(fields=["birth_date", "family_name"]),
            models.Index(fields=["family_name", "given_name"]),
        ]

    def __str__(self) -> str:
        return f"person {self.public_id}"

    @classmethod
    def from_db(cls, db: str, field_names: Collection[str], values: Collection[Any]) -> Person:
        """A row from the database; whoever wants to know of it is told."""
        person = super().from_db(db, field_names, values)
        for tell in _tell:
            tell((person.pk,))
        return person

    @property
    def name(self) -> str:
        """The name as it is written on a page, never in a log."""
        return f"{self.given_name} {self.family_name}".strip()


class KnownAs(models.Model):
    """What matching compares of a person as one agency knows them: folded names, dates, numbers."""

    source_record = models.OneToOneField(
        "hub.SourceRecord", on_delete=models.CASCADE, primary_key=True, related_name="known_as"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="known_as")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    family_key = models.CharField(max_length=120)
    given_key = models.CharField(max_length=120, blank=True)  # folded given names with a space between
    birth_date = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=1, blank=True)
    nhs_number = models.CharField(max_length=10, blank=True)  # valid or empty
    nhs_number_verified = models.BooleanField(default=False)
    postcode = models.CharField(max_length=8, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    # Whether the model has yet to compare it; the rules have, when it came.
    to_compare = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "known as"
        # One index for each way in which two records may find each other: hub.identity.candidates.
        indexes = [
            models.Index(fields=["nhs_number"], condition=~models.Q(nhs_number=""), name="known_by_number"),
            models.Index(fields=["birth_date", "family_key"], name="known_by_birth_and_name"),
            models.Index(fields=["postcode", "birth_date"], name="known_by_postcode_and_birth"),
            models.Index(fields=["postcode", "family_key"], name="known_by_postcode_and_name"),
            models.Index(
                fields=["uprn", "birth_date"], condition=~models.Q(uprn=""), name="known_by_door_and_birth"
            ),
            models.Index(fields=["family_key", "given_key"], name="known_by_name"),
            models.Index(fields=["postcode", "given_key"], name="known_by_postcode_and_given"),
            models.Index(
                fields=["source_record"], condition=models.Q(to_compare=True), name="known_to_compare"
            ),
        ]

    def __str__(self) -> str:
        return f"known as {self.pk}"


class Placement(models.Model):
    """Where somebody put a person whom no record puts anywhere. Append-only; the last of a person holds.

    One without an area takes the one before it back.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="placements")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="placements")
    area = models.ForeignKey("hub.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    by_postcode = models.CharField(max_length=8, blank=True)  # empty if a place was pointed at
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"placement {self.pk}"


class ContactTimes(models.Model):
    """When a person asks for calls to begin, as somebody was told: it counts before what records say.

    Without times: at any time, whatever records say. It hangs on a record of the person, so that it goes
    along when records are joined or parted; of several the newest that has not ended counts.
    """

    source_record = models.ForeignKey(
        "hub.SourceRecord", on_delete=models.CASCADE, related_name="contact_times"
    )
    contact_from = models.TimeField(null=True, blank=True)
    contact_until = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_because = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="contact_times_have_reason"),
            models.CheckConstraint(
                condition=models.Q(contact_from__isnull=True)
                | models.Q(contact_until__isnull=True)
                | models.Q(contact_until__gt=models.F("contact_from")),
                name="contact_times_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"contact times {self.pk}"
