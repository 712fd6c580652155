"""The rules at a door: set with who and why, obeyed by the plan, ended with a reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hub.models import AuditEvent, Change, KeepSeparate, NeedGap, Role
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_area,
    make_gap,
    make_need,
    make_person,
    make_user,
)
from tests.factories.visits import make_worker
from visits.models import BarredWorker, NamedWorker

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
