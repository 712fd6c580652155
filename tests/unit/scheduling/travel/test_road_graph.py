"""Seconds and metres over a real, if tiny, road network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from scheduling.travel import osm
from scheduling.travel.errors import RoadFileError
from scheduling.travel.folding import fold, quickest
from scheduling.travel.packing import packed, seconds_and_metres
from scheduling.travel.road_graph import RoadGraph
from scheduling.travel.speeds import direction, kph
from tests.unit.scheduling.travel.maps import at, write_map, write_square


@pytest.fixture
def square(tmp_path: Path) -> RoadGraph:
    """A primary road north, a lane around it that is one-way on one side."""
    return RoadGraph.read(write_square(tmp_path / "square.osm"))


def minutes(graph: RoadGraph, start: tuple[float, float], end: tuple[float, float]) -> float:
    """From one point to the other."""
    return float(graph.seconds([start], [end])[0, 0]) / 60


def test_a_kilometre_of_primary_road_takes_a_minute(square: RoadGraph):
    """At 60 km/h, whether asked at a junction or in the middle of a chain between two."""
    assert minutes(square, at(0, 0), at(-1, 0)) == pytest.approx(1.0, rel=0.01)
    assert minutes(square, at(-0.3, 0), at(-0.7, 0)) == pytest.approx(0.4, rel=0.05)


def test_nobody_drives_against_a_one_way_lane(square: RoadGraph):
    """North along it directly; back by the lanes and the primary road."""
    there, back = minutes(square, at(1, 6), at(5, 6)), minutes(square, at(5, 6), at(1, 6))
    assert there == pytest.approx(4 / 35 * 60, rel=0.05)
    assert back == pytest.approx((1 + 6 + 6 + 1) / 35 * 60 + 6.08, rel=0.02)


def test_a_footpath_is_no_road_and_an_island_is_not_joined(square: RoadGraph):
    """Across the square on foot would be shorter; the road that leads nowhere is left out."""
    assert minutes(square, at(0, 0), at(6, 6)) > 12 / 60 * 60
    assert not np.isclose(square.points[:, 1], at(0, -9)[1]).any()


def test_the_way_from_the_road_to_the_door_is_counted_and_far_doors_are_not_on_the_map(square: RoadGraph):
    """300 m of drive take two minutes at 10 km/h; 3 km from every road is off the map."""
    assert minutes(square, at(-0.8, 0.3), at(-0.8, 0)) == pytest.approx(1.8, rel=0.02)
    assert np.isnan(minutes(square, at(3, -3), at(0, 0)))


def test_folding_changes_no_time():
    """On random networks with one-way streets, rings and dead ends: as Dijkstra without folding."""
    dice = np.random.default_rng(7)
    for _ in range(10):
        count = 40
        pairs = np.concatenate(
            (np.stack((np.arange(40), (np.arange(40) + 1) % 40), 1), dice.integers(0, 40, (8, 2)))
        )
        pairs = pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int32)
        both = np.concatenate((pairs, pairs[dice.random(len(pairs)) < 0.7][:, ::-1]))
        times = dice.uniform(1, 50, len(both))
        start, end, seconds = quickest(both[:, 0], both[:, 1], times)
        whole = dijkstra(csr_array((seconds, (start, end)), shape=(count, count)))
        scattered = dice.uniform(0, 1, (count, 2))
        graph = RoadGraph(scattered, fold(count, start, end, seconds))
        every = np.arange(count)
        assert graph.folded.junctions < count
        assert np.allclose(graph._between(every, every), whole, atol=1e-4)
        assert np.allclose(graph._between(every, every[:5]), whole[:, :5], atol=1e-4)


def test_the_metres_are_those_of_the_quickest_way_and_not_of_the_shortest(tmp_path: Path):
    """12 km of trunk road are quicker than 10 km of lane; the next town on it has the length of its road."""
    points = {1: (0, 0), 2: (0, 10), 3: (2, 4), 4: (2, 6), 5: (0, 14)}
    ways = [("highway=living_street", [1, 2]), ("highway=trunk", [1, 3, 4, 2]), ("highway=trunk", [2, 5])]
    graph = RoadGraph.read(write_map(tmp_path / "two.osm", points, ways))
    by_trunk = 2 + 2 * np.hypot(2, 4)
    (there, on), (back, _) = graph.ways([at(0, 0), at(0, 10)], [at(0, 10), at(0, 14)])[1][:2]
    assert (there, on) == (
        pytest.approx(1000 * by_trunk, rel=2e-3),
        pytest.approx(1000 * (by_trunk + 4), rel=2e-3),
    )
    assert back == pytest.approx(0, abs=1)
    along = graph.ways([at(0, 10)], [at(0, 14)])[1][0, 0]
    assert along == pytest.approx(4000, rel=2e-3)
    half = graph.ways([at(0, 11)], [at(0, 12.5)])[1][0, 0]  # both in the bends of one chain
    assert half == pytest.approx(1500, rel=2e-2)


def test_the_metres_to_the_door_are_counted_and_far_doors_have_none(square: RoadGraph):
    """300 m of drive on 800 m of road; 3 km from every road is off the map."""
    assert square.ways([at(-0.8, 0.3)], [at(0, 0)])[1][0, 0] == pytest.approx(1100, rel=0.01)
    assert np.isnan(square.ways([at(3, -3)], [at(0, 0)])[1]).all()


def test_one_search_finds_seconds_and_metres_as_two_would():
    """On random networks: the seconds of the quickest way, and its metres along the tree of predecessors."""
    dice = np.random.default_rng(3)
    for _ in range(10):
        count = 30
        ring = np.stack((np.arange(count), (np.arange(count) + 1) % count), 1)
        pairs = np.concatenate((ring, dice.integers(0, count, (40, 2)))).astype(np.int32)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        times, lengths = dice.uniform(1, 500, len(pairs)), dice.uniform(1, 9_000, len(pairs))
        both = np.array([packed(*one) for one in zip(times, lengths, strict=True)])
        start, end, ways = quickest(pairs[:, 0], pairs[:, 1], both)
        graph = RoadGraph(dice.uniform(0, 1, (count, 2)), fold(count, start, end, ways))
        every = np.arange(count)
        seconds, metres = seconds_and_metres(graph._between(every, every))
        alone, along = seconds_and_metres(ways)
        whole, before = dijkstra(
            csr_array((alone, (start, end)), shape=(count, count)), return_predecessors=True
        )
        edge = {(a, b): length for a, b, length in zip(start.tolist(), end.tolist(), along, strict=True)}
        assert np.allclose(seconds, whole, atol=1e-3)
        for a in range(count):
            for b in range(count):
                length, at_ = 0.0, b
                while at_ != a:
                    length, at_ = length + edge[before[a, at_], at_], int(before[a, at_])
                assert metres[a, b] == pytest.approx(length, abs=0.5)


def test_a_network_is_kept_in_one_file_with_its_stamp(square: RoadGraph, tmp_path: Path):
    """What is loaded is what was saved, and nothing else lies beside it."""
    file = tmp_path / "kept" / "roads.npz"
    square.save(file)
    loaded = RoadGraph.load(file)
    assert loaded.stamp == square.stamp == RoadGraph(loaded.points, loaded.folded).stamp
    assert [one.name for one in file.parent.iterdir()] == ["roads.npz"]
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(RoadFileError, match="damaged; load the roads again"):
        RoadGraph.load(file)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("roads.csv", b"a,b", "does not end in"),
        ("roads.osm.pbf", b"no map at all", "not whole OpenStreetMap data"),
        ("roads.osm", b"<osm version='0.6'></osm>", "no road that a car may take"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(tmp_path: Path, name: str, content: bytes, said: str):
    """Wrong kind, cut short, or without a road."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RoadFileError, match=said):
        osm.read(tmp_path / name)


def test_roads_cut_off_at_the_border_end_there(tmp_path: Path):
    """An extract names points beyond its border without saying where they are."""
    file = write_map(tmp_path / "cut.osm", {1: (0, 0), 2: (1, 0)}, [("highway=primary", [1, 2, 99])])
    assert len(RoadGraph.read(file).points) == 11  # a kilometre in pieces of at most 100 m


@pytest.mark.parametrize(
    ("tags", "speed", "way"),
    [
        ({"highway": "primary"}, 60.0, 0),
        ({"highway": "primary", "maxspeed": "30 mph"}, 0.9 * 30 * 1.609344, 0),
        ({"highway": "primary", "maxspeed": "national"}, 60.0, 0),
        ({"highway": "residential", "maxspeed": "60 mph"}, 25.0, 0),
        ({"highway": "motorway"}, 95.0, 1),
        ({"highway": "tertiary", "junction": "roundabout"}, 45.0, 1),
        ({"highway": "tertiary", "oneway": "-1"}, 45.0, -1),
        ({"highway": "service", "access": "private"}, 12.0, 0),
        ({"highway": "service", "access": "no"}, None, 0),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, 12.0, 0),
        ({"highway": "footway"}, None, 0),
        ({}, None, 0),
    ],
)
def test_what_a_way_says_of_itself(tags: dict[str, str], speed: float | None, way: int):
    """Class, posted limit, access and direction."""
    assert kph(tags) == (None if speed is None else pytest.approx(speed))
    assert direction(tags) == way
