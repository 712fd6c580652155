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
