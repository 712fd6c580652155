"""Agreements between agencies, and the tasks that one lets another do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from hub.models import Agency, Delegation, SharingAgreement, Skill, User


@transaction.atomic
def sign_agreement(
    *,
    reference: str,
    title: str,
    parties: Iterable[Agency],
    purposes: Iterable[str],
    items: Iterable[str],
    lawful_basis: str,
    starts_on: date,
    review_on: date,
    signed_by: str,
    by: User | None,
    ends_on: date | None = None,
) -> SharingAgreement:
    """Records what agencies have agreed. `signed_by` signed it; `by` typed it in, None for a machine.

    Raises `ValidationError` naming each field that is missing or wrong, `ValueError` without two parties.
    """
    agreement = SharingAgreement(
        reference=reference,
        title=title,
        purposes=sorted(set(purposes)),
        items=sorted(set(items)),
        lawful_basis=lawful_basis,
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=review_on,
        signed_by=signed_by,
        recorded_by=by,
    )
    agreement.full_clean()
    agencies = list(dict.fromkeys(parties))
    if len(agencies) < 2:
        raise ValueError("An agreement has at least two parties.")
    agreement.save()
    agreement.parties.set(agencies)
    return agreement


def end_agreement(*, agreement: SharingAgreement, on: date, by: User) -> SharingAgreement:
    """Lets the agreement end with that day. Raises `ValidationError` if it would end before it starts."""
    agreement.ends_on = on
    agreement.recorded_by = by
    agreement.full_clean()
    agreement.save(update_fields=["ends_on", "recorded_by"])
    return agreement


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
