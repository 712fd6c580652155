"""A lock that cannot hold is an error that names it; one that can is taken."""

from __future__ import annotations

import pytest

from scheduling.engine.problem import Lock, ProblemError
from tests.unit.scheduling.engine.builders import (
    a_person,
    a_problem,
    a_worker,
    an_occurrence,
    at,
    even_travel,
)

DOORS = [a_person("p0", place=1), a_person("p1", place=2)]
TWO = [an_occurrence("o0"), an_occurrence("o1", person="p1")]
PAIR = [an_occurrence("o0", workers=2)]
THREE_WORKERS = [a_worker(f"w{i}") for i in range(3)]


@pytest.mark.parametrize(
    "locks",
    [
        [Lock("o0", "w0", at(9))],
        [Lock("o0", worker="w0")],
        [Lock("o0", start=at(9))],
        [Lock("o0", "w0", at(9)), Lock("o1", "w0", at(9, 43))],
    ],
)
def test_locks_that_can_hold_are_taken(locks):
    """A worker, a start, both, or two that follow each other in time."""
    assert a_problem(TWO, people=DOORS, locks=locks).locks == tuple(locks)


@pytest.mark.parametrize(
    ("locks", "path"),
    [
        ([Lock("o9", "w0")], "locks[0].occurrence"),
        ([Lock("o0")], "locks[0]:"),
        ([Lock("o0", "w9")], "locks[0].worker"),
        ([Lock("o0", start=at(7))], "locks[0].start"),
        ([Lock("o0", "w0"), Lock("o0", start=at(9))], "locks[1].occurrence"),
        ([Lock("o0", "w0", at(9)), Lock("o1", "w0", at(9, 42))], "locks[1]:"),
        ([Lock("o1", "w0", at(9)), Lock("o0", "w0", at(9))], "locks[1]:"),
    ],
)
def test_locks_that_cannot_hold_are_named(locks, path):
    """Unknown ids, a start outside the windows, too many locks, or two with too little time between."""
    with pytest.raises(ProblemError) as refused:
        a_problem(TWO, people=DOORS, locks=locks)
    assert str(refused.value).startswith(path)


@pytest.mark.parametrize(
    "options",
    [
        {"workers": [a_worker(skills=[])]},
        {"workers": [a_worker(shifts=[(at(16), at(20))])]},
        {"workers": [a_worker(shifts=[(at(8, 48), at(9, 40))])]},
        {"workers": [a_worker(hours=52)]},
        {"people": [a_person(barred=["w0"])]},
    ],
)
def test_a_lock_to_a_worker_who_cannot_come_is_refused(options):
    """Not competent, not on shift, not long enough on shift, not enough hours, not wanted."""
    with pytest.raises(ProblemError, match=r"^locks\[0\]\.worker: 'w0'"):
        a_problem(locks=[Lock("o0", "w0", at(9))], **options)


def test_a_lock_just_reached_is_taken():
    """Ten minutes there, three at the door, thirty of care and ten back fill this shift exactly."""
    exact = [a_worker(shifts=[(at(8, 47), at(9, 40))], hours=53)]
    assert a_problem(workers=exact, locks=[Lock("o0", "w0", at(9))])


def test_a_pair_may_be_locked_to_two_workers_at_one_start():
    """Two locks name the pair; a third, the same worker twice, or two starts cannot be."""
    good = [Lock("o0", "w0", at(9)), Lock("o0", "w1", at(9))]
    assert a_problem(PAIR, workers=THREE_WORKERS, locks=good)
    assert a_problem(PAIR, workers=THREE_WORKERS, locks=[Lock("o0", "w0"), Lock("o0", start=at(9))])
    for bad in ([*good, Lock("o0", "w2")], [good[0], good[0]], [good[0], Lock("o0", "w1", at(10))]):
        with pytest.raises(ProblemError, match=rf"^locks\[{len(bad) - 1}\]\."):
            a_problem(PAIR, workers=THREE_WORKERS, locks=bad)


def test_a_locked_start_that_too_few_can_reach_is_refused():
    """A pair at nine needs two who are there at nine."""
    late = a_worker("w1", shifts=[(at(9), at(15))])
    with pytest.raises(ProblemError, match=r"^locks\[0\]\.start: too few workers"):
        a_problem(PAIR, workers=[a_worker("w0"), late], locks=[Lock("o0", start=at(9))])


def test_locked_starts_against_a_gap_are_refused():
    """Thirty minutes lie between them and sixty are asked."""
    locks = [Lock("o0", start=at(9)), Lock("o1", start=at(10))]
    with pytest.raises(ProblemError, match=r"^locks\[1\]\.start: .* leave 30 minutes"):
        a_problem(TWO, people=DOORS, locks=locks, gaps=[("o0", "o1", 60, None)])
    assert a_problem(TWO, people=DOORS, locks=locks, gaps=[("o0", "o1", 30, 30)])


def test_a_detour_may_make_a_lock_hold():
    """The matrix says 90 minutes from door to door, and 10 by way of a third place."""
    travel = even_travel(4)
    travel[1, 2], travel[1, 3], travel[3, 2] = 90, 5, 5
    doors = [*DOORS, a_person("p2", place=3)]
    locks = [Lock("o0", "w0", at(9)), Lock("o1", "w0", at(9, 43))]
    assert a_problem(TWO, people=doors, travel=travel, locks=locks)
    travel[1, 3] = 90
    with pytest.raises(ProblemError, match=r"^locks\[1\]: .* leave 13 minutes between them, 23 are needed"):
        a_problem(TWO, people=doors, travel=travel, locks=locks)


def test_a_detour_may_make_a_worker_reach_a_door():
    """An hour and a half away, but twenty minutes by way of a third place."""
    travel = even_travel(3)
    travel[0, 1] = travel[1, 0] = 90
    short = [a_worker(shifts=[(at(8), at(10))])]
    options = {"people": [a_person(), a_person("p1", place=2)], "workers": short, "travel": travel}
    assert a_problem(locks=[Lock("o0", "w0", at(9))], **options)


@pytest.mark.parametrize(
    ("minute", "words"), [(29, "overlap"), (30, "must stand alone"), (36, "alone"), (37, None)]
)
def test_locks_at_one_door_that_would_share_a_visit(minute, words):
    """One must stand alone: up to six minutes apart nothing can part them, with seven another door could."""
    occurrences = [an_occurrence("o0"), an_occurrence("o1", mergeable=False)]
    locks = [Lock("o0", "w0", at(9)), Lock("o1", "w0", at(9, minute))]
    if words is None:
        assert a_problem(occurrences, locks=locks)
        return
    with pytest.raises(ProblemError, match=rf"^locks\[1\]: .*{words}"):
        a_problem(occurrences, locks=locks)


def test_locks_that_leave_too_little_rest():
    """Back at 20:40, away at 07:39 is eleven hours all but a minute."""
    occurrences = [
        an_occurrence("o0", windows=[(at(20), at(20))]),
        an_occurrence("o1", windows=[(at(7, day=1), at(9, day=1))]),
    ]
    workers = [a_worker(shifts=[(at(14), at(21)), (at(7, day=1), at(15, day=1))])]
    for minute, fits in [(52, False), (53, True)]:
        locks = [Lock("o0", "w0", at(20)), Lock("o1", "w0", at(7, minute, day=1))]
        if fits:
            assert a_problem(occurrences, workers=workers, locks=locks)
        else:
            with pytest.raises(ProblemError, match=r"^locks\[1\]: .* leave 659 minutes of rest"):
                a_problem(occurrences, workers=workers, locks=locks)
