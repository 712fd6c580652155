"""One command each, JSON lines on standard output.

The peers are not among the product's requirements: ``pip install -r requirements/bench.txt`` first.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

COMMANDS = {
    "acceptance": "every real reference file through the feeds: what is taken, rejected, lost",
    "county": "a whole county at once, its areas alone, and how the work grows",
    "decide": "how quickly questions about a plan are answered, and its gap to a lower bound",
    "hub": "what the hub reads and stores in a second, its memory, and kills",
    "hhcrsp": "published home health care days with pairs (Mankowska and others, 2014)",
    "linking": "a delivery of a thousand records compared with a county of 860,000 people",
    "peers": "ours, PyVRP, VROOM and OR-Tools routing on the same random days",
    "report": "run the set and write docs/benchmarks.md",
    "roads": "a road network out of a map, and minutes and metres for 500 doors: seconds and memory",
    "uhhc": "published home healthcare days with shifts, lunches and options (iolab-uniud/uhhc)",
    "vrptw": "published vehicle routes with time windows (Solomon; Gehring and Homberger)",
    "web": "coordinators and phones reading the served demonstration at once",
    "week": "our planner and the pipeline a user would build today on week files",
}


PACKAGES = ("numba", "ortools", "pyvrp", "pyvroom")
FEW_FILES = 4


def main() -> int:
    """Run one benchmark and print its lines as they come."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    commands = parser.add_subparsers(dest="command", required=True)
    chosen = next((word for word in sys.argv[1:2] if word in COMMANDS), None)
    for name, words in COMMANDS.items():
        command = commands.add_parser(name, help=words)
        if name == chosen:  # only this one's peers have to be installed
            module = importlib.import_module(f"benchmarks.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    options = parser.parse_args()
    try:
        if options.command != "report":
            print(json.dumps(heading(sys.argv[1:])), flush=True)
        for line in options.run(options):
            print(json.dumps(line | {"load": round(os.getloadavg()[0], 1)}), flush=True)
    except KeyboardInterrupt:
        return 130
    return 0


def heading(words: Sequence[str]) -> dict[str, Any]:
    """The first line of a run: the command, where it ran and with what, for whoever reads it later."""
    return {
        "run": command(words),
        "cores": len(os.sched_getaffinity(0)),
        "cores_of_machine": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "commit": _commit(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def command(words: Sequence[str]) -> str:
    """The command without the folders of this machine, and without a long list of files."""
    files = [word for word in words if Path(word).is_file()]
    kept: list[str] = []
    for word in words:
        if word not in files:
            kept.append(Path(word).name if Path(word).is_absolute() else word)
        elif len(files) <= FEW_FILES:
            kept.append(Path(word).name)
        elif word == files[0]:
            kept.append("FILE…")
    return "python -m benchmarks " + " ".join(word if word == "FILE…" else shlex.quote(word) for word in kept)


def _commit() -> str:
    """Which version of the project was measured; empty outside a checkout."""
    words = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
