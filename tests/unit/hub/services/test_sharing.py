"""Agreements and delegations are recorded whole or not at all."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from hub.models import SharingAgreement
from hub.services import sharing
from tests.factories import hub

pytestmark = pytest.mark.django_db


def sign(**changes: Any) -> SharingAgreement:
    """An agreement of two agencies, by the hub administrator."""
    said = {
        "reference": "coordination-2027",
        "title": "Coordinated visits",
        "parties": [hub.make_agency(), hub.make_agency()],
        "purposes": ["coordination"],
        "items": ["needs", "identity"],
        "lawful_basis": "Article 6(1)(e), Article 9(2)(h)",
        "starts_on": dt.date(2027, 1, 1),
        "review_on": dt.date(2027, 12, 1),
        "signed_by": "the information governance leads",
        "by": hub.make_user("hub_administrator"),
    }
    return sharing.sign_agreement(**said | changes)


def test_a_signed_agreement_is_in_force_between_its_days() -> None:
    """From the first day on, with all it covers and who recorded it."""
    agreement = sign()
    in_force = SharingAgreement.objects.in_force
    assert in_force(dt.date(2027, 1, 1)).get() == agreement
    assert not in_force(dt.date(2026, 12, 31)).exists()
    assert (agreement.items, agreement.parties.count()) == (["identity", "needs"], 2)
    assert agreement.recorded_by is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purposes": ["curiosity"]}, "purposes"),
        ({"items": ["everything"]}, "items"),
        ({"purposes": []}, "purposes"),
        ({"lawful_basis": ""}, "lawful_basis"),
        ({"ends_on": dt.date(2026, 1, 1)}, "__all__"),
    ],
)
def test_an_agreement_that_lacks_something_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    """Purpose, items and lawful basis are what the law asks for first."""
    with pytest.raises(ValidationError) as refused:
        sign(**changes)
    assert field in refused.value.message_dict
    assert not SharingAgreement.objects.exists()


def test_one_party_alone_agrees_on_nothing() -> None:
    """The same agency twice is one party."""
    agency = hub.make_agency()
    with pytest.raises(ValueError, match="two parties"):
        sign(parties=[agency, agency])


def test_an_agreement_ends_with_a_day() -> None:
    """On that day it still holds, on the next it does not."""
    agreement = sharing.end_agreement(agreement=sign(), on=dt.date(2027, 3, 1), by=hub.make_user())
    assert SharingAgreement.objects.in_force(dt.date(2027, 3, 1)).get() == agreement
    assert not SharingAgreement.objects.in_force(dt.date(2027, 3, 2)).exists()
    with pytest.raises(ValidationError):
        sharing.end_agreement(agreement=agreement, on=dt.date(2026, 1, 1), by=hub.make_user())


def test_a_task_is_delegated_once_and_to_another() -> None:
    """The nurses let the carers give insulin; recording it twice, or to oneself, is refused."""
    nurses, carers, skill = hub.make_agency(), hub.make_agency(), hub.make_skill("insulin")
    said = {"skill": skill, "starts_on": dt.date(2027, 1, 1), "signed_by": "the lead nurse", "by": None}
    delegation = sharing.delegate(from_agency=nurses, to_agency=carers, **said)
    assert (delegation.from_agency, delegation.skill) == (nurses, skill)
    for giver, holder in ((nurses, carers), (nurses, nurses)):
        with pytest.raises(ValidationError):
            sharing.delegate(from_agency=giver, to_agency=holder, **said)
