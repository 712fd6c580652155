"""Messages that come late or out of order, before their person, all at once, or that would end too much."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hub import selectors
from hub.models import Delivery, Feed, Need, Rejection, SourceRecord, Suspension
from hub.services import suspensions
from hub.services.receiving import intake, receive, working
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db
PATIENT = {"resourceType": "Patient", "id": "n-1", "name": [{"family": "O'Neill", "given": ["Mary"]}]}
STARTS = "2027-01-04"


def at(hour: int) -> dict[str, Any]:
    return {"meta": {"lastUpdated": f"2027-01-12T{hour:02d}:00:00Z"}}


def request(status: str = "active", *, hour: int, times: tuple[str, ...] = ("08:00:00",)) -> dict[str, Any]:
    repeat = {"frequency": len(times), "period": 1, "periodUnit": "d", "timeOfDay": list(times)}
    repeat |= {"duration": 15, "durationUnit": "min", "boundsPeriod": {"start": STARTS}}
    return {
        "resourceType": "ServiceRequest",
        "id": "sr-1",
        "status": status,
        "intent": "order",
        "subject": {"reference": "Patient/n-1"},
        "code": {"coding": [{"system": "urn:care-visits:task", "code": "personal_care"}]},
        "occurrenceTiming": {"repeat": repeat},
        **at(hour),
    }


def stay(status: str, *, hour: int, **period: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": "e-1",
        "status": status,
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/n-1"},
        "period": period,
        **at(hour),
    }


MESSAGES = [
    PATIENT | at(1),
    PATIENT | {"name": [{"family": "O'Neill", "given": ["Mary Ann"]}]} | at(6),
    request(hour=2),
    request(hour=3, times=("08:00:00", "18:00:00")),
    request(hour=4, times=("09:00:00", "12:00:00")),
    stay("in-progress", hour=3, start="2027-01-12"),
    stay("finished", hour=5, start="2027-01-12", end="2027-02-01"),
]
CALLED_OFF = [*MESSAGES, request("revoked", hour=7), stay("entered-in-error", hour=8)]


def nursing() -> Feed:
    agency = hub.make_agency(kind="nursing")
    hub.make_agreement(agency, hub.make_agency(kind="social_care"))
    hub.make_skill("personal_care")
    return hub.make_feed(agency, format="fhir")


def send(feed: Feed, message: dict[str, Any], **options: Any) -> Delivery:
    options = {"by": None, "now": hub.NOW, "file_name": "message.json"} | options
    return receive(feed=feed, file=io.BytesIO(orjson.dumps(message)), **options)


def state(feed: Feed) -> Any:
    """What is due at whose door, by what the agency's messages say: the same, whatever order they came in."""
    needs = Need.objects.filter(agency=feed.agency).exclude(ends_on__lt=hub.TODAY)
    away = Suspension.objects.filter(agency=feed.agency, withdrawn_at=None)
    return (
        sorted(needs.values_list("reference", "person__given_name", "preferred", "starts_on", "ends_on")),
        sorted(away.values_list("cause", "starts_on", "ends_on")),
    )


class OrderTests(TestCase):
    """Hypothesis shuffles; each example begins with an empty database."""

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(messages=st.permutations(MESSAGES))
    def test_any_order_of_messages_ends_in_the_same_state(self, messages: list[dict[str, Any]]) -> None:
        """Newest names, the two times of the last version, the stay with its end."""
        feed = nursing()
        for message in messages:
            send(feed, message)
        needs, away = state(feed)
        assert [(key, name) for key, name, *_ in needs] == [
            ("ServiceRequest/sr-1@0900", "Mary Ann"),
            ("ServiceRequest/sr-1@1200", "Mary Ann"),
        ]
        assert away == [("hospital", dt.date(2027, 1, 12), dt.date(2027, 2, 1))]
        assert not SourceRecord.objects.filter(agency=feed.agency).exclude(waits_for="")

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(messages=st.permutations(CALLED_OFF))
    def test_what_was_called_off_last_stays_so_in_any_order(self, messages: list[dict[str, Any]]) -> None:
        """A cancellation that overtakes its request holds."""
        feed = nursing()
        for message in messages:
            send(feed, message)
        assert state(feed) == ([], [])


def test_a_need_before_its_person_is_taken_once_the_person_comes() -> None:
    """Its rejection is open until then, and then mended by the delivery that brought the person."""
    feed = nursing()
    first = send(feed, request(hour=2))
    rejection = first.rejections.get()
    assert (rejection.rule, rejection.state) == ("unknown_person", "open")
    second = send(feed, PATIENT | at(1))
    rejection.refresh_from_db()
    assert (rejection.state, rejection.settled_with) == ("mended", second)
    assert Need.objects.get().reference == "ServiceRequest/sr-1"


def test_a_transaction_with_one_bad_entry_stores_nothing_and_a_batch_the_rest() -> None:
    """The reason names the entry."""
    feed = nursing()
    bad = request(hour=2) | {"code": {"coding": [{"system": "urn:care-visits:task", "code": "juggling"}]}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": PATIENT}, {"resource": bad}]}
    refused = send(feed, bundle | {"type": "transaction"})
    assert (refused.status, SourceRecord.objects.count()) == ("refused", 0)
    assert refused.rejections.get().place == "Bundle.entry[1].resource"
    taken = send(feed, bundle | {"type": "batch"})
    assert (taken.status, taken.taken, taken.rejected) == ("taken", 1, 1)


def test_a_death_suspends_needs_at_once_and_deletes_nothing() -> None:
    """It can be lifted with a reason, and the sender can take it back."""
    feed = nursing()
    send(feed, PATIENT | at(1))
    send(feed, request(hour=2))
    need = Need.objects.get()
    assert not selectors.days_away([need])(need, hub.TODAY)
    send(feed, PATIENT | {"deceasedDateTime": "2027-01-12"} | at(3))
    suspension = Suspension.objects.get()
    assert (suspension.cause, suspension.seen_at) == ("died", None)
    assert selectors.days_away([need])(need, hub.TODAY)
    assert not selectors.of_the_living(Need.objects.all())
    someone = hub.make_user()
    with pytest.raises(ValueError, match="why care goes on"):
        suspensions.lift(suspension=suspension, because=" ", by=someone, now=hub.NOW)
    suspensions.lift(suspension=suspension, because="I spoke to her", by=someone, now=hub.NOW)
    assert list(selectors.of_the_living(Need.objects.all())) == [need]
    assert not selectors.days_away([need])(need, hub.TODAY)
    suspensions.suspend_again(suspension=suspension, by=someone, now=hub.NOW)
    assert selectors.days_away([need])(need, hub.TODAY)
    send(feed, PATIENT | at(4))
    suspension.refresh_from_db()
    assert suspension.withdrawn_at
    assert list(selectors.of_the_living(Need.objects.all())) == [need]


def test_a_stay_suspends_from_the_first_day_until_the_day_of_coming_home() -> None:
    """On the day somebody comes home they need care again."""
    feed = nursing()
    send(feed, PATIENT | at(1))
    send(feed, request(hour=2))
    send(feed, stay("in-progress", hour=3, start="2027-01-12"))
    need = Need.objects.get()
    assert selectors.days_away([need])(need, dt.date(2027, 6, 1))
    send(feed, stay("finished", hour=4, start="2027-01-12", end="2027-01-20"))
    away = selectors.days_away([need])
    days = [dt.date(2027, 1, 11) + dt.timedelta(days=ahead) for ahead in range(12)]
    assert [day.day for day in days if away(need, day)] == list(range(12, 20))


def home_care(*, is_complete: bool = False) -> Feed:
    agency = hub.make_agency()
    hub.make_agreement(agency, hub.make_agency(kind="social_care"))
    hub.make_skill("personal_care")
    feed = hub.make_feed(agency)
    Feed.objects.filter(pk=feed.pk).update(is_complete=is_complete)
    feed.refresh_from_db()
    return feed


def file(feed: Feed, numbers: Any, **changes: Any) -> Delivery:
    data = schedule([call(number, **changes) for number in numbers])
    return receive(feed=feed, file=io.BytesIO(data), file_name="calls.csv", by=None, now=hub.NOW)


def test_a_complete_list_ends_what_it_no_longer_lists() -> None:
    """Two of forty clients are gone from this week's list; the others go on."""
    feed = home_care(is_complete=True)
    file(feed, range(40))
    later = file(feed, range(2, 40))
    assert (later.status, later.unchanged) == ("taken", 76)
    assert Need.objects.filter(ends_on__lt=hub.TODAY).count() == 2


def test_a_list_with_a_row_that_cannot_be_read_ends_nothing() -> None:
    """Nobody knows whose row it was."""
    feed = home_care(is_complete=True)
    file(feed, range(40))
    data = schedule([call(number) for number in range(2, 40)]) + b"torn,row\n"
    receive(feed=feed, file=io.BytesIO(data), file_name="calls.csv", by=None, now=hub.NOW)
    assert not Need.objects.filter(ends_on__lt=hub.TODAY).exists()


def test_a_partial_list_is_held_for_a_person(settings: Any, tmp_path: Any) -> None:
    """Only half of the clients are in the file: nothing ends until somebody has said yes."""
    settings.INTAKE_DIR = tmp_path
    feed = home_care(is_complete=True)
    file(feed, range(40))
    held = file(feed, range(20))
    assert (held.status, held.needs_before, held.would_end, held.would_change) == ("held", 40, 20, 0)
    assert not Need.objects.filter(ends_on__lt=hub.TODAY).exists()
    manager = hub.make_user("agency_manager", agency=feed.agency)
    intake.approve(delivery=held, by=manager, now=hub.NOW)
    working.work(held.pk, now=hub.NOW)
    held.refresh_from_db()
    assert (held.status, held.unchanged, held.decided_by) == ("taken", 40, manager)
    assert Need.objects.filter(ends_on__lt=hub.TODAY).count() == 20
    assert not list(tmp_path.iterdir())


def test_a_held_delivery_can_be_declined(settings: Any, tmp_path: Any) -> None:
    """The file goes, the row says who declined it, and it cannot be approved any more."""
    settings.INTAKE_DIR = tmp_path
    feed = home_care()
    file(feed, range(40))
    held = file(feed, range(40), minutes=45)
    assert (held.status, held.would_change) == ("held", 40)
    manager = hub.make_user("agency_manager", agency=feed.agency)
    intake.decline(delivery=held, by=manager, now=hub.NOW)
    held.refresh_from_db()
    assert (held.status, held.decided_by) == ("declined", manager)
    with pytest.raises(ValueError, match="declined"):
        intake.approve(delivery=held, by=manager, now=hub.NOW)
    assert set(Need.objects.values_list("minutes", flat=True)) == {30}


@pytest.mark.parametrize("share", [1, 20])
def test_the_share_that_may_change_is_the_feeds_own(share: int, settings: Any, tmp_path: Any) -> None:
    """Four of forty is a tenth."""
    settings.INTAKE_DIR = tmp_path
    feed = home_care()
    Feed.objects.filter(pk=feed.pk).update(hold_share=share)
    feed.refresh_from_db()
    file(feed, range(40))
    rows = [call(number, minutes=45 if number < 4 else 30) for number in range(40)]
    again = receive(feed=feed, file=io.BytesIO(schedule(rows)), file_name="c.csv", by=None, now=hub.NOW)
    assert again.status == ("held" if share == 1 else "taken")


def test_a_rejection_is_worked_off_and_taken_back() -> None:
    """With who did it; open again forgets that."""
    feed = nursing()
    rejection = send(feed, request(hour=2)).rejections.get()
    manager = hub.make_user("agency_manager", agency=feed.agency)
    intake.settle(rejection=rejection, state=Rejection.State.ACCEPTED, by=manager, now=hub.NOW)
    rejection.refresh_from_db()
    assert (rejection.state, rejection.settled_by) == ("accepted", manager)
    intake.settle(rejection=rejection, state=Rejection.State.OPEN, by=manager, now=hub.NOW)
    rejection.refresh_from_db()
    assert (rejection.state, rejection.settled_by) == ("open", None)
