"""The problem after a change: what stands still, what is gone, which locks cannot hold any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from scheduling.engine.answers.changes import (
    AgencyStops,
    Change,
    NeedAdded,
    NeedEnded,
    PersonAway,
    RunsLate,
    WorkerOff,
    refuse_unknown,
    without,
)
from scheduling.engine.problem import (
    LATEST_MINUTE,
    MINUTES_PER_DAY,
    Gap,
    Lock,
    Occurrence,
    Problem,
    ProblemError,
    Published,
    Span,
    Worker,
)
from scheduling.engine.rounds import Round, Service, is_joined, rounds_of, services_by_worker
from scheduling.engine.solution import Assignment, Solution


@dataclass(frozen=True, slots=True)
class LostLock:
    """A lock that cannot hold after the change, and what the problem says against it (None: no room)."""

    lock: Lock
    words: str | None


@dataclass(frozen=True, slots=True)
class Stretched:
    """A shift that ends later because of what runs late in it."""

    worker: str
    before: int
    after: int


@dataclass
class Aftermath:
    """The problem after a change, and what of the plan may still stand.

    Attributes
    ----------
    problem
        Valid by itself; see `changes`.
    standing
        The plan's assignments that the change does not forbid outright; some may collide.
    fixed
        Occurrences that have begun, somebody is on the way to, or run late.
    gone, missed
        No longer wanted; left out by the plan with no window later than now.
    lost_locks, stretched, waived
        What had to give way to what stands still or is no more; `waived` are gaps between fixed ones.
    """

    problem: Problem
    standing: Solution
    fixed: frozenset[str]
    gone: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    lost_locks: list[LostLock] = field(default_factory=list)
    stretched: list[Stretched] = field(default_factory=list)
    waived: list[Gap] = field(default_factory=list)


def after(problem: Problem, plan: Solution, change: Change) -> Aftermath:
    """The problem and the plan as the change leaves them, before anything is repaired.

    Raises
    ------
    ProblemError
        If an event names something unknown, or what stands still cannot stand together.
    """
    refuse_unknown(problem, change)
    return _Alteration(problem, plan, change).result()


class _Alteration:
    def __init__(self, problem: Problem, plan: Solution, change: Change) -> None:
        self.old, self.change, self.now = problem, change, change.now
        self.placed = {a.occurrence: a for a in plan.assignments if a.occurrence in problem.occurrence_index}
        self.services = services_by_worker(problem, plan)
        self.late = {e.occurrence: e for e in change.events if isinstance(e, RunsLate)}
        self.offs = list(self._absences())
        self.fixed = self._fixed()
        self.lost: list[LostLock] = []
        self.stretched: list[Stretched] = []

    def _absences(self) -> Iterator[WorkerOff]:
        for event in self.change.events:
            if isinstance(event, WorkerOff):
                yield event
            elif isinstance(event, AgencyStops):
                for worker in self.old.workers:
                    if worker.agency == event.agency:
                        yield WorkerOff(worker.id, event.start, LATEST_MINUTE)

    def _fixed(self) -> dict[str, Assignment]:
        """What has begun or is being travelled to, and what runs late, each where it stands now."""
        ended = {i for e in self.change.events if isinstance(e, NeedEnded) for i in e.occurrences}
        begun: set[str] = set()
        on_way: set[str] = set()
        held_up: set[str] = set()
        for worker, services in self.services.items():
            for round_ in rounds_of(self.old, self.old.workers[self.old.worker_index[worker]], services):
                late, busy = False, -1  # until when somebody is still where it runs late
                for service, leave in _departures(self.old, round_):
                    name = service.occurrence.id
                    if self.now is not None and service.start < self.now and service.start >= busy:
                        begun.add(name)
                    elif self.now is not None and leave < self.now:
                        on_way.add(name)
                    if late:
                        held_up.add(name)
                    if (event := self.late.get(name)) is not None:
                        late, busy = True, max(busy, event.end or -1)
        on_way -= held_up | ended | {n for n in on_way if self._is_absent(self.placed[n])}
        fixed = {name: self.placed[name] for name in sorted(begun | on_way)}
        for name, event in self.late.items():
            path = f"changes[{self.change.events.index(event)}]"
            if name not in self.placed:
                raise ProblemError(
                    f"{path}.occurrence", f"{name!r} is not in the plan, so it cannot run late"
                )
            start = self.placed[name].start if event.start is None else event.start
            if event.end is not None and event.end <= start:
                raise ProblemError(f"{path}.end", f"{event.end} is not after its start {start}")
            fixed[name] = replace(self.placed[name], start=start)
        return fixed

    def _is_absent(self, assignment: Assignment) -> bool:
        """Whether one of its workers is off when it begins."""
        return any(o.worker in assignment.workers and o.start <= assignment.start < o.end for o in self.offs)

    def result(self) -> Aftermath:
        occurrences, gone, missed = self._occurrences()
        kept = {o.id for o in occurrences}
        changed = self.old.replace(
            occurrences=(),
            workers=tuple(self._worker(w, {o.id: o for o in occurrences}) for w in self.old.workers),
            gaps=(), separate=(), locks=(), published=(),
        )  # fmt: skip
        gaps, waived = self._gaps(kept, {o.id: o for o in occurrences})
        changed = changed.replace(
            occurrences=tuple(occurrences),
            gaps=gaps,
            separate=tuple(p for p in self.old.separate if kept.issuperset(p)),
            published=self._published(kept),
        )
        changed = self._locked(changed, kept)
        standing = tuple(
            self.fixed.get(a.occurrence, a) for a in self.placed.values() if a.occurrence in kept
        )
        return Aftermath(
            changed,
            Solution(standing),
            frozenset(self.fixed),
            gone,
            missed,
            self.lost,
            self.stretched,
            waived,
        )

    def _occurrences(self) -> tuple[list[Occurrence], tuple[str, ...], tuple[str, ...]]:
        ended = {i for e in self.change.events if isinstance(e, NeedEnded) for i in e.occurrences}
        away = [e for e in self.change.events if isinstance(e, PersonAway)]
        added = [e.occurrence for e in self.change.events if isinstance(e, NeedAdded)]
        kept, gone, missed = [], [], []
        for occurrence in (*self.old.occurrences, *added):
            name = occurrence.id
            if name in self.fixed:
                kept.append(self._as_it_stands(occurrence))
                continue
            windows = [(w.start, w.end) for w in occurrence.windows]
            for event in away:
                if event.person == occurrence.person:
                    windows = without(windows, event.start - occurrence.minutes + 1, event.end - 1)
            future = windows if self.now is None else without(windows, -1, self.now - 1)
            if name in ended or not windows:
                gone.append(name)
            elif not future:
                missed.append(name)
            else:
                spans = tuple(Span(low, high) for low, high in future)
                kept.append(occurrence if spans == occurrence.windows else replace(occurrence, windows=spans))
        return kept, tuple(gone), tuple(missed)

    def _as_it_stands(self, occurrence: Occurrence) -> Occurrence:
        start, event = self.fixed[occurrence.id].start, self.late.get(occurrence.id)
        minutes = event.end - start if event and event.end is not None else occurrence.minutes
        return replace(occurrence, minutes=minutes, windows=(Span(start, start),))

    def _worker(self, worker: Worker, occurrences: dict[str, Occurrence]) -> Worker:
        """The worker without the absences, and with the shifts that what stands still needs."""
        fixed = [
            Service(occurrences[n], self.fixed[n].start, s.place)
            for s in self.services.get(worker.id, [])
            if (n := s.occurrence.id) in self.fixed
        ]
        shifts, week = [], 0
        for j, shift in enumerate(worker.shifts):
            own = [f for f in fixed if shift.start <= self.placed[f.occurrence.id].start < shift.end]
            for left, busy in self._left_of(worker, shift, own):
                week += busy.end - busy.start if busy else 0
                if busy and busy.end > left.end:
                    nearest = worker.shifts[j + 1].start if j + 1 < len(worker.shifts) else LATEST_MINUTE
                    end = min(busy.end, nearest)
                    self.stretched.append(Stretched(worker.id, left.end, end))
                    left = Span(left.start, end)
                shifts.append(left)
        return replace(worker, shifts=tuple(shifts), max_week_minutes=max(worker.max_week_minutes, week))

    def _round_span(self, worker: Worker, own: list[Service]) -> Span:
        """From leaving the base to being back, if only what stands still is served."""
        round_ = Round(worker, None, tuple(sorted(own, key=lambda s: s.start)))
        return Span(round_.leave(self.old), round_.back(self.old))

    def _left_of(self, worker: Worker, shift: Span, fixed: list[Service]) -> list[tuple[Span, Span | None]]:
        """The pieces that absences and the time gone leave of a shift, each with what stands still in it.

        A piece reaches as far as that does. No other may begin on the day of another shift, which a
        night's shift might after midnight.
        """
        taken = {s.start // MINUTES_PER_DAY for s in worker.shifts if s != shift}
        pieces = [(shift.start, shift.end)]
        for off in self.offs:
            if off.worker == worker.id:
                halves = [((low, min(high, off.start)), (max(low, off.end), high)) for low, high in pieces]
                pieces = [(low, high) for pair in halves for low, high in pair if low < high]
        left: list[tuple[Span, Span | None]] = []
        for low, high, own in self._with_fixed(worker, pieces, fixed):
            if own:
                busy = self._round_span(worker, own)
                low = shift.start if low // MINUTES_PER_DAY in taken else min(low, busy.start)
                left.append((Span(low, high), busy))
            elif low // MINUTES_PER_DAY not in taken and (self.now is None or high > self.now):
                left.append((self._from_now(Span(low, high), taken), None))
        return left

    def _with_fixed(
        self, worker: Worker, pieces: list[tuple[int, int]], fixed: list[Service]
    ) -> list[tuple[int, int, list[Service]]]:
        """The pieces with the services that stand still in each; what stands still outside makes its own.

        Pieces that such services need at the same time, or without the rest between two days, are one.
        """
        found = [(low, high, [s for s in fixed if low <= s.start < high]) for low, high in pieces]
        for service in fixed:
            if not any(low <= service.start < high for low, high in pieces):
                span = self._round_span(worker, [service])
                found.append((span.start, span.end, [service]))
        whole: list[tuple[int, int, list[Service]]] = []
        for low, high, own in sorted(found, key=lambda one: one[:2]):
            if not whole:
                whole.append((low, high, own))
                continue
            first, last, before = whole[-1]
            back = max(last, self._round_span(worker, before).end) if before else last
            leave = min(low, self._round_span(worker, own).start) if own else low
            are_two_days = first // MINUTES_PER_DAY != low // MINUTES_PER_DAY
            if own and before and (leave < back or are_two_days):
                whole[-1] = (first, max(last, high), before + own)
                continue
            if own and leave < last:
                whole[-1] = (first, leave, before)
            whole.append((low if own else max(low, back), high, own))
        return [(low, high, own) for low, high, own in whole if low < high]

    def _from_now(self, span: Span, taken: set[int]) -> Span:
        now = self.now or 0
        return span if now <= span.start or now // MINUTES_PER_DAY in taken else Span(now, span.end)

    def _gaps(self, kept: set[str], new: dict[str, Occurrence]) -> tuple[tuple[Gap, ...], list[Gap]]:
        added = [g for e in self.change.events if isinstance(e, NeedAdded) for g in e.gaps]
        gaps, waived = [], []
        for gap in (*self.old.gaps, *added):
            if gap.before not in kept or gap.after not in kept:
                continue
            if gap.before in self.fixed and gap.after in self.fixed:
                wait = self.fixed[gap.after].start - self.fixed[gap.before].start - new[gap.before].minutes
                if wait < gap.min or (gap.max is not None and wait > gap.max):
                    waived.append(gap)
                    continue
            gaps.append(gap)
        return tuple(gaps), waived

    def _published(self, kept: set[str]) -> tuple[Published, ...]:
        """The rota in force: the published one, or else the plan itself."""
        if self.old.published:
            return tuple(p for p in self.old.published if p.occurrence in kept)
        return tuple(
            Published(a.occurrence, a.workers, a.start) for a in self.placed.values() if a.occurrence in kept
        )

    def _locked(self, problem: Problem, kept: set[str]) -> Problem:
        """With the locks that can hold, and with what stands still locked where it is."""
        locks = [k for k in self.old.locks if k.occurrence in kept and k.occurrence not in self.fixed]
        held = [
            Lock(a.occurrence, worker, a.start) for a in self.fixed.values() for worker in a.workers
            if a.occurrence in kept
        ]  # fmt: skip
        while True:
            try:
                return problem.replace(locks=(*held, *locks))
            except ProblemError as error:
                at = _position(error.path) - len(held)
                if at < 0:
                    raise ProblemError("changes", f"what stands still cannot stand: {error}") from error
                words = str(error).removeprefix(f"{error.path}: ")
                self.lost.append(LostLock(locks.pop(at), words))


def _position(path: str) -> int:
    """Which lock a ProblemError speaks of."""
    if not path.startswith("locks["):
        return -1
    return int(path.removeprefix("locks[").partition("]")[0])


def _departures(problem: Problem, round_: Round) -> Iterator[tuple[Service, int]]:
    """Each service of a round with the minute at which one has to set out for it."""
    before: Service | None = None
    for service in round_.services:
        leave = service.start
        if before is None or not is_joined(problem, before, service):
            place = round_.worker.place if before is None else before.place
            same = before is not None and before.occurrence.person == service.occurrence.person
            travel = 0 if same else int(problem.travel[place, service.place])
            leave -= 0 if same else travel + problem.policy.arrival_allowance
        yield service, leave
        before = service
