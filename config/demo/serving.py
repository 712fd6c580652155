"""The site, the planners and the clock of a trial, as children of one command."""

from __future__ import annotations

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.demo.children import Child, Children

HOST = "127.0.0.1"
PLANNERS = 2  # planning runs at once
ANSWER_SECONDS = 120  # a site that ends is noticed at once; one on a busy machine is waited for


class PortTakenError(RuntimeError):
    """Somebody else listens there; the message says how to choose another port."""


def check_port(port: int) -> None:
    """Raises PortTakenError unless the site can be served there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} of {HOST} is taken ({error.strerror}). Choose another: "
                f"make demo PORT={port + 1}, or manage.py serve --port {port + 1}"
            ) from None


def start_planners(children: Children, *, beat: bool, run: Path) -> Child:
    """The Celery worker; with `beat` it also keeps the timetable of nightly jobs."""
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "celery", "-A", "config", "worker"]
    command += [f"--concurrency={PLANNERS}", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    if beat:
        command += ["--beat", f"--schedule={run / 'beat-schedule'}"]
    # Asked once it finishes what it does, asked twice it gives up its tasks; both lose nothing.
    patience = ((signal.SIGTERM, 6.0), (signal.SIGQUIT, 4.0))
    return children.start("planners", command, stop_signals=patience)


def start_desk(children: Children) -> Child:
    """The process that keeps weeks ready to be asked about, one question at a time."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--queues=desk", "--pool=solo"]
    command += ["--hostname=desk@%h", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    patience = ((signal.SIGTERM, 6.0), (signal.SIGQUIT, 4.0))
    return children.start("desk", command, stop_signals=patience)


def start_site(children: Children, *, port: int) -> Child:
    """gunicorn on this machine only. Returns once it answers; raises ChildEndedError or PortTakenError."""
    check_port(port)
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", f"--bind={HOST}:{port}"]
    command += ["--workers=2", "--threads=4", "--access-logfile=/dev/null", "--graceful-timeout=3"]
    command += ["--no-control-socket"]
    child = children.start("site", command)
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        children.check()
        if _answers(port):
            return child
        time.sleep(0.2)
    raise PortTakenError(f"The site did not answer on port {port} within {ANSWER_SECONDS} s; see {child.log}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
