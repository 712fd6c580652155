"""Minutes between coordinates where no road network is loaded."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scheduling.travel import great_circle
from scheduling.travel.great_circle import GreatCircle

NORWICH, CROMER, NORWICH_MARKET = (52.6309, 1.2974), (52.9311, 1.3020), (52.6278, 1.2922)
COORDINATES = st.tuples(st.floats(50, 59), st.floats(-6, 2))


def minutes_by_hand(a, b, circle):
    """The documented formula, one pair at a time."""
    lat1, lon1, lat2, lon2 = (math.radians(x) for x in (*a, *b))
    h = math.sin((lat1 - lat2) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon1 - lon2) / 2) ** 2
    km = 2 * 6371.0 * math.asin(math.sqrt(h)) * circle.detour
    return math.ceil(round(60 * km / (circle.near_kmh if km < circle.near_km else circle.far_kmh), 9))


def test_known_places():
    """Norwich to Cromer is 33.4 km straight, 43.4 with detours: 58 minutes at 45 km/h; the market is near."""
    matrix = GreatCircle().matrix([NORWICH, CROMER, NORWICH_MARKET])
    assert matrix.dtype == np.int32
    assert matrix.tolist() == [[0, 58, 2], [58, 0, 59], [2, 59, 0]]


def test_no_places_and_one_place():
    """An empty county has an empty matrix."""
    assert GreatCircle().matrix([]).shape == (0, 0)
    assert GreatCircle().matrix([NORWICH]).tolist() == [[0]]


def test_a_step_away_takes_a_minute():
    """Different doors are never zero minutes apart, the same spot is."""
    assert GreatCircle().matrix([NORWICH, (52.63091, 1.2974), NORWICH]).tolist()[0] == [0, 1, 0]


@given(st.lists(COORDINATES, min_size=2, max_size=6))
def test_every_pair_follows_the_formula(points):
    """The matrix is symmetric and says what the formula says for each pair."""
    circle = GreatCircle(detour=1.2, near_km=8.0, near_kmh=20.0, far_kmh=60.0)
    matrix = circle.matrix(points)
    assert (matrix == matrix.T).all()
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            assert matrix[i, j] == (0 if i == j else minutes_by_hand(a, b, circle))


def test_blocks_do_not_change_the_result(monkeypatch):
    """A county is worked out in blocks of rows; a block of three rows gives the same minutes."""
    points = [(52.4 + 0.013 * i, 0.5 + 0.07 * (i * i % 17)) for i in range(20)]
    whole = GreatCircle().matrix(points)
    monkeypatch.setattr(great_circle, "ROWS_AT_ONCE", 3)
    assert (GreatCircle().matrix(points) == whole).all()


def test_two_doors_at_one_spot_are_a_minute_apart() -> None:
    """Flats share a postcode's coordinates, yet nobody is at two doors in no time."""
    minutes = GreatCircle().between_doors([(52.8, 1.2), (52.8, 1.2)])
    assert minutes.tolist() == [[0, 1], [1, 0]]
