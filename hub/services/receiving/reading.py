"""Reading a file in bounded pieces."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, TypeVar

CHUNK = 2000  # records that are handled together
BUFFER = 256 * 1024  # bytes
OBJECTS = 100_000  # about what a chunk of records consists of
_USUAL = gc.get_threshold()

T = TypeVar("T")


class View(io.RawIOBase):
    """A file from its start, that counts what is read and that a feed may close without closing the file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.seek(0)
        self.bytes_read = 0

    def readable(self) -> bool:
        """A feed only reads."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills the buffer from the file."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.bytes_read += len(data)
        return len(data)

    def buffered(self) -> io.BufferedReader:
        """The stream to hand to a feed."""
        return io.BufferedReader(self, BUFFER)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, so many at a time."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


@contextmanager
def read_ahead(items: Iterable[T], size: int = CHUNK) -> Iterator[Iterator[list[T]]]:
    """Chunks of what a feed yields: the next is read by a thread while this one is stored.

    Half of the time goes by waiting for PostgreSQL. Nothing is read any more once the block is left.
    """
    pieces = chunks(items, size)
    with ThreadPoolExecutor(1, "feed") as thread:

        def ready() -> Iterator[list[T]]:
            coming = thread.submit(next, pieces, None)
            while chunk := coming.result():
                coming = thread.submit(next, pieces, None)
                yield chunk

        yield ready()


@contextmanager
def with_few_collections() -> Iterator[None]:
    """Has Python look for garbage once a chunk or so, not after every 700 objects.

    What is made of a record is needed until its chunk is stored, so that looking earlier finds nothing; it
    took a sixth of the time. Nothing is kept longer but what is in cycles, which is little.
    """
    gc.set_threshold(OBJECTS, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)
