"""Which records may be of one person, and who may say so."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from hub import scope
from hub.models import MatchDecision, MatchReview, Role, SharingAgreement, SourceRecord, User

Item = SharingAgreement.Item


def records_to_match(user: User, *, on: date) -> QuerySet[SourceRecord]:
    """The records of people whose identity this user may judge: the hub's all, an agency's manager's own."""
    records = SourceRecord.objects.filter(kind=SourceRecord.Kind.PERSON)
    if user.role == Role.HUB_ADMINISTRATOR:
        return records
    if user.role == Role.AGENCY_MANAGER:
        return records.filter(agency__in=scope.of(user, on=on).agencies(Item.IDENTITY))
    return records.none()


def match_reviews(user: User, *, on: date) -> QuerySet[MatchReview]:
    """The questions about two records that this user may both see."""
    records = records_to_match(user, on=on)
    return MatchReview.objects.filter(record__in=records, other__in=records)


def match_joins(user: User, *, on: date) -> QuerySet[MatchDecision]:
    """The joins that this user may take back: the hub's all, a manager's what the own agency has joined."""
    joins = MatchDecision.objects.filter(outcome=MatchDecision.Outcome.JOINED)
    if user.role == Role.HUB_ADMINISTRATOR:
        return joins
    mine = records_to_match(user, on=on)
    return joins.filter(source_record__in=mine, decided_by__agency=user.agency_id, decided_by__isnull=False)
