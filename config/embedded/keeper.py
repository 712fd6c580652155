"""The keeper: one small process per private server that stops it when its last user has gone.

It waits for a lock that every user shares. The kernel lets go of a user's share however that
user ends, so there is no signal to catch and no list to keep, and kill -9 is no special case.
Run as `python -m config.embedded.keeper SERVER ROOT` in a session of its own, so that Ctrl-C in
a terminal reaches the users and not the keeper or the server.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from config.embedded import locks
from config.embedded.errors import ServerError
from config.embedded.home import Home
from config.embedded.postgresql import NAME as POSTGRESQL
from config.embedded.postgresql import Postgresql
from config.embedded.redis import NAME as REDIS
from config.embedded.redis import Redis

SERVERS: dict[str, type[Postgresql] | type[Redis]] = {POSTGRESQL: Postgresql, REDIS: Redis}
STOP_SECONDS = 10


class Enough(BaseException):
    """The server has ended by itself, or the keeper is told to go."""


def keep(name: str, root: Path) -> int:
    """Start the server, say so on standard output, and stop it when nobody uses it any more.

    Returns the exit status. Standard output is one JSON object: what runs, or an `error`.
    """
    home = Home.of(root, name)
    keeping = locks.try_take(home.keeper, locks.ALONE)
    if keeping is None:
        _say({"error": f"another keeper holds {home.keeper}"})
        return 1
    server = SERVERS[name](home)
    try:
        running, process = server.start()
    except ServerError as error:
        _say({"error": str(error)})
        return 1
    users = None
    try:
        _listen(process)
        home.record(running)
        _say(asdict(running))
        users = locks.take(home.users, locks.ALONE)
    except Enough:
        pass
    finally:
        _ignore_signals()
        if process is None:
            server.stop_adopted()
        else:
            _stop(process, server.stop_signal)
        os.close(keeping)  # before the users' lock: whoever waits for that one must not see a keeper still
        if users is not None:
            os.close(users)
    return 0


def _listen(process: subprocess.Popen[bytes] | None) -> None:
    def enough(_signal: int, _frame: FrameType | None) -> None:
        raise Enough

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, enough)
    if process is not None:
        signal.signal(signal.SIGCHLD, enough)
        if process.poll() is not None:  # it ended before we listened
            raise Enough


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)
    # Whoever started the keeper reads to the end of its output.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    # By signal to our own child: files might meanwhile have been replaced by another checkout's (git clean).
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], Path(sys.argv[2])))
