"""Joins across agencies: what a rota joins at whose door, what that saves, and what people decide on it.

    joins = joining.joins(rota)            # of every agency; the page narrows to what its reader may see
    joining.decide(join_pairs=…, …)        # approve, or refuse for the next plan to obey

A join is one door where the same needs of two or more agencies become one visit, on one day or on seven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations

from django.db import IntegrityError, transaction

from hub.models import Agency, Area, Delegation, Need, User
from hub.walls import as_county
from scheduling.engine.problem import Policy
from scheduling.mapping import decided
from scheduling.mapping.places import Places
from scheduling.models import JoinDecision
from scheduling.reporting.avoided import across_agencies, by_month
from visits.models import Competence, Rota, Visit, VisitPart, Worker
from visits.wall_clock import local_day

Verdict = JoinDecision.Verdict
LONGEST_REASON = 200
SHORTEST_REASON = 10
MILES_PER_KM = 0.621371


class DecisionRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Why nothing was decided, as a sentence without names."""


@dataclass(frozen=True, slots=True)
class Lent:
    """A task of one agency done by a worker of another: by whose delegation and by what competence."""

    need: Need
    skill: str
    worker: Worker
    delegation: Delegation | None  # None: it was in force when the rota was planned and is not now
    competence: Competence | None


@dataclass(slots=True)
class Join:
    """One door where the same needs of several agencies become one visit.

    `arrivals`, `minutes` and `miles` are saved over all its visits; see `_apart` for how.
    """

    person: int
    needs: tuple[Need, ...]
    visits: list[Visit] = field(default_factory=list)
    lent: list[Lent] = field(default_factory=list)
    arrivals: int = 0
    minutes: int = 0
    miles: float = 0.0
    decisions: dict[decided.Pair, JoinDecision] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The needs, as a form sends them."""
        return "-".join(str(need.pk) for need in self.needs)

    @property
    def pairs(self) -> list[tuple[Need, Need]]:
        """Each two needs of different agencies."""
        return [
            (one, other) for one, other in combinations(self.needs, 2) if one.agency_id != other.agency_id
        ]

    @property
    def kinds(self) -> set[str]:
        """The kinds of its pairs."""
        return {decided.kind_of(one, other) for one, other in self.pairs}

    @property
    def agencies(self) -> set[int]:
        """Whose needs they are."""
        return {need.agency_id for need in self.needs}

    @property
    def verdict(self) -> str:
        """Refused if any pair is, approved if all are, else empty: nobody has decided."""
        found = [row.verdict for row in self.decisions.values()]
        if Verdict.REFUSED in found:
            return Verdict.REFUSED
        return Verdict.APPROVED if len(found) == len(self.pairs) else ""


@as_county()
def joins(rota: Rota) -> list[Join]:
    """The rota's joins across agencies, those that nobody has decided on first, then by what they save.

    Each visit, worker and need is fetched once, however many joins share it.
    """
    shared = across_agencies(VisitPart.objects.filter(visit__rota=rota)).values("visit")
    served: dict[int, list[int]] = defaultdict(list)
    rows = VisitPart.objects.filter(visit__in=shared).order_by("starts_at", "pk")
    for visit, need in rows.values_list("visit", "need"):
        served[visit].append(need)
    agencies = Agency.objects.in_bulk()
    needs = Need.objects.in_bulk({need for some in served.values() for need in some})
    visits = Visit.objects.in_bulk(served)
    workers = Worker.objects.in_bulk({visit.worker_id for visit in visits.values()})
    for row in (*needs.values(), *workers.values()):
        row.agency = agencies[row.agency_id]
    found: dict[tuple[int, ...], Join] = {}
    apart = _apart(rota, served.keys())
    for pk, some in served.items():
        visit = visits[pk]
        visit.worker = workers[visit.worker_id]
        key = tuple(sorted(set(some)))
        one = found.setdefault(key, Join(visit.person_id, tuple(needs[need] for need in key)))
        saved = len(one.agencies) - 1
        minutes, km = apart[pk]
        one.visits.append(visit)
        one.arrivals += saved
        one.minutes += saved * minutes
        one.miles += saved * km * MILES_PER_KM
    for one in found.values():
        one.visits.sort(key=lambda visit: (visit.starts_at, visit.pk))
    if found:
        _say_who_may(list(found.values()))
        _say_what_was_decided(rota.area, list(found.values()))
    return sorted(found.values(), key=lambda one: (one.verdict != "", -one.arrivals, one.needs[0].pk))


@as_county()
def decide(
    *,
    area: Area,
    verdict: str,
    by: User,
    now: datetime,
    joins: Sequence[Join] = (),
    kinds: Collection[str] = (),
    reason: str = "",
) -> list[JoinDecision]:
    """Writes the verdict on every pair of these joins, or on these kinds as a standing rule.

    Raises DecisionRefused if a refusal has no reason, or if there is nothing to decide on.
    """
    reason = reason.strip()
    if verdict not in (Verdict.APPROVED, Verdict.REFUSED):
        raise DecisionRefused("Approve or refuse; nothing else can be decided.")
    if (verdict == Verdict.REFUSED and len(reason) < SHORTEST_REASON) or len(reason) > LONGEST_REASON:
        raise DecisionRefused(
            f"Say why in {SHORTEST_REASON} to {LONGEST_REASON} characters; yours has {len(reason)}."
        )
    pairs = {decided.pair_of(one, other): None for join in joins for one, other in join.pairs}
    rows = [JoinDecision(first_id=first, second_id=second) for first, second in pairs]
    rows += [JoinDecision(kind=kind) for kind in sorted(kinds)]
    if not rows:
        raise DecisionRefused("This join is not in the rota any more; nothing was decided.")
    for row in rows:
        row.area, row.verdict, row.reason, row.at, row.by = area, verdict, reason, now, by
    return JoinDecision.objects.bulk_create(rows)


@as_county()
def undo(*, decision: JoinDecision, by: User, now: datetime) -> JoinDecision:
    """Takes the decision out of force; the row stays. Raises DecisionRefused if somebody already has."""
    if decision.verdict == Verdict.UNDONE:
        raise DecisionRefused("That is itself an undoing; decide afresh instead.")
    try:
        with transaction.atomic():
            return JoinDecision.objects.create(
                area_id=decision.area_id,
                verdict=Verdict.UNDONE,
                first_id=decision.first_id,
                second_id=decision.second_id,
                kind=decision.kind,
                undoes=decision,
                at=now,
                by=by,
            )
    except IntegrityError as error:
        raise DecisionRefused("Somebody has undone it already.") from error


@as_county()
def avoided(areas: Iterable[Area], *, since: date) -> dict[tuple[date, int], int]:
    """Visits that joins across agencies made needless in published rotas, by month and agency."""
    return by_month(areas, since=since)


def _apart(rota: Rota, visits: Collection[int]) -> dict[int, tuple[int, float]]:
    """What one more arrival at the door of each of these visits would cost: minutes and kilometres.

    The minutes for parking and the door, and as far out of the way as this visit is on its own round: from
    the stop before it and on to the next, less the way straight on. It is an estimate and no second plan.
    """
    allowance = rota.figures.get("arrival_allowance", Policy().arrival_allowance)
    places = Places(rota.area_id)
    bases: dict[int, int] = {}
    rounds: dict[tuple[int, date], tuple[list[int], list[int]]] = {}
    hosts = Visit.objects.filter(pk__in=visits).values("worker")
    rows = Visit.objects.filter(rota=rota, worker__in=hosts).order_by("starts_at", "pk")
    where = ("person__address", "person__address__latitude", "person__address__longitude")
    for pk, worker, starts_at, *base, address, latitude, longitude in rows.values_list(
        "pk", "worker", "starts_at", "worker__latitude", "worker__longitude", *where
    ):
        if worker not in bases:
            bases[worker] = places.base(*base)
        served, stops = rounds.setdefault((worker, local_day(starts_at)), ([], [bases[worker]]))
        served.append(pk)
        # A door that nobody knows counts as the base, so that the way still adds up.
        is_known = latitude is not None and longitude is not None
        stops.append(places.door(address, latitude, longitude) if is_known else bases[worker])
    minutes, km = places.minutes().matrix, places.kilometres()
    found = {}
    for served, stops in rounds.values():
        for number, pk in enumerate(served):
            if pk in visits:
                before, here, then = (*stops, stops[0])[number : number + 3]
                longer = max(0, int(minutes[before, here] + minutes[here, then] - minutes[before, then]))
                further = max(0.0, float(km[before, here] + km[here, then] - km[before, then]))
                found[pk] = (allowance + longer, further)
    return found


def _say_who_may(found: list[Join]) -> None:
    """Who lets whom do which task, and whose competence covers it, for each task that changed hands."""
    days = {local_day(visit.starts_at) for one in found for visit in one.visits}
    in_those = Delegation.objects.filter(starts_on__lte=max(days)).exclude(ends_on__lt=min(days))
    delegations = {
        (row.from_agency_id, row.to_agency_id, row.skill_id): row
        for row in in_those.order_by("starts_on")
        if any(row.starts_on <= day and (row.ends_on is None or day <= row.ends_on) for day in days)
    }
    competences: dict[tuple[int, str], Competence] = {}
    workers = {visit.worker_id for one in found for visit in one.visits}
    for row in Competence.objects.filter(worker__in=workers).order_by("starts_on"):
        competences[row.worker_id, row.skill_id] = row
    for one in found:
        for worker in {visit.worker_id: visit.worker for visit in one.visits}.values():
            for need in one.needs:
                if need.agency_id == worker.agency_id:
                    continue
                for skill in sorted(need.skills):
                    one.lent.append(
                        Lent(
                            need,
                            skill,
                            worker,
                            delegations.get((need.agency_id, worker.agency_id, skill)),
                            competences.get((worker.pk, skill)),
                        )
                    )


def _say_what_was_decided(area: Area, found: list[Join]) -> None:
    known = decided.Decided(area, {need.pk for one in found for need in one.needs})
    for one in found:
        for first, second in one.pairs:
            if (row := known.on(first, second)) is not None:
                one.decisions[decided.pair_of(first, second)] = row
