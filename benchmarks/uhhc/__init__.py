"""The unified home healthcare problem: shifts, overtime, lunch, preferences, pairs, options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import published
from benchmarks.uhhc.instance import read

add_arguments = published.add_arguments


def run(options: argparse.Namespace) -> Iterator[published.Line]:
    """A line for each file."""
    return published.run(options, "uhhc", ".json", read)
