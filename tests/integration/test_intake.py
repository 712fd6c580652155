"""Ways in: the page with its preview, the API, the watched folder; columns chosen on a page."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from rest_framework.authtoken.models import Token

from hub.feeds import mapped
from hub.models import Delivery, Feed, Need, Person, Rejection, Role, SourceRecord
from hub.pages import mapping
from hub.services.receiving import intake, working
from tests.factories import hub
from tests.factories.files import call, schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(settings: Any, tmp_path: Path) -> Feed:
    settings.INTAKE_DIR = tmp_path / "intake"
    agency = hub.make_agency("coastal-care")
    hub.make_agreement(agency, hub.make_agency("council", kind="social_care"))
    hub.make_skill("personal_care")
    return hub.make_feed(agency, code="coastal")


def manager(feed: Feed, **fields: Any) -> Client:
    client = Client()
    user = hub.make_user(Role.AGENCY_MANAGER, agency=feed.agency, **fields)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, feed: Feed, data: bytes) -> Delivery:
    file = SimpleUploadedFile("calls.csv", data)
    answer = client.post("/deliveries/new/", {"feed": feed.pk, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return Delivery.objects.get(public_id=answer["Location"].split("/")[2])


def test_an_uploaded_file_is_shown_before_anything_is_taken(feed: Feed) -> None:
    """Three records and one that is wrong; then it is sent, and a worker takes it in."""
    client = manager(feed)
    draft = upload(client, feed, schedule([call(1), call(2, minutes="thirty")]))
    page = client.get(f"/deliveries/{draft.public_id}/").content.decode()
    assert "2 persons, 1 need" in page
    assert "whole_number" in page
    assert "thirty" not in page
    assert not SourceRecord.objects.exists()
    client.post(f"/deliveries/{draft.public_id}/decide/", {"do": "send"})
    assert "Waiting for its turn" in client.get(f"/deliveries/{draft.public_id}/").content.decode()
    working.work(draft.pk, now=hub.NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.taken, draft.rejected, draft.progress) == ("taken", 3, 1, 100)
    assert client.get(f"/deliveries/{draft.public_id}/progress/")["HX-Refresh"] == "true"


def test_a_file_can_be_left_after_a_look(feed: Feed, settings: Any) -> None:
    """It is removed, and the row says who left it."""
    client = manager(feed)
    draft = upload(client, feed, schedule([call(1)]))
    client.post(f"/deliveries/{draft.public_id}/decide/", {"do": "decline"})
    draft.refresh_from_db()
    assert (draft.status, draft.stored_as) == ("declined", "")


def test_an_empty_upload_says_what_to_do(feed: Feed) -> None:
    """The form stays, with the reason beside the file."""
    file = SimpleUploadedFile("calls.csv", b"")
    answer = manager(feed).post("/deliveries/new/", {"feed": feed.pk, "file": file})
    assert answer.status_code == 400


def test_a_delivery_is_worked_on_once_and_again_after_a_kill(feed: Feed) -> None:
    """While somebody holds it nobody else does; when that is over, the sweep finds it; three times over."""
    delivery = intake.accept(
        feed=feed,
        file=SimpleUploadedFile("c.csv", schedule([call(1)])),
        file_name="c.csv",
        by=None,
        now=hub.NOW,
    )
    Delivery.objects.filter(pk=delivery.pk).update(work_until=hub.NOW + working.LEASE, attempts=1)
    working.work(delivery.pk, now=hub.NOW)
    assert not Need.objects.exists()
    later = hub.NOW + 2 * working.LEASE
    assert working.due(now=later) == [delivery.pk]
    working.work(delivery.pk, now=later)
    assert Need.objects.count() == 1
    working.work(delivery.pk, now=later)
    assert Need.objects.count() == 1
    Delivery.objects.filter(pk=delivery.pk).update(status="waiting", attempts=3, stored_as="gone")
    working.work(delivery.pk, now=later)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.rejections.get().rule) == ("refused", "attempts")


def test_a_partners_system_pushes_a_file(feed: Feed) -> None:
    """Only by its own agency's feeds; the same bytes twice are one delivery; the answer says where to ask."""
    user = hub.make_user(Role.AGENCY_MANAGER, agency=feed.agency)
    other = hub.make_feed(hub.make_agency(), code="theirs")
    key = f"Token {Token.objects.create(user=user).key}"
    client = Client(headers={"authorization": key})
    data = schedule([call(1), call(2, minutes="x")])

    def push(code: str) -> Any:
        return client.post(f"/api/v1/feeds/{code}/deliveries/", data, content_type="text/csv")

    assert push(other.code).status_code == 404
    first, again = push("coastal"), push("coastal")
    assert (first.status_code, first.json()["status"]) == (202, "waiting")
    assert first.json()["public_id"] == again.json()["public_id"]
    working.work(Delivery.objects.get().pk, now=hub.NOW)
    done = client.get(first["Location"]).json()
    assert (done["status"], done["taken"], done["rejected"]) == ("taken", 3, 1)
    refused = client.get(f"{first['Location']}rejections/").json()["results"]
    assert [one["rule"] for one in refused] == ["whole_number"]
    assert push("coastal").json()["status"] == "taken"


def test_nobody_pushes_without_a_token(feed: Feed) -> None:
    """Nor by a coordinator's."""
    answer = Client().post("/api/v1/feeds/coastal/deliveries/", b"x", content_type="text/csv")
    assert answer.status_code in (401, 403)
    coordinator = hub.make_user(agency=feed.agency)
    key = f"Token {Token.objects.create(user=coordinator).key}"
    answer = Client(headers={"authorization": key}).post(
        "/api/v1/feeds/coastal/deliveries/", b"x", content_type="text/csv"
    )
    assert answer.status_code == 403


def put(folder: Path, name: str, data: bytes, *, ago: float = 60) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(data)
    os.utime(file, (time.time() - ago, time.time() - ago))
    return file


def test_a_watched_folder_is_emptied_into_done_and_failed(feed: Feed, tmp_path: Path) -> None:
    """What is unfinished, hidden, fresh or a link stays where it is."""
    folder = tmp_path / "in" / "coastal"
    put(folder, "good.csv", schedule([call(1)]))
    put(folder, "bad.csv", b"nonsense")
    put(folder, "half.csv.part", b"x")
    put(folder, "fresh.csv", b"x", ago=0)
    (folder / "link.csv").symlink_to("/etc/passwd")
    call_command("watch_folder", str(tmp_path / "in"), "--once")
    left = sorted(each.name for each in folder.iterdir() if each.is_file())
    assert left == ["fresh.csv", "half.csv.part", "link.csv"]
    assert [each.name.partition("-")[2] for each in (folder / "done").iterdir()] == ["good.csv"]
    assert [each.name.partition("-")[2] for each in (folder / "failed").iterdir()] == ["bad.csv"]
    assert Need.objects.count() == 1


def test_what_a_killed_watcher_had_claimed_is_taken_up_again(feed: Feed, tmp_path: Path) -> None:
    """The lock died with its process."""
    put(tmp_path / "in" / "coastal" / ".claimed", "123-good.csv", schedule([call(1)]))
    call_command("watch_folder", str(tmp_path / "in"), "--once")
    assert Need.objects.count() == 1
    assert (tmp_path / "in" / "coastal" / "done" / "123-good.csv").exists()


def test_columns_are_chosen_on_a_page_and_kept_for_every_later_file(feed: Feed) -> None:
    """A new feed, its first file, the columns, a preview, and it is taken in."""
    client = manager(feed)
    answer = client.post(
        "/feeds/new/",
        {"code": "own", "agency": feed.agency.pk, "format": "mapped", "hold_share": 20},
    )
    assert answer.status_code == 302, answer.content.decode()
    own = Feed.objects.get(code="own")
    draft = upload(client, own, "Ref,Surname,Town\n7,Nguyễn,Holt\n".encode())
    assert "Say first which of its columns" in client.get(f"/deliveries/{draft.public_id}/").content.decode()
    address = f"/deliveries/{draft.public_id}/columns/"
    assert "Nguyễn" in client.get(address).content.decode()
    for wrong, field in (
        ({"column-client_reference": ""}, "client_reference"),
        ({"column-family_name": "Nickname"}, "family_name"),
        ({"column-minutes": "Town"}, "need_reference"),
        ({"column-need_reference": "Town", "always-minutes": "1000000"}, "minutes"),
        ({"column-need_reference": "Town", "always-earliest": "25:00"}, "earliest"),
        ({"column-need_reference": "Town", "always-tasks": "personal_care;singing"}, "tasks"),
    ):
        answer = client.post(
            address, {"column-client_reference": "Ref", "column-family_name": "Surname"} | wrong
        )
        assert answer.status_code == 400
        assert f'href="#column-{field}"' in answer.content.decode()
    client.post(
        address,
        {
            "column-client_reference": "Ref",
            "column-family_name": "Surname",
            "column-address": ["Town"],
            "dates": "day first",
        },
    )
    own.refresh_from_db()
    assert own.mapping["columns"]["family_name"] == ["Surname"]
    assert "1 person" in client.get(f"/deliveries/{draft.public_id}/").content.decode()
    client.post(f"/deliveries/{draft.public_id}/decide/", {"do": "send"})
    working.work(draft.pk, now=hub.NOW)
    assert Person.objects.get().family_name == "Nguyễn"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"Ref;Surname\n7;Eke\n", "one column only"),
        (b"Ref,Surname,sur-name\n7,Eke,Eke\n", "Two columns of one name cannot be told apart"),
        (b"Ref,Surname\n", "No rows below the heading"),
        (b"PK\x03\x04spreadsheet", "CSV"),
        ("Ref,Surname\n7,Eke\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_whose_columns_cannot_be_chosen_says_why(feed: Feed, file: bytes, words: str) -> None:
    """The officer reads what to do to the file, on the page of the columns or of the delivery."""
    client = manager(feed)
    own = hub.make_feed(feed.agency, format="mapped")
    draft = upload(client, own, file)
    page = client.get(f"/deliveries/{draft.public_id}/columns/", follow=True)
    assert page.status_code == 200
    assert words in page.content.decode()


def test_the_page_of_columns_has_everything_that_the_feed_knows() -> None:
    """A column that cannot be chosen there could be sent by nobody."""
    assert {*mapping.PERSON, *mapping.NEED, *mapping.MORE} == set(mapped.NAMES)


def test_whose_records_a_feed_holds_is_never_guessed(feed: Feed) -> None:
    """A manager has one agency, and it is filled in; the hub chooses among several."""
    chosen = f'value="{feed.agency.pk}" selected'
    assert chosen in manager(feed).get("/feeds/new/").content.decode()
    hub_page = hub.logged_in(hub.make_user(Role.HUB_ADMINISTRATOR)).get("/feeds/new/").content.decode()
    assert '<option value="" selected>Choose one</option>' in hub_page
    assert chosen not in hub_page


def test_the_sender_works_off_a_rejection_on_the_page(feed: Feed) -> None:
    """By state; nobody else's can be settled."""
    client = manager(feed)
    theirs = hub.make_delivery(hub.make_agency()).rejections.create(place="line 2", rule="time", message="x")
    mine = hub.make_delivery(feed.agency).rejections.create(place="line 3", rule="time", message="y")
    assert client.post(f"/rejections/{theirs.pk}/settle/", {"state": "mended"}).status_code == 404
    client.post(f"/rejections/{mine.pk}/settle/", {"state": "accepted", "back": "https://evil.example/"})
    mine.refresh_from_db()
    assert mine.state == Rejection.State.ACCEPTED
    assert "line 3" in client.get("/rejections/?state=accepted").content.decode()
    assert "line 3" not in client.get("/rejections/?state=open").content.decode()
