"""Ways by road: a folded network, built once from a map, kept in one file, asked for matrices."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from scheduling.travel import osm
from scheduling.travel.errors import RoadFileError
from scheduling.travel.folding import Floats, Folded, Ints, fold, largest_part, quickest
from scheduling.travel.packing import VERSION, seconds_and_metres
from scheduling.travel.speeds import OFF_ROAD

EARTH_RADIUS_M = 6_371_000.0
REACH = 2_000.0  # metres; whoever is further from every road is not on this map
ROWS_AT_ONCE = 64
LEAST = 1e-6  # of a way; an edge of nothing would be no edge
FOLDED = [one.name for one in fields(Folded) if one.name != "junctions"]  # arrays, as they are kept
Tell = Callable[[str], object]
Point = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True)
class RoadGraph:
    """Where the roads lie, how long they take and how long they are. The stamp is a hash of all of it."""

    points: Floats
    folded: Folded

    @classmethod
    def read(cls, file: Path, *, tell: Tell | None = None) -> RoadGraph:
        """The largest connected part of the roads in an OpenStreetMap file. Raises RoadFileError, OSError."""
        points, start, end, ways = osm.read(file, tell=tell).arrays()
        kept = largest_part(len(points), start, end)
        number = np.full(len(points), -1, dtype=np.int32)
        number[kept] = np.arange(len(kept), dtype=np.int32)
        inside = (number[start] >= 0) & (number[end] >= 0)
        if not inside.any():
            raise RoadFileError("no two of its roads are joined")
        if tell is not None:
            tell(f"{len(kept):,} points of {len(points):,} are joined to each other")
        ends = number[start[inside]], number[end[inside]]
        return cls(points[kept], fold(len(kept), *ends, ways[inside], tell=tell))

    @cached_property
    def stamp(self) -> str:
        """The same for the same roads and speeds, on every machine."""
        digest = hashlib.sha256(f"{VERSION} {self.folded.junctions} {OFF_ROAD} {REACH}".encode())
        for array in self._arrays().values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {"points": self.points, **{name: getattr(self.folded, name) for name in FOLDED}}

    def save(self, file: Path) -> None:
        """Write it whole or not at all."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".roads-")
        try:
            with os.fdopen(handle, "wb") as out:
                head = {"version": VERSION, "stamp": self.stamp, "junctions": self.folded.junctions}
                np.savez(out, **head, **self._arrays())  # type: ignore[arg-type]
                out.flush()
                os.fsync(out.fileno())
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise

    @classmethod
    def load(cls, file: Path) -> RoadGraph:
        """What `save` wrote. Raises RoadFileError if it is damaged or of another version, or OSError."""
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as found:
                if int(found["version"]) != VERSION:
                    raise RoadFileError("the road network is of another version; load the roads again")
                arrays = {name: found[name] for name in FOLDED}
                graph = cls(found["points"], Folded(int(found["junctions"]), **arrays))
                stamp = str(found["stamp"])
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
            if isinstance(error, RoadFileError):
                raise
            raise RoadFileError("the road network is damaged; load the roads again") from None
        graph.__dict__["stamp"] = stamp
        return graph

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(_on_the_globe(self.points), balanced_tree=False, compact_nodes=False)

    def nearest(self, points: Sequence[Point]) -> tuple[NDArray[np.intp], Floats]:
        """The nearest point of a road to each, and the metres to it."""
        if not len(points):
            return np.empty(0, dtype=np.intp), np.empty(0)
        chord, index = self._tree.query(_on_the_globe(np.asarray(points, dtype=np.float64)))
        return np.asarray(index), np.asarray(chord) * EARTH_RADIUS_M

    def ways(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Floats, Floats]:
        """Seconds and metres of the quickest way from each to each, to the very door; nan out of reach."""
        start, start_metres = self.nearest(sources)
        end, end_metres = self.nearest(targets)
        seconds, metres = seconds_and_metres(self._between(start, end))
        walk = start_metres[:, None] + end_metres[None, :]
        walk[start_metres > REACH] = np.nan
        walk[:, end_metres > REACH] = np.nan
        metres += walk
        walk /= OFF_ROAD / 3.6
        seconds += walk
        return seconds, metres

    def seconds(self, sources: Sequence[Point], targets: Sequence[Point]) -> Floats:
        """As `ways`, the seconds alone."""
        return self.ways(sources, targets)[0]

    def _between(self, sources: NDArray[np.intp], targets: NDArray[np.intp]) -> Floats:
        """The ways on the road between points of it, each asked once however many doors share it."""
        start, start_of = np.unique(sources, return_inverse=True)
        end, end_of = np.unique(targets, return_inverse=True)
        joined = self._with_doors(start, end)
        first, second = self.folded.junctions, self.folded.junctions + len(start)
        leaving, arriving = np.arange(first, second), np.arange(second, second + len(end))
        if len(end) < len(start):  # fewer searches backwards
            found = _searched(csr_array(joined.T), arriving, leaving).T
        else:
            found = _searched(joined, leaving, arriving)
        found[start[:, None] == end[None, :]] = 0.0
        return found[start_of][:, end_of]

    def _with_doors(self, start: NDArray[np.intp], end: NDArray[np.intp]) -> csr_array:
        """The network and a place to leave from for each of `start`, one to arrive at for each of `end`."""
        f = self.folded
        leave = np.arange(len(start), dtype=np.int32) + f.junctions
        arrive = np.arange(len(end), dtype=np.int32) + f.junctions + len(start)
        along = self._along_a_chain(start, end)
        rows = (f.start, leave, leave, f.ends[end, 0], f.ends[end, 1], leave[along[0]])
        columns = (f.end, f.ends[start, 0], f.ends[start, 1], arrive, arrive, arrive[along[1]])
        ways = (f.ways, f.out[start, 0], f.out[start, 1], f.back[end, 0], f.back[end, 1], along[2])
        a, b, best = quickest(np.concatenate(rows), np.concatenate(columns), np.concatenate(ways))
        size = f.junctions + len(start) + len(end)
        return csr_array((np.maximum(best, LEAST), (a, b)), shape=(size, size))

    def _along_a_chain(self, start: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[Ints, Ints, Floats]:
        """Pairs on one chain, by their places in `start` and `end`, and the way between them along it."""
        f = self.folded
        by_chain: dict[int, list[int]] = {}
        for place, chain in enumerate(f.chain[end].tolist()):
            by_chain.setdefault(chain, []).append(place)
        pairs = [
            (one, other)
            for one, chain in enumerate(f.chain[start].tolist())
            if chain >= 0
            for other in by_chain.get(chain, ())
        ]
        one, other = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
        v, w = start[one], end[other]
        with np.errstate(invalid="ignore"):  # inf less inf: closed both ways, told by nan
            ahead = np.stack((f.back[w] - f.back[v], f.out[v] - f.out[w]))
        ahead = np.where(np.isfinite(ahead) & (ahead > 0), ahead, np.inf)
        return one, other, ahead.min(axis=(0, 2))


def _searched(graph: csr_array, sources: NDArray[np.intp], targets: NDArray[np.intp]) -> Floats:
    """The quickest ways, a few sources at once: whole rows of a county take much memory."""
    found = np.empty((len(sources), len(targets)))
    for top in range(0, len(sources), ROWS_AT_ONCE):
        rows = slice(top, top + ROWS_AT_ONCE)
        found[rows] = dijkstra(graph, indices=sources[rows])[:, targets]
    return found


def _on_the_globe(degrees: Floats) -> Floats:
    """Latitudes and longitudes as points of a sphere of radius 1."""
    latitude, longitude = np.radians(degrees).T
    across = np.cos(latitude)
    return np.column_stack((across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)))
