"""What has been decided on joins across agencies, and the pairs that are kept apart because of it.

A refusal is not copied into `KeepSeparate`: it is read from the decisions in force each time a week is
mapped, so that undoing one needs no row taken back. docs/decisions/0088 says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from django.db.models import Q

from hub.models import Area, Need
from scheduling.models import JoinDecision

Verdict = JoinDecision.Verdict
Pair = tuple[int, int]  # keys of needs, the lower first


def pair_of(one: Need, other: Need) -> Pair:
    """The pair's key, whichever comes first."""
    return (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)


def kind_of(one: Need, other: Need) -> str:
    """The kind of a join: both agencies, each with its skills, as 3:medication|7:injections."""
    return "|".join(sorted(f"{need.agency_id}:{'+'.join(sorted(need.skills))}" for need in (one, other)))


def sides_of(kind: str) -> list[tuple[int, list[str]]]:
    """Agency key and skill codes of both sides of a kind."""
    sides = (side.partition(":") for side in kind.split("|"))
    return [(int(agency), skills.split("+") if skills else []) for agency, _, skills in sides]


class Decided:
    """The decisions in force that bear on some needs of an area. One query."""

    def __init__(self, area: Area, needs: Collection[int]) -> None:
        rows = JoinDecision.objects.filter(Q(area=area) & ~Q(kind="") | Q(first__in=needs))
        in_force = rows.filter(undone__isnull=True).exclude(verdict=Verdict.UNDONE).select_related("by")
        self.of_pair: dict[Pair, JoinDecision] = {}
        self.of_kind: dict[str, JoinDecision] = {}
        for row in in_force.order_by("pk"):
            if row.kind:
                self.of_kind[row.kind] = row
            else:
                self.of_pair[row.first_id, row.second_id] = row

    def on(self, one: Need, other: Need) -> JoinDecision | None:
        """The decision on joining these two: their own, else that of their kind."""
        return self.of_pair.get(pair_of(one, other)) or self.of_kind.get(kind_of(one, other))


def refused(area: Area, needs: Iterable[Need]) -> list[Pair]:
    """The pairs of one person's needs, of two agencies, that somebody does not want joined."""
    of_person: dict[int, dict[int, Need]] = defaultdict(dict)
    for need in needs:
        of_person[need.person_id][need.pk] = need
    shared = {key for some in of_person.values() if len(some) > 1 for key in some}
    decided = Decided(area, shared)
    rows = (*decided.of_pair.values(), *decided.of_kind.values())
    if all(row.verdict == Verdict.APPROVED for row in rows):
        return []
    return sorted(
        pair_of(one, other)
        for some in of_person.values()
        for one, other in combinations(some.values(), 2)
        if one.agency_id != other.agency_id
        and (row := decided.on(one, other)) is not None
        and row.verdict == Verdict.REFUSED
    )
