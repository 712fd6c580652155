"""What partners send, by the name of the feed: bytes in, records out. docs/feeds.md describes each."""

from hub.feeds import (
    call_monitoring,
    client_level_data,
    core_lettings,
    fhir,
    fire_visits,
    home_care_schedule,
    mapped,
    plain,
    social_work_reviews,
)
from hub.feeds.record import Feed

FEEDS: dict[str, Feed] = {
    "fhir": fhir,
    "home-care-schedule": home_care_schedule,
    "call-monitoring": call_monitoring,
    "client-level-data": client_level_data,
    "core-lettings": core_lettings,
    "fire-visits": fire_visits,
    "social-work-reviews": social_work_reviews,
    "plain": plain,
}


def reader(format: str, mapping: dict[str, object] | None = None) -> Feed:
    """The feed that reads a format; a mapped one reads by the columns that somebody chose."""
    return mapped.Mapped(mapping or {}) if format == mapped.FORMAT else FEEDS[format]
