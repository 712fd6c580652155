"""How long a road network takes to read, keep, load and ask, in how much memory."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scheduling.travel import roads
from scheduling.travel.road_graph import RoadGraph

GOAL_SECONDS = 1.0  # for 500 x 500 after loading


def add_arguments(command: argparse.ArgumentParser) -> None:
    """FILE --doors N --seed N."""
    command.add_argument("file", type=Path, help="an OpenStreetMap extract, .osm.pbf")
    command.add_argument("--doors", type=int, default=500)
    command.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yields a line for reading, one for loading and one for the matrices."""
    started = time.perf_counter()
    graph = RoadGraph.read(options.file)
    yield {
        "what": "roads read and folded",
        "points": len(graph.points),
        "junctions": graph.folded.junctions,
        "stretches": len(graph.folded.ways),
        "seconds": round(time.perf_counter() - started, 2),
        "peak_mb": _peak_mb(),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roads.save(graph, folder)
        started = time.perf_counter()
        loaded = RoadGraph.load(folder / roads.FILE)
        loaded.nearest([tuple(loaded.points[0])])
        seconds = time.perf_counter() - started
        megabytes = (folder / roads.FILE).stat().st_size / 1e6
        yield {"what": "roads loaded", "seconds": round(seconds, 3), "file_mb": round(megabytes, 1)}
        yield _asked(loaded, folder, options)


def _asked(graph: RoadGraph, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Doors beside random points of the roads: the matrix worked out, and as it is kept."""
    dice = np.random.default_rng(options.seed)
    chosen = graph.points[dice.choice(len(graph.points), options.doors)]
    doors = [tuple(door) for door in chosen + dice.normal(0, 0.0003, chosen.shape)]  # some 30 m from the road
    started, worked = time.perf_counter(), time.process_time()
    seconds, metres = graph.ways(doors, doors)
    worked_out, worked = time.perf_counter() - started, time.process_time() - worked
    roads.between(doors, folder=folder, patch="bench")
    started = time.perf_counter()
    kept = roads.between(doors, folder=folder, patch="bench")
    return {
        "what": f"minutes and metres for {options.doors} x {options.doors}",
        "seconds": round(worked_out, 3),
        "processor_seconds": round(worked, 3),  # what others on this machine do not slow
        "goal_seconds": GOAL_SECONDS,
        "met": worked_out <= GOAL_SECONDS,
        "seconds_kept": round(time.perf_counter() - started, 3),
        "mean_minutes": round(float(np.nanmean(seconds)) / 60, 1),
        "mean_km": round(float(np.nanmean(metres)) / 1000, 1),
        "out_of_reach": kept.outside,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
