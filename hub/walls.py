"""The second wall: whose rows PostgreSQL itself shows to the code that runs now.

Row-level security policies read settings of the connection. `config.database` makes them, before every
statement, what `current` says: a viewer within a request, nobody before the viewer is known, and the
county for commands, tasks and those services that must look beyond the viewer (`as_county`).
A connection without settings sees no row. docs/decisions/0070-row-level-security.md says why so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import NamedTuple

SETTINGS = ("everything", "identity", "tasks", "contacts", "flags", "areas", "staff", "viewer", "emergency")
STATEMENT = "SELECT " + ", ".join(f"set_config('care.{name}', %s, false)" for name in SETTINGS)


class Walls(NamedTuple):
    """The settings, as PostgreSQL takes them: keys with commas between."""

    everything: str = ""
    identity: str = ""
    tasks: str = ""
    contacts: str = ""
    flags: str = ""
    areas: str = ""
    staff: str = ""  # the agency whose workers' visits a manager may see
    viewer: str = ""  # the user's key: field staff see people by their own visits
    emergency: str = ""  # people whose record was opened in an emergency


NOBODY = Walls()
COUNTY = Walls(everything="yes")

_current: ContextVar[Walls] = ContextVar("walls")
_beyond: ContextVar[bool] = ContextVar("beyond", default=False)
_otherwise = COUNTY  # commands and tasks; the web process closes it


def current() -> Walls:
    """The walls around the code that runs now."""
    return _current.get(_otherwise)


def close() -> None:
    """From now on code that says nothing sees nothing: for the web process."""
    global _otherwise
    _otherwise = NOBODY


def put_up(walls: Walls) -> Token[Walls]:
    """Puts these walls up, until `take_down` is given what this returns."""
    return _current.set(walls)


def take_down(token: Token[Walls]) -> None:
    """Puts back what stood before."""
    _current.reset(token)


@contextmanager
def as_county() -> Iterator[None]:
    """Looks beyond the viewer, where a service must: what it finds goes to nobody's eyes.

    The viewer is still named, for what remembers who changed a row.
    """
    token, beyond = put_up(COUNTY._replace(viewer=current().viewer)), _beyond.set(True)
    try:
        yield
    finally:
        _beyond.reset(beyond)
        take_down(token)


def is_beyond_viewer() -> bool:
    """Whether what is fetched now is for a service, not for the viewer's eyes."""
    return _beyond.get()


def keys(numbers: Iterable[int]) -> str:
    """Keys as a setting holds them; in order, so that equal walls are equal."""
    return ",".join(map(str, sorted(numbers)))
