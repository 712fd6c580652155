"""The day goes wrong: the published rota is repaired at once, touches only what it must, and adds up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from typing import Any

import pytest
from django.urls import reverse

from hub.models import Role
from scheduling import repairs
from scheduling.engine.answers.changes import RunsLate, WorkerOff
from scheduling.engine.answers.repair import Changed, Kind
from scheduling.engine.answers.repair import Repair as Mended
from scheduling.engine.solution import Assignment, Reason, Solution, Unplaced
from scheduling.mapping import repairing
from scheduling.models import Repair
from scheduling.services import mending, publishing
from tests.factories.hub import logged_in, make_agency, make_area, make_need, make_skill, make_user
from tests.factories.scheduling import Week, make_candidate, make_week
from tests.factories.visits import MONDAY, make_shifts, make_worker
from visits.models import Absence, Override, Rota
from visits.wall_clock import moment

pytestmark = pytest.mark.django_db
TUESDAY_NOON = moment(MONDAY + dt.timedelta(days=1), dt.time(12))
TUESDAY_MORNING = moment(MONDAY + dt.timedelta(days=1), dt.time(7, 30))


@pytest.fixture
def week() -> Week:
    """A published week of ten calls, and a second worker on shift."""
    week = make_week()
    make_shifts(make_worker(week.agency, week.area, name="Thu Nguyễn"))
    publishing.publish(rota=make_candidate(week), by=None, now=TUESDAY_NOON)
    return week


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repair that gives the other worker what it can, and leaves out Friday: no compiled search.

    What is due and not planned goes to the first worker.
    """

    def repair(problem: Any, plan: Solution, change: Any, **_: Any) -> Any:
        away = {event.worker: event for event in change.events if isinstance(event, WorkerOff)}
        kept, left, changed = [], [], []
        for one in plan.assignments:
            (worker,) = one.workers
            if one.start < change.now or worker not in away:
                kept.append(one)
                continue
            (other,) = [w.id for w in problem.workers if w.id != worker]
            person = problem.occurrences[problem.occurrence_index[one.occurrence]].person
            after = Assignment(one.occurrence, (other,), one.start) if one.start < 4 * 1440 else None
            if after:
                kept.append(after)
            else:
                left.append(Unplaced(one.occurrence, Reason.NO_CAPACITY))
            kind = Kind.WORKER if after else Kind.UNPLACED
            reason = None if after else Reason.NO_CAPACITY
            changed.append(Changed(one.occurrence, person, kind, one, after, True, reason))
        for occurrence in problem.occurrences:
            if occurrence.id not in {one.occurrence for one in plan.assignments}:
                after = Assignment(occurrence.id, (problem.workers[0].id,), occurrence.windows[0].start)
                kept.append(after)
                changed.append(Changed(occurrence.id, occurrence.person, Kind.PLACED, None, after, True))
        return Mended(
            problem, Solution(tuple(kept), tuple(left)), {}, {}, tuple(changed),
            (changed[0].person,) if changed else (), (), (), (), (), (),
            tuple(one.occurrence for one in kept if one.start < change.now), 0, 0.1,
        )  # fmt: skip

    monkeypatch.setattr(repairing, "repair", repair)
    monkeypatch.setattr(repairing, "check", lambda *_: [])


def ring_in(week: Week) -> Repair:
    """The worker rings in at noon on Tuesday, until further notice, and the repair is worked out."""
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    _, asked = mending.rang_in(worker=week.worker, kind="sick", ends_at=None, by=by, now=TUESDAY_NOON)
    (repair,) = asked
    repairs.work(repair.pk)
    repair.refresh_from_db()
    assert not repair.error
    return repair


def test_a_sick_call_becomes_a_candidate_that_adds_up_and_leaves_the_morning_alone(week: Week) -> None:
    """Six calls to do: four go to the colleague, two are left out; what was before noon stays."""
    repair = ring_in(week)
    rota = repair.rota
    assert rota is not None
    assert (rota.status, rota.copied_from) == ("candidate", repair.of)
    assert (rota.asked, rota.placed, rota.unplaced_count, rota.cancelled) == (10, 8, 2, 0)
    assert sorted(one["kind"] for one in repair.found["changed"]) == ["unplaced"] * 2 + ["worker"] * 4
    morning = rota.visits.filter(starts_at__lt=TUESDAY_NOON)
    assert set(morning.values_list("worker", flat=True)) == {week.worker.pk}
    assert morning.count() == 2
    repairs.work(repair.pk)  # the message came twice
    assert Rota.objects.count() == 2


def test_the_page_lists_what_changes_and_accepting_publishes_it_whole(week: Week, time_machine: Any) -> None:
    """Who comes instead, what is left out and why; then it is in force, and a second repair is refused."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    repair, other = ring_in(week), None
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    page = client.get(reverse("repair", args=[repair.public_id])).content.decode()
    assert "Thu Nguyễn" in page
    assert "Every competent worker on shift is with someone else" in page
    deciding = reverse("repair-decide", args=[repair.public_id])
    other = mending.again(repair=repair, by=repair.requested_by, now=TUESDAY_NOON)
    repairs.work(other.pk)
    assert client.post(deciding, {"do": "accept"}).status_code == 302
    repair.of.refresh_from_db()
    assert repair.of.status == "superseded"
    late = client.post(reverse("repair-decide", args=[other.public_id]), {"do": "accept"})
    assert late.status_code == 409
    assert "something has changed in the published rota" in late.content.decode()
    assert Rota.objects.filter(status="published").count() == 1
    assert client.post(reverse("repair-decide", args=[other.public_id]), {"do": "discard"}).status_code == 302
    assert Rota.objects.get(repair=other).status == "withdrawn"


def test_a_repair_that_came_too_late_is_not_published(week: Week) -> None:
    """On Wednesday at nine the call of half past eight has begun: work it out again."""
    rota = ring_in(week).rota
    assert rota is not None
    wednesday = moment(MONDAY + dt.timedelta(days=2), dt.time(9))
    with pytest.raises(publishing.PublishRefused, match="have begun"):
        publishing.publish(rota=rota, by=None, now=wednesday)


def test_what_had_begun_is_answered_for_where_it_fits_no_rule_any_more(week: Week) -> None:
    """Sick since six in the morning as it turns out: Tuesday's visit stands, with the reason beside it."""
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    week.worker.absences.create(
        kind="sick",
        starts_at=moment(MONDAY + dt.timedelta(days=1), dt.time(6)),
        noted_at=TUESDAY_NOON,
        noted_by=by,
    )
    repair = mending.ask(
        rota=Rota.objects.get(status="published"), kind=Repair.Kind.ABSENCE, by=by, now=TUESDAY_NOON
    )
    repairs.work(repair.pk)
    repair.refresh_from_db()
    assert {row.rule for row in Override.objects.filter(rota=repair.rota)} == {"shift"}
    assert repair.rota is not None
    publishing.publish(rota=repair.rota, by=None, now=TUESDAY_NOON)


def test_a_killed_planner_is_asked_again_and_leaves_nothing_half_done(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease runs out, the sweep sends it again, and there is one candidate."""
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    _, (repair,) = mending.rang_in(worker=week.worker, kind="sick", ends_at=None, by=by, now=TUESDAY_NOON)

    def killed(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(repairing, "keep", killed)
        with pytest.raises(SystemExit):
            repairs.work(repair.pk)
    assert Rota.objects.count() == 1
    assert not repairs.due_for_work().exists()
    Repair.objects.update(lease_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert [one.pk for one in repairs.due_for_sending()] == [repair.pk]
    repairs.work(repair.pk)
    repair.refresh_from_db()
    assert (repair.status, repair.attempt, Rota.objects.count()) == ("done", 2, 2)


def test_nobody_of_another_area_decides(week: Week) -> None:
    """Not found, whoever asks from elsewhere."""
    repair = ring_in(week)
    stranger = logged_in(make_user(Role.COORDINATOR, agency=make_agency()))
    assert stranger.get(reverse("repair", args=[repair.public_id])).status_code == 404
    address = reverse("repair-decide", args=[repair.public_id])
    assert stranger.post(address, {"do": "accept"}).status_code == 404


def worked_out(repair: Repair) -> Rota:
    """The candidate of a repair, which must add up to what is asked."""
    repairs.work(repair.pk)
    repair.refresh_from_db()
    assert not repair.error
    assert repair.rota is not None
    rota = repair.rota
    assert rota.asked == rota.placed + rota.unplaced_count + rota.cancelled
    return rota


def test_of_somebody_in_hospital_today_is_called_off_and_the_rest_not_due(
    week: Week, time_machine: Any
) -> None:
    """From half past seven on Tuesday: Monday stays, Tuesday is called off, nothing more is due, all told."""
    time_machine.move_to(TUESDAY_MORNING, tick=False)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("person-hospital", args=[week.person.public_id])
    assert client.post(address, {"home_on": "2027-01-12"}).status_code == 400
    assert client.post(address, {"home_on": ""}).status_code == 302
    rota = worked_out(Repair.objects.get())
    assert (rota.asked, rota.placed, rota.unplaced_count, rota.cancelled) == (4, 2, 0, 2)
    assert len(rota.repair.found["gone"]) == 8
    assert "noted by" in client.get("/today/").content.decode()
    assert "noted already" in client.post(address, {"home_on": ""}).content.decode()
    page = client.get(reverse("repair", args=[rota.repair.public_id])).content.decode()
    assert "Not due any more" in page


def test_a_visit_that_runs_over_is_told_to_the_optimiser_as_it_is(
    week: Week, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last task ends half an hour later; a visit of another day cannot run over."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    told: list[Any] = []
    repair = repairing.repair
    monkeypatch.setattr(
        repairing, "repair", lambda *given, **how: (told.extend(given[2].events), repair(*given, **how))[1]
    )
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    monday, tuesday = Rota.objects.get().visits.order_by("starts_at")[:2]
    assert (
        client.post(reverse("visit-runs-over", args=[monday.public_id]), {"minutes": 30}).status_code == 400
    )
    assert (
        client.post(reverse("visit-runs-over", args=[tuesday.public_id]), {"minutes": 30}).status_code == 302
    )
    rota = worked_out(Repair.objects.get())
    assert (rota.placed, rota.unplaced_count) == (10, 0)
    assert told == [RunsLate(f"n{week.tablets.pk}-2027-01-12", None, 1440 + 8 * 60 + 40 + 30)]


def test_an_agency_that_stops_leaves_its_calls_to_others_and_may_go_on_after_all(
    week: Week, time_machine: Any
) -> None:
    """Both its workers are away from then on, noted once however often it is said, and back by one word."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=make_agency()))
    said = {"agency": week.agency.pk, "what": "stops", "starts_at": "2027-01-12T11:00"}
    assert client.get("/agency-stops/").status_code == 200
    for _ in range(2):
        assert client.post("/agency-stops/", said).status_code == 302
    stopped = Absence.objects.in_force().filter(kind="stopped", ends_at=None)
    assert stopped.count() == 2
    assert Repair.objects.count() == 1
    worked_out(Repair.objects.get())
    assert client.post("/agency-stops/", said | {"what": "goes_on"}).status_code == 302
    assert not stopped.exists()
    elsewhere = logged_in(make_user(Role.COORDINATOR, make_area(), agency=week.agency))
    assert elsewhere.post("/agency-stops/", said).status_code == 400


def asked_of_the_optimiser(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The problem and the change of each repair from here on."""
    given: list[Any] = []
    repair = repairing.repair
    monkeypatch.setattr(
        repairing, "repair", lambda *all_, **how: (given.append((all_[0], all_[2])), repair(*all_, **how))[1]
    )
    return given


@pytest.mark.parametrize(("minutes_later", "is_told"), [(29, True), (30, False)])
def test_a_visit_that_ran_late_is_late_in_later_repairs_until_it_ends(
    week: Week, monkeypatch: pytest.MonkeyPatch, minutes_later: int, is_told: bool
) -> None:
    """At half past seven the visit of 08:00 to 08:40 is said to last until 09:10."""
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    visit = Rota.objects.get().visits.order_by("starts_at")[1]
    late = mending.runs_over(visit=visit, minutes=30, by=by, now=TUESDAY_MORNING)
    given = asked_of_the_optimiser(monkeypatch)
    then = visit.ends_at + dt.timedelta(minutes=minutes_later)

    def ill() -> list[Any]:
        rota = Rota.objects.get(status="published")
        again = mending.ask(rota=rota, kind=Repair.Kind.STOPPED, by=by, now=then)
        worked_out(again)
        again.delete()
        return [event for event in given[-1][1].events if isinstance(event, RunsLate)]

    told = [RunsLate(f"n{week.tablets.pk}-2027-01-12", None, 1440 + 9 * 60 + 10)] if is_told else []
    assert ill() == told
    publishing.discard(rota=worked_out(late), by=by, now=TUESDAY_MORNING)
    assert ill() == []


def test_what_somebody_answers_for_by_name_is_not_repaired_away(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Washing with a skill that the worker lacks is held where it is, with the reason."""
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    code, worker = f"n{week.washing.pk}-2027-01-14", f"w{week.worker.pk}"
    rota = Rota.objects.get(status="published")
    week.washing.skills = ["personal_care", make_skill("insulin").pk]
    week.washing.save()
    for day in range(11, 16):
        rota.overrides.create(
            need=week.washing,
            rule="skills",
            ids=[f"n{week.washing.pk}-2027-01-{day}", worker],
            said=f"{worker} lacks insulin for n{week.washing.pk}-2027-01-{day}",
            reason="She is being taught it.",
            at=TUESDAY_NOON,
            by=by,
        )
    given = asked_of_the_optimiser(monkeypatch)
    made = worked_out(mending.ask(rota=rota, kind=Repair.Kind.STOPPED, by=by, now=TUESDAY_NOON))
    problem = given[-1][0]
    asked = problem.occurrences[problem.occurrence_index[code]]
    assert asked.skills == {"personal_care"}
    assert [lock.worker for lock in problem.locks if lock.occurrence == code] == [worker]
    assert code in {row.ids[0] for row in made.overrides.all()}


def test_somebody_home_again_is_offered_the_calls_of_today_and_no_call_vanishes(
    week: Week, time_machine: Any
) -> None:
    """The stay is in force; then they are back: what is ticked is due again, and so is every later day."""
    time_machine.move_to(TUESDAY_MORNING, tick=False)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    client.post(reverse("person-hospital", args=[week.person.public_id]), {"home_on": ""})
    stay = worked_out(Repair.objects.get())
    publishing.publish(rota=stay, by=None, now=TUESDAY_MORNING)
    assert "Home again…" in client.get(reverse("person", args=[week.person.public_id])).content.decode()
    assert "Home again…" in client.get("/today/").content.decode()
    address = reverse("person-home", args=[week.person.public_id])
    page = client.get(address)
    calls = list(page.context["form"].fields["calls"].choices)
    assert [words for _, words in calls] == [
        f"Tue 12 Jan 08:00: Morning care for {week.person.name}",
        f"Tue 12 Jan 08:00: Tablets for {week.person.name}",
    ]
    said = {"because": "Back by taxi.", "calls": [calls[0][0]]}
    response = client.post(address, said)
    rota = worked_out(Repair.objects.get(kind="home"))
    assert response.headers["Location"] == reverse("repair", args=[rota.repair.public_id])
    assert (rota.asked, rota.placed, rota.unplaced_count, rota.cancelled) == (10, 9, 0, 1)
    assert "not due" in client.get(response.headers["Location"]).content.decode()
    assert "Nothing says" in client.post(address, {"because": "Again."}).content.decode()


def test_who_answers_the_telephone_gets_from_today_to_each_thing_in_one_step(
    week: Week, time_machine: Any
) -> None:
    """Whoever is on today can be chosen; sick leads to the absence, running over to today's visits."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    page = client.get("/today/")
    assert {one.name for one in page.context["on_today"]} == {week.worker.name, "Thu Nguyễn"}
    chosen = {"worker": str(week.worker.public_id)}
    sick = client.get("/happened/", chosen | {"what": "sick"}).headers["Location"]
    assert sick == reverse("worker-sick", args=[week.worker.public_id])
    over = client.get("/happened/", chosen | {"what": "over"})
    day = client.get(over.headers["Location"]).content.decode()
    visit = Rota.objects.get().visits.order_by("starts_at")[1]
    assert reverse("visit-runs-over", args=[visit.public_id]) in day
    assert client.get("/happened/", {"what": "sick"}).headers["Location"] == "/today/"


def test_until_further_notice_is_said_and_not_left_out(week: Week, time_machine: Any) -> None:
    """The field has an answer for it, so it cannot be empty."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    client = logged_in(make_user(Role.COORDINATOR, week.area, agency=week.agency))
    address = reverse("worker-sick", args=[week.worker.public_id])
    assert "may be left out" not in client.get(address).content.decode()
    assert client.post(address, {"kind": "sick", "days": ""}).status_code == 400
    assert client.post(address, {"kind": "sick", "days": "open"}).status_code == 302
    assert Absence.objects.get().ends_at is None


def test_what_is_due_again_and_finds_no_place_is_listed_as_left_out(
    week: Week, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    """A call that is new since the rota was published and fits nowhere is told of, for somebody to ring."""
    time_machine.move_to(TUESDAY_NOON, tick=False)
    by = make_user(Role.COORDINATOR, week.area, agency=week.agency)
    new = make_need(week.person, week.agency, title="Eye drops", rrule="FREQ=WEEKLY;BYDAY=WE")
    repair = repairing.repair

    def leaves_out(*given: Any, **how: Any) -> Any:
        done = repair(*given, **how)
        there = tuple(one for one in done.plan.assignments if f"n{new.pk}-" not in one.occurrence)
        changed = tuple(one for one in done.changed if f"n{new.pk}-" not in one.occurrence)
        return dataclasses.replace(done, plan=Solution(there, done.plan.unplaced), changed=changed)

    monkeypatch.setattr(repairing, "repair", leaves_out)
    rota = Rota.objects.get(status="published")
    asked = mending.ask(rota=rota, kind=Repair.Kind.HOME, by=by, now=TUESDAY_NOON)
    assert worked_out(asked).unplaced_count == 1
    page = logged_in(by).get(reverse("repair", args=[asked.public_id])).content.decode()
    assert "Left out now" in page
    assert f"Eye drops for {week.person.name}" in html.unescape(page)
