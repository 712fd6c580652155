"""Needs by hand: entered, changed from a day on, ended; what a feed sends stays the sender's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from hub.identity import reviewing
from hub.models import Need, Role
from hub.services import needs
from tests.factories.hub import (
    NOW,
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_gap,
    make_need,
    make_person,
    make_skill,
    make_source_record,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]
SAID: dict[str, Any] = {
    "title": "Wash",
    "skills": ["personal_care"],
    "minutes": "30",
    "window_start": "08:00",
    "window_end": "09:30",
    "kind": "WEEKLY",
    "every": "2",
    "days": ["TH", "MO"],
    "starts_on": "2027-01-14",
    "flexible_days": "0",
    "workers": "1",
    "gender": "",
    "priority": "2",
    "mergeable": "no",
    "separate_reason": "Dignity: the nurse’s visit is not for company",
}


class Home:
    """Mrs O'Neill, known to one agency, with its manager and the coordinator of her area."""

    def __init__(self) -> None:
        self.area, self.agency = make_area(), make_agency("carers")
        make_skill()
        self.person = make_person(self.agency, area=self.area, family_name="O'Neill", given_name="Nguyễn")
        self.coordinator = make_user(Role.COORDINATOR, self.area, agency=self.agency)
        self.manager = make_user(Role.AGENCY_MANAGER, agency=self.agency)

    def enter(self, client: Client, **fields: Any) -> Any:
        said = SAID | {"agency": self.agency.pk} | fields
        return client.post(reverse("need-new", args=[self.person.public_id]), said)

    def need(self) -> Need:
        assert self.enter(logged_in(self.coordinator)).status_code == 302
        return Need.objects.get()


@pytest.fixture
def home() -> Home:
    """Where she lives."""
    return Home()


def test_a_need_is_entered_in_plain_choices(home: Home) -> None:
    """Every other Monday and Thursday; it says who entered it, and its days of four weeks lead on."""
    need = home.need()
    assert need.rrule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH"
    assert (need.entered_by, need.source_record.person) == (home.coordinator, home.person)
    client = logged_in(home.coordinator)
    needs.cancel_occurrence(
        need=need, due_on=dt.date(2027, 1, 14), reason="Away", by=home.coordinator, now=need.entered_at
    )
    page = client.get(reverse("need", args=[need.public_id])).content.decode()
    for said in ("called off", "nobody planned yet", "Nguyễn O&#x27;Neill"):
        assert said in page
    assert reverse("occurrence", args=[need.public_id, dt.date(2027, 1, 25)]) in page
    assert "entered by hand" in client.get(reverse("person", args=[home.person.public_id])).content.decode()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("days", []),
        ("starts_on", "2027-01-12"),
        ("window_end", "07:00"),
        ("separate_reason", ""),
        ("minutes", "0"),
        ("preferred", "12:00"),
        ("ends_on", "2027-01-13"),
        ("which", "2027"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(home: Home, field: str, wrong: Any) -> None:
    """All that was typed is kept, and nothing saved."""
    answer = home.enter(logged_in(home.coordinator), **{field: wrong})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#id_{field}"' in page
    assert 'value="Wash"' in page
    assert not Need.objects.exists()


def test_a_change_leaves_the_past_as_it_was(home: Home) -> None:
    """From Monday on it takes 45 minutes: the old one ends on Sunday, and its neighbours go along."""
    need, other = home.need(), make_need(home.person, home.agency)
    Need.objects.filter(pk=need.pk).update(starts_on=dt.date(2027, 1, 4))
    make_gap(need, other, at_least=60)
    client, address = logged_in(home.manager), reverse("need-change", args=[need.public_id])
    assert 'value="2"' in client.get(address).content.decode()
    assert client.post(address, SAID | {"minutes": "45", "starts_on": "2027-01-12"}).status_code == 400
    assert client.post(address, SAID | {"minutes": "45", "starts_on": "2027-01-18"}).status_code == 302
    need.refresh_from_db()
    new = Need.objects.latest("pk")
    assert (need.minutes, need.ends_on, new.minutes) == (30, dt.date(2027, 1, 17), 45)
    assert new.gaps_after.get().after == other
    assert client.post(address, SAID | {"starts_on": "2027-01-25"}).status_code == 400, "ends before"


def test_one_that_has_not_begun_is_changed_in_place(home: Home) -> None:
    """Nothing has been yet that could be rewritten."""
    need = home.need()
    client = logged_in(home.manager)
    assert (
        client.post(reverse("need-change", args=[need.public_id]), SAID | {"title": "Bath"}).status_code
        == 302
    )
    assert Need.objects.get().title == "Bath"


def test_a_need_ends_with_a_reason(home: Home) -> None:
    """A day in the past is refused; after its last day it can be changed no more."""
    need = home.need()
    client, address = logged_in(home.manager), reverse("need-end", args=[need.public_id])
    assert client.post(address, {"ends_on": "2027-01-10", "reason": "Better"}).status_code == 400
    assert client.post(address, {"ends_on": "2027-01-28", "reason": ""}).status_code == 400
    assert client.post(address, {"ends_on": "2027-01-28", "reason": "Better"}).status_code == 302
    need.refresh_from_db()
    assert (need.ends_on, need.end_reason) == (dt.date(2027, 1, 28), "Better")
    later = need.entered_at + dt.timedelta(days=60)
    with pytest.raises(ValidationError, match="ended on"):
        needs.end(need=need, ends_on=later.date(), reason="Again", by=home.manager, now=later)


def test_what_a_feed_sends_is_the_senders(home: Home) -> None:
    """The page says whose it is and how to have it changed; the form is not there."""
    sent = make_need(home.person, home.agency)
    client = logged_in(home.coordinator)
    page = client.get(reverse("need", args=[sent.public_id])).content.decode()
    assert "sends this need" in page
    assert "Change…" not in page
    for name in ("need-change", "need-end"):
        assert client.get(reverse(name, args=[sent.public_id])).status_code == 404
    with pytest.raises(ValidationError, match="sends this need"):
        needs.end(need=sent, ends_on=sent.starts_on, reason="x", by=home.coordinator, now=NOW)


def test_a_manager_speaks_for_the_own_agency_alone(home: Home) -> None:
    """A coordinator also for those that share their needs; who does not know the person asks nothing."""
    nurses, strangers = make_agency("nurses"), make_agency("strangers")
    make_agreement(home.agency, nurses, strangers)
    make_source_record(home.person, nurses, key="N1")
    assert home.enter(logged_in(home.manager), agency=nurses.pk).status_code == 400
    assert home.enter(logged_in(home.coordinator), agency=strangers.pk).status_code == 400
    assert home.enter(logged_in(home.coordinator), agency=nurses.pk).status_code == 302
    need = Need.objects.get()
    assert logged_in(home.manager).get(reverse("need-end", args=[need.public_id])).status_code == 404


def test_it_follows_when_two_records_are_joined(home: Home) -> None:
    """Entered for one of two rows of the same woman, it is the other's once they are one."""
    need, nurses = home.need(), make_agency("nurses")
    twin = make_person(nurses, area=home.area)
    hub_user = make_user(Role.HUB_ADMINISTRATOR)
    reviewing.join(source_record=need.source_record, person=twin, by=hub_user, now=need.entered_at)
    need.refresh_from_db()
    assert need.person == twin
