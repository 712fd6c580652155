"""care-week-change/1: what is read, and that whatever breaks the format is refused by its path."""

from __future__ import annotations

import copy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.engine.answers.changes import (
    AgencyStops,
    Change,
    NeedAdded,
    NeedEnded,
    PersonAway,
    RunsLate,
    WorkerOff,
    change_from,
    without,
)
from scheduling.engine.problem import Gap, ProblemError
from tests.unit.scheduling.engine.builders import an_occurrence, at

NEED = {
    "id": "o9",
    "person": "p0",
    "agency": "care",
    "priority": 2,
    "skills": ["care"],
    "minutes": 30,
    "workers": 1,
    "windows": [{"start": 480, "end": 720}],
    "mergeable": True,
}
ALL = {
    "format": "care-week-change/1",
    "now": 360,
    "changes": [
        {"kind": "worker_off", "worker": "w0", "start": 420, "end": 900},
        {"kind": "runs_late", "occurrence": "o0", "end": 600},
        {"kind": "need_added", "occurrence": NEED, "gaps": [{"before": "o0", "after": "o9", "min": 60}]},
        {"kind": "need_ended", "occurrences": ["o1"]},
        {"kind": "person_away", "person": "p0", "start": 0, "end": 1440},
        {"kind": "agency_stops", "agency": "care", "start": 2880},
    ],
}


def test_every_kind_of_change_is_read():
    """Each becomes what it says."""
    assert change_from(ALL) == Change(
        (
            WorkerOff("w0", at(7), at(15)),
            RunsLate("o0", None, 600),
            NeedAdded(an_occurrence("o9"), (Gap("o0", "o9", 60),)),
            NeedEnded(("o1",)),
            PersonAway("p0", 0, 1440),
            AgencyStops("care", 2880),
        ),
        360,
    )


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("format",), "care-week/1", "format: 'care-week/1' is not 'care-week-change/1'"),
        (("now",), -1, "now: -1 is not between 0 and 86400"),
        (("changes",), {}, "changes: is an object, not a list"),
        (("changes", 0, "kind"), "ill", "changes[0].kind: 'ill' is not one of worker_off, runs_late, "),
        (("changes", 0, "end"), 380, "changes[0].end: 380 is not after its start 420"),
        (("changes", 1, "end"), None, "changes[1]: has neither a start nor an end"),
        (("changes", 2, "occurrence", "minutes"), 0, "changes[2].occurrence.minutes: 0 is not between"),
        (("changes", 3, "occurrences", 0), 7, "changes[3].occurrences[0]: is 7, not a text"),
        (("changes", 4, "why"), "x", "changes[4]: has a field 'why', which the format does not know"),
    ],
)
def test_the_field_that_is_wrong_is_named(path, value, words):
    """The message begins with its path."""
    data = copy.deepcopy(ALL)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ProblemError) as refused:
        change_from(data)
    assert str(refused.value).startswith(words)


JUNK = st.sampled_from((None, True, -1, 10**30, 1.5, "", "x" * 300, [], {}, [[]], {"a": 1}))


@given(st.integers(0, 2**32), JUNK)
def test_a_spoilt_file_is_read_or_refused_by_path(seed, junk):
    """Anything anywhere replaced by junk or taken away: never another error."""
    dice = Random(seed)
    data = copy.deepcopy(ALL)
    place = data
    while True:
        key = dice.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], dict | list) and place[key] and dice.random() < 0.8:
            place = place[key]
            continue
        if dice.random() < 0.3:
            del place[key]
        else:
            place[key] = junk
        break
    try:
        assert isinstance(change_from(data), Change)
    except ProblemError as error:
        assert str(error).startswith(error.path)  # noqa: PT017


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=4),
    st.integers(0, 40),
    st.integers(0, 20),
)
def test_windows_lose_exactly_the_minutes_taken(windows, start, more):
    """Minute by minute."""
    spans = [(low, low + lasts) for low, lasts in windows]
    left = {m for low, high in without(spans, start, start + more) for m in range(low, high + 1)}
    asked = {m for low, high in spans for m in range(low, high + 1)}
    assert left == asked - set(range(start, start + more + 1))
