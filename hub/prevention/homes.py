"""The homes of an area in the order of their risk, as one viewer may know them for prevention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from hub import selectors
from hub.models import (
    Agency,
    Area,
    Contact,
    FactorPoints,
    Need,
    Objection,
    Person,
    Postcode,
    PreventionAnswer,
    SharingAgreement,
    SourceRecord,
    User,
)
from hub.prevention.factors import FACTORS, Factor, Facts, applying, calls_since
from hub.scope import Scope

Item = SharingAgreement.Item
Kind = PreventionAnswer.Kind
SKILL = "fire_safety"
MOST_NEEDED = 10  # a tenth of the homes: those with the most points
NO = (Kind.DECLINED, Kind.LATER, Kind.NOT_NEEDED)


class Resident(NamedTuple):
    """Somebody who is known behind a door."""

    pk: int
    public_id: UUID
    name: str
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Home:
    """A door behind which somebody is known, with what is known of its risk."""

    pk: int  # of the address
    lines: str
    postcode: str
    residents: list[Resident]  # the eldest first
    facts: Facts
    reasons: list[tuple[Factor, int]]  # what adds to its points, the most first
    is_unchecked: bool
    is_asked: bool
    asked_until: date | None  # of a visit asked for, the last day
    answer: str  # what came of the last offer
    answer_until: date | None

    @property
    def points(self) -> int:
        """What all that adds to its risk comes to."""
        return sum(points for _, points in self.reasons)

    def adds(self, code: str) -> int:
        """The points of one factor, 0 where it does not apply."""
        return next((points for factor, points in self.reasons if factor.code == code), 0)

    def waits(self, on: date) -> bool:
        """Nothing has been offered that still stands, and nobody came of late."""
        is_free = self.answer in ("", Kind.REOPENED) or _is_over(self.answer_until, on)
        return not self.is_asked and self.is_unchecked and is_free

    def is_put_off(self, on: date) -> bool:
        """Its people said no, or not now, and it was not asked for since."""
        return not self.is_asked and self.answer in NO and not _is_over(self.answer_until, on)

    def rank(self, *, without: str = "") -> tuple[Any, ...]:
        """Its place in the order: the most points first, then the eldest; with one factor left out."""
        eldest = self.facts.eldest
        return (self.adds(without) - self.points, eldest is None, eldest, self.pk)


def may_be_asked(seen: Scope) -> bool:
    """Whether the list is this viewer's: a fire service's, or the hub's that looks after it."""
    return seen.everything or seen.kind == Agency.Kind.FIRE


def residents(seen: Scope) -> QuerySet[Person]:
    """The living whose name and door are shared for prevention; nobody who objects or is restricted."""
    records = SourceRecord.objects.filter(person=OuterRef("pk"), kind=SourceRecord.Kind.PERSON)
    found = Person.objects.filter(
        restricted=False, deceased=False, deceased_on__isnull=True, address__isnull=False
    )
    if seen.everything:
        return found.filter(Exists(records))
    shared = records.filter(agency__in=seen.agencies(Item.IDENTITY) & seen.agencies(Item.ADDRESS))
    agrees = ~Exists(selectors.objecting(Objection.Kind.SHARING)) | Exists(records.filter(agency=seen.agency))
    return found.filter(Exists(shared), agrees)


def homes(seen: Scope, *, area: Area, on: date) -> list[Home]:
    """The doors of an area behind which somebody is known, those at most risk first.

    Each table is asked once for the whole area and the points are added up here: in SQL the same would be
    asked anew for each home and each factor.
    """
    doors = _doors(seen, area)
    calls, checked = dict(_calls(seen, area, on)), dict(_checked(seen, area))
    asked, answers = _asked(seen, area, on), _answers(doors)
    points = points_in_force()
    found = []
    for pk, door in doors.items():
        at = checked.get(pk)
        facts = Facts(
            eldest=door.residents[0].birth_date,
            people=len(door.residents),
            calls=calls.get(pk, 0),
            tenure=door.tenure,
            decile=door.decile,
            checked_on=at and timezone.localdate(at),
        )
        codes = applying(facts, on)
        adding = [(one, points[one.code]) for one in FACTORS if one.code in codes and points[one.code]]
        answer, answer_until = answers.get(pk, ("", None))
        found.append(
            Home(
                pk=pk,
                lines=door.lines,
                postcode=door.postcode,
                residents=door.residents,
                facts=facts,
                reasons=sorted(adding, key=lambda one: -one[1]),
                is_unchecked="unchecked" in codes,
                is_asked=pk in asked,
                asked_until=asked.get(pk),
                answer=answer,
                answer_until=answer_until,
            )
        )
    return sorted(found, key=Home.rank)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many homes, and how many of them had a visit in time or have one asked for."""

    homes: int
    reached: int

    @property
    def share(self) -> int:
        """In per cent."""
        return round(100 * self.reached / self.homes) if self.homes else 0


def reached(found: Iterable[Home]) -> tuple[Reached, Reached]:
    """Of the tenth with the most risk that lies in the people and the home, and of all homes.

    The points for not having been visited are left out of the order: else every visit would look wasted.
    """
    ranked = sorted(found, key=lambda home: home.rank(without="unchecked"))
    has = [home.is_asked or not home.is_unchecked for home in ranked]
    first = has[: ceil(len(has) / MOST_NEEDED)]
    return Reached(len(first), sum(first)), Reached(len(has), sum(has))


def points_in_force() -> dict[str, int]:
    """The points of each factor: the service's own word, else the proposal."""
    points = {factor.code: factor.points for factor in FACTORS}
    for row in FactorPoints.objects.order_by("set_at", "pk").only("factor", "points"):
        if row.factor in points:
            points[row.factor] = row.points
    return points


def people_to_visit(user: User, seen: Scope) -> QuerySet[Person]:
    """The people on this viewer's lists."""
    return residents(seen).filter(address__area__in=selectors.areas(user))


def record_of(seen: Scope, person: Person) -> SourceRecord | None:
    """The record on which a visit for prevention hangs: the service's own of the person, else another's."""
    shared = seen.agencies(Item.IDENTITY) & seen.agencies(Item.ADDRESS)
    records = SourceRecord.objects.filter(
        person=person, kind=SourceRecord.Kind.PERSON, agency__in=shared
    ).order_by("pk")
    return records.filter(agency=seen.agency).first() or records.first()


def fire_visits_asked(seen: Scope, person: Person, *, on: date) -> QuerySet[Need]:
    """The fire safety visits that are asked for at this person's door and not over."""
    return _fire_needs(seen, on).filter(person__address=person.address_id)


def _fire_needs(seen: Scope, on: date) -> QuerySet[Need]:
    asked = Need.objects.filter(skills__contains=[SKILL]).exclude(ends_on__lt=on)
    return asked if seen.everything else asked.filter(agency__in=seen.agencies(Item.NEEDS))


class _Door(NamedTuple):
    lines: str
    postcode: str
    tenure: str
    decile: int | None
    residents: list[Resident]  # the eldest first


def _doors(seen: Scope, area: Area) -> dict[int, _Door]:
    """By address the doors behind which somebody is known."""
    decile = Postcode.objects.filter(code=OuterRef("address__postcode")).values("deprivation_decile")
    people = residents(seen).filter(address__area=area).order_by(F("birth_date").asc(nulls_last=True), "pk")
    found: dict[int, _Door] = {}
    for pk, public_id, given, family, born, address, *facts in people.values_list(
        *("pk", "public_id", "given_name", "family_name", "birth_date"),
        *("address", "address__lines", "address__postcode", "address__tenure", Subquery(decile[:1])),
    ):
        name = Person(given_name=given, family_name=family).name
        door = found.setdefault(address, _Door(*facts, residents=[]))
        door.residents.append(Resident(pk, public_id, name, born))
    return found


def _asked(seen: Scope, area: Area, on: date) -> dict[int, date | None]:
    """By address the last day of the fire safety visit that is due first."""
    asked = _fire_needs(seen, on).filter(person__address__area=area).order_by("-ends_on", "-pk")
    return dict(asked.values_list("person__address", "ends_on"))  # the last of a door's rows stays


def _contacts(seen: Scope, area: Area) -> QuerySet[Contact]:
    found = Contact.objects.filter(person__address__area=area).order_by()
    return found if seen.everything else found.filter(agency__in=seen.agencies(Item.CONTACTS))


def _checked(seen: Scope, area: Area) -> QuerySet:
    """By address when the fire service came last."""
    found = _contacts(seen, area).filter(agency__kind=Agency.Kind.FIRE)
    return found.values("person__address").annotate(at=Max("starts_at")).values_list("person__address", "at")


def _calls(seen: Scope, area: Area, on: date) -> QuerySet:
    """By address how many care calls there were of late."""
    since = timezone.make_aware(datetime.combine(calls_since(on), time()))
    found = _contacts(seen, area).filter(starts_at__gte=since).exclude(agency__kind=Agency.Kind.FIRE)
    return found.values("person__address").annotate(calls=Count("pk")).values_list("person__address", "calls")


def _answers(found: dict[int, _Door]) -> dict[int, tuple[str, date | None]]:
    """By address what was said last by those who live there, under any key that their records began with."""
    doors = {one.pk: {address} for address, door in found.items() for one in door.residents}
    joined = selectors.joined_into(list(doors)).values_list("candidate", "source_record__person")
    for before, person in joined:
        doors[before] = doors.get(before, set()) | doors[person]
    newest: dict[int, tuple[str, date | None]] = {}
    said = PreventionAnswer.objects.filter(person__in=list(doors))  # the newest first
    for person, kind, until in said.values_list("person", "kind", "until"):
        for door in doors[person]:
            newest.setdefault(door, (kind, until))
    return newest


def _is_over(until: date | None, on: date) -> bool:
    return until is not None and until <= on
