"""Run a method in a process of its own, which can be stopped and measured whatever it does."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from typing import Any


def run_isolated(method: Callable[..., Any], *arguments: Any, patience: float) -> tuple[Any, float] | None:
    """The method's result and the seconds it took, or None if it failed or was not done within `patience`.

    The method must be importable by name. Starting the process is not counted.
    """
    context = multiprocessing.get_context("spawn")
    inbox, outbox = context.Pipe(duplex=False)
    child = context.Process(target=_timed, args=(outbox, method, arguments), daemon=True)
    child.start()
    outbox.close()
    try:
        return inbox.recv() if inbox.poll(patience) else None
    except EOFError:  # the child failed; its traceback is on standard error
        return None
    finally:
        child.kill()
        child.join()


def _timed(outbox: Any, method: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    began = time.perf_counter()
    result = method(*arguments)
    outbox.send((result, time.perf_counter() - began))
