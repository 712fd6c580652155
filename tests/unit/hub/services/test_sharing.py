"""Agreements and delegations are recorded whole or not at all."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from hub.models import Agency, SharingAgreement, User
from hub.services import sharing
from tests.factories import hub

pytestmark = pytest.mark.django_db


TERMS: dict[str, Any] = {
    "reference": "coordination-2027",
    "title": "Coordinated visits",
    "purposes": ["coordination"],
    "items": ["needs", "identity"],
    "article_6": "6(1)(e)",
    "article_9": "9(2)(h)",
    "schedule": "Part 1, paragraph 2",
    "starts_on": dt.date(2027, 1, 1),
    "review_on": dt.date(2027, 12, 1),
}


def sign(**changes: Any) -> SharingAgreement:
    """An agreement of two agencies, by the hub administrator."""
    said = TERMS | {"parties": [hub.make_agency(), hub.make_agency()]}
    said["by"] = hub.make_user("hub_administrator")
    if changes.get("parties", ...) is None:
        changes["parties"] = [hub.make_agency(), hub.make_agency(kind="fire")]
    return signed(**said | changes)


def signed(*, parties: list[Agency], by: User | None = None, **terms: Any) -> SharingAgreement:
    """An agreement that each party has signed by its first day."""
    agreement = sharing.record_agreement(parties=parties, by=by, **terms)
    said = {"agreement": agreement, "signed_by": "the lead", "signed_on": agreement.starts_on, "by": by}
    for agency in parties:
        sharing.sign(agency=agency, **said)
    return agreement


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
        ({"article_6": ""}, "article_6"),
        ({"article_9": ""}, "article_9"),
        ({"schedule": ""}, "schedule"),
        ({"article_6": "6(1)(f)", "parties": None}, "article_6"),
        ({"parties": None, "items": ["nhs_number", "tasks"]}, "items"),
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
    with pytest.raises(ValidationError, match="two parties"):
        sign(parties=[agency, agency])


def test_an_agreement_ends_with_a_day() -> None:
    """On that day it still holds, on the next it does not; its terms stay as signed, and it ends once."""
    user = hub.make_user()
    said = {"agreement": sign(), "because": "The pilot is over.", "by": user}
    with pytest.raises(ValidationError):
        sharing.end_agreement(on=dt.date(2026, 1, 1), **said)
    agreement = sharing.end_agreement(on=dt.date(2027, 3, 1), **said)
    assert SharingAgreement.objects.in_force(dt.date(2027, 3, 1)).get() == agreement
    assert not SharingAgreement.objects.in_force(dt.date(2027, 3, 2)).exists()
    assert agreement.ends_on is None
    with pytest.raises(ValidationError, match="ended already"):
        sharing.end_agreement(on=dt.date(2027, 4, 1), **said)


def test_nothing_is_in_force_until_every_party_has_signed() -> None:
    """One signature of two is none; the day of the last one is the first day."""
    ours, theirs = hub.make_agency(), hub.make_agency()
    agreement = sharing.record_agreement(**TERMS, parties=[ours, theirs], by=None)
    in_force = SharingAgreement.objects.in_force
    said = {"agreement": agreement, "signed_by": "the lead", "by": None}
    sharing.sign(agency=ours, signed_on=dt.date(2027, 1, 4), **said)
    assert not in_force(dt.date(2027, 6, 1)).exists()
    with pytest.raises(ValidationError):
        sharing.sign(agency=ours, signed_on=dt.date(2027, 1, 5), **said)
    with pytest.raises(ValidationError, match="no party"):
        sharing.sign(agency=hub.make_agency(), signed_on=dt.date(2027, 1, 5), **said)
    sharing.sign(agency=theirs, signed_on=dt.date(2027, 2, 1), **said)
    assert not in_force(dt.date(2027, 1, 31)).exists()
    assert in_force(dt.date(2027, 2, 1)).get() == agreement


def test_an_amendment_takes_over_when_all_have_signed_and_overwrites_nothing() -> None:
    """Until then the version before stays in force; afterwards both can be read as they were."""
    ours, theirs = hub.make_agency(), hub.make_agency()
    first = signed(**TERMS, parties=[ours, theirs])
    second = sharing.record_agreement(
        **TERMS | {"items": ["identity"], "starts_on": dt.date(2027, 2, 1)}, parties=[ours, theirs], by=None
    )
    assert (second.version, first.items) == (2, ["identity", "needs"])
    in_force = SharingAgreement.objects.in_force
    assert in_force(dt.date(2027, 3, 1)).get() == first
    for agency in (ours, theirs):
        sharing.sign(
            agreement=second, agency=agency, signed_by="the lead", signed_on=dt.date(2027, 1, 20), by=None
        )
    assert in_force(dt.date(2027, 1, 31)).get() == first
    assert in_force(dt.date(2027, 2, 1)).get() == second
    assert SharingAgreement.objects.get(pk=first.pk).items == ["identity", "needs"]
    with pytest.raises(ValidationError):
        sharing.sign(agreement=first, agency=ours, signed_by="x", signed_on=dt.date(2027, 3, 1), by=None)


def test_a_task_is_delegated_once_and_to_another() -> None:
    """The nurses let the carers give insulin; recording it twice, or to oneself, is refused."""
    nurses, carers, skill = hub.make_agency(), hub.make_agency(), hub.make_skill("insulin")
    said = {"skill": skill, "starts_on": dt.date(2027, 1, 1), "signed_by": "the lead nurse", "by": None}
    delegation = sharing.delegate(from_agency=nurses, to_agency=carers, **said)
    assert (delegation.from_agency, delegation.skill) == (nurses, skill)
    for giver, holder in ((nurses, carers), (nurses, nurses)):
        with pytest.raises(ValidationError):
            sharing.delegate(from_agency=giver, to_agency=holder, **said)
