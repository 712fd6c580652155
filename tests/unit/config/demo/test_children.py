"""Child processes never outlive their command, however it ends and however stubborn they are."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.demo import serving
from config.demo.children import ChildEndedError, Children

ROOT = Path(__file__).resolve().parents[4]
# Deaf to SIGTERM, with a child in a session of its own, as a planner with a solver is.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(os.getpid(), own.pid, flush=True)
time.sleep(60)
"""
# What a demonstration is to its children; it tells their numbers and waits.
PARENT = """
import sys, time, pathlib
from config.demo.children import Children
logs = pathlib.Path(sys.argv[1])
with Children(root=pathlib.Path.cwd(), logs=logs) as children:
    child = children.start("one", [sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.process.pid, flush=True)
    time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be buried does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_stubborn_child_goes_with_its_family(tmp_path: Path) -> None:
    """One that ignores the request is killed, and so is the process it started in another session."""
    with Children(root=ROOT, logs=tmp_path) as children:
        child = children.start(
            "stubborn", [sys.executable, "-c", STUBBORN], stop_signals=((signal.SIGTERM, 0.2),)
        )
        assert eventually(lambda: len(child.log.read_text().split()) == 2)
        family = [int(pid) for pid in child.log.read_text().split()]
        assert all(map(is_alive, family))
    assert eventually(lambda: not any(map(is_alive, family)))


def test_a_child_that_ends_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    """A planner that cannot start says why, and the command does not wait for it for ever."""
    with Children(root=ROOT, logs=tmp_path) as children:
        child = children.start("brief", [sys.executable, "-c", "raise SystemExit('no queue here')"])
        child.process.wait(10)
        with pytest.raises(ChildEndedError, match=r"(?s)brief ended with status 1.*no queue here"):
            children.check()


def test_a_child_that_is_waited_for_must_succeed(tmp_path: Path) -> None:
    """One that does its work and ends is no trouble; one that fails is told of."""
    with Children(root=ROOT, logs=tmp_path) as children:
        children.run("good", [sys.executable, "-c", "pass"])
        children.check()
        with pytest.raises(ChildEndedError, match="bad ended with status 3"):
            children.run("bad", [sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_command_takes_its_children_along(tmp_path: Path) -> None:
    """kill -9 leaves the command no time to tidy up; the kernel does it."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as output:
        child = int(output.readline())
        assert is_alive(child)
        parent.kill()
        parent.wait()
    assert eventually(lambda: not is_alive(child))


def test_a_taken_port_is_told_with_a_way_out() -> None:
    """Somebody else's server on the port is not an error trace but advice."""
    with socket.socket() as other:
        other.bind((serving.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(serving.PortTakenError, match=f"Port {port}.*--port {port + 1}"):
            serving.check_port(port)
