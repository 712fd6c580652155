"""Calling off one occurrence."""

import datetime as dt

import pytest

from hub.models import Cancellation, Need
from hub.services.needs import cancel_occurrence
from tests.factories import hub

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2027, 1, 11)


@pytest.fixture
def need() -> Need:
    agency = hub.make_agency()
    return hub.make_need(hub.make_person(agency), agency, rrule="FREQ=WEEKLY;BYDAY=MO")


def test_an_occurrence_is_called_off_by_somebody_with_a_reason(need: Need) -> None:
    """Who, when and why are kept, and the need itself stays."""
    user = hub.make_user()
    cancel_occurrence(need=need, due_on=MONDAY, reason=" In hospital ", by=user, now=hub.NOW)
    cancellation = need.cancellations.get()
    assert (cancellation.reason, cancellation.cancelled_by, cancellation.cancelled_at) == (
        "In hospital",
        user,
        hub.NOW,
    )


def test_called_off_twice_the_first_stands(need: Need) -> None:
    """A second click changes nothing."""
    first = cancel_occurrence(need=need, due_on=MONDAY, reason="Away", by=hub.make_user(), now=hub.NOW)
    again = cancel_occurrence(need=need, due_on=MONDAY, reason="Again", by=hub.make_user(), now=hub.NOW)
    assert (again, again.reason) == (first, "Away")


@pytest.mark.parametrize(
    ("due_on", "reason", "said"),
    [
        (dt.date(2027, 1, 12), "Away", "not due on 12/01/2027"),
        (dt.date(2027, 1, 4), "Away", "not due"),
        (MONDAY, "  ", "Say why"),
        (MONDAY, "x" * 201, "200 characters"),
    ],
)
def test_what_cannot_be_called_off_says_why(need: Need, due_on: dt.date, reason: str, said: str) -> None:
    """A day on which nothing is due, or no reason."""
    with pytest.raises(ValueError, match=said):
        cancel_occurrence(need=need, due_on=due_on, reason=reason, by=hub.make_user(), now=hub.NOW)
    assert not Cancellation.objects.exists()
