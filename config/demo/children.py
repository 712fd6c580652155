"""Child processes that never outlive the command that started them.

Each leads a process group of its own, so Ctrl-C in a terminal reaches the command alone, which then
ends them in order: asked kindly, asked again, killed with all their descendants. If the command
itself is killed, the kernel tells its children (Linux; elsewhere they end with the next restart).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

PR_SET_PDEATHSIG = 1
LOG_LINES = 15


class ChildEndedError(RuntimeError):
    """A child ended by itself; the message ends with the last lines of its log."""


@dataclass(slots=True)
class Child:
    """One process; `stop_signals` are tried in turn, each for so many seconds."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signals: tuple[tuple[int, float], ...]

    def stop(self) -> None:
        """End it and everything in its group."""
        family = descendants(self.process.pid)
        for number, seconds in self.stop_signals:
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pid, began in family.items():  # a solver leads a session of its own
            if began_at(pid) == began:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@dataclass(slots=True)
class Children:
    """Processes that end with a `with` block, the last started first."""

    root: Path
    logs: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    _children: list[Child] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._children:
            self._children.pop().stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        stop_signals: tuple[tuple[int, float], ...] = ((signal.SIGTERM, 5.0),),
    ) -> Child:
        """Start a process; what it prints goes to a log named after it."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                list(command),
                cwd=self.root,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid()),
            )
        child = Child(name, process, path, stop_signals)
        self._children.append(child)
        return child

    def run(self, name: str, command: Sequence[str]) -> None:
        """Start a process and wait for its end. Raises ChildEndedError if it fails, or another child ends."""
        child = self.start(name, command)
        while child.process.poll() is None:
            self.check()
            time.sleep(0.05)
        if child.process.returncode == 0:
            self._children.remove(child)
        self.check()

    def check(self) -> None:
        """Raises ChildEndedError if any of them has ended."""
        for child in self._children:
            if child.process.poll() is not None:
                tail = child.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
                raise ChildEndedError(
                    f"{child.name} ended with status {child.process.returncode}; "
                    f"{child.log} says:\n" + "\n".join(tail)
                )

    def wait(self) -> None:
        """Until one of them ends, which raises ChildEndedError, or the caller is interrupted."""
        while True:
            self.check()
            time.sleep(0.5)


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child does before its program starts: ask the kernel to be told when its parent ends."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


def descendants(pid: int) -> dict[int, str]:
    """The processes below `pid` and when each began, which tells them from later bearers of their number."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):  # none where there is no /proc
        if fields := _stat(entry):
            parents[int(entry.parent.name)] = int(fields[1])
    found: dict[int, str] = {}
    seeds = {pid}
    while seeds:
        seeds = {child for child, parent in parents.items() if parent in seeds and child not in found}
        found |= {child: began for child in seeds if (began := began_at(child))}
    return found


def began_at(pid: int) -> str:
    """When a process began, in the kernel's ticks; nothing for one that has ended."""
    fields = _stat(Path(f"/proc/{pid}/stat"))
    return fields[19] if fields and fields[0] != "Z" else ""


def _stat(path: Path) -> list[str]:
    """The fields of a process after its name, which may itself hold spaces: state, parent, and so on."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []
