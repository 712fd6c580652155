"""Which agency sends what in which format."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from hub.feeds import FEEDS, mapped
from hub.models import Agency, Feed

FORMATS = (*sorted(FEEDS), mapped.FORMAT)


def register(
    *, code: str, agency: Agency, format: str, is_complete: bool = False, hold_share: int = 20
) -> Feed:
    """The feed with this code; the same call twice makes one.

    Raises `ValueError` for an unknown format, a code that is no slug, or one that means something else.
    """
    if format not in FORMATS:
        raise ValueError(f"There is no format {format}. Formats: {', '.join(FORMATS)}.")
    existing = Feed.objects.filter(code=code).first()
    if existing is not None:
        if (existing.agency, existing.format) != (agency, format):
            raise ValueError(f"The feed {code} is registered already: {existing.format}, {existing.agency}.")
        return existing
    feed = Feed(code=code, agency=agency, format=format, is_complete=is_complete, hold_share=hold_share)
    try:
        feed.full_clean()
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
    feed.save()
    return feed


def choose_columns(*, feed: Feed, mapping: dict[str, Any]) -> None:
    """Keeps which columns a mapped feed reads. Raises `ValueError` if it cannot be used so."""
    if feed.format != mapped.FORMAT:
        raise ValueError("The columns of this feed are fixed by its format.")
    if problem := mapped.problem_of(mapping):
        raise ValueError(problem)
    feed.mapping = mapping
    feed.save(update_fields=["mapping"])
