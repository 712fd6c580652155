"""What was refused, on a page and in a spreadsheet; recurrence in words."""

from __future__ import annotations

import csv
import io

import pytest

from hub.models import Role
from hub.pages.wording import recurrence
from tests.factories.hub import logged_in, make_agency, make_delivery, make_user


@pytest.mark.django_db
def test_the_spreadsheet_holds_the_rejections_of_the_own_agency_only() -> None:
    """A manager downloads what own files brought, formulas made harmless."""
    agency, other = make_agency(), make_agency()
    make_delivery(agency).rejections.create(
        place="line 7", key="=HYPERLINK(1)", field="start", rule="time", message="is not a time"
    )
    make_delivery(other).rejections.create(place="line 9", rule="time", message="theirs")
    answer = logged_in(make_user(Role.AGENCY_MANAGER, agency=agency)).get("/rejections/?as=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][2:] == ["line 7", "'=HYPERLINK(1)", "start", "time", "", "is not a time", "Open"]


@pytest.mark.django_db
def test_a_coordinator_has_no_deliveries_page() -> None:
    """Deliveries are the agency manager's business and the hub's."""
    client = logged_in(make_user(Role.COORDINATOR, agency=make_agency()))
    assert client.get("/deliveries/").status_code == 403


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=2", "every 2 days"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every Mon and Thu"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks on Tue"),
        ("FREQ=MONTHLY;BYDAY=1MO", "every month on the first Mon"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month on day 15"),
        ("FREQ=WEEKLY;BYDAY=SA;COUNT=6", "every Sat, 6 times"),
        ("FREQ=DAILY;COUNT=1", "once"),
        ("FREQ=DAILY;UNTIL=20270131", "every day, until 31/01/2027"),
    ],
)
def test_a_recurrence_is_said_in_words(rule: str, words: str) -> None:
    """A coordinator reads no RFC 5545."""
    assert recurrence(rule) == words
