"""The items of care-week/1 and care-week-plan/1 one by one, each read from a field that knows its path."""

from __future__ import annotations

from scheduling.engine.fields import Field
from scheduling.engine.problem import (
    LARGEST_WEIGHT,
    LATEST_MINUTE,
    PRIORITIES,
    Delegation,
    Gap,
    Lock,
    Meal,
    Occurrence,
    Person,
    Published,
    Second,
    Span,
    Worker,
)
from scheduling.engine.solution import Assignment, Reason, Taken, Unplaced

MOST_PLACES = 20_000


def span(field: Field) -> Span:
    """A shift or a window."""
    parts = field.members(("start", "end"), nullable=("due",))
    return Span(
        parts["start"].whole(0, LATEST_MINUTE),
        parts["end"].whole(0, LATEST_MINUTE),
        parts["due"].maybe_whole(-LATEST_MINUTE, LATEST_MINUTE),
    )


def person(field: Field) -> Person:
    """One of `people`."""
    parts = field.members(("id", "place", "known_workers", "barred_workers"), nullable=("named_worker",))
    return Person(
        id=parts["id"].text(),
        place=parts["place"].whole(0, MOST_PLACES),
        named_worker=parts["named_worker"].maybe_text(),
        known_workers=parts["known_workers"].text_set(),
        barred_workers=parts["barred_workers"].text_set(),
    )


def worker(field: Field) -> Worker:
    """One of `workers`."""
    parts = field.members(
        ("id", "agency", "place", "skills", "max_week_minutes", "shifts"),
        nullable=("gender", "carries", "meal"),
    )
    return Worker(
        id=parts["id"].text(),
        agency=parts["agency"].text(),
        place=parts["place"].whole(0, MOST_PLACES),
        gender=parts["gender"].maybe_text(),
        skills=parts["skills"].text_set(),
        max_week_minutes=parts["max_week_minutes"].whole(0, LARGEST_WEIGHT),
        shifts=tuple(span(shift) for shift in parts["shifts"].items()),
        carries=parts["carries"].maybe_whole(0, LARGEST_WEIGHT),
        meal=None if parts["meal"].value is None else meal(parts["meal"]),
    )


def meal(field: Field) -> Meal:
    """The `meal` of a worker."""
    parts = field.members(("start", "end", "minutes"))
    return Meal(**{name: part.whole(0, LATEST_MINUTE) for name, part in parts.items()})


def delegation(field: Field) -> Delegation:
    """One of `delegations`."""
    parts = field.members(("from_agency", "to_agency", "skill"))
    return Delegation(**{name: part.text() for name, part in parts.items()})


def occurrence(field: Field) -> Occurrence:
    """One of `occurrences`."""
    parts = field.members(
        ("id", "person", "agency", "priority", "skills", "minutes", "workers", "windows", "mergeable"),
        nullable=("preferred", "gender", "load", "second"),
    )
    return Occurrence(
        id=parts["id"].text(),
        person=parts["person"].text(),
        agency=parts["agency"].text(),
        priority=parts["priority"].whole(1, len(PRIORITIES)),
        skills=parts["skills"].text_set(),
        minutes=parts["minutes"].whole(-LARGEST_WEIGHT, LARGEST_WEIGHT),
        workers=parts["workers"].whole(1, 2),
        windows=tuple(span(window) for window in parts["windows"].items()),
        preferred=parts["preferred"].maybe_whole(0, LATEST_MINUTE),
        gender=parts["gender"].maybe_text(),
        mergeable=parts["mergeable"].boolean(),
        load=parts["load"].maybe_whole(0, LARGEST_WEIGHT) or 0,
        second=None if parts["second"].value is None else second(parts["second"]),
    )


def second(field: Field) -> Second:
    """The `second` of an occurrence."""
    parts = field.members(("skills", "minutes", "min"), nullable=("max", "windows"))
    windows = parts["windows"].items() if parts["windows"].value is not None else []
    return Second(
        skills=parts["skills"].text_set(),
        minutes=parts["minutes"].whole(-LARGEST_WEIGHT, LARGEST_WEIGHT),
        min=parts["min"].whole(-LATEST_MINUTE, LATEST_MINUTE),
        max=parts["max"].maybe_whole(-LATEST_MINUTE, LATEST_MINUTE),
        windows=tuple(span(window) for window in windows),
    )


def gap(field: Field) -> Gap:
    """One of `gaps`."""
    parts = field.members(("before", "after", "min"), nullable=("max",))
    return Gap(
        before=parts["before"].text(),
        after=parts["after"].text(),
        min=parts["min"].whole(0, LATEST_MINUTE),
        max=parts["max"].maybe_whole(0, LARGEST_WEIGHT),
    )


def pair(field: Field) -> tuple[str, str]:
    """One of `separate`."""
    ids = field.texts()
    if len(ids) != 2:
        raise field.refuse(f"has {len(ids)} ids, not 2")
    return ids[0], ids[1]


def lock(field: Field) -> Lock:
    """One of `locks`."""
    parts = field.members(("occurrence",), nullable=("worker", "start"))
    return Lock(
        occurrence=parts["occurrence"].text(),
        worker=parts["worker"].maybe_text(),
        start=parts["start"].maybe_whole(0, LATEST_MINUTE),
    )


def published(field: Field) -> Published:
    """One of `published`."""
    return Published(*_placed(field))


def assignment(field: Field) -> Assignment:
    """One of the `assignments` of a plan."""
    parts = field.members(("occurrence", "workers", "start"), nullable=("second_start",), others=True)
    return Assignment(*_placed(field), parts["second_start"].maybe_whole(0, LATEST_MINUTE))


def _placed(field: Field) -> tuple[str, tuple[str, ...], int]:
    parts = field.members(("occurrence", "workers", "start"), others=True)
    return parts["occurrence"].text(), parts["workers"].texts(), parts["start"].whole(0, LATEST_MINUTE)


def taken(field: Field) -> Taken:
    """One of the `meals` of a plan."""
    parts = field.members(("worker", "start"), others=True)
    return Taken(parts["worker"].text(), parts["start"].whole(0, LATEST_MINUTE))


def unplaced(field: Field) -> Unplaced:
    """One of the `unplaced` of a plan."""
    parts = field.members(("occurrence", "reason"), others=True)
    code = parts["reason"].text()
    if code not in tuple(Reason):
        raise parts["reason"].refuse(f"{code!r} is not one of {', '.join(Reason)}")
    return Unplaced(parts["occurrence"].text(), Reason(code))
