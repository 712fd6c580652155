"""What agencies have agreed, and what they let each other do."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from hub.models import Delegation, Role, SharingAgreement, User

REVIEW_NOTICE = timedelta(days=60)


def agreements(user: User) -> QuerySet[SharingAgreement]:
    """The agreements this user's agency is party to, or all for the hub."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return SharingAgreement.objects.all()
    if user.agency_id and user.role in (Role.COORDINATOR, Role.AGENCY_MANAGER):
        return SharingAgreement.objects.filter(parties=user.agency)
    return SharingAgreement.objects.none()


def agreements_to_review(*, on: date) -> QuerySet[SharingAgreement]:
    """The agreements in force whose review is due within the notice, or overdue."""
    return SharingAgreement.objects.in_force(on).filter(review_on__lte=on + REVIEW_NOTICE)


def standing(agreement: SharingAgreement, *, on: date) -> str:
    """How a version stands on that day, in one word of the register's."""
    newer = SharingAgreement.objects.filter(reference=agreement.reference, version__gt=agreement.version)
    if newer.filter(signed_on__lte=on, starts_on__lte=on).exists():
        return "replaced"
    if agreement.last_day is not None and agreement.last_day < on:
        return "over"
    if agreement.signed_on is None:
        return "unsigned"
    if agreement.starts_on > on or agreement.signed_on > on:
        return "later"
    if agreement.review_on < on:
        return "review_overdue"
    return "review_soon" if agreement.review_on <= on + REVIEW_NOTICE else "in_force"


def delegations(user: User) -> QuerySet[Delegation]:
    """What agencies let each other do, as far as this user's own is concerned."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Delegation.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Delegation.objects.filter(Q(from_agency=user.agency_id) | Q(to_agency=user.agency_id))
    return Delegation.objects.none()
