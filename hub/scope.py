"""What one viewer may use of which agency: role, agency, purpose and agreement, worked out here alone.

Pages, the API and the walls in the database (`hub.walls`) all ask this module. A viewer has an item of an
agency if it is the viewer's own, or if an agreement in force names both agencies, the item and the purpose,
and the item is not one that the viewer's kind of agency may never have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, QuerySet, Value
from django.utils import timezone

from hub import walls
from hub.models import Agency, EmergencyAccess, Role, SharingAgreement, User
from hub.walls import Walls, keys

Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item

# Whatever a paper says: the duty to use the NHS number (Health and Social Care Act 2012, section 251B) and
# the need to know of treatment are health's and care's, not a fire service's or a landlord's.
NEVER: dict[str, frozenset[str]] = {
    Agency.Kind.FIRE: frozenset({Item.NHS_NUMBER, Item.TASKS}),
    Agency.Kind.HOUSING: frozenset({Item.NHS_NUMBER, Item.TASKS}),
}
_AREA, _OPENED = "an area", "opened"  # in the place of an agency's kind: `_facts`
_HELD = "_scope_of_this_request"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer may use on one day for one purpose.

    Attributes
    ----------
    everything
        Whoever runs the hub: no agency bounds what they see.
    shared
        By item, the keys of the agencies whose item the viewer may use.
    items
        The items that the viewer's agency may use at all.
    areas
        The keys of the areas that the viewer plans.
    emergency
        The keys of the people whose record the viewer has opened in an emergency, while that lasts.
    kind
        What kind of agency the viewer belongs to; empty for whoever runs the hub.
    """

    everything: bool = False
    agency: int | None = None
    shared: dict[str, frozenset[int]] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    areas: frozenset[int] = frozenset()
    emergency: frozenset[int] = frozenset()
    kind: str = ""

    def agencies(self, item: str) -> frozenset[int]:
        """The keys of the agencies whose item this viewer may use."""
        return self.shared.get(item, frozenset())

    def may(self, item: str) -> bool:
        """Whether this viewer may use the item of anybody."""
        return self.everything or item in self.items


def of(user: User, *, on: date, purpose: str = Purpose.COORDINATION) -> Scope:
    """The scope of a viewer on that day; in a request it is worked out once and kept."""
    held = getattr(user, _HELD, None)
    if held is not None and held[0] == (on, purpose):
        return held[1]
    return _work_out(user, on, purpose)


def held(user: User) -> Scope:
    """What was worked out for the request in hand; nothing outside one."""
    kept = getattr(user, _HELD, None)
    return Scope() if kept is None else kept[1]


def hold(user: User, *, on: date) -> Scope:
    """Works the scope out and keeps it with this user object, for the length of a request.

    It also puts the walls up in the database: from here on PostgreSQL shows this viewer's rows only.
    """
    with walls.as_county():  # what opens the walls stands behind them
        scope = _work_out(user, on, Purpose.COORDINATION)
    setattr(user, _HELD, ((on, Purpose.COORDINATION), scope))
    walls.put_up(_walls(user, scope))
    return scope


@contextmanager
def for_purpose(user: User, purpose: str, *, on: date) -> Iterator[Scope]:
    """Looks for another purpose for a while: this scope, and the walls in the database that go with it."""
    with walls.as_county():
        scope = _work_out(user, on, purpose)
    token = walls.put_up(_walls(user, scope))
    try:
        yield scope
    finally:
        walls.take_down(token)


def missing(agency: Agency, *, purpose: str, items: Iterable[str], on: date) -> list[str]:
    """What no agreement in force lets this agency give or use for the purpose, as sentences."""
    covered = {item for party in _parties(agency.pk, purpose, on) for item in party.items}
    covered -= NEVER.get(agency.kind, frozenset())
    return [
        f"No sharing agreement in force with {agency.name} covers “{Item(item).label}”"
        f" for {Purpose(purpose).label.lower()}."
        for item in items
        if item not in covered
    ]


def _work_out(user: User, on: date, purpose: str) -> Scope:
    if user.role == Role.HUB_ADMINISTRATOR:
        return Scope(everything=True, items=frozenset(Item.values))
    if user.agency_id is None or user.role not in (Role.COORDINATOR, Role.AGENCY_MANAGER):
        return Scope()
    parties, areas, emergency = _facts(user, purpose, on)
    kind = next((one.kind for one in parties if one.agency == user.agency_id), None) or user.agency.kind
    never = NEVER.get(kind, frozenset())
    shared = {item: {user.agency_id} for item in Item.values}
    if user.role == Role.COORDINATOR:
        for party in parties:
            items = set(party.items) - never
            if Item.NEEDS in items and party.kind in NEVER:
                # What a fire service or a landlord does at a visit tells nothing of anybody's health.
                items.add(Item.TASKS)
            for item in items if party.is_active else ():
                shared[item].add(party.agency)
    # Its own people an agency knows by its own records; the number, even of them, only under agreement.
    covered = {item for party in parties for item in party.items}
    own = set(Item.values) - {Item.NHS_NUMBER}
    return Scope(
        agency=user.agency_id,
        shared={item: frozenset(agencies) for item, agencies in shared.items()},
        items=frozenset((covered | own) - never),
        areas=areas,
        emergency=emergency,
        kind=kind,
    )


def _walls(user: User, scope: Scope) -> Walls:
    """The settings by which the database knows this viewer."""
    if scope.everything:
        return Walls(everything="yes", viewer=str(user.pk))
    return Walls(
        identity=keys(scope.agencies(Item.IDENTITY)),
        tasks=keys(scope.agencies(Item.TASKS)),
        contacts=keys(scope.agencies(Item.CONTACTS)),
        flags=keys(scope.agencies(Item.FLAGS)),
        areas=keys(scope.areas),
        staff=str(user.agency_id) if user.role == Role.AGENCY_MANAGER and user.agency_id else "",
        viewer=str(user.pk),
        emergency=keys(scope.emergency),
    )


class _Party(NamedTuple):
    """One party of an agreement in force."""

    agency: int
    kind: str
    is_active: bool
    items: list[str]


def _parties(agency: int, purpose: str, on: date) -> list[_Party]:
    """The parties of the agreements that this agency has for the purpose, itself among them."""
    return [_Party(*row) for row in _party_rows(agency, purpose, on)]


def _party_rows(agency: int, purpose: str, on: date) -> QuerySet:
    agreements = SharingAgreement.objects.in_force(on).filter(parties=agency, purposes__contains=[purpose])
    return SharingAgreement.parties.through.objects.filter(sharingagreement__in=agreements).values_list(
        "agency", "agency__kind", "agency__is_active", "sharingagreement__items"
    )


def _facts(user: User, purpose: str, on: date) -> tuple[list[_Party], frozenset[int], frozenset[int]]:
    """Parties of agreements, areas planned, and people opened in an emergency, in one query."""
    rest = (Value(True), Value([], output_field=ArrayField(CharField())))
    areas = User.areas.through.objects.filter(user=user.pk).values_list("area", Value(_AREA), *rest)
    opened = EmergencyAccess.objects.filter(user=user.pk, until__gt=timezone.now()).order_by()
    opened = opened.values_list("person", Value(_OPENED), *rest)
    parties, planned, people = [], set(), set()
    for row in _party_rows(user.agency_id, purpose, on).union(areas, opened, all=True):
        if row[1] == _AREA:
            planned.add(row[0])
        elif row[1] == _OPENED:
            people.add(row[0])
        else:
            parties.append(_Party(*row))
    return parties, frozenset(planned if user.role == Role.COORDINATOR else ()), frozenset(people)
