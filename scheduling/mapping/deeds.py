"""What a person does to a rota by hand, and what comes of it in the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced
from scheduling.mapping.building import Mapped
from scheduling.mapping.due import code_of
from visits.models import HandChange, Rota, VisitPart
from visits.wall_clock import local_day

Kind = HandChange.Kind
Targets = dict[str, Assignment | None]  # by occurrence; None leaves it out


class GoneError(Exception):
    """The visit or round is not in the rota: somebody has moved or taken it out."""


class UnknownError(Exception):
    """The plan does not know the occurrence or worker any more: what is asked of the week has changed."""


@dataclass(frozen=True, slots=True)
class MoveVisit:
    """A visit, or of a joined one the `parts` named, to `worker`, to begin at `start` (None: as now)."""

    visit: UUID
    worker: int
    start: int | None = None
    parts: frozenset[str] = frozenset()
    kind = Kind.MOVED

    def targets(self, rota: Rota, mapped: Mapped, plan: Mapping[str, Assignment]) -> Targets:
        rows = _rows(rota, self.visit)
        chosen = [row for row in rows if not self.parts or code_of(row.need_id, row.due_on) in self.parts]
        if not chosen:
            raise GoneError
        first = mapped.clock.minute(chosen[0].starts_at)
        shift = 0 if self.start is None else self.start - first
        replace = {f"w{chosen[0].visit.worker_id}": f"w{self.worker}"}
        codes = [code_of(row.need_id, row.due_on) for row in chosen]
        return {code: _moved(_known(plan, mapped, code), replace, shift, mapped) for code in codes}


@dataclass(frozen=True, slots=True)
class MoveRound:
    """All that a worker does on a day, to another; with `exchange` the other's round comes back for it."""

    worker: int
    day: date
    to: int
    exchange: bool = False

    @property
    def kind(self) -> Kind:
        return Kind.SWAPPED if self.exchange else Kind.ROUND

    def targets(self, rota: Rota, mapped: Mapped, plan: Mapping[str, Assignment]) -> Targets:
        replace = {f"w{self.worker}": f"w{self.to}"}
        if self.exchange:
            replace[f"w{self.to}"] = f"w{self.worker}"
        parts = VisitPart.objects.filter(visit__rota=rota, visit__worker__in=_keys(replace))
        codes = {
            code_of(part.need_id, part.due_on)
            for part in parts.select_related("visit")
            if local_day(part.visit.starts_at) == self.day
        }
        if not codes:
            raise GoneError
        return {code: _moved(_known(plan, mapped, code), replace, 0, mapped) for code in sorted(codes)}


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence that is left out, with its worker or two, from `start`."""

    need: int
    due_on: date
    workers: tuple[int, ...]
    start: int
    kind = Kind.PLACED

    def targets(self, rota: Rota, mapped: Mapped, plan: Mapping[str, Assignment]) -> Targets:
        code = code_of(self.need, self.due_on)
        if code in plan:
            raise GoneError
        workers = tuple(sorted(f"w{key}" for key in self.workers))
        _refuse_unknown(mapped, code, workers)
        return {code: Assignment(code, workers, self.start)}


@dataclass(frozen=True, slots=True)
class TakeOut:
    """A visit out of the rota; of a pair, both."""

    visit: UUID
    kind = Kind.TAKEN_OUT

    def targets(self, rota: Rota, mapped: Mapped, plan: Mapping[str, Assignment]) -> Targets:
        rows = _rows(rota, self.visit)
        codes = [code_of(row.need_id, row.due_on) for row in rows]
        for code in codes:
            _known(plan, mapped, code)
        return dict.fromkeys(codes)


Deed = MoveVisit | MoveRound | Place | TakeOut


def after(plan: Solution, targets: Targets) -> Solution:
    """The plan once these occurrences are where they shall be."""
    kept = [a for a in plan.assignments if a.occurrence not in targets]
    placed = [a for a in targets.values() if a is not None]
    left_out = [u for u in plan.unplaced if u.occurrence not in targets]
    left_out += [Unplaced(code, Reason.NO_CAPACITY) for code, a in targets.items() if a is None]
    return Solution(
        tuple(sorted((*kept, *placed), key=lambda a: a.occurrence)),
        tuple(sorted(left_out, key=lambda u: u.occurrence)),
    )


def workers_of(targets: Targets, plan: Mapping[str, Assignment]) -> set[int]:
    """The keys of all whose rounds change."""
    both = [a for code, a in targets.items() if a is not None]
    both += [plan[code] for code in targets if code in plan]
    return _keys(worker for assignment in both for worker in assignment.workers)


def _rows(rota: Rota, visit: UUID) -> list[VisitPart]:
    parts = VisitPart.objects.filter(visit__rota=rota, visit__public_id=visit).select_related("visit")
    rows = list(parts.order_by("starts_at", "pk"))
    if not rows:
        raise GoneError
    return rows


def _known(plan: Mapping[str, Assignment], mapped: Mapped, code: str) -> Assignment:
    if code not in plan:
        raise GoneError
    _refuse_unknown(mapped, code, ())
    return plan[code]


def _moved(assignment: Assignment, replace: Mapping[str, str], shift: int, mapped: Mapped) -> Assignment:
    workers = tuple(sorted(replace.get(worker, worker) for worker in assignment.workers))
    _refuse_unknown(mapped, assignment.occurrence, workers)
    return Assignment(assignment.occurrence, workers, assignment.start + shift)


def _refuse_unknown(mapped: Mapped, code: str, workers: Iterable[str]) -> None:
    if code not in mapped.due or any(worker not in mapped.workers for worker in workers):
        raise UnknownError


def _keys(codes: Iterable[str]) -> set[int]:
    return {int(code[1:]) for code in codes}
