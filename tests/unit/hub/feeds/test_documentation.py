"""docs/feeds.md is what partners build from, so it is held to the code."""

import io
import re
from pathlib import Path

import pytest

from hub.feeds import FEEDS, client_level_data, home_care_schedule, plain, social_work_reviews
from hub.feeds.call_monitoring import COLUMNS as CALLS
from hub.feeds.fhir.extensions import ADDRESS, NEED
from hub.feeds.record import Rejected

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "feeds.md").read_text()
SECTIONS = dict(re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))


def test_every_feed_has_its_section() -> None:
    """A feed that is not described cannot be sent to."""
    assert SECTIONS.keys() == FEEDS.keys()


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_the_example_of_each_feed_is_taken_whole(feed: str) -> None:
    """Whoever copies an example has a file that works."""
    (example,) = re.findall(r"```(?:csv|json)\n(.*?)```", SECTIONS[feed], re.S)
    found = list(FEEDS[feed].read(io.BytesIO(example.encode())))
    assert found
    assert not [one for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize(
    "columns",
    [
        home_care_schedule.COLUMNS,
        social_work_reviews.COLUMNS,
        plain.COLUMNS,
        client_level_data.COLUMNS,
        CALLS,
    ],
)
def test_every_column_is_described(columns: object) -> None:
    """A column nobody knows of is never filled."""
    named = {name for names in (columns.required, columns.optional) for name in names}  # type: ignore[attr-defined]
    assert not {name for name in named if f"`{name}`" not in PAGE}


def test_every_rule_is_described() -> None:
    """A rejection names its rule, and the page says what it means."""
    code = "".join(path.read_text() for path in (ROOT / "hub" / "feeds").rglob("*.py"))
    rules = set(re.findall(r'(?:RefusedError|_rejected|_refuse)\(\s*(?:first,\s*)?"([a-z_0-9]+)",', code))
    rules |= set(re.findall(r'rule="([a-z_0-9]+)"', code))
    assert len(rules) > 30
    assert not {rule for rule in rules if f"`{rule}`" not in PAGE}


def test_every_extension_is_described() -> None:
    """What FHIR has no place for is only known from the page."""
    assert not {name for name in (*NEED, *ADDRESS) if name not in PAGE}
