"""Vehicle routing with time windows, by Solomon and by Gehring and Homberger, in Solomon's format."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import published
from benchmarks.isolated import run_isolated
from benchmarks.vrptw.instance import TENTHS, read

SHORTEST = 1.0
"""Seconds that ours has at least."""
BUSY = 30
"""Seconds that may pass for one of the processor's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m benchmarks vrptw`."""
    published.add_arguments(parser)
    parser.add_argument(
        "--pyvrp",
        action="store_true",
        help="first time PyVRP, at most --seconds, until it is within 1 %% of best known; ours has as long",
    )


def run(options: argparse.Namespace) -> Iterator[published.Line]:
    """A line for each file."""
    if options.pyvrp:
        yield from _beside_pyvrp(options)
    else:
        yield from published.run(options, "vrptw", ".sol", read)


def _beside_pyvrp(options: argparse.Namespace) -> Iterator[published.Line]:
    """A line for each file whose best known distance is known."""
    from benchmarks.vrptw.with_pyvrp import time_to_near

    for path in options.files:
        instance = read(path)
        if not instance.best_known:
            continue
        best = TENTHS * instance.best_known
        asked = (instance.problem, best, options.seconds, options.processor)
        patience = (BUSY if options.processor else 3) * options.seconds + 60
        done = run_isolated(time_to_near, *asked, patience=patience)
        if done is None:
            continue
        (seconds, tenths), _ = done
        own = argparse.Namespace(**vars(options) | {"files": [path], "seconds": max(seconds, SHORTEST)})
        theirs = {"pyvrp_seconds": round(seconds, 1), "pyvrp_cost": tenths / TENTHS}
        theirs["pyvrp_ratio"] = round(tenths / best, 4)
        yield from (line | theirs for line in published.run(own, "vrptw", ".sol", read))
