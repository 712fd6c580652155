"""Starts moved together at the end: only for the better, and under every rule."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.building import build_tables
from scheduling.engine.construct import fill, take_over_plan
from scheduling.engine.retime import retime
from scheduling.engine.standing import all_stands
from tests.unit.scheduling.engine.builders import a_plan, a_problem, a_worker, an_occurrence, at
from tests.unit.scheduling.engine.random_problems import random_problem


def test_a_pair_moves_to_its_preferred_start() -> None:
    """Both workers of a pair stand ready an hour early; re-timing moves both at once."""
    workers = [a_worker("w0"), a_worker("w1")]
    problem = a_problem([an_occurrence(workers=2, preferred=at(10))], workers=workers)
    tables = build_tables(problem, 1)
    assert take_over_plan(problem, tables, a_plan(("o0", "w0 w1", at(9)))) == ()
    assert retime(tables, seconds=5)
    assert abs(tables.spot[0, tb.START] - at(10)) < 10
    assert tables.spot[0, tb.START] == tables.spot[1, tb.START]


def test_a_gap_moves_as_one() -> None:
    """Two calls that a gap holds together both move, which neither could alone."""
    occurrences = [
        an_occurrence("o0", preferred=at(10)),
        an_occurrence("o1", skills=("nursing",), preferred=at(11)),
    ]
    workers = [a_worker("w0"), a_worker("w1", skills=("nursing",))]
    problem = a_problem(occurrences, workers=workers, gaps=[("o0", "o1", 30, 30)])
    tables = build_tables(problem, 1)
    take_over_plan(problem, tables, a_plan(("o0", "w0", at(9)), ("o1", "w1", at(10))))
    assert retime(tables, seconds=5)
    assert tables.spot[1, tb.START] - tables.spot[0, tb.START] == 60


def test_what_is_best_already_stays() -> None:
    """A plan at its preferred starts is left alone, and the answer says so."""
    problem = a_problem([an_occurrence(preferred=at(10))])
    tables = build_tables(problem, 1)
    take_over_plan(problem, tables, a_plan(("o0", "w0", at(10))))
    assert not retime(tables, seconds=5)
    assert tables.spot[0, tb.START] == at(10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_retiming_is_legal_and_never_dearer(seed: int) -> None:
    """Random plans, built greedily, stand after re-timing and cost no more."""
    problem = random_problem(Random(seed))
    tables = build_tables(problem, 1)
    fill(tables)
    before = int(tables.number[tb.TOTAL])
    moved = retime(tables, seconds=5)
    assert all_stands(tables)
    assert (tables.number[tb.TOTAL] < before) if moved else (tables.number[tb.TOTAL] == before)
