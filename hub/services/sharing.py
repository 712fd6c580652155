"""Agreements between agencies, and the tasks that one lets another do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hub.models import Agency, AgreementSignature, Delegation, SharingAgreement, Skill, User
from hub.scope import NEVER

Item, Article6, Article9 = SharingAgreement.Item, SharingAgreement.Article6, SharingAgreement.Article9
PRIVATE = {Agency.Kind.HOME_CARE, Agency.Kind.HOUSING}  # may be companies; the other kinds are public bodies
NOT_FOR_PUBLIC_BODIES = {Article6.RECOGNISED, Article6.LEGITIMATE}
NEED_A_SCHEDULE = {Article9.EMPLOYMENT, Article9.PUBLIC_INTEREST, Article9.CARE, Article9.PUBLIC_HEALTH}
SPECIAL = set(Item.values) - {Item.IDENTITY, Item.ADDRESS}  # that somebody is visited tells of their health
TERMS = (
    "title",
    "purposes",
    "items",
    "article_6",
    "article_9",
    "schedule",
    "retention_months",
    "starts_on",
    "ends_on",
    "review_on",
)


@transaction.atomic
def record_agreement(
    *, reference: str, parties: Iterable[Agency], by: User | None, **terms: Any
) -> SharingAgreement:
    """Writes the first version down, or the next one if the reference is known; nobody has signed it yet.

    What was agreed before stays in force until every party has signed. Raises `ValidationError` naming
    each field that is missing, wrong, or more than the law lets a party have.
    """
    versions = SharingAgreement.objects.select_for_update().filter(reference=reference)
    last = max((one.version for one in versions), default=0)
    agreement = SharingAgreement(reference=reference, version=last + 1, recorded_by=by, **terms)
    agreement.purposes = sorted(set(agreement.purposes))
    agreement.items = sorted(set(agreement.items))
    agencies = list(dict.fromkeys(parties))
    _check(agreement, agencies)
    agreement.save()
    agreement.parties.set(agencies)
    return agreement


@transaction.atomic
def sign(
    *, agreement: SharingAgreement, agency: Agency, signed_by: str, signed_on: date, by: User | None
) -> AgreementSignature:
    """Notes that a party has signed. With the last signature the version comes into force from its first day.

    Raises `ValidationError` if the agency is no party, has signed already, or a later version is recorded.
    """
    held = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    parties = set(held.parties.values_list("pk", flat=True))
    if agency.pk not in parties:
        raise ValidationError({"agency": f"{agency.name} is no party to this agreement."})
    if SharingAgreement.objects.filter(reference=held.reference, version__gt=held.version).exists():
        raise ValidationError("A later version has been recorded; sign that one.")
    signature = AgreementSignature(
        agreement=held, agency=agency, signed_by=signed_by, signed_on=signed_on, recorded_by=by
    )
    signature.full_clean()
    signature.save()
    signatures = list(held.signatures.all())
    if {one.agency_id for one in signatures} == parties:
        held.signed_on = max(one.signed_on for one in signatures)
        held.save(update_fields=["signed_on"])
    agreement.signed_on = held.signed_on
    return signature


@transaction.atomic
def end_agreement(*, agreement: SharingAgreement, on: date, because: str, by: User) -> SharingAgreement:
    """Lets the agreement end with that day, once. Its terms stay as they were signed.

    Raises `ValidationError` if it has ended already, would end before it starts, or no reason is given.
    """
    held = SharingAgreement.objects.select_for_update().get(pk=agreement.pk)
    if held.ended_on is not None:
        raise ValidationError(f"It ended already with {held.ended_on:%d/%m/%Y}.")
    if on < held.starts_on:
        raise ValidationError({"ended_on": "It cannot end before it starts."})
    if not because.strip():
        raise ValidationError({"because": "Say why it ends."})
    held.ended_on, held.ended_because = on, because.strip()[:200]
    held.save(update_fields=["ended_on", "ended_because"])
    return held


def _check(agreement: SharingAgreement, parties: list[Agency]) -> None:
    errors: dict[str, list[str]] = {}
    try:
        agreement.full_clean()
    except ValidationError as error:
        errors = dict(error.message_dict)
    if len(parties) < 2:
        errors.setdefault("parties", []).append("An agreement has at least two parties.")
    kinds = {party.kind for party in parties}
    for party in parties:
        if never := NEVER.get(party.kind, frozenset()) & set(agreement.items):
            labels = " and ".join(f"“{Item(item).label}”" for item in sorted(never))
            errors.setdefault("items", []).append(
                f"{party.name} may never have {labels}: share it in an agreement without them."
            )
    if agreement.article_6 in NOT_FOR_PUBLIC_BODIES and kinds - PRIVATE:
        errors.setdefault("article_6", []).append("This basis is not open to public authorities.")
    if SPECIAL & set(agreement.items) and not agreement.article_9:
        errors.setdefault("article_9", []).append(
            "That somebody is visited tells of their health: name the Article 9 condition."
        )
    if agreement.article_9 in NEED_A_SCHEDULE and not agreement.schedule.strip():
        errors.setdefault("schedule", []).append(
            "This condition needs a paragraph of schedule 1 of the Data Protection Act 2018."
        )
    if agreement.starts_on and agreement.review_on and agreement.review_on < agreement.starts_on:
        errors.setdefault("review_on", []).append("The review cannot be before the start.")
    if errors:
        raise ValidationError(errors)


def delegate(
    *,
    from_agency: Agency,
    to_agency: Agency,
    skill: Skill,
    starts_on: date,
    signed_by: str,
    by: User | None,
    ends_on: date | None = None,
) -> Delegation:
    """Lets competent workers of one agency use a skill for the people of another.

    Raises `ValidationError` if the two are one, or it is recorded already from that day.
    """
    delegation = Delegation(
        from_agency=from_agency,
        to_agency=to_agency,
        skill=skill,
        starts_on=starts_on,
        ends_on=ends_on,
        signed_by=signed_by,
        recorded_by=by,
    )
    delegation.full_clean()
    delegation.save()
    return delegation


def end_delegation(*, delegation: Delegation, on: date, by: User) -> Delegation:
    """Lets the delegation end with that day. Raises `ValidationError` if that is before it starts."""
    if on < delegation.starts_on:
        raise ValidationError({"ends_on": "It cannot end before it starts."})
    delegation.ends_on = on
    delegation.recorded_by = by
    delegation.save(update_fields=["ends_on", "recorded_by"])
    return delegation
