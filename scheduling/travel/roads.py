"""Minutes and kilometres by the roads that have been loaded, and as the crow flies where there are none.

A folder holds one road network and the matrices of each patch that is planned, which grow by the doors and
bases that are new in it. Whoever may read the folder learns where doors are, not who lives there.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduling.travel.errors import RoadFileError
from scheduling.travel.great_circle import GreatCircle
from scheduling.travel.packing import VERSION

if TYPE_CHECKING:
    from scheduling.travel.road_graph import Point, RoadGraph

MOST_POINTS = 4_000  # of one patch; beyond, what was asked long ago is forgotten
OUTSIDE = -1  # minutes of a pair that the roads do not reach
TEN_METRES = 10.0  # what lengths are kept in: two bytes reach for 655 km
FILE = "roads.npz"


@dataclass(frozen=True, slots=True)
class Minutes:
    """A matrix, the stamp of its roads (empty without any), and how many of its places these do not reach."""

    matrix: NDArray[np.int32]
    roads: str
    outside: int


@dataclass(frozen=True, slots=True)
class _Held:
    """What has been worked out for a patch: minutes, and along the same ways the tens of metres."""

    index: dict[Point, int]
    minutes: NDArray[np.int16]
    lengths: NDArray[np.uint16]


NOTHING = _Held({}, np.empty((0, 0), dtype=np.int16), np.empty((0, 0), dtype=np.uint16))


def between(points: Sequence[Point], *, folder: Path, patch: str) -> Minutes:
    """The minutes from each place to each other; two places are never 0 minutes apart.

    Raises RoadFileError if roads have been loaded that cannot be read any more.
    """
    straight = GreatCircle().between_doors(points)
    roads = stamp(folder)
    if not roads or not points:
        return Minutes(straight, roads, 0)
    held, places = _of(points, folder, patch, roads)
    driven = held.minutes[np.ix_(places, places)].astype(np.int32)
    out_of_reach = np.diagonal(driven) == OUTSIDE
    matrix = np.where(driven == OUTSIDE, straight, np.maximum(driven, 1))
    np.fill_diagonal(matrix, 0)
    return Minutes(matrix.astype(np.int32), roads, int(out_of_reach.sum()))


def kilometres(points: Sequence[Point], *, folder: Path, patch: str) -> NDArray[np.float64]:
    """The kilometres of the ways that take those minutes, from each place to each other.

    Raises RoadFileError as `between` does.
    """
    straight = GreatCircle().kilometres(points)
    roads = stamp(folder)
    if not roads or not points:
        return straight
    held, places = _of(points, folder, patch, roads)
    among = np.ix_(places, places)
    return np.where(held.minutes[among] == OUTSIDE, straight, held.lengths[among] * (TEN_METRES / 1000))


def _of(points: Sequence[Point], folder: Path, patch: str, roads: str) -> tuple[_Held, NDArray[np.intp]]:
    """What is held for the patch, with all of these points in it, and where each is."""
    held = _held(folder, patch, roads, list(dict.fromkeys(points)))
    return held, np.fromiter((held.index[point] for point in points), dtype=np.intp, count=len(points))


def save(graph: RoadGraph, folder: Path) -> None:
    """Puts these roads in force from now on; the matrices of those before are worth nothing any more."""
    graph.save(folder / FILE)
    for matrix in folder.glob("minutes-*.npz"):
        matrix.unlink(missing_ok=True)


def stamp(folder: Path) -> str:
    """Which roads are in force; empty if none are, or if an earlier release wrote them."""
    try:
        return _stamp(folder / FILE, (folder / FILE).stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


def are_loaded(folder: Path) -> bool:
    """Whether any roads are in force. Raises RoadFileError if they cannot be read any more."""
    return bool(stamp(folder))


@lru_cache(maxsize=4)
def _stamp(file: Path, changed: int) -> str:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
            return str(found["stamp"]) if int(found["version"]) == VERSION else ""
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        raise RoadFileError("the road network is damaged; load the roads again") from None


@lru_cache(maxsize=1)
def _graph(file: Path, changed: int) -> RoadGraph:
    from scheduling.travel.road_graph import RoadGraph  # SciPy: most of what a process imports at its start

    return RoadGraph.load(file)


def _held(folder: Path, patch: str, roads: str, wanted: list[Point]) -> _Held:
    file = folder / f"minutes-{patch}.npz"
    try:
        held = _read(file, file.stat().st_mtime_ns, roads)
    except FileNotFoundError:
        held = NOTHING
    missing = [point for point in wanted if point not in held.index]
    if missing:
        if len(held.index) + len(missing) > MOST_POINTS:
            held, missing = NOTHING, wanted
        graph = _graph(folder / FILE, (folder / FILE).stat().st_mtime_ns)
        held = _grown(held, missing, graph)
        if graph.stamp == roads:  # else others have been loaded at this moment, and the next asks for them
            _write(held, file, roads)
    return held


def _grown(held: _Held, missing: list[Point], graph: RoadGraph) -> _Held:
    """The same with more places: from the new to all, and from those before to the new."""
    before = list(held.index)
    points = before + missing
    size, old = (len(points), len(points)), len(before)
    minutes, lengths = np.empty(size, dtype=np.int16), np.empty(size, dtype=np.uint16)
    minutes[:old, :old], lengths[:old, :old] = held.minutes, held.lengths
    for rows, columns, ways in (
        (slice(old, None), slice(None), graph.ways(missing, points)),
        (slice(old), slice(old, None), graph.ways(before, missing)),
    ):
        minutes[rows, columns], lengths[rows, columns] = _whole_minutes(ways[0]), _tens_of_metres(ways[1])
    return _Held({point: place for place, point in enumerate(points)}, minutes, lengths)


def _whole_minutes(seconds: NDArray[np.float64]) -> NDArray[np.int16]:
    """Rounded up, after nine decimals, so that every machine agrees."""
    minutes = np.ceil(np.round(seconds / 60, 9))
    return np.where(np.isfinite(minutes), np.minimum(minutes, 30_000), OUTSIDE).astype(np.int16)


def _tens_of_metres(metres: NDArray[np.float64]) -> NDArray[np.uint16]:
    """To the nearest; 0 where the roads do not reach."""
    tens = np.minimum(np.rint(metres / TEN_METRES), 65_535)
    return np.where(np.isfinite(tens), tens, 0).astype(np.uint16)


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, roads: str) -> _Held:
    """What the file holds for these roads; nothing if it is of others, or damaged: it is worked out again."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
            if str(found["stamp"]) != roads:
                return NOTHING
            points = [(float(north), float(east)) for north, east in found["points"]]
            index = {point: place for place, point in enumerate(points)}
            return _Held(index, found["minutes"], found["lengths"])
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        return NOTHING


def _write(held: _Held, file: Path, roads: str) -> None:
    """Whole or not at all. Of two that write at once the last one's is kept; nothing depends on which."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".minutes-")  # 0600
    try:
        with os.fdopen(handle, "wb") as out:
            points = np.array(list(held.index))
            np.savez(out, stamp=roads, points=points, minutes=held.minutes, lengths=held.lengths)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
