"""Tenure from the accommodation status of the Client Level Data return, as Release 1 and 2 spell it."""

from __future__ import annotations

import re

from hub.feeds.values import RefusedError

# The statuses begin so once punctuation and brackets are gone; the first that fits counts.
BEGINNINGS: tuple[tuple[str, str | None], ...] = (
    ("owner occupier", "owner"),
    ("tenant private landlord", "private_rent"),
    ("tenant of a private landlord", "private_rent"),
    ("tenant", "social_rent"),
    ("sheltered housing", "sheltered"),
    ("extra care", "sheltered"),
    ("supported accommodation", "sheltered"),
    ("settled mainstream housing", "other"),
    ("shared lives", "other"),
    ("approved premises", "other"),
    ("mobile accommodation", "other"),
    ("rough sleeper", "other"),
    ("night shelter", "other"),
    ("refuge", "other"),
    ("placed in temporary accommodation", "other"),
    ("staying with family", "other"),
    ("acute", "other"),
    ("registered care home", "other"),
    ("registered nursing home", "other"),
    ("prison", "other"),
    ("other temporary accommodation", "other"),
    ("unknown", None),
)


def of_accommodation(status: str) -> str | None:
    """The tenure; None for unknown. Raises `RefusedError` for what is no status of the return."""
    words = " ".join(re.sub(r"\([^)]*\)|[^a-z ]", " ", status.lower()).split())
    for beginning, tenure in BEGINNINGS:
        if words.startswith(beginning):
            return tenure
    raise RefusedError(
        "accommodation_status", "Use a value of the Client Level Data specification, Release 1 or 2."
    )
