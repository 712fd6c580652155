"""Part of a rota written anew after a change of its plan, so that it can be taken back exactly.

A rota's `Facts` are its rows in keys. The difference of two is what a change keeps; `rewrite` takes a rota
from one to the other and is its own inverse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from hub.models import Need
from scheduling.engine.rounds import Service, rounds_of, services_by_worker
from scheduling.engine.solution import Solution
from scheduling.mapping.building import Mapped
from scheduling.mapping.due import code_of
from visits.models import Rota, Unplaced, Visit, VisitPart


class PartRow(NamedTuple):
    """One worker's part in one occurrence: within which visit, from when."""

    need: int
    due_on: str
    worker: int
    visit: str
    starts_at: str
    minutes: int

    @property
    def code(self) -> str:
        return f"n{self.need}-{self.due_on}"


class LeftOutRow(NamedTuple):
    """An occurrence left out, and why."""

    need: int
    due_on: str
    reason: str

    @property
    def code(self) -> str:
        return f"n{self.need}-{self.due_on}"


@dataclass(frozen=True, slots=True)
class Facts:
    """Some rows of a rota."""

    parts: frozenset[PartRow]
    unplaced: frozenset[LeftOutRow]

    def __sub__(self, other: Facts) -> Facts:
        return Facts(self.parts - other.parts, self.unplaced - other.unplaced)

    @property
    def codes(self) -> set[str]:
        """The occurrences that these rows speak of."""
        return {row.code for row in (*self.parts, *self.unplaced)}

    def as_json(self) -> dict[str, list[Any]]:
        return {"parts": sorted(map(list, self.parts)), "unplaced": sorted(map(list, self.unplaced))}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Facts:
        return cls(
            frozenset(PartRow(*row) for row in kept["parts"]),
            frozenset(LeftOutRow(*row) for row in kept["unplaced"]),
        )


class RowsGoneError(Exception):
    """What a change would replace is not there any more."""


def facts(rota: Rota, *, workers: Iterable[int] | None = None, codes: Iterable[str] = ()) -> Facts:
    """The rota's rows: all of them, or those of some workers' visits and of some occurrences left out."""
    parts = VisitPart.objects.filter(visit__rota=rota)
    left_out = Unplaced.objects.filter(rota=rota)
    if workers is not None:
        parts = parts.filter(visit__worker__in=set(workers))
        left_out = left_out.filter(need__in={need_of(code) for code in codes})
    rows = parts.values_list("need", "due_on", "visit__worker", "visit__public_id", "starts_at", "minutes")
    missing = left_out.values_list("need", "due_on", "reason")
    wanted = set(codes)
    return Facts(
        frozenset(
            PartRow(n, d.isoformat(), w, str(v), at.isoformat(), minutes)
            for n, d, w, v, at, minutes in rows.order_by()
        ),
        frozenset(
            LeftOutRow(n, d.isoformat(), reason)
            for n, d, reason in missing.order_by()
            if workers is None or code_of(n, d) in wanted
        ),
    )


def need_of(code: str) -> int:
    """The need's key in an occurrence's code."""
    return int(code[1:].split("-", 1)[0])


def afterwards(
    before: Facts, solution: Solution, mapped: Mapped, *, workers: Iterable[int], reasons: Mapping[str, str]
) -> Facts:
    """The rows of these workers once `solution` holds; `reasons` are the occurrences now left out.

    A visit keeps its key as long as anything of it stays together: links to it hold, and others see it move.
    """
    keys: dict[str, list[PartRow]] = defaultdict(list)
    for row in before.parts:
        keys[row.code].append(row)
    parts: set[PartRow] = set()
    used: set[str] = set()
    # Whoever stays keeps the key first, then whoever moves, in the order of time.
    runs = sorted(_runs(solution, mapped, workers), key=lambda run: (not _stays(run, keys), run[1][0].start))
    for worker, services in runs:
        visit = next((key for key in _earlier(worker, services, keys) if key not in used), str(uuid4()))
        used.add(visit)
        for service in services:
            due = mapped.due[service.occurrence.id]
            at = mapped.clock.at(service.start).isoformat()
            minutes = service.occurrence.minutes
            parts.add(PartRow(due.need.pk, due.due_on.isoformat(), worker, visit, at, minutes))
    unplaced = {
        LeftOutRow(mapped.due[code].need.pk, mapped.due[code].due_on.isoformat(), reason)
        for code, reason in reasons.items()
    }
    # What the plan does not know (a need that ended since) stays as it is, for publishing to refuse.
    unknown = {row for row in before.parts if row.code not in mapped.due}
    placed = {row.code for row in parts}
    kept = {row for row in before.unplaced if row.code not in placed and row.code not in reasons}
    return Facts(frozenset(parts | unknown), frozenset(unplaced | kept))


Run = tuple[int, tuple[Service, ...]]


def _runs(solution: Solution, mapped: Mapped, workers: Iterable[int]) -> list[Run]:
    problem = mapped.problem
    services = services_by_worker(problem, solution)
    found: list[Run] = []
    for key in workers:
        if (index := problem.worker_index.get(f"w{key}")) is None:
            continue
        for round_ in rounds_of(problem, problem.workers[index], services.get(f"w{key}", [])):
            found += [(key, visit) for visit in round_.visits(problem)]
    return found


def _stays(run: Run, keys: Mapping[str, list[PartRow]]) -> bool:
    return any(row.worker == run[0] for service in run[1] for row in keys.get(service.occurrence.id, ()))


def _earlier(worker: int, services: tuple[Service, ...], keys: Mapping[str, list[PartRow]]) -> Iterable[str]:
    """The visits that these services were in: first with this worker, then with another."""
    rows = [row for service in services for row in keys.get(service.occurrence.id, ())]
    yield from (row.visit for row in rows if row.worker == worker)
    yield from (row.visit for row in rows if row.worker != worker)


def rewrite(rota: Rota, *, since: Facts, to: Facts) -> None:
    """Replaces rows by others, in the caller's transaction. Raises RowsGoneError if `since` is not there."""
    needs = Need.objects.in_bulk({row.need for row in (*to.parts, *to.unplaced)})
    if len(needs) < len({row.need for row in (*to.parts, *to.unplaced)}):
        raise RowsGoneError
    touched = {row.visit for row in since.parts | to.parts}
    visits = {str(one.public_id): one for one in rota.visits.filter(public_id__in=touched)}
    _remove(rota, since, visits)
    for row in sorted(to.parts):
        if row.visit not in visits:
            visits[row.visit] = Visit.objects.create(
                public_id=UUID(row.visit),
                rota=rota,
                worker_id=row.worker,
                person_id=needs[row.need].person_id,
                starts_at=datetime.fromisoformat(row.starts_at),
                ends_at=datetime.fromisoformat(row.starts_at) + timedelta(minutes=row.minutes),
            )
    VisitPart.objects.bulk_create(
        VisitPart(
            visit=visits[row.visit],
            need=needs[row.need],
            due_on=date.fromisoformat(row.due_on),
            starts_at=datetime.fromisoformat(row.starts_at),
            minutes=row.minutes,
        )
        for row in sorted(to.parts, key=lambda row: row.starts_at)
    )
    Unplaced.objects.bulk_create(
        Unplaced(rota=rota, need_id=row.need, due_on=date.fromisoformat(row.due_on), reason=row.reason)
        for row in sorted(to.unplaced)
    )
    workers = {row.visit: row.worker for row in to.parts}
    _fit(rota, visits, workers)


def _remove(rota: Rota, since: Facts, visits: Mapping[str, Visit]) -> None:
    there = facts(rota, workers={row.worker for row in since.parts}, codes=since.codes)
    if (since - there) != Facts(frozenset(), frozenset()):
        raise RowsGoneError
    gone = {(row.visit, row.need, row.due_on) for row in since.parts}
    parts = VisitPart.objects.filter(visit__in=visits.values()).select_related("visit")
    VisitPart.objects.filter(
        pk__in=[
            part.pk
            for part in parts
            if (str(part.visit.public_id), part.need_id, part.due_on.isoformat()) in gone
        ]
    ).delete()
    for row in since.unplaced:
        Unplaced.objects.filter(rota=rota, need=row.need, due_on=row.due_on).delete()


def _fit(rota: Rota, visits: Mapping[str, Visit], workers: Mapping[str, int]) -> None:
    """Each visit from its first part's start to its last part's end; without parts it is no visit."""
    spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    parts = VisitPart.objects.filter(visit__in=visits.values())
    for visit, starts_at, minutes in parts.values_list("visit", "starts_at", "minutes"):
        spans[visit].append((starts_at, starts_at + timedelta(minutes=minutes)))
    for key, visit in visits.items():
        if not spans[visit.pk]:
            visit.delete()
            continue
        visit.worker_id = workers.get(key, visit.worker_id)
        visit.starts_at = min(start for start, _ in spans[visit.pk])
        visit.ends_at = max(end for _, end in spans[visit.pk])
        visit.save(update_fields=["worker", "starts_at", "ends_at"])
