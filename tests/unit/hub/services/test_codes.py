"""Needs sent as SNOMED CT codes: kept until somebody decides what a code asks for, then taken."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError

from hub.models import Change, Delivery, Feed, Need, Rejection, SharingAgreement, SourceRecord, User
from hub.selectors import codes_waiting
from hub.services import codes
from hub.services.receiving import receive
from tests.factories import hub

pytestmark = pytest.mark.django_db
# Two codes of HL7 UK's own examples; what they ask for here is made up.
ECG, COLONOSCOPY = ("268400002", "12 lead ECG"), ("73761001", "Colonoscopy")
LATER = hub.NOW + dt.timedelta(days=1)


@pytest.fixture
def feed() -> Feed:
    agency = hub.make_agency("nurses")
    hub.make_agreement(agency)
    hub.make_skill("wound_care")
    hub.make_skill("insulin")
    return hub.make_feed(agency, format="fhir")


@pytest.fixture
def by() -> User:
    return hub.make_user("hub_administrator")


def request(*coded: tuple[str, str], key: str = "1", minutes: int | None = 20) -> dict[str, Any]:
    repeat: dict[str, Any] = {"frequency": 1, "period": 1, "periodUnit": "d"}
    if minutes:
        repeat |= {"duration": minutes, "durationUnit": "min"}
    return {
        "resourceType": "ServiceRequest",
        "id": key,
        "status": "active",
        "intent": "order",
        "authoredOn": "2027-01-11",
        "subject": {"reference": "Patient/p"},
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": code, "display": name} for code, name in coded
            ]
        },
        "occurrenceTiming": {"repeat": repeat},
    }


def send(feed: Feed, *resources: dict[str, Any], with_person: bool = True) -> Delivery:
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Eke", "given": ["Ida"]}]}
    every = [patient, *resources] if with_person else list(resources)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in every]}
    return receive(feed=feed, file=io.BytesIO(orjson.dumps(bundle)), file_name="a.json", by=None, now=hub.NOW)


def decide(code: tuple[str, str], *skills: str, by: User, minutes: int | None = None) -> int:
    return codes.decide(code=code[0], display=code[1], skills=skills, minutes=minutes, by=by, now=LATER)


def open_rules() -> list[str]:
    return list(Rejection.objects.filter(state="open").order_by("pk").values_list("rule", flat=True))


def needs() -> list[tuple[str, list[str], int]]:
    return list(Need.objects.order_by("reference").values_list("reference", "skills", "minutes"))


def test_a_need_waits_for_the_decision_on_its_code_and_is_then_taken(feed: Feed, by: User) -> None:
    """It is rejected with the rule, listed with its sender, and taken without being sent again."""
    delivery = send(feed, request(ECG), request(ECG, key="2"), request(COLONOSCOPY, key="3"))
    assert (delivery.taken, delivery.rejected) == (1, 3)
    assert open_rules() == ["undecided_code"] * 3
    assert not any(ECG[0] in row.message + row.value_class for row in Rejection.objects.all())
    (first, second) = codes_waiting([feed.agency])
    assert (first.code, first.display, first.number) == (*ECG, 2)
    assert (second.code, second.number) == (COLONOSCOPY[0], 1)
    assert decide(ECG, "wound_care", by=by) == 2
    assert needs() == [
        ("ServiceRequest/1", ["wound_care"], 20),
        ("ServiceRequest/2", ["wound_care"], 20),
    ]
    assert open_rules() == ["undecided_code"], "that of the other code"
    assert {row.settled_by for row in Rejection.objects.filter(state="mended")} == {by}
    again = send(feed, request(ECG), request(ECG, key="2"))
    assert (again.unchanged, again.rejected) == (3, 0)


def test_needs_follow_when_the_decision_changes(feed: Feed, by: User) -> None:
    """To another task, to nothing at home, and back; each decision but the last is remembered."""
    decide(ECG, "wound_care", by=by)
    send(feed, request(ECG))
    assert decide(ECG, "insulin", "wound_care", by=by) == 1
    assert needs() == [("ServiceRequest/1", ["insulin", "wound_care"], 20)]
    assert decide(ECG, by=by) == 1
    assert Need.objects.get().ends_on == dt.date(2027, 1, 13), "the day before the decision; the past stands"
    again = send(feed, request(ECG), request(ECG, key="2"))
    assert (again.rejected, again.skipped, codes_waiting([feed.agency])) == (0, 2, [])
    assert decide(ECG, "insulin", by=by) == 2
    assert needs() == [("ServiceRequest/1", ["insulin"], 20), ("ServiceRequest/2", ["insulin"], 20)]
    assert not Need.objects.exclude(ends_on=None).exists()
    assert Change.objects.filter(table="hub_taskcode").count() == 3


def test_what_the_sender_leaves_out_the_table_may_say(feed: Feed, by: User) -> None:
    """Minutes of a code, two codes together, and a person who comes after the need."""
    send(feed, request(ECG, COLONOSCOPY, minutes=None), with_person=False)
    decide(ECG, "wound_care", by=by, minutes=15)
    assert [one.code for one in codes_waiting([feed.agency])] == [COLONOSCOPY[0]]
    decide(COLONOSCOPY, "insulin", by=by)
    assert Rejection.objects.filter(state="open").get().field == "minutes"
    decide(COLONOSCOPY, "insulin", by=by, minutes=10)
    assert open_rules() == ["unknown_person"]
    send(feed)
    assert needs() == [("ServiceRequest/1", ["wound_care", "insulin"], 25)]
    assert open_rules() == []


def test_a_new_version_with_an_undecided_code_leaves_the_old_one_until_then(feed: Feed, by: User) -> None:
    """Care goes on as it was asked; and the sender can still end it."""
    decide(ECG, "wound_care", by=by)
    send(feed, request(ECG))
    send(feed, request(COLONOSCOPY))
    assert needs() == [("ServiceRequest/1", ["wound_care"], 20)]
    decide(COLONOSCOPY, "insulin", by=by)
    assert needs() == [("ServiceRequest/1", ["insulin"], 20)]
    send(feed, request(ECG) | {"code": request(("271835004", "Distension"))["code"]})
    send(feed, request(ECG) | {"status": "revoked"})
    assert Need.objects.get().ends_on is not None
    assert not SourceRecord.objects.exclude(waits_for="").exists()


def test_nothing_is_taken_without_an_agreement_and_no_code_is_made_up(feed: Feed, by: User) -> None:
    """The needs of an agency whose agreement has lapsed wait on; a code with a wrong digit is none."""
    send(feed, request(ECG))
    SharingAgreement.objects.update(ends_on=hub.TODAY)
    assert decide(ECG, "wound_care", by=by) == 0
    assert needs() == []
    for wrong in ("268400003", "26840", "ECG", ""):
        with pytest.raises(ValidationError, match="SNOMED CT identifier"):
            codes.decide(code=wrong, display="x", skills=[], minutes=None, by=by, now=LATER)
    with pytest.raises(ValidationError, match="no task singing"):
        decide(ECG, "singing", by=by)


@pytest.mark.parametrize("code", ["268400003", "268400020", "2684", "0268400002", "12-lead"])
def test_a_code_that_cannot_be_one_is_rejected_with_its_rule(feed: Feed, code: str) -> None:
    """A mistyped digit or two swapped ones would mean another task, or none."""
    send(feed, request((code, "ECG")))
    assert open_rules() == ["snomed_code"]
