"""What must be true of a county's database before the service may run on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

SAYS = "The database role passes through row-level security (SUPERUSER or BYPASSRLS)."
HINT = "Connect as the role that owns the tables and is neither: docs/operations.md."


@register(Tags.database)
def the_role_is_bound_by_the_walls(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A superuser would pass through every wall: refused on a county's server, told on a trial."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:
                kind = Warning if settings.PRIVATE else Error
                found.append(kind(SAYS, hint=HINT, id="hub.E001"))
    return found
