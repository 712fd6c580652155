"""Who looked at whom is on record, whichever page showed it, and before it was sent."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.authtoken.models import Token

from hub import audit
from hub.models import AuditEvent, Person, Role, User
from tests.factories import hub as make
from tests.integration.test_access import (
    CANARY,
    PUBLIC,
    Theirs,
    addresses,
    logged_in,
    refusals_unlogged,
    theirs,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
__all__ = ["refusals_unlogged", "theirs"]  # the fixtures


@pytest.fixture
def reader(theirs: Theirs) -> User:
    """A coordinator who may see them."""
    return make.make_user(Role.COORDINATOR, theirs.area, agency=theirs.agency)


def test_every_address_that_shows_a_person_leaves_a_record_of_it(theirs: Theirs, reader: User) -> None:
    """Swept over the whole site, as three roles: whoever's family name is in an answer, the audit names."""
    person = Person.objects.get()
    manager = make.make_user(Role.AGENCY_MANAGER, agency=theirs.agency)
    shown = 0
    for user in (reader, manager, make.make_user(Role.HUB_ADMINISTRATOR)):
        client, before = logged_in(user), 0
        for name, address, _ in addresses(theirs):
            if name in PUBLIC:
                continue
            text = said_in(client.get(address))
            after = AuditEvent.objects.filter(by=user, people__contains=[person.pk]).count()
            if person.name in text or f"{CANARY}, {person.given_name}" in text:
                assert after == before + 1, f"{name} showed a person to {user.role} and nobody wrote it down"
                shown += 1
            before = after
    assert shown > 10


def said_in(answer: Any) -> str:
    """The words of an answer, also of one to print."""
    if answer.headers.get("Content-Type") == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    text: str = answer.content.decode()
    return text


def test_a_view_says_who_what_when_and_why(theirs: Theirs, reader: User) -> None:
    """One row: the user, the agency, the page by its name, the purpose of the role; no name, no address."""
    person = Person.objects.get()
    logged_in(reader).get(reverse("person", args=[person.public_id]))
    event = AuditEvent.objects.get()
    assert (event.by, event.agency, event.action, event.what) == (reader, theirs.agency, "view", "person")
    assert (event.people, event.purpose) == ([person.pk], "care")


def test_searches_and_downloads_are_told_apart_and_a_token_is_a_person(theirs: Theirs, reader: User) -> None:
    """A search that found nobody is on record too; a CSV is an export; the API by token has its user."""
    client = logged_in(reader)
    client.post(reverse("people"), {"q": "nobodyatall"})
    client.get(reverse("people"), {"as": "csv"})
    token = Token.objects.create(user=reader)
    Client(headers={"authorization": f"Token {token.key}"}).get(reverse("person-list"))
    events = AuditEvent.objects.order_by("pk").values_list("action", "what", "by")
    assert list(events) == [
        ("search", "people", reader.pk),
        ("export", "people", reader.pk),
        ("view", "person-list", reader.pk),
    ]


def test_what_cannot_be_recorded_is_not_shown(
    theirs: Theirs, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the audit cannot be written, the page is an error and holds nothing of the person."""

    def broken(**_: object) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(audit, "record", broken)
    answer = logged_in(reader).get(reverse("person", args=[Person.objects.get().public_id]))
    assert answer.status_code == 500
    assert CANARY.encode() not in answer.content


def test_refusals_and_pages_without_people_leave_no_event(theirs: Theirs) -> None:
    """Only what was shown counts as seen."""
    client = logged_in(make.make_user(Role.COORDINATOR, make.make_area(), agency=make.make_agency()))
    client.get(reverse("person", args=[Person.objects.get().public_id]))
    client.get(reverse("agreements"))
    assert not AuditEvent.objects.exists()
