"""A road network without its bends: junctions joined by whole chains, and where each bend lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
TELL_EVERY = 20_000  # junctions


@dataclass(frozen=True, slots=True)
class Folded:
    """Junctions 0…j-1 and the edges between them; for each point the two junctions its chain ends at.

    Ways are numbers that add up, the least the best: see `packing`.

    Attributes
    ----------
    ends
        (n, 2): the junction at the near and at the far end of the point's chain; a junction's own, twice.
    out, back
        (n, 2): the way from the point to each end, and from each end to it; inf where one may not drive.
    chain
        (n,): which chain, -1 for a junction. Points of one chain reach each other without a junction.
    """

    junctions: int
    start: Ints
    end: Ints
    ways: Floats
    ends: Ints
    out: Floats
    back: Floats
    chain: Ints


def largest_part(count: int, start: Ints, end: Ints) -> NDArray[np.intp]:
    """The points of the largest part in which one can drive from everywhere to everywhere."""
    graph = csr_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count))
    _, labels = connected_components(graph, directed=True, connection="strong")
    return np.flatnonzero(labels == np.bincount(labels).argmax())


def fold(
    count: int, start: Ints, end: Ints, ways: Floats, *, tell: Callable[[str], object] | None = None
) -> Folded:
    """Fold every point that has two neighbours into the chain it lies on."""
    roads = _neighbours(count, start, end, ways)
    is_junction = np.fromiter((not _is_bend(of) for of in roads), dtype=bool, count=count)
    if not is_junction.any():  # one ring and nothing else
        is_junction[0] = True
    own = np.where(is_junction, np.cumsum(is_junction) - 1, -1).astype(np.int32)
    ends = np.stack((own, own), axis=1)
    out, back = np.zeros((count, 2)), np.zeros((count, 2))
    chain = np.full(count, -1, dtype=np.int32)
    edges: list[tuple[int, int, float]] = []
    chains = 0
    for number, junction in enumerate(np.flatnonzero(is_junction).tolist()):
        for first in roads[junction]:
            if not is_junction[first] and chain[first] >= 0:
                continue  # walked already, from its other end
            path = _walk(junction, first, roads, is_junction)
            ahead = np.cumsum([roads[a][b][0] for a, b in pairwise(path)])
            astern = np.cumsum([roads[a][b][1] for a, b in pairwise(path)])
            a, b = int(own[junction]), int(own[path[-1]])
            edges.append((a, b, float(ahead[-1])))
            if inner := path[1:-1]:
                edges.append((b, a, float(astern[-1])))
                chain[inner], ends[inner] = chains, (a, b)
                back[inner, 0], out[inner, 0] = ahead[:-1], astern[:-1]
                out[inner, 1] = _sum_behind([roads[p][q][0] for p, q in pairwise(path)])
                back[inner, 1] = _sum_behind([roads[p][q][1] for p, q in pairwise(path)])
                chains += 1
        if tell is not None and (number + 1) % TELL_EVERY == 0:
            tell(f"{number + 1:,} junctions of {int(is_junction.sum()):,} joined")
    pairs = np.array([edge[:2] for edge in edges], dtype=np.int32)
    along = np.array([edge[2] for edge in edges])
    shortest = quickest(pairs[:, 0], pairs[:, 1], along)
    return Folded(int(is_junction.sum()), *shortest, ends, out, back, chain)


def _neighbours(count: int, start: Ints, end: Ints, ways: Floats) -> list[dict[int, list[float]]]:
    """For each point its neighbours with the way there and back; inf where one may not drive."""
    roads: list[dict[int, list[float]]] = [{} for _ in range(count)]
    for a, b, way in zip(start.tolist(), end.tolist(), ways.tolist(), strict=True):
        there = roads[a].setdefault(b, [np.inf, np.inf])
        back = roads[b].setdefault(a, [np.inf, np.inf])
        there[0] = back[1] = min(there[0], way)
    return roads


def _is_bend(of: dict[int, list[float]]) -> bool:
    """Whether the point only leads on from one neighbour to the other, in the same directions on both sides.

    Where a one-way stretch begins the chain ends, so that a chain may be driven as a whole or not at all.
    """
    if len(of) != 2:
        return False
    (there, back), (on, returned) = of.values()
    return bool(np.isfinite(there) == np.isfinite(returned) and np.isfinite(back) == np.isfinite(on))


def _walk(
    junction: int, first: int, roads: list[dict[int, list[float]]], is_junction: NDArray[np.bool_]
) -> list[int]:
    """From the junction along its chain to the next one, which may be itself."""
    path = [junction, first]
    while not is_junction[path[-1]]:
        one, other = roads[path[-1]]
        path.append(other if one == path[-2] else one)
    return path


def _sum_behind(steps: list[float]) -> Floats:
    """For each inner point of a chain, what is left of it to the far end."""
    return np.cumsum(steps[::-1])[::-1][1:]


def quickest(start: Ints, end: Ints, ways: Floats) -> tuple[Ints, Ints, Floats]:
    """One edge for each pair, the quickest; none of a place to itself and none that may not be driven."""
    order = np.lexsort((ways, end, start))
    start, end, ways = start[order], end[order], ways[order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    first &= (start != end) & np.isfinite(ways)
    return start[first], end[first], ways[first]
