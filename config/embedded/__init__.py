"""A private PostgreSQL and Redis for demonstrations, development and tests.

`urls` is all that settings need: addresses from the environment, else servers of this checkout
that are found running or started. They stop when the last process that asked for them ends.
See docs/decisions/0001-private-servers.md.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded.errors import ServerError

__all__ = ["ServerError", "describe", "urls"]

_in_use: list[str] = []


def urls(root: Path) -> tuple[str, str]:
    """The addresses of PostgreSQL and Redis for the checkout `root`, passwords included.

    DATABASE_URL and REDIS_URL win; a server so named is neither looked for nor started.
    Raises ServerError with a way to mend it.
    """
    database, database_name = _given_or_private("DATABASE_URL", "PostgreSQL", "postgresql", root)
    redis, redis_name = _given_or_private("REDIS_URL", "Redis", "redis", root)
    _in_use[:] = [database_name, redis_name]
    return database, redis


def describe() -> str:
    """Which servers `urls` last gave out, without passwords: one line for people to read."""
    return "; ".join(_in_use) or "no servers asked for yet"


def _given_or_private(variable: str, name: str, server: str, root: Path) -> tuple[str, str]:
    if given := os.environ.get(variable):
        parts = urlsplit(given)
        return (
            given,
            f"{name} of {variable} on {parts.hostname or 'a local socket'}:{parts.port or 'default'}",
        )
    try:
        from config.embedded import using
    except ImportError as error:  # Windows has no file locks of this kind
        raise ServerError(f"private servers need Linux or macOS ({error}); set {variable}") from error
    url, running = using.use(server, root)
    return url, str(running)
