"""The lines of benchmarks as runs, each headed by its command and the machine."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Line = dict[str, Any]

BY_LIMIT = ("week", "hhcrsp", "uhhc")
"""The benchmarks whose figures ask for more than one limit of time, so that each limit's line is kept."""
NAMES = ("instance", "method", "what", "of", "area", "occurrences")
"""What a line is about; all else is what was measured."""


@dataclass
class Run:
    """One command and what it printed."""

    head: Line
    lines: list[Line] = field(default_factory=list)

    @property
    def command(self) -> str:
        """As it was typed, without folders."""
        return str(self.head["run"])

    @property
    def bench(self) -> str:
        """Which benchmark it is."""
        return shlex.split(self.command)[3]

    def option(self, name: str, otherwise: str = "") -> str:
        """The value of an option of the command."""
        words = shlex.split(self.command)
        return words[words.index(name) + 1] if name in words else otherwise

    @property
    def seconds(self) -> float:
        """The limit that was asked for."""
        return float(self.option("--seconds", "60"))

    @property
    def load(self) -> float:
        """The highest load of the machine that a line saw."""
        return max((line["load"] for line in self.lines if "load" in line), default=0.0)


def runs_of(texts: Iterable[str]) -> list[Run]:
    """The runs in lines of JSON; a line cut off by the end of a run is passed over."""
    runs: list[Run] = []
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if "run" in line:
            runs.append(Run(line))
        elif runs:
            runs[-1].lines.append(line)
    return [run for run in runs if run.lines]


def rows_of(runs: Iterable[Run], *keys: str) -> list[Line]:
    """The lines that have all the keys, the last for each value of them, with the run's limit as `limit`."""
    rows: dict[tuple[Any, ...], Line] = {}
    for run in runs:
        for line in run.lines:
            if all(key in line for key in keys):
                rows[run.seconds, *(line[key] for key in keys)] = line | {"limit": run.seconds}
    return list(rows.values())


def latest(runs: Sequence[Run]) -> list[Run]:
    """Only the last line about each thing that was measured, and no run of which none is left."""
    last = {_about(run, line): id(line) for run in runs for line in run.lines}
    kept = (
        Run(run.head, [line for line in run.lines if last[_about(run, line)] == id(line)]) for run in runs
    )
    return [run for run in kept if run.lines]


def _about(run: Run, line: Line) -> tuple[Any, ...]:
    limit: object = run.seconds if run.bench in BY_LIMIT else None
    if run.bench == "web":
        limit = (run.option("--coordinators"), run.option("--phones"))
    return (run.bench, limit, *(line.get(name) for name in NAMES))


def texts_of(runs: Iterable[Run]) -> Iterator[str]:
    """The runs as lines of JSON, as `runs_of` reads them."""
    for run in runs:
        yield json.dumps(run.head)
        yield from (json.dumps(line) for line in run.lines if line.get("what") != "progress")
