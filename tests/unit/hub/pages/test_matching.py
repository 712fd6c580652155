"""Match review: the right people see the right pairs, decide, and take back; the restricted stay hidden."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import Agency, Feed, MatchReview, Person, SourceRecord, User
from hub.services.receiving import receive
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db
SECRET_DOOR, SECRET_CODE = "77 Hidden Lane", "NR11 6ZY"


@pytest.fixture
def feeds() -> list[Feed]:
    return hub.make_feeds_of_two()


@pytest.fixture
def admin(client: Client) -> User:
    user = hub.make_user("hub_administrator", first_name="Priya", last_name="Nair")
    client.force_login(user)
    return user


def send(feed: Feed, number: int = 1, **cells: Any) -> SourceRecord:
    rows = [call(number, **cells)]
    receive(feed=feed, file=io.BytesIO(schedule(rows)), file_name="a.csv", by=None, now=hub.NOW)
    return SourceRecord.objects.get(agency=feed.agency, kind="person", key=f"C{number}")


@pytest.fixture
def review(feeds: list[Feed]) -> MatchReview:
    """Mabel and May Larter of one birthday at one door."""
    send(feeds[0], address=SECRET_DOOR, postcode=SECRET_CODE)
    send(feeds[1], address=SECRET_DOOR, postcode=SECRET_CODE, given_name="May")
    return MatchReview.objects.get()


def answer(client: Client, review: MatchReview, said: str) -> str:
    address = reverse("match-answer", args=[review.public_id])
    return client.post(address, {"answer": said}, follow=True).content.decode()


def test_the_queue_says_who_and_why(client: Client, admin: User, review: MatchReview) -> None:
    """One line for each question, and the way to begin."""
    page = client.get(reverse("matching")).content.decode()
    assert "1 question" in page
    assert "Mabel" in page
    assert "One given name may be another way to write the other." in page
    assert reverse("match-review", args=[review.public_id]) in page


def test_differences_are_marked_and_told_in_words(client: Client, admin: User, review: MatchReview) -> None:
    """May may be short for Mabel; the rest is the same."""
    page = client.get(reverse("match-review", args=[review.public_id])).content.decode()
    assert "one may be short for the other" in page
    assert page.count("= same") >= 4
    assert SECRET_DOOR in page


def test_one_person_joins_with_the_name_of_who_said_so(
    client: Client, admin: User, review: MatchReview
) -> None:
    """The older person stays; the question is closed."""
    assert "Written down with your name" in answer(client, review, "join")
    review.refresh_from_db()
    assert (review.status, review.decided_by) == ("joined", admin)
    assert review.record.person == review.other.person
    assert review.record.match_decisions.last().decided_by == admin


def test_two_people_and_later(client: Client, admin: User, review: MatchReview) -> None:
    """Put off it still waits; kept apart it does not."""
    answer(client, review, "later")
    assert "put off" in client.get(reverse("matching")).content.decode()
    answer(client, review, "apart")
    review.refresh_from_db()
    assert (review.status, review.record.match_decisions.last().outcome) == ("apart", "apart")
    assert "No two records wait" in client.get(reverse("matching")).content.decode()


def test_the_second_to_answer_is_told(client: Client, admin: User, review: MatchReview) -> None:
    """Two reviewers had the same page open: the first answer stands."""
    answer(client, review, "apart")
    assert "answered this meanwhile" in answer(client, review, "join")
    review.refresh_from_db()
    assert review.status == "apart"


def test_a_join_is_undone_by_one_button(client: Client, admin: User, review: MatchReview) -> None:
    """From the list of joins, and then the two are told apart."""
    answer(client, review, "join")
    decision = review.record.match_decisions.last()
    page = client.post(reverse("match-undo", args=[decision.pk]), follow=True).content.decode()
    assert "two people again" in page
    review.refresh_from_db()
    assert review.status == "apart"
    assert review.record.person != review.other.person
    again = client.post(reverse("match-undo", args=[decision.pk]), follow=True).content.decode()
    assert "undone already" in again


@pytest.mark.parametrize("said_by", ["one", "other"])
def test_a_restricted_address_is_nowhere(
    client: Client, admin: User, review: MatchReview, said_by: str
) -> None:
    """Nor is that of the record at the same door, which would give it away; in no page, CSV or API."""
    side = review.record if said_by == "one" else review.other
    Person.objects.filter(pk=side.person_id).update(restricted=True)
    addresses = [
        reverse("match-review", args=[review.public_id]),
        reverse("matching"),
        reverse("matching") + "?as=csv",
        reverse("match-joins"),
        reverse("match-joins") + "?as=csv",
        reverse("match-report"),
        f"/api/v1/people/{side.person.public_id}/",
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        content = response.content.decode()
        assert "Hidden Lane" not in content, address
        assert "6ZY" not in content, address
    assert "hidden: one of the two is restricted" in client.get(addresses[0]).content.decode()


def test_a_join_with_a_restricted_person_hides_the_address_of_both(
    client: Client, admin: User, review: MatchReview
) -> None:
    """Whoever says restricted is believed for the joined person."""
    review.record.payload["restricted"] = True
    review.record.save()
    answer(client, review, "join")
    person = SourceRecord.objects.get(pk=review.other_id).person
    assert person.restricted
    shown = client.get(f"/api/v1/people/{person.public_id}/").json()
    assert (shown["address"], shown["postcode"], shown["area"]) == (None, None, None)


def test_a_manager_sees_pairs_of_the_own_agency_only(
    client: Client, feeds: list[Feed], review: MatchReview
) -> None:
    """The other agency's record is not theirs to look at; two of their own are."""
    send(feeds[0], 2, family_name="Kett", given_name="Iris", date_of_birth="1940-02-03")
    send(
        feeds[0],
        3,
        family_name="Kett",
        given_name="I",
        date_of_birth="1940-02-03",
        address="2 Mill Row, Aylsham",
    )
    client.force_login(hub.make_user("agency_manager", agency=feeds[0].agency))
    page = client.get(reverse("matching")).content.decode()
    assert "1 question" in page
    assert "May" not in page
    assert client.get(reverse("match-review", args=[review.public_id])).status_code == 404
    assert (
        client.post(reverse("match-answer", args=[review.public_id]), {"answer": "join"}).status_code == 404
    )


def test_numbers_are_shown_only_under_an_agreement(client: Client) -> None:
    """A landlord's manager sees names and homes of the own list, and no NHS number."""
    agency = hub.make_agency("homes", kind=Agency.Kind.HOUSING)
    hub.make_agreement(agency, hub.make_agency())
    hub.make_skill("personal_care")
    feed = hub.make_feed(agency)
    one, other = (
        send(feed, 1),
        send(feed, 2, family_name="Larterb1", given_name="M", date_of_birth="1925-01-08"),
    )
    for record in (one, other):
        record.payload["nhs_number"] = hub.make_nhs_number(5)
        record.save()
    review = MatchReview.objects.get()
    client.force_login(hub.make_user("agency_manager", agency=agency))
    page = client.get(reverse("match-review", args=[review.public_id])).content.decode()
    assert "NHS number" not in page


def test_the_report_counts_and_says_how_sure_it_is(client: Client, admin: User, feeds: list[Feed]) -> None:
    """Joins drawn at random and looked at give a share and its interval."""
    for number in (1, 2, 3):
        send(feeds[0], number)
        send(feeds[1], number)
    page = client.get(reverse("match-report")).content.decode()
    assert "Nobody has looked yet" in page
    drawn = client.post(reverse("match-draw"), follow=True).content.decode()
    assert "3 joins drawn" in drawn
    checks = list(MatchReview.objects.order_by("pk"))
    answer(client, checks[0], "join")
    answer(client, checks[1], "join")
    answer(client, checks[2], "apart")
    page = client.get(reverse("match-report")).content.decode()
    assert "66.7 %" in page
    assert "of 3 drawn" in page
    assert (
        SourceRecord.objects.get(pk=checks[2].record_id).person
        != SourceRecord.objects.get(pk=checks[2].other_id).person
    )


def test_coordinators_have_no_part_in_it(client: Client, review: MatchReview) -> None:
    """Whether two are one is for those who hold the records."""
    client.force_login(hub.make_user("coordinator", hub.make_area(), agency=review.record.agency))
    assert client.get(reverse("matching")).status_code == 403
