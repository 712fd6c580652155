"""Using a private server: find it running or start its keeper, and at the end see it stop.

A user holds a share of the users' lock from before it looks for the server until it ends.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded import locks
from config.embedded.errors import ServerError
from config.embedded.home import Home, Running
from config.embedded.keeper import SERVERS

CODE = Path(__file__).resolve().parents[2]
ANSWER_SECONDS = 30
LEAVE_SECONDS = 20


@dataclass(slots=True)
class Use:
    """This process's use of one server: the open lock, and the keeper if this process started it."""

    home: Home
    lock: int
    keeper: subprocess.Popen[str] | None = None


_uses: dict[Path, Use] = {}


def use(name: str, root: Path) -> tuple[str, Running]:
    """The address of the private server `name` of this checkout, and what runs there.

    The server stays until this process ends. Raises ServerError.
    """
    home = Home.of(root, name)
    server = SERVERS[name](home)
    with locks.held(home.start, locks.ALONE):  # two processes that start at once take turns
        if home.path not in _uses:
            # Waits while a keeper is busy stopping the server for lack of users.
            _uses[home.path] = Use(home, locks.take(home.users, locks.SHARED))
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if locks.is_free(home.keeper, locks.ALONE):
                running = _start_keeper(name, root, _uses[home.path])
                return server.url(running), running
            if (found := home.recorded()) and server.answers(found):
                return server.url(found), found
            time.sleep(0.05)
    raise ServerError(
        f"the private {name} of {home.path} is kept but does not answer; see {home.log}, "
        "end the processes that use it and try again"
    )


def _start_keeper(name: str, root: Path, use: Use) -> Running:
    with use.home.log.open("wb") as log:
        use.keeper = subprocess.Popen(
            [sys.executable, "-m", "config.embedded.keeper", name, str(root.resolve())],
            cwd=CODE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert use.keeper.stdout is not None
    with use.keeper.stdout as output:
        said = output.read()
    if not said:
        raise ServerError(f"the keeper of {name} ended; {use.home.log} says:\n{use.home.log_tail()}")
    answer = json.loads(said)
    if "error" in answer:
        use.keeper.wait()
        raise ServerError(answer["error"])
    return Running(**answer)


@atexit.register
def leave() -> None:
    """Stop using the servers. If nobody else does, return once they have stopped.

    The keepers would stop them all the same; waiting means that nothing is left to be seen
    when the shell's prompt comes back.
    """
    uses = list(_uses.values())
    _uses.clear()
    for each in uses:
        os.close(each.lock)
    deadline = time.monotonic() + LEAVE_SECONDS
    try:
        for each in uses:
            _see_out(each, deadline)
    except KeyboardInterrupt:
        pass  # an impatient second Ctrl-C: the keepers finish by themselves


def _see_out(each: Use, deadline: float) -> None:
    home = each.home
    while time.monotonic() < deadline and not locks.is_free(home.keeper, locks.ALONE):
        # Nobody can have it alone, yet it can be shared: others still use the server.
        if not locks.is_free(home.users, locks.ALONE) and locks.is_free(home.users, locks.SHARED):
            return
        time.sleep(0.01)
    if each.keeper is not None:
        with suppress(subprocess.TimeoutExpired):
            each.keeper.wait(LEAVE_SECONDS)
