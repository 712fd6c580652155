"""Files are read in bounded pieces, and memory is looked through once a piece."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hub.services.receiving.reading import OBJECTS, read_ahead, with_few_collections


def test_garbage_is_looked_for_as_usual_once_a_delivery_is_over() -> None:
    """Also one that fails, because the process that took it goes on to do other things."""
    usual = gc.get_threshold()

    def taken() -> None:
        with with_few_collections():
            assert gc.get_threshold()[0] == OBJECTS
            raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        taken()
    assert gc.get_threshold() == usual


def test_what_is_read_ahead_comes_in_order_and_fails_where_it_stands() -> None:
    """What came before the place at which the file breaks is stored first, as if one thread did all."""

    def broken() -> Iterator[int]:
        yield from range(5)
        raise ValueError("cut off")

    stored = []

    def taken() -> None:
        with read_ahead(broken(), 2) as chunks:
            stored.extend(chunks)

    with pytest.raises(ValueError, match="cut off"):
        taken()
    assert stored == [[0, 1], [2, 3]]


def test_a_file_is_let_go_of_once_taking_it_in_has_failed() -> None:
    """At most the next piece has been read, and nobody reads while the file is kept for a person."""
    read = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    def taken() -> None:
        with read_ahead(items(), 10) as chunks:
            for _ in chunks:
                raise ValueError("no agreement")

    with pytest.raises(ValueError, match="no agreement"):
        taken()
    assert read == list(range(20))
