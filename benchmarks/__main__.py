"""One command each, JSON lines on standard output.

The peers are not among the product's requirements: ``pip install -r requirements/bench.txt`` first.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys

COMMANDS = {
    "acceptance": "every real reference file through the feeds: what is taken, rejected, lost",
    "decide": "how quickly questions about a plan are answered, and its gap to a lower bound",
    "hub": "what the hub reads and stores in a second, its memory, and kills",
    "hhcrsp": "published home health care days with pairs (Mankowska and others, 2014)",
    "linking": "a delivery of a thousand records compared with a county of 860,000 people",
    "peers": "ours, PyVRP, VROOM and OR-Tools routing on the same random days",
    "report": "run the set and write docs/benchmarks.md",
    "uhhc": "published home healthcare days with shifts, lunches and options (iolab-uniud/uhhc)",
    "vrptw": "published vehicle routes with time windows (Solomon; Gehring and Homberger)",
    "week": "our planner and the pipeline a user would build today on week files",
}


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
        for line in options.run(options):
            print(json.dumps(line), flush=True)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
