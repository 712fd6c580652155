"""Vehicle routing with time windows, by Solomon and by Gehring and Homberger, in Solomon's format."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import published
from benchmarks.vrptw.instance import read

add_arguments = published.add_arguments


def run(options: argparse.Namespace) -> Iterator[published.Line]:
    """A line for each file."""
    return published.run(options, "vrptw", ".sol", read)
