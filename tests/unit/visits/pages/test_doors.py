"""The rules at a door: set with who and why, obeyed by the plan, ended with a reason."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.urls import reverse

from hub.contact_times import OUTSIDE, band_of
from hub.models import AuditEvent, Change, ContactTimes, KeepSeparate, Need, NeedGap, Role, SourceRecord
from tests.factories.hub import (
    NOW,
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_gap,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import make_worker
from visits.models import BarredWorker, NamedWorker
from visits.services import subject_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


def test_rules_are_set_and_ended() -> None:
    """A worker named, then barred; two needs kept apart and with a gap; each ended on record."""
    area, agency = make_area(), make_agency()
    person = make_person(agency, area=area, family_name="O'Neill")
    wash, lunch = make_need(person, agency, title="Wash"), make_need(person, agency, title="Lunch")
    worker = make_worker(agency, area, name="Nguyễn Thị")
    client = logged_in(
        make_user(Role.COORDINATOR, area, agency=agency, first_name="Ann", last_name="O'Neill")
    )
    said = {"worker": worker.pk, "reason": "She asked", "one": lunch.pk, "other": wash.pk, "min_minutes": 90}

    def post(name: str, **fields: object) -> int:
        return client.post(reverse(name, args=[person.public_id]), said | fields).status_code

    assert post("door-name") == 302
    assert NamedWorker.objects.get().set_by is not None
    assert post("door-bar") == 302
    assert not NamedWorker.objects.exists(), "whoever is barred is not named"
    assert [post("door-bar"), post("door-name")] == [400, 400]
    assert post("door-apart") == 302
    assert [post("door-apart"), post("door-apart", other=lunch.pk)] == [400, 400]
    assert post("door-gap", max_minutes=30) == 400
    assert [post("door-gap"), post("door-gap")] == [302, 400]
    pair, gap = KeepSeparate.objects.get(), NeedGap.objects.get()
    assert (pair.first, pair.second, gap.before, gap.min_minutes) == (wash, lunch, lunch, 90)
    page = client.get(reverse("doors", args=[person.public_id])).content.decode()
    for words in ("Nguyễn Thị", "Set by Ann O&#x27;Neill on Wed 13 Jan", "never share a visit: She asked"):
        assert words in page
    for kind, row in (("barred", BarredWorker.objects.get()), ("apart", pair), ("gap", gap)):
        address = reverse("door-end", args=[person.public_id, kind, row.pk])
        assert client.post(address, {"reason": ""}).status_code == 400
        assert client.post(address, {"reason": "No longer"}).status_code == 302
        assert client.post(address, {"reason": "No longer"}).status_code == 404
    assert (
        Change.objects.filter(table__in=["hub_keepseparate", "hub_needgap", "visits_barredworker"]).count()
        == 3
    )
    assert AuditEvent.objects.filter(reason="gap ended: No longer").exists()


def test_a_gap_that_a_feed_sends_is_the_senders() -> None:
    """It is shown with whose it is, and cannot be ended here; nor anything of another area's person."""
    area, agency = make_area(), make_agency()
    person = make_person(agency, area=area)
    gap = make_gap(make_need(person, agency), make_need(person, agency), at_least=60)
    client = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency))
    assert "Sent by" in client.get(reverse("doors", args=[person.public_id])).content.decode()
    ending = reverse("door-end", args=[person.public_id, "gap", gap.pk])
    assert client.get(ending).status_code == 404
    barred = BarredWorker.objects.create(
        person=person, worker=make_worker(make_agency(), area), reason="Another agency's to say"
    )
    assert client.get(reverse("door-end", args=[person.public_id, "barred", barred.pk])).status_code == 404
    assert logged_in(make_user(Role.COORDINATOR, make_area(), agency=agency)).get(ending).status_code == 404


def test_contact_times_are_noted_obeyed_and_ended_and_what_they_cannot_move_is_told() -> None:
    """With who and why, beside what a record says; a call that they would cost is named, also on Today."""
    area, agency = make_area(), make_agency(name="Brook Care")
    make_agreement(agency)
    person = make_person(agency, area=area, family_name="Eke")
    record = person.source_records.get()
    SourceRecord.objects.filter(pk=record.pk).update(payload=record.payload | {"contact_from": "09:00:00"})
    make_need(person, agency, title="Wash")
    critical = make_need(person, agency, title="Insulin", time_critical=True)
    user = make_user(Role.COORDINATOR, area, agency=agency, first_name="Ann", last_name="Bell")
    client = logged_in(user)

    def page(name: str, *args: object) -> str:
        return client.get(reverse(name, args=args)).content.decode()

    def asked() -> tuple[dt.time | None, dt.time | None]:
        person.refresh_from_db()
        return person.contact_from, person.contact_until

    note = reverse("door-times", args=[person.public_id])
    for wrong in (
        {"contact_from": "25:00", "reason": "x"},
        {"contact_from": "17:00", "contact_until": "09:00", "reason": "x"},
        {"contact_from": "09:00"},
    ):
        assert client.post(note, wrong).status_code == 400
    assert client.post(note, {"contact_from": "09:30", "reason": "Rang; sleeps badly"}).status_code == 302
    assert asked() == (dt.time(9, 30), None)
    doors = page("doors", person.public_id)
    for words in ("not before 09:30", "Rang; sleeps badly", "Set by Ann Bell", "Not before 09:00", "Insulin"):
        assert words in doors
    shown = page("person", person.public_id)
    assert "noted by Ann Bell" in shown
    assert "beginning 09:30 to 10:00" in shown
    assert "outside the times asked for" in page("need", critical.public_id) + shown
    today = page("today")
    assert "needs keep calls" not in today
    assert "need keeps calls at times that the person does not ask for" in today
    assert "Insulin" in today
    told = subject_access.export(person=person, reason="Asked", by=user, now=NOW)
    assert told["asks_for_calls"] == "not before 09:30"
    assert told["asks_for_calls_as_told"][0]["because"] == "Rang; sleeps badly"
    row = ContactTimes.objects.get()
    ending = reverse("door-end", args=[person.public_id, "times", row.pk])
    assert client.post(ending, {"reason": "Sleeps again"}).status_code == 302
    assert client.post(ending, {"reason": "Sleeps again"}).status_code == 404
    assert asked() == (dt.time(9), None), "what the record says counts again"
    row.refresh_from_db()
    assert (row.ended_by, row.ended_because) == (user, "Sleeps again")
    elsewhere = logged_in(make_user(Role.COORDINATOR, make_area(), agency=agency))
    assert elsewhere.get(note).status_code == 404


@pytest.mark.parametrize("critical", [False, True])
def test_the_database_finds_the_needs_that_keep_their_times(critical: bool) -> None:
    """One rule, said twice: over all ways in which two stretches can lie, both say the same."""
    agency = make_agency()
    hours = [None, dt.time(7), dt.time(8), dt.time(9), dt.time(10), dt.time(11)]
    for first, last in product(hours, hours):
        if first is None or last is None or first < last:
            person = make_person(contact_from=first, contact_until=last)
            make_need(person, agency, time_critical=critical)
    needs = Need.objects.select_related("person")
    expected = {need.pk for need in needs if band_of(need, need.person).outside}
    assert set(needs.filter(OUTSIDE).values_list("pk", flat=True)) == expected
    assert 0 < len(expected) < len(needs)
