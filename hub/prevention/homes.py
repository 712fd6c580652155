"""The homes of an area in the order of their risk, as one viewer may know them for prevention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from hub import selectors
from hub.models import (
    Address,
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
from hub.prevention.factors import FACTORS, calls_since, conditions
from hub.scope import Scope

Item = SharingAgreement.Item
Kind = PreventionAnswer.Kind
SKILL = "fire_safety"
IS_ASKED = Q(is_asked=True)
MOST_NEEDED = 10  # a tenth of the homes: those with the most points


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


def homes(seen: Scope, *, area: Area, on: date) -> QuerySet[Address]:
    """The doors of an area behind which somebody is known, each with what is known of its risk.

    Annotations: `eldest` (a birth date), `known` (people), `calls` (care calls in four weeks), `decile`,
    `checked_on` (the last fire safety visit), `asked_until` (of a visit asked for, the last day), `answer`
    and `answer_until` (what came of the last offer), one of each factor's code (points or 0), `points`.
    """
    here = residents(seen).filter(address=OuterRef("pk")).order_by()
    eldest = here.filter(birth_date__isnull=False).order_by("birth_date")
    answers = _answers(seen)
    found = (
        Address.objects.filter(area=area)
        .annotate(
            known=Coalesce(_aggregate(here, "address", Count("pk")), 0),
            eldest=Subquery(eldest.values("birth_date")[:1]),
            decile=Subquery(
                Postcode.objects.filter(code=OuterRef("postcode")).values("deprivation_decile")[:1]
            ),
            calls=Coalesce(_aggregate(_calls(seen, on), "person__address", Count("pk")), 0),
            checked_on=_aggregate(
                _contacts(seen).filter(agency__kind=Agency.Kind.FIRE),
                "person__address",
                Max(TruncDate("starts_at")),
                DateField(),
            ),
            asked_until=Subquery(_asked(seen, on).values("ends_on")[:1]),
            is_asked=Exists(_asked(seen, on)),
            answer=Subquery(answers.values("kind")[:1]),
            answer_until=Subquery(answers.values("until")[:1]),
        )
        .filter(known__gt=0)
    )
    points = points_in_force()
    found = found.annotate(
        **{
            code: Case(When(condition, then=Value(points[code])), default=0, output_field=IntegerField())
            for code, condition in conditions(on).items()
        }
    )
    total = sum((F(factor.code) for factor in FACTORS[1:]), F(FACTORS[0].code))
    return found.annotate(points=total).order_by("-points", F("eldest").asc(nulls_last=True), "pk")


def with_residents(found: QuerySet[Address], seen: Scope) -> QuerySet[Address]:
    """The homes with who is known behind each door, the eldest first, as `residents`."""
    people = residents(seen).order_by(F("birth_date").asc(nulls_last=True), "pk")
    return found.prefetch_related(Prefetch("people", queryset=people, to_attr="residents"))


def waiting(on: date) -> Q:
    """Homes to which nothing has been offered that still stands, and that were not visited of late."""
    free = Q(answer__isnull=True) | Q(answer=Kind.REOPENED) | Q(answer_until__lte=on)
    return ~IS_ASKED & conditions(on)["unchecked"] & free


def put_off(on: date) -> Q:
    """Homes whose people said no, or not now, and that were not asked for since."""
    said = Q(answer__in=[Kind.DECLINED, Kind.LATER, Kind.NOT_NEEDED])
    return ~IS_ASKED & said & (Q(answer_until__isnull=True) | Q(answer_until__gt=on))


@dataclass(frozen=True, slots=True)
class Reached:
    """How many homes, and how many of them had a visit in time or have one asked for."""

    homes: int
    reached: int

    @property
    def share(self) -> int:
        """In per cent."""
        return round(100 * self.reached / self.homes) if self.homes else 0


def reached(found: QuerySet[Address], *, on: date) -> tuple[Reached, Reached]:
    """Of the tenth with the most risk that lies in the people and the home, and of all homes.

    The points for not having been visited are left out of the order: else every visit would look wasted.
    """
    has = Case(When(IS_ASKED | ~conditions(on)["unchecked"], then=1), default=0)
    rows = list(
        found.annotate(has=has, lasting=F("points") - F("unchecked"))
        .order_by("-lasting", F("eldest").asc(nulls_last=True), "pk")
        .values_list("has", flat=True)
    )
    first = rows[: ceil(len(rows) / MOST_NEEDED)]
    return Reached(len(first), sum(first)), Reached(len(rows), sum(rows))


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


def _asked(seen: Scope, on: date) -> QuerySet[Need]:
    return _fire_needs(seen, on).filter(person__address=OuterRef("pk")).order_by("ends_on", "pk")


def _contacts(seen: Scope) -> QuerySet[Contact]:
    found = Contact.objects.filter(person__address=OuterRef("pk")).order_by()
    return found if seen.everything else found.filter(agency__in=seen.agencies(Item.CONTACTS))


def _calls(seen: Scope, on: date) -> QuerySet[Contact]:
    first = calls_since(on)
    return _contacts(seen).filter(starts_at__date__gte=first).exclude(agency__kind=Agency.Kind.FIRE)


def _answers(seen: Scope) -> QuerySet[PreventionAnswer]:
    """What was said by those who live there, under any key that their records began with."""
    here = residents(seen).filter(address=OuterRef(OuterRef("pk"))).values("pk")
    there = residents(seen).filter(address=OuterRef(OuterRef(OuterRef("pk")))).values("pk")
    joined = selectors.joined_into(there).values("candidate")
    return PreventionAnswer.objects.filter(Q(person__in=here) | Q(person__in=joined))


def _aggregate(rows: QuerySet, by: str, what: Count | Max, output: DateField | None = None) -> Subquery:
    return Subquery(rows.values(by).annotate(found=what).values("found"), output_field=output)
