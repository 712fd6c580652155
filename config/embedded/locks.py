"""File locks that say who uses a private server, who keeps it and who is starting it.

They are `flock` locks: the kernel lets go of them however a process ends, kill -9 included,
so nothing has to be cleaned up. Python opens files so that programs started with exec do not
inherit them; a forked child (Celery's pool, multiprocessing) shares its parent's lock, which
then lasts until both have gone. Locks are therefore let go by closing, never by LOCK_UN, which
would let go for parent and child at once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = fcntl.LOCK_SH
ALONE = fcntl.LOCK_EX


def take(path: Path, how: int) -> int:
    """Wait for the lock; the open file that holds it until closed."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how)
    except BaseException:
        os.close(file)
        raise
    return file


def try_take(path: Path, how: int) -> int | None:
    """The open file that holds the lock, or None when somebody else's lock is in the way."""
    try:
        return take(path, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def is_free(path: Path, how: int) -> bool:
    """Whether the lock could be had at this moment."""
    file = try_take(path, how)
    if file is None:
        return False
    os.close(file)
    return True


@contextmanager
def held(path: Path, how: int) -> Iterator[None]:
    """Hold the lock for the length of a `with` block."""
    file = take(path, how)
    try:
        yield
    finally:
        os.close(file)
