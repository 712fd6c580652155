"""The engine's command line: solve a problem file, check a plan file, ask about a plan (see `questions`).

Progress goes to standard error, the result as one JSON line to standard output. The exit code is 0 for a
legal plan, 1 for one that breaks a rule, 2 for files or options that cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from scheduling.engine.answers import questions
from scheduling.engine.check import Violation, check
from scheduling.engine.cost import arrivals, price, total
from scheduling.engine.interchange import Plan, read_plan, read_problem, write_plan
from scheduling.engine.problem import Problem, ProblemError
from scheduling.engine.solution import Solution

if TYPE_CHECKING:
    from scheduling.engine.solve import Progress

Read = TypeVar("Read")
DEFAULT_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UnusableError as error:
        print(error, file=sys.stderr)
        return 2


class UnusableError(Exception):
    """A file that cannot be read, used or written; the message begins with its name."""


def run_solve(options: argparse.Namespace) -> int:
    """Solve, write the best plan, also after Ctrl-C, and say what it costs."""
    from scheduling.engine.solve import Stop, solve, warm  # compiled code that checking a plan does not need

    if options.while_stdin_open:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    _refuse_unwritable(options.out)
    problem = _usable(read_problem, options.problem)
    initial = _usable(read_plan, options.initial).solution if options.initial else None
    cancelled = _cancelled_by_signals()
    with _told_if_slow("compiling the search, which is done once and takes a minute or two"):
        warm()
    seconds = options.seconds
    if seconds is None and options.steps is None:
        seconds = DEFAULT_SECONDS
    try:
        result = solve(
            problem,
            stop=Stop(seconds=seconds, steps=options.steps, cancelled=cancelled.is_set),
            seed=options.seed,
            threads=options.threads,
            initial=initial,
            on_progress=_Printer(options.progress),
        )
    except ProblemError as error:  # locks that only the search finds impossible
        raise UnusableError(f"{options.problem}: {error}") from error
    for dropped in result.dropped:
        print(f"dropped from the initial plan: {dropped}", file=sys.stderr)
    terms = price(problem, result.solution)
    try:
        write_plan(options.out, problem, result.solution, terms)
    except OSError as error:
        raise UnusableError(f"{options.out}: {error.strerror}") from error
    violations = check(problem, result.solution)
    _summarise(problem, result.solution, violations, steps=result.steps, seconds=round(result.seconds, 2))
    return 1 if violations else 0


def run_check(options: argparse.Namespace) -> int:
    """Check a plan against every hard rule and against the price that it states."""
    problem = _usable(read_problem, options.problem)
    plan = _usable(read_plan, options.plan)
    violations = check(problem, plan.solution) + _false_statements(problem, plan)
    _summarise(problem, plan.solution, violations)
    return 1 if violations else 0


def run_question(options: argparse.Namespace) -> int:
    """Answer a question about a plan as one JSON line."""
    problem = _usable(read_problem, options.problem)
    plan = _usable(read_plan, options.plan).solution
    with _told_if_slow("compiling the search, which is done once and takes a minute or two"):
        try:
            answer = options.answer(options, problem, plan)
        except questions.UnusableQuestionError as error:
            raise UnusableError(str(error)) from error
    print(json.dumps(answer), flush=True)
    return 0


def _usable(read: Callable[[Path], Read], path: Path) -> Read:
    try:
        return read(path)
    except ProblemError as error:
        raise UnusableError(f"{path}: {error}") from error


def _false_statements(problem: Problem, plan: Plan) -> list[Violation]:
    """What the plan file says about itself and is not so."""
    found = []
    if plan.problem != problem.name:
        found.append(Violation("problem", (), f"the plan is for {plan.problem!r}, not {problem.name!r}"))
    terms = price(problem, plan.solution)
    if plan.cost is not None and plan.cost != total(terms):
        found.append(Violation("cost", (), f"the plan says {plan.cost}, it costs {total(terms)}"))
    for name, stated in (plan.terms or {}).items():
        if stated != terms[name]:
            found.append(Violation("cost", (), f"the plan says {name} {stated}, it is {terms[name]}"))
    return found


def _summarise(problem: Problem, solution: Solution, violations: list[Violation], **more: float) -> None:
    """Every broken rule as a sentence to standard error, the summary as a JSON line to standard output."""
    for violation in violations:
        print(violation, file=sys.stderr)
    terms = price(problem, solution)
    summary = {
        "problem": problem.name,
        "cost": total(terms),
        "terms": terms,
        "unplaced": len(problem.occurrences) - len({a.occurrence for a in solution.assignments}),
        "arrivals": arrivals(problem, solution),
        **more,
        "peak_mb": _peak_mb(),
        "violations": [{"rule": v.rule, "ids": v.ids, "message": v.message} for v in violations],
    }
    print(json.dumps(summary), flush=True)


def _peak_mb() -> int:
    """The most memory that this process, or any one child of it, has held, in megabytes."""
    usages = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(max(usages) / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _refuse_unwritable(out: Path) -> None:
    """Say so before the minutes of solving, not after them."""
    if out.suffix not in (".json", ".gz"):
        raise UnusableError(f"{out}: does not end in .json or .json.gz")
    if not out.parent.is_dir():
        raise UnusableError(f"{out}: its folder is not there")


def _end_with_stdin() -> None:
    """End at once when whoever started us has ended, however that came about: the kernel closes the pipe."""
    sys.stdin.buffer.read()
    os._exit(1)


def _cancelled_by_signals() -> threading.Event:
    """Set by the first Ctrl-C or request to end; a second one ends the program at once."""
    cancelled = threading.Event()

    def cancel(number: int, frame: FrameType | None) -> None:
        cancelled.set()
        # Not by print, which fails if the signal comes while the same stream is being printed to.
        os.write(2, b"stopping; the best plan will be written\n")
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, cancel)
    return cancelled


@contextmanager
def _told_if_slow(message: str) -> Iterator[None]:
    """Say on standard error what is going on if it goes on for more than three seconds."""
    timer = threading.Timer(3.0, lambda: print(message, file=sys.stderr, flush=True))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Printer:
    """Prints progress at most once a second, as text for people or as JSON lines for programs."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.printed = -1.0

    def __call__(self, progress: Progress) -> None:
        if progress.seconds < self.printed + 1:
            return
        self.printed = progress.seconds
        speed = progress.steps / progress.seconds if progress.seconds > 0 else 0
        if self.form == "json":
            names = ("seconds", "steps", "cost", "unplaced", "arrivals", "phase")
            facts = {name: getattr(progress, name) for name in names}
            print(json.dumps({"progress": facts}), file=sys.stderr, flush=True)
            return
        print(
            f"{progress.seconds:7.1f} s  cost {progress.cost:,}  unplaced {progress.unplaced}  "
            f"doorsteps {progress.arrivals}  {speed:,.0f} steps/s  {progress.phase}",
            file=sys.stderr,
            flush=True,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling.engine", description="Plan a care week.")
    commands = parser.add_subparsers(required=True)
    solving = commands.add_parser("solve", help="plan a problem file (care-week/1)")
    solving.add_argument("problem", type=Path)
    solving.add_argument("--seconds", type=_positive, help="stop after this long (60 if no --steps)")
    solving.add_argument("--steps", type=_whole, help="stop after so many steps; gives the same plan again")
    solving.add_argument("--seed", type=_whole, default=1)
    solving.add_argument("--threads", type=_count, default=1)
    solving.add_argument("--initial", type=Path, help="a plan to start from; it need not be legal")
    solving.add_argument("--out", type=Path, required=True, help="where to write the plan")
    solving.add_argument("--progress", choices=("text", "json"), default="text", help="how it is written")
    solving.add_argument("--while-stdin-open", action="store_true", help="end when standard input does")
    solving.set_defaults(run=run_solve)
    checking = commands.add_parser("check", help="check and price a plan file (care-week-plan/1)")
    checking.add_argument("problem", type=Path)
    checking.add_argument("plan", type=Path)
    checking.set_defaults(run=run_check)
    questions.add_questions(commands, run_question)
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value <= 10**7:
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 256:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
