"""Which tasks SNOMED CT codes ask for: decided by somebody of the hub, and what was sent follows at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hub.feeds.fhir.snomed import is_code
from hub.models import Delivery, SharingAgreement, Skill, SourceRecord, TaskCode, User
from hub.services.receiving import coded, waiting
from hub.services.receiving.delivery import one_at_a_time
from hub.services.receiving.ledger import Ledger
from hub.services.receiving.taking import Taking
from hub.walls import as_county

Item = SharingAgreement.Item


@as_county()  # needs of every agency that sends the code follow
@transaction.atomic
def decide(
    *, code: str, display: str, skills: Collection[str], minutes: int | None, by: User, now: datetime
) -> int:
    """Has the code stand for these tasks, or with none for nothing that is done at home.

    Needs with the code that wait are taken, those taken before follow; returns how many there were. Those of
    an agency without an agreement in force wait on. Raises `ValidationError` by field.
    """
    if not is_code(code):
        raise ValidationError({"code": "Write a SNOMED CT identifier: 6 to 18 digits with its check digit."})
    if unknown := sorted(set(skills) - set(Skill.objects.values_list("code", flat=True))):
        raise ValidationError({"skills": f"There is no task {', '.join(unknown)}."})
    row = TaskCode.objects.filter(code=code).first() or TaskCode(code=code)
    row.display, row.skills, row.minutes = display.strip(), list(skills), minutes if skills else None
    row.decided_by, row.decided_at = by, now
    row.full_clean()
    row.save()
    records = sent_with(code).filter(agency__in=_may_send(now))
    deliveries = Delivery.objects.filter(pk__in=records.values("delivery")).select_related("agency")
    touched = records.count()
    for delivery in deliveries.order_by("agency", "pk"):
        one_at_a_time(delivery.agency_id)
        ledger = Ledger(delivery, total_bytes=delivery.bytes)
        taking = Taking.begin(delivery, covered=frozenset({Item.NEEDS}), ledger=ledger)
        taking.day = timezone.localdate(now)
        waiting.take_decided(taking, records.filter(delivery=delivery), by=by, now=now)
        ledger.flush(bytes_read=delivery.bytes)
    return touched


def sent_with(code: str) -> QuerySet[SourceRecord]:
    """The needs sent with this code that hold or wait for a decision; not the ended."""
    holds = Q(waits_for="") & ~Q(content_hash="")
    waits = Q(waits_for__startswith=coded.WAITS)
    found = SourceRecord.objects.filter(kind=SourceRecord.Kind.NEED, payload__codes__contains=[[code]])
    return found.filter(holds | waits)


def _may_send(now: datetime) -> QuerySet:
    in_force = SharingAgreement.objects.in_force(timezone.localdate(now))
    return in_force.filter(items__contains=[Item.NEEDS], parties__is_active=True).values("parties")
