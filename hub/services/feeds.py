"""Which agency sends what in which format."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from hub.feeds import FEEDS
from hub.models import Agency, Feed


def register(*, code: str, agency: Agency, format: str) -> Feed:
    """The feed with this code; the same call twice makes one.

    Raises `ValueError` for an unknown format, a code that is no slug, or one that means something else.
    """
    if format not in FEEDS:
        raise ValueError(f"There is no format {format}. Formats: {', '.join(sorted(FEEDS))}.")
    existing = Feed.objects.filter(code=code).first()
    if existing is not None:
        if (existing.agency, existing.format) != (agency, format):
            raise ValueError(f"The feed {code} is registered already: {existing.format}, {existing.agency}.")
        return existing
    feed = Feed(code=code, agency=agency, format=format)
    try:
        feed.full_clean()
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None
    feed.save()
    return feed
