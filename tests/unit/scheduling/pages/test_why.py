"""Why, and who else: what the desk answers, told in names to whoever may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.models import Role
from scheduling import desk
from scheduling.engine.answers.ranking import Rule
from scheduling.pages.why_wording import REFUSED
from scheduling.services import asking
from tests.factories.hub import logged_in, make_area, make_user
from tests.factories.scheduling import Week, make_candidate, make_week
from tests.factories.visits import MONDAY, make_barred_worker, make_shifts, make_worker
from visits.models import Rota, Worker

THURSDAY = MONDAY + dt.timedelta(days=3)  # the tests' clock stands on Wednesday
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_that_week")]


@pytest.fixture(autouse=True)
def desk_in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The queue is skipped here; tests/integration/test_asking.py goes through it."""
    monkeypatch.setattr(asking, "_through_the_queue", lambda *asked: desk.answer(*asked, now=timezone.now()))
    yield
    desk.forget()


@pytest.fixture
def week() -> Week:
    """One worker, and a colleague on the same shifts."""
    found = make_week()
    make_shifts(make_worker(found.agency, found.area, name="Ngọc Nguyễn"))
    return found


@pytest.fixture
def rota(week: Week) -> Rota:
    return make_candidate(week)


@pytest.fixture
def client(week: Week) -> Client:
    return logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))


def ask(client: Client, name: str, week: Week, rota: Rota, **fields: object) -> str:
    address = reverse(name, args=[rota.public_id])
    answer = client.get(address, {"need": week.washing.public_id, "due": THURSDAY, **fields})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_rule_of_the_desk_has_words() -> None:
    """The engine's names are spelt out in the wording; none is missing and none is left over."""
    assert set(REFUSED) == {rule.value for rule in Rule}


def test_a_place_is_explained_in_sentences(client: Client, week: Week, rota: Rota) -> None:
    """What shares the visit, and the next best with what it would cost by term."""
    said = ask(client, "why", week, rota)
    assert f"They are at the door then for Tablets for {week.person.name}" in said
    assert "Next best: Ngọc Nguyễn, Thu 14 Jan" in said
    assert "It would cost" in said


def test_who_could_take_it_is_a_list_to_choose_from(client: Client, week: Week, rota: Rota) -> None:
    """Choosing opens the dialogue of a change by hand with worker, day and time filled in."""
    said = ask(client, "who", week, rota)
    assert "comes now" in said
    assert "deed=visit" in said
    assert f"worker={Worker.objects.get(name='Ngọc Nguyễn').public_id}" in said


def test_whoever_cannot_is_named_with_what_is_in_the_way(client: Client, week: Week, rota: Rota) -> None:
    """Barred from this person."""
    make_barred_worker(week.person, Worker.objects.get(name="Ngọc Nguyễn"))
    said = ask(client, "who", week, rota)
    assert "1 barred from this person" in said
    assert "Ngọc Nguyễn" in said


def test_what_has_no_place_says_what_would_let_it_in(client: Client, week: Week) -> None:
    """Left out on Friday though there is room: it fits now. Without shifts: nobody is there."""
    rota = make_candidate(week, days=4)
    friday = MONDAY + dt.timedelta(days=4)
    said = ask(client, "why", week, rota, due=friday)
    assert "It would fit now" in said
    week.worker.shifts.all().delete()
    Worker.objects.get(name="Ngọc Nguyễn").shifts.all().delete()
    said = ask(client, "why", week, rota, due=friday)
    assert "No competent worker is on shift at that time." in said
    assert "2 not on shift at that time" in said


def test_without_an_answer_the_page_says_what_to_do(
    client: Client, week: Week, rota: Rota, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody serves the queue: said, with a button to try again."""

    def none(**_: object) -> None:
        raise asking.NoAnswer("The desk is not running.")

    monkeypatch.setattr(asking, "explain", none)
    said = ask(client, "why", week, rota)
    assert "The desk is not running." in said
    assert "Try again" in said


def test_a_stranger_to_the_area_gets_nothing(week: Week, rota: Rota) -> None:
    """Another area's coordinator; and nonsense in the address."""
    address = reverse("why", args=[rota.public_id])
    asked = {"need": week.washing.public_id, "due": THURSDAY}
    stranger = logged_in(make_user(Role.COORDINATOR, make_area("elsewhere"), agency=week.agency))
    assert stranger.get(address, asked).status_code == 404
    own = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    assert own.get(address, {"need": "x", "due": "y"}).status_code == 404
