"""Which services lie near each other."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.engine import tables as tb
from scheduling.engine.nearest import A_WAY, keep, neighbours


def a_day(*calls):
    """Nodes and windows of calls (place, minutes, opens, closes)."""
    node = np.zeros((len(calls), 16), np.int32)
    windows = np.zeros((len(calls), 3), np.int32)
    for n, (place, minutes, opens, closes) in enumerate(calls):
        node[n, [tb.PLACE, tb.MINUTES, tb.WIN_FROM, tb.WIN_TO]] = place, minutes, n, n + 1
        windows[n] = opens, closes, closes
    return node, windows


def on_a_line(size):
    """Minutes between places that are ten apart."""
    return np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.int32) * 10


def test_whoever_would_be_too_late_is_no_neighbour_on_that_side():
    """A call at eight comes before one at ten next door, and not after it."""
    node, windows = a_day((0, 30, 480, 500), (1, 30, 600, 620))
    beside = neighbours(node, windows, on_a_line(2), 1)
    assert beside[tb.BEFORE_IT].tolist() == [[-1], [0]]
    assert beside[tb.AFTER_IT].tolist() == [[1], [-1]]
    assert beside[tb.EITHER].tolist() == [[1], [0]]


def test_a_wait_that_cannot_be_avoided_puts_a_call_next_door_behind_one_further_off():
    """From eight to ten next door is two hours' wait; two doors on, a call can be begun at once."""
    node, windows = a_day((0, 30, 480, 480), (1, 30, 700, 720), (2, 30, 480, 600))
    assert neighbours(node, windows, on_a_line(3), 2)[tb.AFTER_IT, 0].tolist() == [2, 1]


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_nearest_are_kept_in_order_and_of_equals_whoever_came_first(values, wanted):
    """As sorting them all would have it."""
    near, score, kept = np.full(wanted, -1, np.int32), np.zeros(wanted, np.int64), 0
    for other, value in enumerate(values):
        kept = keep(near, score, kept, other, value)
    wished = sorted(range(len(values)), key=lambda n: values[n])[:wanted]
    assert near[:kept].tolist() == wished


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(5, 60), st.integers(400, 900), st.integers(0, 200)),
        min_size=1,
        max_size=7,
    ),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_neighbours_are_the_nearest_of_all_that_can_be_begun_in_time(calls, wanted):
    """By the way and the wait, counted anew here."""
    calls = [(place, minutes, opens, opens + wide) for place, minutes, opens, wide in calls]
    beside = neighbours(*a_day(*calls), on_a_line(5), wanted)

    def value(one, two):
        way = abs(one[0] - two[0]) * 10
        if one[2] + one[1] + way > two[3]:
            return None
        return A_WAY * way + max(0, two[2] - one[3] - one[1] - way)

    for n, call in enumerate(calls):
        before = {m: value(other, call) for m, other in enumerate(calls) if m != n}
        after = {m: value(call, other) for m, other in enumerate(calls) if m != n}
        either = {m: min((v for v in (before[m], after[m]) if v is not None), default=None) for m in before}
        for side, values in ((tb.BEFORE_IT, before), (tb.AFTER_IT, after), (tb.EITHER, either)):
            wished = sorted((m for m in values if values[m] is not None), key=values.get)[:wanted]
            assert [m for m in beside[side, n].tolist() if m >= 0] == wished
