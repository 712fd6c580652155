"""Workers as the optimiser sees them: what each may do in the week, and when each is free to work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hub.models import Agency, Area, Delegation
from scheduling.engine import problem as engine
from scheduling.engine.problem import MINUTES_PER_DAY
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.places import Places
from visits.models import Absence, Competence, Shift, Visit, Worker
from visits.wall_clock import local_day


@dataclass(frozen=True, slots=True)
class Member:
    """One worker in the week: shifts in minutes of the week, and the skills in force on all of them.

    `whole` are the shifts as if the worker were never `away`.
    """

    worker: Worker
    shifts: tuple[engine.Span, ...]
    skills: frozenset[str]
    whole: tuple[engine.Span, ...]
    away: tuple[engine.Span, ...]

    @property
    def code(self) -> str:
        """The id that the optimiser knows the worker by."""
        return f"w{self.worker.pk}"


def members(area: Area, clock: WeekClock, agencies: Sequence[Agency], policy: engine.Policy) -> list[Member]:
    """The area's workers of these agencies, those without a shift among them: they explain a reason."""
    workers = list(Worker.objects.filter(area=area, agency__in=agencies, is_active=True).order_by("pk"))
    shifts = _shifts(workers, clock)
    competences: dict[int, list[Competence]] = defaultdict(list)
    for competence in Competence.objects.filter(worker__in=workers):
        competences[competence.worker_id].append(competence)
    free_from, free_until = _rest(workers, clock, policy)
    away = _away(workers, clock)
    members = []
    for worker in workers:
        own = shifts[worker.pk]
        whole = _trimmed(own, clock, free_from.get(worker.pk), free_until.get(worker.pk))
        members.append(
            Member(
                worker,
                tuple(without(whole, away[worker.pk])),
                _skills(competences[worker.pk], _days(own) or set(clock.days)),
                tuple(whole),
                tuple(away[worker.pk]),
            )
        )
    return members


def without(shifts: Sequence[engine.Span], away: Iterable[engine.Span]) -> list[engine.Span]:
    """What absences leave of the shifts, in order.

    No piece may begin on the day of another shift, which a night's shift might after midnight: the rest
    between the two would not be asked for.
    """
    left = []
    for shift in shifts:
        pieces = [shift]
        for off in away:
            pieces = [
                piece
                for one in pieces
                for piece in (
                    engine.Span(one.start, min(one.end, off.start)),
                    engine.Span(max(one.start, off.end), one.end),
                )
                if piece.start < piece.end
            ]
        taken = {one.start // MINUTES_PER_DAY for one in shifts if one != shift}
        pieces = [one for one in pieces if one == shift or one.start // MINUTES_PER_DAY not in taken]
        left += pieces
    return sorted(left, key=lambda one: one.start)


def _away(workers: list[Worker], clock: WeekClock) -> dict[int, list[engine.Span]]:
    """The minutes of absences, as far as shifts that begin in the week may reach."""
    found: dict[int, list[engine.Span]] = defaultdict(list)
    until = clock.ends_at + timedelta(days=1)
    absences = Absence.objects.in_force().filter(worker__in=workers).touching(clock.begins_at, until)
    for absence in absences.order_by("starts_at", "pk"):
        start = max(clock.minute(absence.starts_at), 0)
        end = clock.minute(min(absence.ends_at or until, until))
        found[absence.worker_id].append(engine.Span(start, max(end, start + 1)))
    return found


def delegations(agencies: Sequence[Agency], clock: WeekClock) -> list[Delegation]:
    """What one of these agencies lets another do, in force on every day of the week."""
    return list(
        Delegation.objects.in_force(clock.days[0])
        .filter(pk__in=Delegation.objects.in_force(clock.days[-1]).values("pk"))
        .filter(from_agency__in=agencies, to_agency__in=agencies)
        .order_by("from_agency", "to_agency", "skill", "pk")
    )


def _shifts(workers: list[Worker], clock: WeekClock) -> dict[int, list[Shift]]:
    """A shift belongs to the week in which it starts, though it may end after it."""
    found: dict[int, list[Shift]] = defaultdict(list)
    begun = Shift.objects.filter(
        worker__in=workers, starts_at__gte=clock.begins_at, starts_at__lt=clock.ends_at
    )
    for shift in begun.order_by("starts_at"):
        found[shift.worker_id].append(shift)
    return found


def _days(shifts: list[Shift]) -> set[date]:
    """Every day that a shift touches; an end at midnight touches the day before it only."""
    first = {local_day(shift.starts_at) for shift in shifts}
    return first | {local_day(shift.ends_at - timedelta(minutes=1)) for shift in shifts}


def _skills(competences: list[Competence], days: set[date]) -> frozenset[str]:
    """The skills in force on every one of `days`.

    The optimiser knows one set of skills for the week, so a skill that runs out on Wednesday counts
    for nobody who works on Thursday: too little is promised, never too much.
    """

    def is_in_force(skill: str, day: date) -> bool:
        return any(
            c.skill_id == skill and c.starts_on <= day and (c.expires_on is None or c.expires_on >= day)
            for c in competences
        )

    skills = {competence.skill_id for competence in competences}
    return frozenset(skill for skill in skills if all(is_in_force(skill, day) for day in days))


def _trimmed(
    shifts: list[Shift], clock: WeekClock, free_from: int | None, free_until: int | None
) -> list[engine.Span]:
    """Shifts in minutes of the week, cut where rest from or for a neighbouring week needs it."""
    spans = []
    for shift in shifts:
        start, end = clock.minute(shift.starts_at), clock.minute(shift.ends_at)
        start = start if free_from is None else max(start, free_from)
        end = end if free_until is None else min(end, free_until)
        if start < end:
            spans.append(engine.Span(start, end))
    return spans


def _rest(
    workers: list[Worker], clock: WeekClock, policy: engine.Policy
) -> tuple[dict[int, int], dict[int, int]]:
    """The minutes from which and until which rest against the published weeks beside leaves workers free."""
    published = Visit.objects.filter(worker__in=workers, is_published=True).select_related(
        "worker", "person__address"
    )
    week, day = timedelta(days=7), timedelta(days=1)
    before = published.filter(rota__week_start=clock.week_start - week, ends_at__gt=clock.begins_at - day)
    after = published.filter(rota__week_start=clock.week_start + week, starts_at__lt=clock.ends_at + day)
    free_from: dict[int, int] = {}
    for visit in before:
        back = clock.minute(visit.ends_at) + _minutes_home(visit)
        free_from[visit.worker_id] = max(free_from.get(visit.worker_id, -(10**6)), back + policy.rest)
    free_until: dict[int, int] = {}
    for visit in after:
        leave = clock.minute(visit.starts_at) - policy.arrival_allowance - _minutes_home(visit)
        free_until[visit.worker_id] = min(free_until.get(visit.worker_id, 10**6), leave - policy.rest)
    return free_from, free_until


def _minutes_home(visit: Visit) -> int:
    """Travel between the visit's door and its worker's base."""
    address, worker = visit.person.address, visit.worker
    if address is None or address.latitude is None or address.longitude is None:
        return 0
    places = Places(worker.area_id)
    door = places.door(address.pk, address.latitude, address.longitude)
    base = places.base(worker.latitude, worker.longitude)
    return int(places.minutes().matrix[door, base])
