"""What can happen to a standing plan, and the problem as it is afterwards.

A change file is care-week-change/1, described in docs/engine.md. What has begun stands still: in the
problem afterwards it is locked where it is, nothing else begins before `now`, and no shift without a
service under way begins before it either. So that problem can be planned and checked by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduling.engine import items
from scheduling.engine.fields import Field
from scheduling.engine.files import read_json
from scheduling.engine.problem import (
    LATEST_OF_A_WEEK,
    MINUTES_PER_DAY,
    Gap,
    Occurrence,
    Problem,
    ProblemError,
)

CHANGE_FORMAT = "care-week-change/1"


@dataclass(frozen=True, slots=True)
class WorkerOff:
    """A worker does not work from `start` to `end`."""

    worker: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RunsLate:
    """A visit begins at `start` instead, or lasts until `end`, or both; its workers stay with it."""

    occurrence: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class NeedAdded:
    """A new occurrence of a person whom the problem knows, with its gaps to others."""

    occurrence: Occurrence
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedEnded:
    """Occurrences that are not wanted any more, but for those that have begun."""

    occurrences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAway:
    """Nobody is at home from `start` to `end`: no service of the person may run then."""

    person: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AgencyStops:
    """No worker of the agency works from `start` on; its occurrences are still to be served."""

    agency: str
    start: int


Event = WorkerOff | RunsLate | NeedAdded | NeedEnded | PersonAway | AgencyStops


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that happened at once. `now` is the minute of the week, None before it begins."""

    events: tuple[Event, ...] = ()
    now: int | None = None


def read_change(path: Path | str) -> Change:
    """The change in a `.json` or `.json.gz` file; raises ProblemError with the path of the field."""
    return change_from(read_json(path))


def change_from(data: Any) -> Change:
    """The change that a JSON value describes; only the form is judged. Raises ProblemError."""
    top = Field("", data).members(("format", "changes"), nullable=("now",))
    if top["format"].text() != CHANGE_FORMAT:
        raise top["format"].refuse(f"{top['format'].value!r} is not {CHANGE_FORMAT!r}")
    events = tuple(_event(field) for field in top["changes"].items())
    return Change(events, top["now"].maybe_whole(0, LATEST_OF_A_WEEK))


def _event(field: Field) -> Event:
    kind = field.members(("kind",), others=True)["kind"]
    read = READERS.get(kind.text())
    if read is None:
        raise kind.refuse(f"{kind.value!r} is not one of {', '.join(READERS)}")
    return read(field)


def _worker_off(field: Field) -> WorkerOff:
    parts = field.members(("kind", "worker", "start", "end"))
    return WorkerOff(parts["worker"].text(), *_span(parts))


def _runs_late(field: Field) -> RunsLate:
    parts = field.members(("kind", "occurrence"), nullable=("start", "end"))
    start, end = (parts[name].maybe_whole(0, LATEST_OF_A_WEEK) for name in ("start", "end"))
    if start is None and end is None:
        raise field.refuse("has neither a start nor an end")
    return RunsLate(parts["occurrence"].text(), start, end)


def _need_added(field: Field) -> NeedAdded:
    parts = field.members(("kind", "occurrence"), nullable=("gaps",))
    gaps = () if parts["gaps"].value is None else tuple(items.gap(f) for f in parts["gaps"].items())
    occurrence = items.occurrence(parts["occurrence"])
    if not 1 <= occurrence.minutes <= MINUTES_PER_DAY:
        message = f"{occurrence.minutes} is not between 1 and {MINUTES_PER_DAY}"
        raise ProblemError(f"{parts['occurrence'].path}.minutes", message)
    return NeedAdded(occurrence, gaps)


def _need_ended(field: Field) -> NeedEnded:
    return NeedEnded(field.members(("kind", "occurrences"))["occurrences"].texts())


def _person_away(field: Field) -> PersonAway:
    parts = field.members(("kind", "person", "start", "end"))
    return PersonAway(parts["person"].text(), *_span(parts))


def _agency_stops(field: Field) -> AgencyStops:
    parts = field.members(("kind", "agency", "start"))
    return AgencyStops(parts["agency"].text(), parts["start"].whole(0, LATEST_OF_A_WEEK))


def _span(parts: dict[str, Field]) -> tuple[int, int]:
    start, end = parts["start"].whole(0, LATEST_OF_A_WEEK), parts["end"].whole(0, LATEST_OF_A_WEEK)
    if end <= start:
        raise parts["end"].refuse(f"{end} is not after its start {start}")
    return start, end


READERS: dict[str, Callable[[Field], Event]] = {
    "worker_off": _worker_off,
    "runs_late": _runs_late,
    "need_added": _need_added,
    "need_ended": _need_ended,
    "person_away": _person_away,
    "agency_stops": _agency_stops,
}


def refuse_unknown(problem: Problem, change: Change) -> None:
    """Raises ProblemError for the first event that names what the problem does not have, or has already."""
    agencies = {w.agency for w in problem.workers} | {o.agency for o in problem.occurrences}
    known: set[str] = set(problem.occurrence_index)
    for i, event in enumerate(change.events):
        path = f"changes[{i}]"
        match event:
            case WorkerOff():
                _known(f"{path}.worker", [event.worker], problem.worker_index, "worker")
            case RunsLate():
                _known(f"{path}.occurrence", [event.occurrence], problem.occurrence_index, "occurrence")
            case NeedEnded():
                _known(f"{path}.occurrences", event.occurrences, problem.occurrence_index, "occurrence")
            case PersonAway():
                _known(f"{path}.person", [event.person], problem.person_index, "person")
            case AgencyStops():
                _known(f"{path}.agency", [event.agency], agencies, "agency")
            case NeedAdded():
                _known(f"{path}.occurrence.person", [event.occurrence.person], problem.person_index, "person")
                if event.occurrence.id in known:
                    raise ProblemError(f"{path}.occurrence.id", f"{event.occurrence.id!r} stands twice")
                known.add(event.occurrence.id)
                for j, gap in enumerate(event.gaps):
                    _known(f"{path}.gaps[{j}]", [gap.before, gap.after], known, "occurrence")


def _known(path: str, ids: Iterable[str], known: Any, kind: str) -> None:
    for item in ids:
        if item not in known:
            raise ProblemError(path, f"{item!r} is not a known {kind}")


def without(windows: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The windows (both ends included) less the minutes from `start` to `end`, both included."""
    left = []
    for low, high in windows:
        if low < start:
            left.append((low, min(high, start - 1)))
        if high > end:
            left.append((max(low, end + 1), high))
    return [(low, high) for low, high in left if low <= high]
