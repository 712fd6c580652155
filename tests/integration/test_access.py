"""Every address, asked by those who may not: nothing is open unless it says for whom."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.authtoken.models import Token

from hub.access import roles_of
from hub.models import Agency, Area, EmergencyAccess, KeepSeparate, MatchReview, Role, User
from scheduling.models import PlanningRun
from tests.factories import hub as make
from visits.models import NamedWorker, Rota, Unplaced, Visit, VisitPart, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]

PUBLIC = {"login", "logout", "token", "calendar"}  # the last opens by a secret of its own
CANARY = "Quixworthy"
MONDAY = dt.date(2027, 1, 11)
REFUSED = {403, 404, 405}


@dataclass(frozen=True)
class Theirs:
    """What belongs to an agency and an area that share nothing with the caller's."""

    area: Area
    agency: Agency
    agreement: str
    # By the word that stands before such an id in an address and says what it is the id of.
    ids: dict[str, Any]
    numbers: dict[str, int]


@pytest.fixture
def refusals_unlogged(caplog: pytest.LogCaptureFixture) -> None:
    """Hundreds of expected refusals are not written out with their tracebacks."""
    caplog.set_level(logging.ERROR, "django.request")


@pytest.fixture
def theirs() -> Theirs:
    """A person with needs and rules, a visit, a rota, a run, a worker and a delivery, all elsewhere."""
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
    record = person.source_records.get()
    review = MatchReview.objects.create(
        record=record,
        other=make.make_source_record(person, agency, key="their-second"),
        rule="same_name",
        raised_at=make.NOW,
    )
    emergency = EmergencyAccess.objects.create(
        user=make.make_user(Role.COORDINATOR, area, agency=agency),
        person=person,
        purpose="care",
        reason=f"{CANARY} fell",
        opened_at=make.NOW,
        until=make.NOW + dt.timedelta(hours=1),
    )
    ids = {
        "people": person.public_id,
        "placing": person.public_id,
        "needs": need.public_id,
        "workers": worker.public_id,
        "rotas": rota.public_id,
        "visits": visit.public_id,
        "runs": run.public_id,
        "deliveries": delivery.public_id,
        "repairs": repair.public_id,
        "matching": review.public_id,
        "emergencies": emergency.public_id,
    }
    delegation = make.make_delegation(giver=agency, holder=make.make_agency(), signed_by=CANARY)
    competence = worker.competences.create(
        skill=make.make_skill(), starts_on=MONDAY, signed_by=f"{CANARY} lead"
    )
    absence = worker.absences.create(
        kind="sick", starts_at=make.NOW, noted_at=make.NOW, noted_by=make.make_user(Role.COORDINATOR, area)
    )
    second = make.make_need(person, agency, title=f"{CANARY} tablets")
    gap = make.make_gap(need, second, at_least=30)
    gap.set_at = make.NOW
    gap.save()
    by = {"reason": f"{CANARY} asked", "set_by": absence.noted_by}
    numbers = {
        "delegations": delegation.pk,
        "competences": competence.pk,
        "absences": absence.pk,
        "barred": person.barred.create(worker=worker, **by).pk,
        "named": NamedWorker.objects.create(person=person, worker=worker, since=MONDAY, **by).pk,
        "apart": KeepSeparate.objects.create(first=need, second=second, **by).pk,
        "gap": gap.pk,
        "times": record.contact_times.create(set_at=make.NOW, **by).pk,
    }
    return Theirs(area, agency, agreement.reference, ids, numbers)


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
        "public_id": tuple(dict.fromkeys(theirs.ids.values())),
        "code": (theirs.area.code, theirs.agency.code),
        "reference": (theirs.agreement,),
        "week_start": (MONDAY,),
        "day": (MONDAY,),
        "version": (1,),
        "due_on": (MONDAY,),
        "rest": ("nowhere",),
        "number": tuple(dict.fromkeys(theirs.numbers.values())),
        "format": ("json",),
        "kind": ("barred", "named", "apart", "gap", "times"),
    }
    for pattern, parameters in named_patterns():
        assert pattern.name, f"{pattern} has no name, so nobody can refer to it"
        unknown = set(parameters) - choices.keys()
        assert not unknown, f"{pattern.name} has {unknown}: say here which values are not the caller's"
        for values in itertools.product(*(choices[each] for each in parameters)):
            kwargs = dict(zip(parameters, values, strict=True))
            address = reverse(pattern.name, kwargs=kwargs)
            if _could_be_found(address, kwargs, theirs):
                yield pattern.name, address, pattern.callback


def _could_be_found(address: str, kwargs: dict[str, Any], theirs: Theirs) -> bool:
    """Whether every id is of what the word before it says; a word that says nothing may stand before any."""
    word_before = {part: word for word, part in itertools.pairwise(address.split("/"))}
    return all(
        known.get(word_before[str(kwargs[name])], kwargs[name]) == kwargs[name]
        for name, known in (("public_id", theirs.ids), ("number", theirs.numbers))
        if name in kwargs
    )


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
    one_things = (*theirs.ids.values(), theirs.agreement, theirs.area.code)
    for name, address, _ in addresses(theirs):
        if name in PUBLIC:
            continue
        is_one_thing = any(str(each) in address for each in one_things)
        for answer in (client.get(address), client.post(address, {})):
            assert answer.status_code < 500, f"{name}: {answer.status_code}"
            assert CANARY.encode() not in answer.getvalue(), f"{name} shows what is not theirs"
            if is_one_thing:
                assert answer.status_code in REFUSED, f"{name}: {answer.status_code}"


def test_the_sweep_would_notice_a_leak(theirs: Theirs) -> None:
    """At addresses of the same sweep a coordinator of that very agency and area does find the canary."""
    client = logged_in(make.make_user(Role.COORDINATOR, theirs.area, agency=theirs.agency))
    shown = {"person-detail", "need-list", "rota-visits"}
    found = {
        name
        for name, address, _ in addresses(theirs)
        if name in shown and CANARY.encode() in client.get(address).getvalue()
    }
    assert found == shown


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
