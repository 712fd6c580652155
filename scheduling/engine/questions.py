"""The questions that the command line answers about a plan, and their answers as JSON values."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution

Run = Callable[[argparse.Namespace], int]


class UnusableQuestionError(Exception):
    """A question that cannot be answered: it names what the problem does not have, or a file is bad."""


def add_questions(commands: Any, run: Run) -> None:
    """Adds a command for each question; `run` reads the files and calls `options.answer`."""
    ranking = _add(
        commands, run, "rank", "who could take an occurrence, at what cost, and why not the others"
    )
    ranking.add_argument("occurrence", help="its id")
    ranking.add_argument("--still", action="store_true", help="let nothing else begin at another time")
    ranking.set_defaults(answer=_rank)


def _add(commands: Any, run: Run, name: str, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("problem", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--now", type=int, help="the minute of the week: what has begun stands still")
    parser.set_defaults(run=run)
    return parser


def _rank(options: argparse.Namespace, problem: Problem, plan: Solution) -> Any:
    _known(problem, options.occurrence)
    from scheduling.engine.desk import rank  # compiled code, which the check above does not need

    return plain(rank(problem, plan, options.occurrence, now=options.now, moving=not options.still))


def _known(problem: Problem, occurrence: str) -> None:
    if occurrence not in problem.occurrence_index:
        raise UnusableQuestionError(f"{occurrence!r} is not an occurrence of the problem")


def plain(value: Any) -> Any:
    """Dataclasses as objects, enums as their texts, tuples as lists; members that are None or empty stay."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
