"""A field worker's day, the request for a plan, and the comparison."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from hub.models import Role, SourceRecord, Suspension
from scheduling.models import PlanningRun
from scheduling.services import publishing
from tests.factories.hub import (
    logged_in,
    make_agency,
    make_agreement,
    make_area,
    make_need,
    make_person,
    make_user,
)
from tests.factories.scheduling import make_candidate, make_run, make_week
from tests.factories.visits import MONDAY, NOW, make_rota, make_visit, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_that_week() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):  # Wednesday, 09:00
        yield


def text_of(answer: Any) -> str:
    """What a reader sees of a page, spaces made even."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_the_day_tells_past_now_next_and_later_with_the_way_there() -> None:
    """Four visits around nine o'clock, each with its standing, and minutes of travel where there are any."""
    area, agency = make_area(), make_agency()
    worker = make_worker(agency, area, user=make_user(Role.FIELD_WORKER, agency=agency))
    rota = make_rota(area, status="published")
    for start in ("07:30", "08:45", "10:00", "11:00"):
        person = make_person(agency, area=area)
        person.address.latitude += 0.05
        person.address.save()
        make_visit(rota, worker, make_need(person, agency), day=NOW.date(), start=start)
    stops = logged_in(worker.user).get("/my-day/").context["stops"]
    assert [stop.when for stop in stops] == ["past", "now", "next", "later"]
    assert stops[0].travel > 0
    assert [stop.travel for stop in stops[1:]] == [1, 1, 1]  # other doors, as the plan counts them


def test_nobody_knocks_where_an_agency_says_that_the_person_is_not_there() -> None:
    """The visit stands as published, marked; what is next is the one after. Home again, it is as before."""
    area, agency = make_area(), make_agency()
    worker = make_worker(agency, area, user=make_user(Role.FIELD_WORKER, agency=agency))
    rota, gone = make_rota(area, status="published"), make_person(agency, area=area)
    for start, person in (("10:00", gone), ("11:00", make_person(agency, area=area))):
        make_visit(rota, worker, make_need(person, agency), day=NOW.date(), start=start)
    away = Suspension.objects.create(
        source_record=SourceRecord.objects.get(person=gone, kind="person"),
        agency=agency,
        cause=Suspension.Cause.HOSPITAL,
        starts_on=NOW.date(),
        told_at=NOW,
    )
    answer = logged_in(worker.user).get("/my-day/")
    assert [(stop.when, stop.is_off) for stop in answer.context["stops"]] == [
        ("later", True),
        ("next", False),
    ]
    said = text_of(answer)
    assert said.count("Do not call here") == 1
    assert "hospital" not in said
    away.ends_on = NOW.date()
    away.save()
    assert "Do not call here" not in text_of(logged_in(worker.user).get("/my-day/"))


def test_drafts_and_other_workers_visits_are_not_in_the_day() -> None:
    """Only what is published, and only one's own."""
    area, agency = make_area(), make_agency()
    worker = make_worker(agency, area, user=make_user(Role.FIELD_WORKER, agency=agency))
    need = make_need(make_person(agency, area=area), agency)
    make_visit(make_rota(area, status="published"), make_worker(agency, area), need, day=NOW.date())
    make_visit(make_rota(area), worker, need, day=NOW.date())
    answer = logged_in(worker.user).get("/my-day/")
    assert answer.context["stops"] == []
    assert "No visits on this day." in text_of(answer)


def test_a_day_without_visits_leads_to_the_next_with_some() -> None:
    """The worker off today is told when the next visits are, within reach."""
    area, agency = make_area(), make_agency()
    worker = make_worker(agency, area, user=make_user(Role.FIELD_WORKER, agency=agency))
    day = NOW.date() + dt.timedelta(days=2)
    make_visit(
        make_rota(area, status="published"),
        worker,
        make_need(make_person(agency, area=area), agency),
        day=day,
    )
    assert "Your next visits: Fri 15 Jan" in text_of(logged_in(worker.user).get("/my-day/"))


@pytest.mark.parametrize(
    ("days", "is_open"), [(14, True), (-7, True), (15, False), (-8, False), (4000, False)]
)
def test_the_phone_reaches_a_week_back_and_two_ahead(days: int, is_open: bool) -> None:
    """Farther days say so instead of showing who lives where."""
    area, agency = make_area(), make_agency()
    worker = make_worker(agency, area, user=make_user(Role.FIELD_WORKER, agency=agency))
    day = NOW.date() + dt.timedelta(days=days)
    person = make_person(agency, area=area, family_name="Quixworthy")
    monday = day - dt.timedelta(days=day.weekday())
    rota = make_rota(area, status="published", week_start=monday)
    make_visit(rota, worker, make_need(person, agency), day=day)
    said = text_of(logged_in(worker.user).get(reverse("my-day-on", args=[day])))
    assert ("Quixworthy" in said) is is_open


def test_asking_for_a_plan_makes_one_run_and_a_second_is_refused() -> None:
    """The page says that this week is being planned already."""
    week = make_week()
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("plan", args=[week.area.code, MONDAY])
    assert client.post(address, {"seconds": "0"}).status_code == 302
    assert not PlanningRun.objects.exists()
    client.post(address, {"seconds": "5"})
    assert PlanningRun.objects.get().seconds == 5
    assert "planned already" in text_of(client.post(address, follow=True))
    assert PlanningRun.objects.count() == 1


def test_only_those_who_plan_the_area_ask_and_stop() -> None:
    """Its coordinator and the hub administrator; another area's coordinator finds nothing."""
    week = make_week()
    run = make_run(week.area)
    plan = reverse("plan", args=[week.area.code, MONDAY])
    stop = reverse("stop-run", args=[run.public_id])
    stranger = logged_in(make_user(Role.COORDINATOR, make_area(), agency=week.agency))
    manager = logged_in(make_user(Role.AGENCY_MANAGER, agency=week.agency))
    for address in (plan, stop):
        assert stranger.post(address).status_code == 404
        assert manager.post(address).status_code == 403
    logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency)).post(stop)
    run.refresh_from_db()
    assert run.status == PlanningRun.Status.CANCELLED


def test_the_hub_administrator_plans_and_stops_by_page_but_does_not_publish() -> None:
    """The buttons are there and do what they say; publishing is for whoever answers for the area."""
    week = make_week()
    administrator = make_user(Role.HUB_ADMINISTRATOR)
    client = logged_in(administrator)
    board = reverse("board", args=[week.area.code, MONDAY])
    assert "Plan this week" in text_of(client.get(board))
    client.post(reverse("plan", args=[week.area.code, MONDAY]), {"seconds": "5"})
    run = PlanningRun.objects.get(requested_by=administrator)
    assert "Stop planning" in text_of(client.get(reverse("runs")))
    client.post(reverse("stop-run", args=[run.public_id]))
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_by) == (PlanningRun.Status.CANCELLED, administrator)
    assert client.post(reverse("publish", args=[make_candidate(week).public_id])).status_code == 403


def test_the_list_of_runs_says_who_asked_and_what_came_of_it() -> None:
    """The reader's areas only, by area and status on request, and for a spreadsheet."""
    week = make_week()
    make_run(week.area, status="failed", error="Its worker died 3 times.")
    make_run(make_area(name="Elsewhere"), status="failed")
    user = make_user(Role.COORDINATOR, week.area, agency=week.agency, first_name="Cora", last_name="Dent")
    rota = make_candidate(week)
    PlanningRun.objects.filter(status="done").update(requested_by=user, rota=rota)
    client = logged_in(user)
    said = text_of(client.get(reverse("runs")))
    assert "2 runs" in said
    assert "Its worker died 3 times." in said
    assert "Cora Dent" in said
    assert "Elsewhere" not in said
    assert "1 run," in text_of(client.get(reverse("runs"), {"status": "failed"}))
    written = client.get(reverse("runs"), {"status": "done", "as": "csv"}).content.decode()
    assert "Cora Dent,Done" in written
    assert "died" not in written


def test_progress_is_a_part_for_htmx_and_a_page_for_everyone_else() -> None:
    """Without scripts the address of a run is a page of its own."""
    week = make_week()
    run = make_run(week.area, status="failed", error="Its worker died 3 times.")
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("run-progress", args=[run.public_id])
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "every 1s" not in part  # it has ended, so nobody need ask again
    assert "Its worker died 3 times." in text_of(client.get(address))


def test_comparing_says_what_changes_for_whom() -> None:
    """A visit that moves from 08:00 to 09:00 is listed with both times, beside the figures."""
    week = make_week()
    published = make_candidate(week)
    published.status = "published"
    published.save()
    candidate = make_candidate(week, start="09:00")
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    said = text_of(client.get(reverse("compare", args=[candidate.public_id])))
    assert "1 person for whom something changes" in said
    assert "08:00" in said
    assert "09:00" in said
    assert "other time" in said
    assert "Arrivals55 (same)" in said.replace("Arrivals 5 5 ", "Arrivals55 ")


def test_people_not_shared_are_not_in_the_comparison() -> None:
    """Of those who change, only whom the reader may open."""
    week = make_week()
    published = make_candidate(week)
    published.status = "published"
    published.save()
    candidate = make_candidate(week, start="09:00")
    other = make_agency()
    make_agreement(other)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=other))
    said = text_of(client.get(reverse("compare", args=[candidate.public_id])))
    assert week.person.family_name not in said


def test_changed_rounds_stand_on_the_phone_until_seen_and_are_counted_for_the_coordinator() -> None:
    """The first rota of a week is told as such; what is told after the page was drawn stays."""
    week = make_week()
    week.worker.user = make_user(Role.FIELD_WORKER, agency=week.agency)
    week.worker.save()
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    phone = logged_in(week.worker.user)
    office = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    page = phone.get("/my-day/")
    assert "Your rounds are published for the first time, Wed 13 Jan 09:00" in text_of(page)
    assert page.context["changed"].days == [MONDAY + dt.timedelta(days=d) for d in (2, 3, 4)]
    today = text_of(office.get("/today/"))
    assert "The first rota for the week of Mon 11 Jan is published. 1 field worker has not looked" in today
    assert "not seen yet that their rounds changed" not in today
    later = NOW + dt.timedelta(minutes=1)
    publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=later)
    assert "1 field worker has not seen yet" in text_of(office.get("/today/"))
    phone.post("/my-day/seen/", {"up_to": page.context["changed"].up_to})
    again = phone.get("/my-day/")
    assert "Your rounds have changed, Wed 13 Jan 09:01" in text_of(again)
    phone.post("/my-day/seen/", {"up_to": again.context["changed"].up_to})
    assert "Your rounds have changed" not in text_of(phone.get("/my-day/"))
    assert "not seen yet" not in text_of(office.get("/today/"))


def test_that_a_first_rota_was_not_looked_at_is_told_for_two_days() -> None:
    """Some staff carry no phone, and would keep it on Today for the whole week."""
    week = make_week()
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    office = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    for days, is_told in ((1, True), (2, False)):
        with time_machine.travel(NOW + dt.timedelta(days=days)):
            assert ("1 field worker has not looked" in text_of(logged_in(office).get("/today/"))) is is_told


def test_a_superseded_version_is_rolled_back_to_from_its_page() -> None:
    """The page says what it does; one press does it; a page that is out of date is refused."""
    week = make_week()
    first = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=NOW)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("publish", args=[first.public_id])
    assert "Roll back to version 1" in text_of(client.get(address))
    assert client.post(address, {"instead_of": "3"}).status_code == 409
    assert client.post(address, {"instead_of": "2"}).status_code == 302
    first.refresh_from_db()
    assert first.status == "published"


def test_a_coordinator_sets_the_stability_budget_and_runs_and_comparisons_say_what_was_used() -> None:
    """A number below nothing is refused with what was typed kept; an empty field is no bound."""
    week = make_week()
    publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    draft = make_candidate(week, days=4)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("stability-budget", args=[week.area.code])
    wrong = client.post(address, {"most_people": "-1", "most_visits": "5"})
    assert (wrong.status_code, wrong.context["form"]["most_visits"].value()) == (400, "5")
    assert client.post(address, {"most_people": "", "most_visits": "5"}).status_code == 302
    said = text_of(client.get(reverse("compare", args=[draft.public_id])))
    assert "2 published visits change their worker or are dropped (at most 5)" in said
    assert "0 people lose the named worker" in said
    run = make_run(week.area, status="done", figures=draft.figures)
    assert "(at most 5)" in text_of(client.get(reverse("run-progress", args=[run.public_id])))
