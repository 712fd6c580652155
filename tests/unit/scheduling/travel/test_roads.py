"""Minutes and kilometres by road where there are roads, as the crow flies where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scheduling.travel import roads
from scheduling.travel.errors import RoadFileError
from scheduling.travel.great_circle import GreatCircle
from scheduling.travel.road_graph import RoadGraph
from tests.unit.scheduling.travel.maps import at, write_map, write_square

HERE, SAME, NORTH, FAR, MORE = at(0, 0), at(0, 0), at(6, 0), at(3, -4), at(6, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the square's roads are in force."""
    roads.save(RoadGraph.read(write_square(tmp_path / "square.osm")), tmp_path / "roads")
    return tmp_path / "roads"


def test_without_roads_the_crow_is_asked(tmp_path: Path):
    """And nothing is written."""
    found = roads.between([HERE, NORTH], folder=tmp_path / "none", patch="a1")
    assert (found.matrix == GreatCircle().between_doors([HERE, NORTH])).all()
    assert (found.roads, found.outside) == ("", 0)
    straight = roads.kilometres([HERE, NORTH], folder=tmp_path / "none", patch="a1")
    assert (straight == GreatCircle().kilometres([HERE, NORTH])).all()
    assert not (tmp_path / "none").exists()


def test_doors_off_the_map_are_counted_and_measured_straight(folder: Path):
    """Six kilometres of primary road with a bend are seven minutes begun; two doors are a minute apart."""
    found = roads.between([HERE, SAME, NORTH, FAR], folder=folder, patch="a1")
    straight = GreatCircle().between_doors([HERE, SAME, NORTH, FAR])
    assert found.outside == 1
    assert found.matrix[:3, :3].tolist() == [[0, 1, 7], [1, 0, 7], [7, 7, 0]]
    assert (found.matrix[3] == straight[3]).all()


def test_a_matrix_grows_by_what_is_new_and_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """What is kept is as what is worked out at once, and a second question needs no roads at all."""
    first = roads.between([HERE, NORTH], folder=folder, patch="a1")
    grown = roads.between([MORE, NORTH, HERE], folder=folder, patch="a1")
    assert (grown.matrix == roads.between([MORE, NORTH, HERE], folder=folder, patch="a2").matrix).all()
    assert grown.matrix[2, 1] == first.matrix[0, 1]
    monkeypatch.setattr(roads, "_graph", None)
    assert (roads.between([HERE, NORTH], folder=folder, patch="a1").matrix == first.matrix).all()


def test_kilometres_are_those_of_the_road_and_straight_where_there_is_none(folder: Path):
    """The bend makes 6.08 km of six; a door off the map is as far as the crow says; growing is no matter."""
    grown = roads.kilometres([HERE, NORTH], folder=folder, patch="a1")
    assert grown.tolist() == [[0, 6.08], [6.08, 0]]
    found = roads.kilometres([MORE, HERE, NORTH, FAR], folder=folder, patch="a1")
    at_once = roads.kilometres([MORE, HERE, NORTH, FAR], folder=folder, patch="a2")
    assert (found == at_once).all()
    assert (found[1:3, 1:3] == grown).all()
    assert found[3, 1] == GreatCircle().kilometres([FAR, HERE])[0, 1]


def test_what_was_asked_long_ago_is_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A patch's file holds a bounded number of points."""
    monkeypatch.setattr(roads, "MOST_POINTS", 2)
    roads.between([HERE, NORTH], folder=folder, patch="a1")
    assert roads.between([NORTH, MORE], folder=folder, patch="a1").matrix.shape == (2, 2)


def test_new_roads_are_used_from_the_next_question_on(folder: Path, tmp_path: Path):
    """Only a slow lane is left of the primary road: other minutes, another stamp."""
    before = roads.between([HERE, NORTH], folder=folder, patch="a1")
    lane = write_map(tmp_path / "lane.osm", {1: (0, 0), 2: (6, 0)}, [("highway=living_street", [1, 2])])
    roads.save(RoadGraph.read(lane), folder)
    after = roads.between([HERE, NORTH], folder=folder, patch="a1")
    assert after.roads != before.roads
    assert after.matrix[0, 1] == 37


def test_roads_of_an_earlier_release_are_none_until_they_are_loaded_again(folder: Path):
    """They have no lengths: an upgrade stops nobody's board, and the stamp that is gone stops publishing."""
    with np.load(folder / roads.FILE) as found:
        arrays = dict(found)
    np.savez(folder / roads.FILE, **arrays | {"version": 1})
    assert roads.between([HERE, NORTH], folder=folder, patch="a1").roads == ""
    assert not roads.are_loaded(folder)


def test_damaged_roads_are_an_error_and_a_damaged_matrix_is_worked_out_again(folder: Path):
    """Nobody plans on the crow's minutes without knowing it."""
    right = roads.between([HERE, NORTH], folder=folder, patch="a1")
    (folder / "minutes-a1.npz").write_bytes(b"PK")
    assert (roads.between([HERE, NORTH], folder=folder, patch="a1").matrix == right.matrix).all()
    (folder / roads.FILE).write_bytes(b"PK")
    with pytest.raises(RoadFileError, match="load the roads again"):
        roads.between([HERE, NORTH], folder=folder, patch="a1")
