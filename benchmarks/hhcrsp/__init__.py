"""Home health care routing with pairs, by Mankowska, Meisel and Bierwirth (2014)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import published
from benchmarks.hhcrsp.instance import read

add_arguments = published.add_arguments


def run(options: argparse.Namespace) -> Iterator[published.Line]:
    """A line for each file."""
    return published.run(options, "hhcrsp", ".json", read)
