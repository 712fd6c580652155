"""The questions that the command line answers about a plan, and their answers as JSON values."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scheduling.engine.answers.changes import read_change, refuse_unknown
from scheduling.engine.check import check
from scheduling.engine.cost import price, total
from scheduling.engine.interchange import write_plan, write_problem
from scheduling.engine.problem import Problem, ProblemError
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
    ranking.add_argument("--now", type=int, help="the minute of the week: what has begun stands still")
    ranking.add_argument("--still", action="store_true", help="let nothing else begin at another time")
    ranking.set_defaults(answer=_rank)
    explaining = _add(commands, run, "explain", "why an occurrence is where it is, or why it is left out")
    explaining.add_argument("occurrence", help="its id")
    explaining.add_argument("--now", type=int, help="the minute of the week: what has begun stands still")
    explaining.set_defaults(answer=_explain)
    bounding = _add(commands, run, "bound", "a cost that no legal plan can be below, and the gap to it")
    bounding.add_argument("--seconds", type=float, default=4.0, help="how long to look for a better bound")
    bounding.set_defaults(answer=_bound)
    repairing = _add(commands, run, "repair", "a legal plan after a change, touching only what it must")
    repairing.add_argument("change", type=Path, help="a care-week-change/1 file")
    repairing.add_argument(
        "--seconds", type=float, help="how long to look for less to change (2 if no --steps)"
    )
    repairing.add_argument("--steps", type=int, help="stop after so many steps; gives the same plan again")
    repairing.add_argument("--seed", type=int, default=1)
    repairing.add_argument("--out", type=Path, help="where to write the repaired plan")
    repairing.add_argument("--problem-out", type=Path, help="where to write the changed problem")
    repairing.set_defaults(answer=_repair)


def _add(commands: Any, run: Run, name: str, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("problem", type=Path)
    parser.add_argument("plan", type=Path)
    parser.set_defaults(run=run)
    return parser


def _rank(options: argparse.Namespace, problem: Problem, plan: Solution) -> Any:
    _known(problem, options.occurrence)
    from scheduling.engine.answers.desk import rank  # compiled code, which the check above does not need

    return plain(rank(problem, plan, options.occurrence, now=options.now, moving=not options.still))


def _explain(options: argparse.Namespace, problem: Problem, plan: Solution) -> Any:
    _known(problem, options.occurrence)
    from scheduling.engine.answers.desk import explain

    return plain(explain(problem, plan, options.occurrence, now=options.now))


def _bound(options: argparse.Namespace, problem: Problem, plan: Solution) -> Any:
    from scheduling.engine.answers.bound import bound

    terms = price(problem, plan)
    found = bound(problem, seconds=options.seconds, known=total(terms))
    gap = 1 - found.cost / total(terms) if total(terms) else 0.0
    return {"problem": problem.name, "cost": total(terms), "bound": found.cost, "gap": round(gap, 4)} | {
        "terms": terms,
        "rounds": found.rounds,
        "seconds": round(found.seconds, 2),
        "violations": len(check(problem, plan)),
    }


def _repair(options: argparse.Namespace, problem: Problem, plan: Solution) -> Any:
    try:
        change = read_change(options.change)
        refuse_unknown(problem, change)
    except ProblemError as error:
        raise UnusableQuestionError(f"{options.change}: {error}") from error
    from scheduling.engine.answers.repair import SECONDS, repair

    seconds = SECONDS if options.seconds is None and options.steps is None else options.seconds
    try:
        done = repair(problem, plan, change, seconds=seconds, steps=options.steps, seed=options.seed)
        if options.problem_out:
            write_problem(options.problem_out, done.problem)
        if options.out:
            write_plan(options.out, done.problem, done.plan, done.terms)
    except ProblemError as error:
        raise UnusableQuestionError(f"{options.change}: {error}") from error
    except OSError as error:
        raise UnusableQuestionError(f"{error.filename}: {error.strerror}") from error
    violations = check(done.problem, done.plan)
    said = {name: value for name, value in plain(done).items() if name not in ("problem", "plan")}
    return {"problem": problem.name, "cost": total(done.terms), **said, "violations": plain(violations)}


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
