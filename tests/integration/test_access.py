"""Every address, asked by those who may not: nothing is open unless it says for whom."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.authtoken.models import Token

from hub.access import roles_of
from hub.models import Agency, Area, Role, User
from scheduling.models import PlanningRun
from tests.factories import hub as make
from visits.models import Rota, Unplaced, Visit, VisitPart, Worker

pytestmark = pytest.mark.django_db

PUBLIC = {"login", "logout", "token", "calendar"}  # the last opens by a secret of its own
CANARY = "Quixworthy"
MONDAY = dt.date(2027, 1, 11)
REFUSED = {403, 404, 405}
# What the word before an id says it is the id of, by its place among `Theirs.ids`.
KINDS = {
    "people": 0,
    "placing": 0,
    "needs": 1,
    "workers": 2,
    "rotas": 3,
    "visits": 4,
    "runs": 5,
    "deliveries": 6,
    "repairs": 7,
}


@dataclass(frozen=True)
class Theirs:
    """What belongs to an agency and an area that share nothing with the caller's."""

    area: Area
    agency: Agency
    ids: tuple[Any, ...]
    numbers: tuple[int, ...]


@pytest.fixture
def theirs() -> Theirs:
    """A person with a need, a visit, a rota, a run, a worker and a delivery, all elsewhere."""
    area, agency = make.make_area("south"), make.make_agency("their-care")
    person = make.make_person(agency, area=area, family_name=CANARY)
    need = make.make_need(person, agency, title=f"{CANARY} care")
    worker = Worker.objects.create(
        agency=agency,
        area=area,
        reference="T1",
        name=f"{CANARY} Worker",
        base_postcode="NR11 6AA",
        latitude=52.8,
        longitude=1.2,
        max_week_minutes=2250,
    )
    rota = Rota.objects.create(
        area=area,
        week_start=MONDAY,
        version=1,
        status=Rota.Status.PUBLISHED,
        inputs_hash="0" * 64,
        asked=2,
        placed=1,
        unplaced_count=1,
        cancelled=0,
        created_at=make.NOW,
    )
    visit = Visit.objects.create(
        rota=rota,
        worker=worker,
        person=person,
        starts_at=make.NOW,
        ends_at=make.NOW + dt.timedelta(minutes=30),
        is_published=True,
    )
    VisitPart.objects.create(visit=visit, need=need, due_on=MONDAY, starts_at=make.NOW, minutes=30)
    Unplaced.objects.create(rota=rota, need=need, due_on=MONDAY + dt.timedelta(days=1), reason="no_capacity")
    run = PlanningRun.objects.create(area=area, week_start=MONDAY, seconds=1, requested_at=make.NOW)
    delivery = make.make_delivery(agency, file_name=f"{CANARY}.csv")
    repair = rota.repairs.create(
        kind="absence", requested_at=make.NOW, requested_by=make.make_user(Role.COORDINATOR, area)
    )
    agreement = make.make_agreement(agency, title=f"{CANARY} agreement")
    ids = tuple(each.public_id for each in (person, need, worker, rota, visit, run, delivery, repair))
    delegation = make.make_delegation(giver=agency, holder=make.make_agency(), signed_by=CANARY)
    competence = worker.competences.create(
        skill=make.make_skill(), starts_on=MONDAY, signed_by=f"{CANARY} lead"
    )
    absence = worker.absences.create(
        kind="sick", starts_at=make.NOW, noted_at=make.NOW, noted_by=make.make_user(Role.COORDINATOR, area)
    )
    numbers = (delegation.pk, competence.pk, absence.pk)
    return Theirs(area, agency, (*ids, agreement.reference), numbers)


@pytest.fixture
def ours() -> tuple[Area, Agency]:
    """The caller's own area and agency, under an agreement of its own."""
    area, agency = make.make_area("north"), make.make_agency("our-care")
    make.make_agreement(agency, make.make_agency("our-nurses", kind=Agency.Kind.NURSING))
    return area, agency


def named_patterns(resolver: URLResolver | None = None) -> Iterator[tuple[URLPattern, tuple[str, ...]]]:
    """Every address of the site with the names of its parts that vary."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_patterns(entry)
        else:
            yield entry, tuple(_parameters(entry))


def _parameters(pattern: URLPattern) -> list[str]:
    regex = getattr(pattern.pattern, "regex", None)
    return list(regex.groupindex) if regex else []


def addresses(theirs: Theirs) -> Iterator[tuple[str, str, Any]]:
    """(name, address, view) of every address, each filled with every id that is not the caller's.

    Where a word of the address says what the id is of, only such an id: another can never be found there.
    """
    choices: dict[str, tuple[Any, ...]] = {
        "public_id": tuple(theirs.ids[:-1]),
        "code": (theirs.area.code, theirs.agency.code),
        "reference": (theirs.ids[-1],),
        "week_start": (MONDAY,),
        "day": (MONDAY,),
        "version": (1,),
        "due_on": (MONDAY,),
        "rest": ("nowhere",),
        "number": theirs.numbers,
        "format": ("json",),
        "kind": ("barred", "named", "apart", "gap"),
    }
    for pattern, parameters in named_patterns():
        assert pattern.name, f"{pattern} has no name, so nobody can refer to it"
        unknown = set(parameters) - choices.keys()
        assert not unknown, f"{pattern.name} has {unknown}: say here which values are not the caller's"
        for values in itertools.product(*(choices[each] for each in parameters)):
            kwargs = dict(zip(parameters, values, strict=True))
            address = reverse(pattern.name, kwargs=kwargs)
            kinds = {KINDS[word] for word in address.split("/") if word in KINDS}
            if "public_id" in kwargs and len(kinds) == 1 and kwargs["public_id"] != theirs.ids[kinds.pop()]:
                continue
            yield pattern.name, address, pattern.callback


def everyone_else(ours: tuple[Area, Agency]) -> dict[str, User]:
    """One user of each role in the caller's own agency and area."""
    area, agency = ours
    return {
        role: make.make_user(role, *([area] if role == Role.COORDINATOR else []), agency=agency)
        for role in (Role.COORDINATOR, Role.FIELD_WORKER, Role.AGENCY_MANAGER)
    }


def logged_in(user: User) -> Client:
    """A browser in which this user is logged in."""
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_address_says_which_roles_it_is_for() -> None:
    """An address without roles is closed to all, which is safe but surely not meant."""
    silent = [
        pattern.name
        for pattern, _ in named_patterns()
        if pattern.name not in PUBLIC and not roles_of(pattern.callback)
    ]
    assert silent == []


def test_nobody_gets_in_without_logging_in(theirs: Theirs) -> None:
    """Who has not logged in is sent to the log-in page, or told 401 or 403 by the API."""
    client = Client()
    for name, address, _ in addresses(theirs):
        if name in PUBLIC:
            continue
        for answer in (client.get(address), client.post(address, {})):
            to_login = answer.status_code == 302 and answer.headers["Location"].startswith(reverse("login"))
            assert to_login or answer.status_code in {401, 403}, f"{name}: {answer.status_code}"


def test_a_stranger_who_can_log_in_sees_nothing(theirs: Theirs) -> None:
    """An account without a role opens no address at all."""
    client = logged_in(make.make_user(""))
    for name, address, _ in addresses(theirs):
        if name in PUBLIC:
            continue
        for answer in (client.get(address), client.post(address, {})):
            assert answer.status_code in {403, 404}, f"{name}: {answer.status_code}"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FIELD_WORKER, Role.AGENCY_MANAGER])
def test_the_wrong_agency_gets_403_or_404(role: str, theirs: Theirs, ours: tuple[Area, Agency]) -> None:
    """Whoever belongs elsewhere is refused every single thing, and finds no trace of it in any list."""
    client = logged_in(everyone_else(ours)[role])
    for name, address, _ in addresses(theirs):
        if name in PUBLIC:
            continue
        is_one_thing = any(str(each) in address for each in (*theirs.ids, theirs.area.code))
        for answer in (client.get(address), client.post(address, {})):
            assert answer.status_code < 500, f"{name}: {answer.status_code}"
            assert CANARY.encode() not in answer.getvalue(), f"{name} shows what is not theirs"
            if is_one_thing:
                assert answer.status_code in REFUSED, f"{name}: {answer.status_code}"


def test_the_sweep_would_notice_a_leak(theirs: Theirs) -> None:
    """The same sweep as a coordinator of that very agency and area does find the canary."""
    client = logged_in(make.make_user(Role.COORDINATOR, theirs.area, agency=theirs.agency))
    found = {
        name
        for name, address, _ in addresses(theirs)
        if name not in PUBLIC and CANARY.encode() in client.get(address).getvalue()
    }
    assert {"person-detail", "need-list", "rota-visits"} <= found


def test_a_user_who_is_switched_off_is_out_at_once(theirs: Theirs) -> None:
    """The very next request after somebody leaves is refused, session or not."""
    user = make.make_user(Role.COORDINATOR, theirs.area, agency=theirs.agency)
    client = logged_in(user)
    assert client.get("/api/v1/people/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/api/v1/people/").status_code in {401, 403}


def test_nothing_that_was_shown_stays_in_a_cache(theirs: Theirs) -> None:
    """Pages and API answers say no-store, so that Back shows nothing after logging out."""
    user = make.make_user(Role.COORDINATOR, theirs.area, agency=theirs.agency)
    client = logged_in(user)
    for address in (reverse("people"), reverse("person-list")):
        assert client.get(address).headers["Cache-Control"] == "no-store"
    token = Token.objects.create(user=user)
    by_token = Client(headers={"authorization": f"Token {token.key}"})
    assert by_token.get(reverse("person-list")).headers["Cache-Control"] == "no-store"
