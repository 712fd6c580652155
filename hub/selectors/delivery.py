"""What agencies send, and what was refused of it."""

from __future__ import annotations

from django.db.models import QuerySet

from hub.models import Delivery, Feed, Rejection, Role, User
from hub.selectors.agency import agencies_of


def feeds(user: User) -> QuerySet[Feed]:
    """The ways of sending of the user's own agency, or all for the hub."""
    return Feed.objects.filter(agency__in=agencies_of(user))


def deliveries(user: User) -> QuerySet[Delivery]:
    """What an agency's manager sent, or everything for the hub."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Delivery.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Delivery.objects.filter(agency=user.agency)
    return Delivery.objects.none()


def rejections(user: User) -> QuerySet[Rejection]:
    """The records refused in the deliveries this user may see."""
    return Rejection.objects.filter(delivery__in=deliveries(user))
