"""Days whose rounds stand alone: judged at once, changed in place, and put back as they were."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.check import check
from scheduling.engine.claims import claim_is_true
from scheduling.engine.construct import fill
from scheduling.engine.cost import price, total
from scheduling.engine.flow.alone import anneal_alone
from scheduling.engine.flow.improve import anneal_flow
from scheduling.engine.flow.plan import load_flow
from scheduling.engine.improve import save_best
from scheduling.engine.problem import Flow, Problem
from scheduling.engine.search import Search, Stop
from scheduling.engine.solve import solve
from tests.unit.scheduling.engine.random_days import random_day

COLUMNS = [tb.NODE, tb.LATEST, tb.AT, tb.WHERE, tb.LASTS, tb.CAME]


def alone(seed: int, *, alike: bool) -> Problem:
    """A random day without pairs, meals or prices of time; its workers all `alike` if so asked."""
    dice = Random(seed)
    day = random_day(dice)
    workers = tuple(replace(w, meal=None, shifts=(replace(w.shifts[0], due=None),)) for w in day.workers)
    if alike:
        workers = tuple(replace(workers[0], id=w.id) for w in workers)
    calls = [replace(o, workers=1, second=None) for o in day.occurrences]
    calls = [replace(o, windows=tuple(replace(w, due=None) for w in o.windows)) for o in calls]
    people = day.people
    if alike:
        people = tuple(replace(p, known_workers=frozenset(), barred_workers=frozenset()) for p in people)
    return day.replace(
        workers=workers, occurrences=tuple(calls), people=people, flow=Flow(travel=day.flow.travel)
    )


def begun(problem: Problem) -> Search:
    """A search with its first plan."""
    search = Search(problem, Stop(steps=60), 1, 1, None)
    fill(search.tables)
    save_best(search.tables, search.best)
    return search


@pytest.mark.parametrize("seed", range(15))
def test_a_day_with_a_price_on_time_or_with_pairs_is_not_searched_so(seed):
    """Only what stands alone is."""
    day = random_day(Random(seed))
    pairs = any(o.workers == 2 for o in day.occurrences) or any(w.meal for w in day.workers)
    timed = day.flow.late + day.flow.latest + day.flow.wait + day.flow.overtime + day.flow.idlest > 0
    wanted = anneal_flow if pairs or timed else anneal_alone
    assert Search(day, Stop(steps=1), 1, 1, None).anneal is wanted
    assert Search(alone(seed, alike=False), Stop(steps=1), 1, 1, None).anneal is anneal_alone


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.booleans())
def test_any_day_alone_is_legal_and_priced_right(seed, alike):
    """The price in the search is that of the plan it saved, and as the check counts it."""
    problem = alone(seed, alike=alike)
    search = begun(problem)
    search.improve()
    t = search.tables
    assert load_flow(t, search.best)
    assert t.number[tb.TOTAL] == t.number[tb.BEST]
    result = solve(problem, stop=Stop(steps=60))
    assert check(problem, result.solution) == []
    assert result.cost == total(price(problem, result.solution)) <= t.number[tb.BEST]
    for unplaced in result.solution.unplaced:
        assert claim_is_true(problem, result.solution, unplaced), unplaced
    assert solve(problem, stop=Stop(steps=60)).solution == result.solution


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.booleans())
def test_what_is_changed_in_place_is_as_if_worked_out_anew(seed, alike):
    """After many steps, some put back: every start, latest start, way, load and price, and who meets whom."""
    t = (search := begun(alone(seed, alike=alike))).tables
    t.settings[tb.HOT] = t.settings[tb.COLD] = 5000
    search.anneal(t, search.best, 200, 0, 0, 1)
    kept = [t.stops[r, : t.route[r, tb.LENGTH]][:, COLUMNS].copy() for r in range(len(t.route))]
    loads, cost, met = t.day[:, tb.CARRIED].copy(), int(t.number[tb.TOTAL]), t.met.copy()
    plan = t.spot[:, :4].copy()
    assert load_flow(t, plan)
    search.anneal(t, search.best, 0, 0, 0, 1)
    for r, stops in enumerate(kept):
        assert np.array_equal(stops, t.stops[r, : t.route[r, tb.LENGTH]][:, COLUMNS])
    assert np.array_equal(loads, t.day[:, tb.CARRIED])
    assert np.array_equal(met, t.met)
    assert cost == t.number[tb.TOTAL]
