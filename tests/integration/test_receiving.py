"""Files from partners on their way in: what is taken, what is refused, and that it adds up."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from typing import Any

import pytest

from hub.models import (
    Address,
    Contact,
    Delivery,
    Feed,
    MatchDecision,
    Need,
    NeedGap,
    Person,
    Rejection,
    SourceRecord,
)
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, plain, schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed() -> Feed:
    agency = hub.make_agency("coastal-care")
    hub.make_agreement(agency, hub.make_agency("council", kind="social_care"))
    hub.make_skill("personal_care")
    hub.make_postcode("NR11 6AA", latitude=52.79, longitude=1.25)
    hub.make_area("aylsham", sectors=("NR11 6",))
    return hub.make_feed(agency, code="coastal")


def take(feed: Feed, data: bytes, *, now: dt.datetime = hub.NOW, **options: Any) -> Delivery:
    return receive(feed=feed, file=io.BytesIO(data), file_name="calls.csv", by=None, now=now, **options)


def counts(delivery: Delivery) -> tuple[int, int, int, int]:
    return delivery.taken, delivery.unchanged, delivery.rejected, delivery.skipped


def rules(delivery: Delivery) -> list[tuple[str, str, str]]:
    return [(each.place, each.field, each.rule) for each in delivery.rejections.all()]


def test_a_schedule_becomes_people_with_needs_at_a_door(feed: Feed) -> None:
    """Two clients with a call each: two people in Aylsham's area, each with a daily need."""
    delivery = take(feed, schedule([call(1), call(2)]))
    assert (delivery.status, counts(delivery)) == ("taken", (4, 0, 0, 0))
    need = Need.objects.get(reference="C1-AM")
    assert (need.person.family_name, need.minutes, need.skills) == ("Larterb1", 30, ["personal_care"])
    door = need.person.address
    assert (door.lines, door.latitude, door.longitude) == ("1 Mill Row, Aylsham", 52.79, 1.25)
    assert door.area.code == "aylsham"
    assert need.source_record.place == "line 2"


def test_the_same_bytes_twice_change_nothing(feed: Feed) -> None:
    """The second time the first delivery comes back, marked, and no row is written."""
    first = take(feed, schedule([call(1), call(2)]))
    rows = SourceRecord.objects.count(), Person.objects.count(), Delivery.objects.count()
    again = take(feed, schedule([call(1), call(2)]), now=hub.NOW + dt.timedelta(days=1))
    assert again == first
    assert again.already_taken
    assert (SourceRecord.objects.count(), Person.objects.count(), Delivery.objects.count()) == rows


def test_next_weeks_file_counts_what_stayed_the_same(feed: Feed) -> None:
    """One call is longer now: only that need is taken, and everybody else is unchanged."""
    take(feed, schedule([call(1), call(2)]))
    later = take(feed, schedule([call(1), call(2, minutes=45)]), now=hub.NOW + dt.timedelta(days=7))
    assert counts(later) == (1, 3, 0, 0)
    assert Need.objects.get(reference="C2-AM").minutes == 45
    assert Need.objects.count() == 2


def test_a_need_keeps_its_public_id_when_it_changes(feed: Feed) -> None:
    """Links on pages and in calendars stay good."""
    take(feed, schedule([call(1)]))
    before = Need.objects.get()
    take(feed, schedule([call(1, minutes=45, ends="2026-12-31")]))
    after = Need.objects.get()
    assert (after.pk, after.public_id) == (before.pk, before.public_id)
    assert after.ends_on == dt.date(2026, 12, 31)


def test_one_bad_row_in_ten_thousand_leaves_the_others(feed: Feed) -> None:
    """The good rows are taken; the bad one is named by line, field and rule."""
    rows = [call(number % 100, call_reference=f"K{number}") for number in range(10_000)]
    rows[6543]["minutes"] = "thirty"
    delivery = take(feed, schedule(rows))
    assert counts(delivery) == (100 + 9_999, 0, 1, 0)
    (rejection,) = delivery.rejections.all()
    assert (rejection.place, rejection.field, rejection.rule) == ("line 6545", "minutes", "whole_number")
    assert Need.objects.count() == 9_999


def test_a_wrong_nhs_number_costs_the_number_only(feed: Feed) -> None:
    """The person is taken and counted as taken; the rejection says that it is about a field."""
    delivery = take(feed, schedule([call(1, nhs_number="999 000 0000")]))
    assert counts(delivery) == (2, 0, 0, 0)
    (rejection,) = delivery.rejections.all()
    assert (rejection.field, rejection.field_only) == ("nhs_number", True)
    assert Person.objects.get().nhs_number == ""


def test_an_unknown_task_rejects_the_need(feed: Feed) -> None:
    """A task that no worker can be competent for would never be planned."""
    delivery = take(feed, schedule([call(1, tasks="juggling"), call(2)]))
    assert counts(delivery) == (3, 0, 1, 0)
    assert rules(delivery) == [("line 2", "skills", "unknown_skill")]


def test_an_unknown_postcode_is_taken_without_a_place(feed: Feed) -> None:
    """A new street is no reason to lose a client; the door waits for its coordinates."""
    take(feed, schedule([call(1, postcode="NR29 9ZZ")]))
    door = Address.objects.get()
    assert (door.postcode, door.latitude, door.area) == ("NR29 9ZZ", None, None)


def test_gaps_tie_calls_of_one_person(feed: Feed) -> None:
    """The morning call names the lunch call that stands further down."""
    rows = [
        call(1, next_call="C1-NOON", next_call_min_minutes=180),
        call(1, call_reference="C1-NOON", earliest="12:00", latest="13:00"),
    ]
    delivery = take(feed, schedule(rows))
    gap = NeedGap.objects.get()
    assert (gap.before.reference, gap.after.reference, gap.min_minutes) == ("C1-AM", "C1-NOON", 180)
    assert counts(delivery) == (3, 0, 0, 0)


def test_a_gap_to_nowhere_is_rejected_and_its_call_taken(feed: Feed) -> None:
    """The gap names a call never sent, and another person's: the calls stand, the gaps do not."""
    rows = [
        call(1, next_call="C9-NOON", next_call_min_minutes=180),
        call(2, next_call="C1-AM", next_call_min_minutes=180),
    ]
    delivery = take(feed, schedule(rows))
    assert counts(delivery) == (4, 0, 0, 0)
    assert rules(delivery) == [("line 2", "gaps", "unknown_need"), ("line 3", "gaps", "gap_other_person")]
    assert not NeedGap.objects.exists()


def test_a_gap_that_is_no_longer_asked_for_goes(feed: Feed) -> None:
    """The next file leaves the gap out."""
    noon = call(1, call_reference="C1-NOON", earliest="12:00", latest="13:00")
    take(feed, schedule([call(1, next_call="C1-NOON", next_call_min_minutes=180), noon]))
    take(feed, schedule([call(1), noon]))
    assert not NeedGap.objects.exists()


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        ("client_reference,family_name\r\n".encode("utf-16"), "utf16"),
        (b"name;age\r\nMabel;80\r\n", "heading_missing"),
        (b"client_reference,\xff\xfe\x00", "nul"),
    ],
)
def test_what_is_not_the_feeds_format_is_refused_as_a_whole(feed: Feed, data: bytes, rule: str) -> None:
    """Empty, UTF-16 or quite another file: a refusal with a rule, and nothing stored."""
    delivery = take(feed, data)
    assert delivery.status == Delivery.Status.REFUSED
    assert delivery.refusal
    assert delivery.rejections.get().rule in (rule, "utf16", "heading_unknown", "not_utf8")
    assert not SourceRecord.objects.exists()


def test_a_half_written_file_gives_what_it_holds(feed: Feed) -> None:
    """The connection broke in the middle of a row: the rows before it are taken, the stump is named."""
    whole = schedule([call(1), call(2), call(3)])
    delivery = take(feed, whole[:-60])
    assert counts(delivery) == (4, 0, 1, 0)
    assert [rule for _, _, rule in rules(delivery)] == ["cut_off"]


def test_a_file_that_turns_out_broken_at_its_end_leaves_nothing(feed: Feed) -> None:
    """Two thousand good rows and then a NUL byte: refused as a whole, and no row of it is stored."""
    data = schedule([call(number) for number in range(1, 2001)]) + b"C9,\0\r\n"
    delivery = take(feed, data)
    assert delivery.status == Delivery.Status.REFUSED
    assert not Person.objects.exists()
    assert not SourceRecord.objects.exists()


def test_a_file_beyond_the_bound_is_refused_unread(feed: Feed, settings: Any) -> None:
    """The size is looked at before anything else."""
    settings.DELIVERY_MAX_BYTES = 1000
    delivery = take(feed, schedule([call(number) for number in range(1, 50)]))
    assert (delivery.status, delivery.rejections.get().rule) == ("refused", "too_large")


def test_without_an_agreement_nothing_is_taken(feed: Feed) -> None:
    """No agreement, or one that has ended, refuses the delivery and says so."""
    other = hub.make_agency("no-agreement")
    lapsed = hub.make_agency("lapsed")
    hub.make_agreement(lapsed, other, ends_on=dt.date(2026, 12, 31))
    for agency in (other, lapsed):
        delivery = take(hub.make_feed(agency), schedule([call(1)]))
        assert (delivery.status, delivery.rejections.get().rule) == ("refused", "no_agreement")
    assert not SourceRecord.objects.exists()


def test_an_agreement_must_cover_what_is_sent(feed: Feed) -> None:
    """Names are agreed on and needs are not: the refusal names the item and the place."""
    agency = hub.make_agency("half-agreed")
    hub.make_agreement(agency, feed.agency, items=("identity", "address"))
    delivery = take(hub.make_feed(agency), schedule([call(1)]))
    (rejection,) = delivery.rejections.all()
    assert (delivery.status, rejection.field, rejection.place) == ("refused", "needs", "line 2")
    assert not Person.objects.exists()


def test_an_nhs_number_under_no_agreement_is_left_out(feed: Feed) -> None:
    """Fire and rescue may send names and addresses; a number that slips in is not kept."""
    fire = hub.make_agency("fire", kind="fire")
    hub.make_agreement(fire, feed.agency, items=("identity", "address"))
    number = hub.make_nhs_number(5)
    delivery = take(hub.make_feed(fire, format="plain"), plain([call(1, nhs_number=number)]))
    assert counts(delivery) == (1, 0, 0, 0)
    assert rules(delivery) == [("line 2", "nhs_number", "no_agreement")]
    assert Person.objects.get().nhs_number == ""
    assert number not in str(SourceRecord.objects.get().payload)


def test_two_agencies_that_know_one_person_make_one_person(feed: Feed) -> None:
    """Fire and the care provider write her name differently at one door: one person, with both records."""
    take(feed, schedule([call(1, family_name="O'Neill")]))
    fire = hub.make_agency("fire", kind="fire")
    hub.make_agreement(fire, feed.agency)
    take(
        hub.make_feed(fire, format="plain"),
        plain([call(1, client_reference="F77", family_name="ONEILL", address="1, Mill Row; Aylsham")]),
    )
    person = Person.objects.get()
    assert person.source_records.filter(kind="person").count() == 2
    assert MatchDecision.objects.get(source_record__key="F77").rule == "name_birth_postcode"
    assert Address.objects.count() == 1


def test_duplicates_within_one_file_are_found_too(feed: Feed) -> None:
    """The provider has her twice under two references, in one chunk: still one person."""
    rows = [call(1), call(1, client_reference="C1B", call_reference="C1B-AM")]
    take(feed, schedule(rows))
    assert Person.objects.count() == 1
    assert Need.objects.filter(person=Person.objects.get()).count() == 2


def test_the_last_of_several_rows_about_one_person_counts(feed: Feed) -> None:
    """Her name changes half-way down the file, as the feed allows; every row is accounted for."""
    rows = [call(1), call(1, family_name="Bullen", call_reference="C1-PM")]
    delivery = take(feed, schedule(rows))
    assert counts(delivery) == (4, 0, 0, 0)
    assert Person.objects.get().family_name == "Bullen"


def test_every_record_is_counted_once(feed: Feed) -> None:
    """Records in the file are taken, unchanged or rejected; nothing is lost between."""
    take(feed, schedule([call(1), call(2), call(3)]))
    rows = [call(1), call(2, minutes=20), call(3, tasks="juggling"), call(4, latest="06:00"), call(5)]
    delivery = take(feed, schedule(rows))
    assert counts(delivery) == (4, 4, 2, 0)


def test_progress_is_told_to_the_end(feed: Feed) -> None:
    """Somebody who waits for a long file sees it move, and arrive."""
    seen = []
    take(feed, schedule([call(number) for number in range(1, 1500)]), on_progress=seen.append)
    assert len(seen) >= 4
    assert [each.bytes_read for each in seen] == sorted(each.bytes_read for each in seen)
    assert seen[-1].bytes_read == seen[-1].total_bytes
    assert seen[-1].taken == 2 * 1499


def test_no_personal_data_reaches_a_log_or_a_rejection(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    """Canaries in every cell, in good rows, bad rows and a refused file: none of them sings."""
    caplog.set_level(logging.DEBUG)
    canary = {
        "family_name": "Canaryfamily",
        "given_name": "Canarygiven",
        "address": "1 Canary Street",
        "nhs_number": "123 456 7890",
        "date_of_birth": "31/31/1931",
    }
    rows = [
        call(1, **canary),
        call(2, **canary, minutes="Canaryminutes"),
        call(3, **canary, tasks="canarytask"),
    ]
    take(feed, schedule(rows))
    take(feed, schedule([call(4, **canary)]) + b"Canaryend\0")
    said = caplog.text + " ".join(
        f"{each.place} {each.field} {each.value_class} {each.rule} {each.message}"
        for each in Rejection.objects.all()
    )
    assert "taken" in said
    for secret in ("canary", "1234567890", "123 456", "1931"):
        assert secret not in said.casefold()


def test_a_delivery_asks_the_database_as_often_for_a_thousand_as_for_ten(
    feed: Feed, django_assert_max_num_queries: Any
) -> None:
    """The work is done by chunk and not by record."""
    with django_assert_max_num_queries(60):
        take(feed, schedule([call(number) for number in range(1, 901)]))


def test_contacts_tell_who_came_when(feed: Feed) -> None:
    """A second feed of the same agency names its clients by the same reference."""
    take(feed, schedule([call(1)]))
    monitoring = hub.make_feed(feed.agency, format="call-monitoring")
    delivery = take(monitoring, VISITS + b"C1,16/02/2026,08:04:10,28,W-12\r\n")
    contact = Contact.objects.get()
    assert counts(delivery) == (1, 0, 0, 0)
    assert (contact.person, contact.worker_reference, contact.minutes) == (Person.objects.get(), "W-12", 28)
    assert contact.starts_at.replace(second=0) == dt.datetime(2026, 2, 16, 8, 4, tzinfo=dt.UTC)


def test_a_contact_of_an_unknown_person_is_rejected(feed: Feed) -> None:
    """Call monitoring may know a client whom nobody has sent yet: said, not guessed."""
    monitoring = hub.make_feed(feed.agency, format="call-monitoring")
    delivery = take(monitoring, VISITS + b"C404,16/02/2026,08:04:10,28,W-12\r\n")
    assert counts(delivery) == (0, 0, 1, 0)
    assert rules(delivery) == [("line 2", "person_key", "unknown_person")]


def test_a_cancelled_order_ends_its_need_and_its_return_revives_it(feed: Feed) -> None:
    """The nurses revoke an order: nothing is due from today. The same order active again is due again."""
    nursing = hub.make_feed(feed.agency, format="fhir")
    take(nursing, PATIENT + order("active"))
    assert Need.objects.get().ends_on is None
    revoked = take(nursing, PATIENT + order("revoked"))
    assert Need.objects.get().ends_on == dt.date(2027, 1, 12)
    assert revoked.skipped == 1
    again = take(nursing, PATIENT + order("active") + b"\n")
    assert Need.objects.get().ends_on is None
    assert counts(again) == (1, 1, 0, 0)


VISITS = b"ServiceUserRef,VisitDate,ActualStartTime,ActualDuration,CarerRef\r\n"
PATIENT = b'{"resourceType": "Patient", "id": "p1", "name": [{"family": "Larter", "given": ["Mabel"]}]}\n'


def order(status: str) -> bytes:
    """A daily nursing visit as FHIR has it."""
    return (
        json.dumps(
            {
                "resourceType": "ServiceRequest",
                "id": "s1",
                "status": status,
                "intent": "order",
                "subject": {"reference": "Patient/p1"},
                "code": {
                    "coding": [{"system": "urn:care-visits:task", "code": "personal_care"}],
                    "text": "Wound care",
                },
                "occurrenceTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-11-30"},
                        "frequency": 1,
                        "period": 1,
                        "periodUnit": "d",
                        "timeOfDay": ["09:00:00"],
                        "duration": 30,
                        "durationUnit": "min",
                    }
                },
            }
        ).encode()
        + b"\n"
    )
