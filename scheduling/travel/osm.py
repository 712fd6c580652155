"""The roads of an OpenStreetMap file (.osm.pbf or .osm) as points and the ways between neighbours."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil, cos, hypot, radians
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from scheduling.travel.errors import RoadFileError
from scheduling.travel.packing import packed
from scheduling.travel.speeds import SPEEDS, direction, kph

METRES_A_DEGREE = 111_195.0
LONGEST_PIECE = 100.0  # metres; straight lanes get points between, so that a door is never far from one
TELL_EVERY = 5_000  # ways
SUFFIXES = (".osm.pbf", ".osm", ".osm.xml", ".osm.bz2", ".osm.gz")
Tell = Callable[[str], object]


@dataclass(slots=True)
class Streets:
    """Points in degrees, and pieces of road from one point to another, each direction by itself."""

    latitude: array[float] = field(default_factory=lambda: array("d"))
    longitude: array[float] = field(default_factory=lambda: array("d"))
    start: array[int] = field(default_factory=lambda: array("i"))
    end: array[int] = field(default_factory=lambda: array("i"))
    ways: array[float] = field(default_factory=lambda: array("d"))  # see `packing`

    def point(self, latitude: float, longitude: float) -> int:
        """A new point, numbered as it comes."""
        self.latitude.append(latitude)
        self.longitude.append(longitude)
        return len(self.latitude) - 1

    def piece(self, start: int, end: int, *, metres_a_second: float, way: int) -> None:
        """A stretch between two points; a long one is cut into pieces of at most LONGEST_PIECE."""
        north = self.latitude[end] - self.latitude[start]
        east = self.longitude[end] - self.longitude[start]
        metres = METRES_A_DEGREE * hypot(east * cos(radians(self.latitude[start])), north)
        pieces = max(1, ceil(metres / LONGEST_PIECE))
        seconds = max(metres / metres_a_second / pieces, 1e-3)  # a stretch of nothing is still a stretch
        along = packed(seconds, metres / pieces)
        before, latitude, longitude = start, self.latitude[start], self.longitude[start]
        for number in range(1, pieces + 1):
            share = number / pieces
            last = number == pieces
            after = end if last else self.point(latitude + share * north, longitude + share * east)
            if way >= 0:
                self._edge(before, after, along)
            if way <= 0:
                self._edge(after, before, along)
            before = after

    def _edge(self, start: int, end: int, way: float) -> None:
        self.start.append(start)
        self.end.append(end)
        self.ways.append(way)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
        """Points as (n, 2) latitude and longitude; starts, ends and ways of the pieces."""
        points = np.column_stack((np.asarray(self.latitude), np.asarray(self.longitude)))
        return points, np.asarray(self.start), np.asarray(self.end), np.asarray(self.ways)


def read(file: Path, *, speeds: Mapping[str, float] = SPEEDS, tell: Tell | None = None) -> Streets:
    """Every road that a car may take. Raises RoadFileError, or OSError if the file cannot be opened."""
    if not file.name.endswith(SUFFIXES):
        raise RoadFileError("the name does not end in .osm.pbf or .osm, as OpenStreetMap files do")
    with file.open("rb"):
        pass
    streets = Streets()
    known: dict[int, int] = {}
    ways = 0
    try:
        nodes_and_ways = osmium.FileProcessor(file, osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for way in nodes_and_ways.with_filter(osmium.filter.KeyFilter("highway")):
            if not isinstance(way, osmium.osm.Way):
                continue  # crossings and traffic lights
            tags = dict(way.tags)
            speed = kph(tags, speeds)
            if speed is None:
                continue
            _add(way, direction(tags), streets, known, speed / 3.6)
            ways += 1
            if tell is not None and ways % TELL_EVERY == 0:
                tell(f"{ways:,} roads read")
    except RuntimeError as error:  # what libosmium raises for anything that is not OpenStreetMap data
        raise RoadFileError(f"it is not whole OpenStreetMap data ({error}); fetch it again") from None
    if not streets.ways:
        raise RoadFileError("it holds no road that a car may take")
    return streets


def _add(
    way: osmium.osm.Way, one_way: int, streets: Streets, known: dict[int, int], metres_a_second: float
) -> None:
    before = None
    for node in way.nodes:
        if not node.location.valid():  # an extract cuts roads off at its border
            before = None
            continue
        point = known.get(node.ref)
        if point is None:
            point = known[node.ref] = streets.point(node.lat, node.lon)
        if before is not None and before != point:
            streets.piece(before, point, metres_a_second=metres_a_second, way=one_way)
        before = point
