"""Notes at the door, objections, holds, the person's own copy, and who looked."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from hub.models import Agency, AuditEvent, Need, Person, Role, Tombstone
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_contact,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import NOW, make_rota, make_visit, make_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


@dataclass
class County:
    """Carers and nurses who share; a person of the carers, visited by one of them."""

    carers: Agency
    nurses: Agency
    person: Person
    need: Need
    coordinator: Client
    partner: Client
    administrator: Client
    worker: Client


@pytest.fixture
def county() -> County:
    carers, nurses, area = make_agency("carers"), make_agency("nurses"), make_area()
    make_agreement(carers, nurses)
    person = make_person(carers, area=area, family_name="O’Neill", given_name="Nora")
    make_person(carers, address=person.address, family_name="O’Neill", given_name="Seamus")
    need = make_need(person, carers, title="Care while Seamus sleeps")
    at_work = make_user(Role.FIELD_WORKER, agency=carers)
    worker = make_worker(carers, area, user=at_work, name="Amira Khan")
    make_visit(make_rota(area, status="published"), worker, need, day=NOW.date(), start="11:00")
    return County(
        carers,
        nurses,
        person,
        need,
        logged_in(make_user(Role.COORDINATOR, area, agency=carers)),
        logged_in(make_user(Role.COORDINATOR, area, agency=nurses)),
        logged_in(make_user(Role.HUB_ADMINISTRATOR)),
        logged_in(at_work),
    )


def test_a_precaution_reaches_whoever_is_sent_and_is_looked_at_again(county: County) -> None:
    """It must say what to do; the partner and the worker at the door see it; a review ends it."""
    address = reverse("note-new", args=[county.person.public_id])
    said = {"kind": "precaution", "what": "Large dog", "do": "", "review_on": "2027-03-01"}
    assert county.coordinator.post(address, said).status_code == 400
    assert county.coordinator.post(address, said | {"do": "Ring first"}).status_code == 302
    page = reverse("person", args=[county.person.public_id])
    for client in (county.coordinator, county.partner, county.worker):
        assert "Ring first" in client.get(page).content.decode()
    note = county.person.notes.get()
    review = reverse("note-review", args=[county.person.public_id, note.pk])
    assert county.partner.get(review).status_code == 404
    assert county.coordinator.post(review, {"still": "no"}).status_code == 302
    assert "Ring first" not in county.worker.get(page).content.decode()


def test_who_objects_to_sharing_is_their_own_agencys_business_only(county: County) -> None:
    """At the next request the partner finds nobody; the own agency goes on; withdrawn, it is over."""
    page = reverse("person", args=[county.person.public_id])
    assert county.partner.get(page).status_code == 200
    objecting = reverse("person-object", args=[county.person.public_id])
    county.administrator.post(objecting, {"kind": "sharing", "said": "Not the nurses"})
    assert county.administrator.post(objecting, {"kind": "sharing"}).status_code == 400
    assert county.partner.get(page).status_code == 404
    assert county.coordinator.get(page).status_code == 200
    what = f"objection-{county.person.objections.get().pk}"
    county.administrator.post(reverse("person-take-back", args=[county.person.public_id]), {"what": what})
    assert county.partner.get(page).status_code == 200


def test_the_copy_has_sources_and_no_third_party(county: County) -> None:
    """Records with their agency, visits without the worker's name, the spouse blacked out, and a reason."""
    copy = reverse("person-export", args=[county.person.public_id])
    assert county.administrator.post(copy, {"reason": ""}).status_code == 400
    answer = county.administrator.post(copy, {"reason": "Letter of 4 January"})
    said = json.loads(answer.content)
    assert said["of"]["name"] == "Nora O’Neill"
    assert said["records"][0]["agency"] == county.carers.name
    assert said["needs"][0]["what"] == "Care while █████ sleeps"
    assert said["visits_planned"][0]["by"] == f"a worker of {county.carers.name}"
    assert "Amira" not in answer.content.decode()
    assert "Seamus" not in answer.content.decode()
    event = AuditEvent.objects.filter(what="subject-access").get()
    assert (event.purpose, event.reason) == ("rights", "Letter of 4 January")


def test_the_page_of_who_looked_names_them(county: County) -> None:
    """The partner's look is there with agency, time and purpose; nobody but the hub opens the page."""
    county.partner.get(reverse("person", args=[county.person.public_id]))
    page = reverse("person-rights", args=[county.person.public_id])
    shown = county.administrator.get(page).content.decode()
    assert county.nurses.name in shown
    assert "Coordinating this person’s care" in shown or "Coordinating this person&#x27;s care" in shown
    assert county.coordinator.get(page).status_code == 403


def test_the_page_of_changes_says_from_what_to_what(county: County) -> None:
    """Each change stands beside what the next made of it, whoever wrote; only the hub reads it."""
    for minutes in (45, 60):
        county.need.minutes = minutes
        county.need.save()
    Person.objects.filter(pk=county.person.pk).update(given_name="Zoë")
    address = reverse("person-changes", args=[county.person.public_id])
    page = county.administrator.get(address).content.decode()
    assert "3 changes" in page
    assert "minutes: 30 → 45" in page
    assert "minutes: 45 → 60" in page
    assert f"given name: {county.person.given_name} → Zoë" in page
    assert county.coordinator.get(address).status_code == 403


def test_an_emergency_opens_one_record_for_an_hour_and_alerts(county: County) -> None:
    """A stranger must know who exactly and say why; it is 404 before, open within the hour, and 404 after."""
    stranger = make_user(Role.COORDINATOR, make_area(), agency=make_agency())
    client, page = logged_in(stranger), reverse("person", args=[county.person.public_id])
    said = {"family_name": "O’Neill", "birth_date": "1941-05-06", "purpose": "vital", "reason": "Short"}
    assert client.get(page).status_code == 404
    assert client.post(reverse("emergency"), said).status_code == 400
    said["reason"] = "Found on the road, does not know where she lives"
    several = client.post(reverse("emergency"), said)
    assert "Several people fit" in several.content.decode()
    Person.objects.exclude(pk=county.person.pk).update(birth_date=dt.date(1940, 1, 1))
    assert client.post(reverse("emergency"), said).headers["Location"] == page
    assert county.person.address.lines in client.get(page).content.decode()
    overview = county.administrator.get(reverse("overview")).content.decode()
    assert said["reason"] in overview
    with time_machine.travel(NOW + dt.timedelta(hours=2)):
        later = logged_in(stranger)
        assert later.get(page).status_code == 404
    events = AuditEvent.objects.filter(action="emergency").values_list("what", flat=True)
    assert set(events) == {"emergency", "emergency-several"}


def test_what_is_past_its_time_goes_with_proof_and_what_is_held_stays(county: County) -> None:
    """A dry run erases nothing; a hold keeps; then the rows go and a tombstone counts them without a name."""
    old = make_person(county.carers, family_name="Gone", deceased=True)
    need = make_need(old, county.carers, ends_on=dt.date(2027, 1, 20))
    make_contact(old, county.carers, starts_at=NOW, worker="W9")
    hold = reverse("person-hold", args=[old.public_id])
    county.administrator.post(hold, {"reason": "An inquest"})
    with time_machine.travel(NOW + dt.timedelta(days=9 * 366)):
        call_command("erase_expired")
        assert Person.objects.filter(pk=old.pk).exists()
        old.holds.update(released_at=NOW)
        call_command("erase_expired", "--dry-run")
        assert Person.objects.filter(pk=old.pk).exists()
        call_command("erase_expired")
    assert not Person.objects.filter(pk=old.pk).exists()
    assert not Need.objects.filter(pk=need.pk).exists()
    assert Person.objects.filter(pk=county.person.pk).exists()
    stone = Tombstone.objects.filter(agency=county.carers, whole_person=True).first()
    assert stone.counts["hub.Need"] == 1
    assert "Gone" not in json.dumps(stone.counts)
