"""The first half of the pipeline a user would build today: choose days, split gaps, staff pairs, join, name.

Each step decides greedily and is never taken back; that is what makes it a pipeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scheduling.engine.problem import MINUTES_PER_DAY, Occurrence, Problem, Span, Worker
from scheduling.engine.rules import separate_pairs

FULL = 0.7  # of a shift in service; the rest goes on the road


@dataclass(frozen=True, slots=True)
class Task:
    """Occurrences of one person served in one go by one of `able`; the first begins within `window`."""

    occurrences: tuple[Occurrence, ...]
    window: Span
    able: frozenset[str]

    @property
    def minutes(self) -> int:
        """Minutes of service."""
        return sum(occurrence.minutes for occurrence in self.occurrences)


class Staff:
    """Who is on shift on which day, and how many minutes of service each has been given so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shifts: dict[int, dict[str, Span]] = defaultdict(dict)
        for worker in problem.workers:
            for shift in worker.shifts:
                self.shifts[shift.start // MINUTES_PER_DAY][worker.id] = shift
        self.given: dict[tuple[str, int], int] = defaultdict(int)

    def has_room(self, worker: str, day: int, minutes: int) -> bool:
        """Whether the worker's shift that day can take more service."""
        shift = self.shifts[day][worker]
        return self.given[worker, day] + minutes <= FULL * (shift.end - shift.start)

    def able(self, occurrences: Iterable[Occurrence], window: Span, minutes: int) -> list[Worker]:
        """Workers who may serve all of these and are on shift within the window."""
        on_shift = self.shifts[window.start // MINUTES_PER_DAY]
        wanted = list(occurrences)
        return [
            worker
            for worker in self.problem.workers
            if worker.id in on_shift
            and on_shift[worker.id].start <= window.end
            and window.start + minutes <= on_shift[worker.id].end
            and all(self.problem.may_serve(worker, occurrence) for occurrence in wanted)
        ]


def tasks_of(problem: Problem, staff: Staff) -> list[Task]:
    """All that has to be routed, each with the workers it is meant for."""
    windows = _chosen_windows(problem, staff)
    _split_gaps(problem, windows)
    pairs = [o for o in problem.occurrences if o.workers == 2]
    tasks = [
        task for occurrence in pairs for task in _staffed_pair(staff, occurrence, windows[occurrence.id])
    ]
    for group in _joined(problem, staff, windows):
        tasks.append(_named(problem, staff, group))
    return tasks


def _chosen_windows(problem: Problem, staff: Staff) -> dict[str, Span]:
    """One window for each occurrence: its locked start, or the day with the most staff to spare."""
    locked = {lock.occurrence: lock.start for lock in problem.locks if lock.start is not None}
    supply = {day: sum(s.end - s.start for s in shifts.values()) for day, shifts in staff.shifts.items()}
    asked: dict[int, int] = defaultdict(int)
    chosen: dict[str, Span] = {}
    for occurrence in sorted(problem.occurrences, key=lambda o: (len(o.windows), o.priority)):
        window = min(
            occurrence.windows,
            key=lambda w: asked[w.start // MINUTES_PER_DAY] / (1 + supply.get(w.start // MINUTES_PER_DAY, 0)),
        )
        if occurrence.id in locked:
            window = Span(locked[occurrence.id], locked[occurrence.id])
        asked[window.start // MINUTES_PER_DAY] += occurrence.minutes * occurrence.workers
        chosen[occurrence.id] = window
    return chosen


def _split_gaps(problem: Problem, windows: dict[str, Span]) -> None:
    """Narrow the windows of both ends of a gap so that it holds whatever the router does."""
    for gap in problem.gaps:
        minutes = problem.occurrences[problem.occurrence_index[gap.before]].minutes
        before, after = windows[gap.before], windows[gap.after]
        room = after.end - gap.min - minutes - before.start
        if room < 0:
            continue  # cannot hold on these days: one of them will be dropped in the end
        end = min(before.end, before.start + room // 2)
        start = max(after.start, end + minutes + gap.min)
        latest = after.end
        if gap.max is not None:
            latest = max(start, min(after.end, before.start + minutes + gap.max))
        windows[gap.before], windows[gap.after] = Span(before.start, end), Span(start, latest)


def _staffed_pair(staff: Staff, occurrence: Occurrence, window: Span) -> list[Task]:
    """A pair at a fixed start with its two workers: the router cannot keep two people together."""
    start = (window.start + window.end) // 2
    if occurrence.preferred is not None:
        start = min(max(occurrence.preferred, window.start), window.end)
    fixed, day = Span(start, start), start // MINUTES_PER_DAY
    able = [w.id for w in staff.able([occurrence], fixed, occurrence.minutes)]
    able.sort(key=lambda name: _familiarity(staff.problem, occurrence, name))
    chosen = [name for name in able if staff.has_room(name, day, occurrence.minutes)][:2]
    for name in chosen:
        staff.given[name, day] += occurrence.minutes
    return [Task((occurrence,), fixed, frozenset([name])) for name in chosen] if len(chosen) == 2 else []


def _familiarity(problem: Problem, occurrence: Occurrence, worker: str) -> int:
    person = problem.people[problem.person_index[occurrence.person]]
    return 0 if worker == person.named_worker else 1 if worker in person.known_workers else 2


def _joined(problem: Problem, staff: Staff, windows: dict[str, Span]) -> list[Task]:
    """Per person and day, in the order of time, each occurrence into the group before it if that can be."""
    separate = separate_pairs(problem)
    gaps = {frozenset((gap.before, gap.after)) for gap in problem.gaps}
    last: dict[tuple[str, int], int] = {}
    groups: list[Task] = []
    singles = (o for o in problem.occurrences if o.workers == 1)
    for occurrence in sorted(singles, key=lambda o: windows[o.id].start):
        window = windows[occurrence.id]
        alone = Task((occurrence,), window, frozenset())
        key = (occurrence.person, window.start // MINUTES_PER_DAY)
        together = None
        if key in last:
            names = [o.id for o in groups[last[key]].occurrences]
            apart = any(
                (n, occurrence.id) in separate or frozenset((n, occurrence.id)) in gaps for n in names
            )
            together = None if apart else _together(staff, groups[last[key]], alone)
        if together is None:
            last[key] = len(groups)
            groups.append(alone)
        else:
            groups[last[key]] = together
    return groups


def _together(staff: Staff, group: Task, alone: Task) -> Task | None:
    """The group with one more occurrence after it, or None if windows or competence forbid that."""
    occurrences = group.occurrences + alone.occurrences
    start = max(group.window.start, alone.window.start - group.minutes)
    end = min(group.window.end, alone.window.end - group.minutes)
    if start > end or not all(occurrence.mergeable for occurrence in occurrences):
        return None
    window = Span(start, end)
    able = staff.able(occurrences, window, group.minutes + alone.minutes)
    return Task(occurrences, window, frozenset()) if able else None


def _named(problem: Problem, staff: Staff, task: Task) -> Task:
    """The task for the named worker if there is room, else for those known, else for anyone able."""
    day = task.window.start // MINUTES_PER_DAY
    able = {worker.id for worker in staff.able(task.occurrences, task.window, task.minutes)}
    names = {o.id for o in task.occurrences}
    locked = {lock.worker for lock in problem.locks if lock.worker and lock.occurrence in names}
    if locked:
        return replace(task, able=frozenset(able & locked))
    person = problem.people[problem.person_index[task.occurrences[0].person]]
    free = {name for name in able if staff.has_room(name, day, task.minutes)}
    if person.named_worker in free:
        staff.given[person.named_worker, day] += task.minutes
        return replace(task, able=frozenset([person.named_worker]))
    return replace(task, able=frozenset(free & person.known_workers or able))
