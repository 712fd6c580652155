"""What partners send, by the name of the feed: bytes in, records out. docs/feeds.md describes each."""

from hub.feeds import (
    call_monitoring,
    client_level_data,
    fhir,
    home_care_schedule,
    plain,
    social_work_reviews,
)
from hub.feeds.record import Feed

FEEDS: dict[str, Feed] = {
    "fhir": fhir,
    "home-care-schedule": home_care_schedule,
    "call-monitoring": call_monitoring,
    "client-level-data": client_level_data,
    "social-work-reviews": social_work_reviews,
    "plain": plain,
}
