"""The agencies, and for which of them a user may act."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from hub import scope
from hub.models import Agency, Need, Role, SharingAgreement, User

Item = SharingAgreement.Item


def agencies(user: User) -> QuerySet[Agency]:
    """The agencies that this user may change; everybody may know their names."""
    return Agency.objects.all() if user.role == Role.HUB_ADMINISTRATOR else Agency.objects.none()


def agencies_of(user: User) -> QuerySet[Agency]:
    """The agencies on whose behalf this user may send."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Agency.objects.filter(is_active=True)
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Agency.objects.filter(pk=user.agency_id, is_active=True)
    return Agency.objects.none()


def agencies_employing(user: User, *, on: date) -> QuerySet[Agency]:
    """Whose staff this user may enter: a manager the own, a coordinator those planned together."""
    keys = scope.of(user, on=on).agencies(Item.NEEDS) if user.role == Role.COORDINATOR else [user.agency_id]
    return Agency.objects.filter(pk__in=[key for key in keys if key], is_active=True)


def agencies_planned_together(*, on: date) -> QuerySet[Agency]:
    """Agencies under some agreement in force to coordinate visits, by their needs."""
    agreements = SharingAgreement.objects.in_force(on).filter(
        purposes__contains=[SharingAgreement.Purpose.COORDINATION], items__contains=[Item.NEEDS]
    )
    return Agency.objects.filter(agreements__in=agreements, is_active=True).distinct()


def agencies_left_out(*, on: date) -> QuerySet[Agency]:
    """Active agencies with needs that no agreement lets anybody plan."""
    due = Need.objects.filter(agency=OuterRef("pk")).exclude(ends_on__lt=on)
    planned = agencies_planned_together(on=on).values("pk")
    return Agency.objects.filter(Exists(due), is_active=True).exclude(pk__in=planned)
