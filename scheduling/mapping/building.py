"""From the rows of an area's week to a planning problem."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from hub.contact_times import band_of
from hub.models import Agency, Area, KeepSeparate, NeedGap, Person
from hub.selectors import agencies_planned_together
from scheduling.engine import problem as engine
from scheduling.mapping import decided, fingerprint, history, locks, staff
from scheduling.mapping.clock import DAYS, WeekClock
from scheduling.mapping.due import Asked, Due, asked
from scheduling.mapping.locks import Held
from scheduling.mapping.places import Places
from scheduling.mapping.staff import Member
from scheduling.travel.roads import Minutes
from visits.models import BarredWorker, NamedWorker, Worker


@dataclass(frozen=True, slots=True)
class Mapped:
    """A problem and the way back from its ids to rows.

    Attributes
    ----------
    asked
        Everything asked of the week, whether or not the optimiser sees it.
    named
        Worker id by person id, also where that worker is not among those planned.
    travel
        The minutes that the problem holds, by which roads, and how many places these do not reach.
    inputs, inputs_hash
        The hash of each kind of input, and of all together.
    """

    area: Area
    clock: WeekClock
    problem: engine.Problem
    asked: Asked
    due: dict[str, Due]
    workers: dict[str, Worker]
    people: dict[str, Person]
    named: dict[str, str]
    members: tuple[Member, ...]
    travel: Minutes
    held: Held
    inputs: dict[str, str]
    inputs_hash: str

    def only(self, problem: engine.Problem) -> Mapped:
        """The same way back for a part of the problem."""
        return dataclasses.replace(self, problem=problem)


def build(
    area: Area,
    week_start: date,
    *,
    agencies: Iterable[Agency] | None = None,
    on: date,
    policy: engine.Policy,
) -> Mapped:
    """The problem of one area and week.

    Without `agencies`, those under an agreement in force on the day `on` and on the first and last day
    of the week; with them, those alone, without regard to the published rota or to locks (to compare with).
    Raises ProblemError if the rows contradict each other, LockError if a lock cannot hold.
    """
    clock = WeekClock(week_start)
    together = agencies is None
    partners = _partners(clock, on) if agencies is None else sorted(agencies, key=lambda a: a.pk)
    what = asked(area, clock, partners)
    members = staff.members(area, clock, partners, policy)
    people = list({due.need.person_id: due.need.person for due in what.to_plan}.values())
    places = Places(area.pk)
    doors = {person.pk: _door(places, person) for person in people}
    bases = {member.code: places.base(member.worker.latitude, member.worker.longitude) for member in members}
    travel = places.minutes()
    planned = frozenset(member.code for member in members)
    named = _named(people)
    held = locks.held(area, clock, {due.code for due in what.to_plan}) if together else Held()
    free = tuple(_occurrence(due, due.days, clock) for due in what.to_plan)
    problem = _problem(
        held,
        name=f"a{area.pk}-{week_start.isoformat()}",
        week_start=week_start.isoformat(),
        days=DAYS,
        travel=travel.matrix,
        policy=policy,
        people=_people(people, doors, members, partners, named, clock),
        workers=tuple(_worker(member, bases[member.code]) for member in members),
        delegations=_delegations(partners, clock),
        occurrences=tuple(
            one if (days := held.windows(due)) == due.days else _occurrence(due, days, clock)
            for one, due in zip(free, what.to_plan, strict=True)
        ),
        locks=held.locks,
        gaps=_gaps(what.to_plan),
        separate=_separate(area, what.to_plan),
        published=history.published(area, clock, {d.code for d in what.to_plan}, planned) if together else (),
    )
    inputs = fingerprint.hashes(problem, free, held.days, what, places.coordinates, travel.roads)
    return Mapped(
        area=area,
        clock=clock,
        problem=problem,
        asked=what,
        due={due.code: due for due in what.to_plan},
        workers={member.code: member.worker for member in members},
        people={f"p{person.pk}": person for person in people},
        named=named,
        members=tuple(members),
        travel=travel,
        held=held,
        inputs=inputs,
        inputs_hash=fingerprint.overall(inputs),
    )


def _problem(held: Held, **fields: Any) -> engine.Problem:
    try:
        return engine.Problem(**fields)
    except engine.ProblemError as error:
        raise held.explained(error) from error


def _partners(clock: WeekClock, on: date) -> list[Agency]:
    """Agencies that may be planned together now and all week; the agreement may not run out under way."""
    found = {agency.pk: agency for agency in agencies_planned_together(on=on)}
    for day in (clock.days[0], clock.days[-1]):
        allowed = {agency.pk for agency in agencies_planned_together(on=day)}
        found = {key: agency for key, agency in found.items() if key in allowed}
    return [found[key] for key in sorted(found)]


def _door(places: Places, person: Person) -> int:
    address = person.address
    return places.door(address.pk, address.latitude, address.longitude)


def _named(people: list[Person]) -> dict[str, str]:
    rows = NamedWorker.objects.filter(person__in=people).values_list("person_id", "worker_id")
    return {f"p{person}": f"w{worker}" for person, worker in rows}


def _people(
    people: list[Person],
    doors: dict[int, int],
    members: list[Member],
    partners: Sequence[Agency],
    named: dict[str, str],
    clock: WeekClock,
) -> tuple[engine.Person, ...]:
    workers = [member.worker for member in members]
    known = history.known_workers([person.pk for person in people], workers, partners, clock)
    barred: dict[int, set[str]] = defaultdict(set)
    for person, worker in BarredWorker.objects.filter(person__in=people, worker__in=workers).values_list(
        "person_id", "worker_id"
    ):
        barred[person].add(f"w{worker}")
    planned = {member.code for member in members}
    return tuple(
        engine.Person(
            id=f"p{person.pk}",
            place=doors[person.pk],
            named_worker=named[code] if named.get(code := f"p{person.pk}") in planned else None,
            known_workers=frozenset(f"w{worker}" for worker in known[person.pk]),
            barred_workers=frozenset(barred[person.pk]),
        )
        for person in people
    )


def _worker(member: Member, place: int) -> engine.Worker:
    worker = member.worker
    return engine.Worker(
        id=member.code,
        agency=f"a{worker.agency_id}",
        place=place,
        gender=worker.gender or None,
        skills=member.skills,
        max_week_minutes=worker.max_week_minutes,
        shifts=member.shifts,
    )


def _delegations(partners: Sequence[Agency], clock: WeekClock) -> tuple[engine.Delegation, ...]:
    given = {(d.from_agency_id, d.to_agency_id, d.skill_id): None for d in staff.delegations(partners, clock)}
    return tuple(engine.Delegation(f"a{giver}", f"a{taker}", skill) for giver, taker, skill in given)


def _occurrence(due: Due, days: Iterable[date], clock: WeekClock) -> engine.Occurrence:
    need = due.need
    band = band_of(need, need.person)
    preferred = None if band.best is None else clock.minute_of(due.due_on, band.best)
    return engine.Occurrence(
        id=due.code,
        person=f"p{need.person_id}",
        agency=f"a{need.agency_id}",
        priority=need.priority,
        skills=frozenset(need.skills),
        minutes=need.minutes,
        workers=need.workers,
        windows=tuple(
            engine.Span(
                clock.minute_of(day, band.start),
                # A band that only just begins before the skipped hour must not end before it begins.
                max(clock.minute_of(day, band.start), clock.minute_of(day, band.end)),
            )
            for day in days
        ),
        preferred=preferred,
        gender=need.gender or None,
        mergeable=need.mergeable,
    )


def _gaps(to_plan: list[Due]) -> tuple[engine.Gap, ...]:
    """A gap holds between the instances of its two needs that are due on one day."""
    by_need = _by_need(to_plan)
    rows = NeedGap.objects.filter(before__in=by_need, after__in=by_need).order_by("pk")
    return tuple(
        engine.Gap(before.code, after.code, row.min_minutes, row.max_minutes)
        for row in rows
        for before, after in product(by_need[row.before_id], by_need[row.after_id])
        if before.due_on == after.due_on
    )


def _separate(area: Area, to_plan: list[Due]) -> tuple[tuple[str, str], ...]:
    """Instances that could fall on one day stay separate: as agencies say, and where a join was refused."""
    by_need = _by_need(to_plan)
    rows = KeepSeparate.objects.filter(first__in=by_need, second__in=by_need).order_by("pk")
    pairs = list(rows.values_list("first_id", "second_id"))
    pairs += decided.refused(area, (due.need for due in to_plan))
    return tuple(
        (first.code, second.code)
        for one, other in dict.fromkeys(pairs)
        for first, second in product(by_need[one], by_need[other])
        if set(first.days) & set(second.days)
    )


def _by_need(to_plan: list[Due]) -> dict[int, list[Due]]:
    by_need: dict[int, list[Due]] = defaultdict(list)
    for due in to_plan:
        by_need[due.need.pk].append(due)
    return by_need
