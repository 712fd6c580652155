"""One solve in a process of its own: it can be stopped, killed and outlived.

The child knows the problem's codes and nothing else: no database, no secrets, no Django.
See docs/decisions/0005-solves-in-a-child-process.md.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from scheduling.engine.cost import price
from scheduling.engine.interchange import plan_data, problem_data, read_plan
from scheduling.engine.problem import Problem
from scheduling.engine.solution import Solution

COMMAND = (sys.executable, "-m", "scheduling.engine")
CODE = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 300.0  # to start, to compile on a busy machine's first solve, and to write the plan
LAST_SECONDS = 30.0  # between asking to stop and killing
TICK_SECONDS = 1.0
CANCELLED, OVERDUE = "cancelled", "overdue"
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "XDG_CACHE_HOME")


class ChildDiedError(Exception):
    """The child was killed or crashed, so that another attempt may fare better."""


class ChildRefusedError(Exception):
    """The child ended by itself without a plan; another attempt would end the same way."""


@dataclass(slots=True)
class _Voice:
    """What the child says on standard error: progress as JSON lines, the rest kept for a report."""

    progress: dict[str, Any] = field(default_factory=dict)
    other: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    def listen(self, stream: IO[str]) -> None:
        for line in stream:
            try:
                self.progress = json.loads(line)["progress"]
            except (ValueError, KeyError, TypeError):
                self.other.append(line.strip())


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    tick: Callable[[dict[str, Any]], bool],
    initial: Solution | None = None,
) -> Solution | None:
    """The best plan found in `seconds`, or by the time that `tick` asks to stop; None if stopped without one.

    The search starts from `initial`, of which it drops what is no longer legal. `tick` is called about
    once a second with the latest progress and says whether to stop; whatever it raises ends the child at
    once. Raises ChildDiedError or ChildRefusedError.
    """
    with tempfile.TemporaryDirectory(prefix="care-solve-") as name:  # 0700
        folder = Path(name)
        out = folder / "plan.json"
        _write_private(folder / "problem.json", problem_data(problem))
        options = ["--seconds", str(seconds), "--seed", str(seed), "--progress", "json", "--while-stdin-open"]
        if initial is not None:
            _write_private(folder / "initial.json", plan_data(problem, initial, price(problem, initial)))
            options += ["--initial", str(folder / "initial.json")]
        process = subprocess.Popen(
            [*COMMAND, "solve", str(folder / "problem.json"), "--out", str(out), *options],
            cwd=CODE,
            env=_environment(),
            stdin=subprocess.PIPE,  # closed by the kernel if this process is killed, and then the child ends
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o077,
            start_new_session=True,  # a Ctrl-C at the terminal is for us to pass on
        )
        voice = _Voice()
        listener = threading.Thread(target=voice.listen, args=(process.stderr,), daemon=True)
        listener.start()
        try:
            asked_to_stop = _watch(process, voice, seconds, tick)
        finally:
            process.kill()
            process.wait()
            listener.join(timeout=5)
            for pipe in (process.stdin, process.stderr):
                if pipe is not None:
                    pipe.close()
        if out.exists():
            return read_plan(out).solution
    if asked_to_stop == CANCELLED:
        return None
    if asked_to_stop == OVERDUE:
        raise ChildRefusedError("it did not stop when its time was over, and had no plan")
    if process.returncode < 0:
        raise ChildDiedError(f"signal {-process.returncode}")
    last = voice.other[-1] if voice.other else "it said nothing"
    raise ChildRefusedError(f"status {process.returncode}: {last}")


def _watch(
    process: subprocess.Popen[str], voice: _Voice, seconds: float, tick: Callable[[dict[str, Any]], bool]
) -> str:
    """Wait for the child to end, asking it to stop if need be; why it was asked to, or nothing."""
    deadline = time.monotonic() + seconds + GRACE_SECONDS
    why, asked_at = "", 0.0
    while True:
        try:
            process.wait(timeout=TICK_SECONDS)
            return why
        except subprocess.TimeoutExpired:
            pass
        wanted = tick(dict(voice.progress))
        now = time.monotonic()
        if not why and (wanted or now > deadline):
            process.send_signal(signal.SIGINT)  # the engine stops and writes its best plan
            why, asked_at = CANCELLED if wanted else OVERDUE, now
        elif why and now > asked_at + LAST_SECONDS:
            process.kill()


def _write_private(path: Path, value: Any) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(value, file, separators=(",", ":"))


def _environment() -> dict[str, str]:
    """No address of a database, no password, no key."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in KEPT_VARIABLES or name.startswith(("NUMBA_", "OMP_"))
    }
