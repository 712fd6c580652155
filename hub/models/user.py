from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    COORDINATOR = "coordinator", "Coordinator"
    FIELD_WORKER = "field_worker", "Field worker"
    AGENCY_MANAGER = "agency_manager", "Agency manager"
    HUB_ADMINISTRATOR = "hub_administrator", "Hub administrator"


class User(AbstractUser):
    """Someone who logs in. The agency and areas bound what they see; without them they see nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    agency = models.ForeignKey(
        "hub.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    areas = models.ManyToManyField("hub.Area", blank=True, related_name="coordinators")

    REQUIRED_FIELDS = []

    @property
    def shown_name(self) -> str:
        """As colleagues read it: the full name, or what one logs in with."""
        return self.get_full_name() or self.username
