"""Checkouts for the private servers to run in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import locks
from config.embedded.account import forget_data
from config.embedded.home import FOLDER
from tests.integration.embedded.processes import User, soon


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """End the users of a test that failed half-way, so that the next begins with none."""
    yield
    for user in User.started:
        if user.process.returncode is None:
            user.is_killed()
    User.started.clear()


@pytest.fixture(scope="module")
def shared_root() -> Iterator[Path]:
    """One checkout whose database is made once; every test leaves it with no server running."""
    yield from _root(mode=0o755)


@pytest.fixture
def root() -> Iterator[Path]:
    """A checkout that no server has run in yet."""
    yield from _root(mode=0o755)


@pytest.fixture
def closed_root() -> Iterator[Path]:
    """A checkout that only its owner can enter, as below /root."""
    yield from _root(mode=0o700)


def _root(mode: int) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="care-test-"))
    path.chmod(mode)
    yield path
    for home in (path / FOLDER).glob("*"):
        assert soon(lambda home=home: locks.is_free(home / "keeper.lock", locks.ALONE))
        forget_data(home)
    shutil.rmtree(path)
