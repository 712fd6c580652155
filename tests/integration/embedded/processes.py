"""Processes that use the private servers, and what can be seen of the servers from outside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from config.embedded.home import FOLDER

CODE = Path(__file__).resolve().parents[3]
USE = """
import json, os, sys
from pathlib import Path
from config import embedded
try:
    urls = embedded.urls(Path(sys.argv[1]))
except embedded.ServerError as error:
    urls = [str(error), ""]
print(json.dumps([*urls, embedded.describe()]), flush=True)
"""
UNTIL_TOLD = USE + "sys.stdin.read()"  # standard input is closed to let it go


class User:
    """A process that uses the private servers until it is let go."""

    started: ClassVar[list[User]] = []

    def __init__(self, root: Path, code: str = UNTIL_TOLD, **environment: str) -> None:
        given = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        User.started.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(root)],
            cwd=CODE,
            env={**given, "PYTHONPATH": str(CODE), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that Ctrl-C can be sent to it and its children alone
        )

    def says(self) -> tuple[str, str, str]:
        """The addresses it was given and its description of them."""
        assert self.process.stdout
        database, redis, description = json.loads(self.process.stdout.readline())
        return database, redis, description

    def goes(self) -> None:
        """Let it end as programs do, and wait until it has."""
        self.process.communicate(timeout=60)

    def is_killed(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.communicate(timeout=60)


def soon(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within half a minute."""
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_up(url: str) -> bool:
    """Whether anybody listens at the address."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def server_home(root: Path, server: str) -> Path:
    """The home of a server before any has run, as the product makes it."""
    home = root / FOLDER / server
    home.mkdir(parents=True, exist_ok=True)
    for folder in (home.parent, home):
        folder.chmod(0o711)
    return home


def keeper_pid(root: Path, server: str) -> int:
    """The process that holds the keeper's lock, as the kernel lists it."""
    for line in Path("/proc/locks").read_text().splitlines():
        if f":{(root / FOLDER / server / 'keeper.lock').stat().st_ino} " in line and "->" not in line:
            return int(line.split()[4])
    raise AssertionError(f"nobody keeps {server}")
