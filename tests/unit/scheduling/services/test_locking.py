"""Locks of four kinds are kept by every plan; one that cannot be kept is named and not set."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.urls import reverse

from hub.models import Role, User
from scheduling.engine.problem import Lock
from scheduling.mapping.deeds import MoveVisit, Place
from scheduling.mapping.locks import LockError
from scheduling.services import changing, locking, publishing
from scheduling.services.locking import LockRefused
from tests.factories.hub import logged_in, make_agency, make_agreement, make_need, make_user
from tests.factories.scheduling import Week, make_candidate, make_run, make_week, map_week
from tests.factories.visits import MONDAY, NOW, make_barred_worker, make_shifts, make_worker
from visits.models import PlanLock, Rota, Visit, Worker

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


@pytest.fixture
def rota(week: Week, other: Worker) -> Rota:
    return make_candidate(week)


@pytest.fixture
def by(week: Week) -> User:
    return make_user(Role.COORDINATOR, week.area, agency=week.agency)


@pytest.fixture
def other(week: Week) -> Worker:
    """A colleague on the same shifts."""
    worker = make_worker(week.agency, week.area, name="Ngọc Nguyễn")
    make_shifts(worker)
    return worker


def first(rota: Rota) -> Visit:
    found: Visit = rota.visits.order_by("starts_at").first()
    return found


def lock(rota: Rota, by: User, kind: str) -> PlanLock:
    return locking.lock_visit(rota=rota, visit=first(rota).public_id, kind=kind, by=by, now=NOW)


@pytest.mark.parametrize(
    ("kind", "worker", "start"), [("worker", True, None), ("time", False, 480), ("all", True, 480)]
)
def test_worker_and_time_are_locks_of_the_optimiser(
    week: Week, rota: Rota, by: User, kind: str, worker: bool, start: int | None
) -> None:
    """Each part of the visit is held to what the kind says, and no more."""
    lock(rota, by, kind)
    code, other = f"n{week.washing.pk}-{MONDAY}", f"n{week.tablets.pk}-{MONDAY}"
    who = f"w{week.worker.pk}" if worker else None
    then = None if start is None else start + week.washing.minutes
    assert set(map_week(week).problem.locks) == {Lock(code, who, start), Lock(other, who, then)}


def test_a_locked_day_leaves_only_that_day(week: Week, by: User) -> None:
    """A call that may be made on any of three days is held to the one it is on."""
    bath = make_need(
        week.person, week.agency, rrule="FREQ=WEEKLY;BYDAY=MO", title="Bath", flexible_days=2, minutes=20
    )
    rota = make_candidate(week)
    place = f"n{bath.pk}-{MONDAY}"
    mapped = map_week(week)
    assert len(mapped.problem.occurrences[mapped.problem.occurrence_index[place]].windows) == 3
    start = mapped.clock.minute_of(TUESDAY, dt.time(9))
    _, row = changing.change(
        rota=rota, deed=Place(bath.pk, MONDAY, (week.worker.pk,), start), seen=0, by=by, now=NOW
    )
    visit = rota.visits.get(parts__need=bath)
    locking.lock_visit(rota=rota, visit=visit.public_id, kind="day", by=by, now=NOW)
    mapped = map_week(week)
    windows = mapped.problem.occurrences[mapped.problem.occurrence_index[place]].windows
    assert [window.start // 1440 for window in windows] == [1]
    move = MoveVisit(visit.public_id, week.worker.pk, start + 1440)
    with pytest.raises(changing.BreaksRules) as refusal:
        changing.change(rota=rota, deed=move, seen=row.pk, by=by, now=NOW, reason="The family asked for it")
    assert {breach.rule for breach in refusal.value.breaches} == {"lock"}


def test_a_round_and_a_persons_week_are_locked_whole(week: Week, rota: Rota, by: User) -> None:
    """Two parts of Monday; ten of the week."""
    round_ = locking.lock_round(rota=rota, worker=week.worker, day=MONDAY, kind="all", by=by, now=NOW)
    assert round_.holds.count() == 2
    locking.release(lock=round_, by=by, now=NOW)
    whole = locking.lock_person(rota=rota, person=week.person, kind="worker", by=by, now=NOW)
    assert (whole.holds.count(), len(map_week(week).problem.locks)) == (10, 10)


def test_a_lock_that_cannot_hold_is_refused_and_named(
    week: Week, rota: Rota, by: User, other: Worker
) -> None:
    """Barred since: every plan would have to break it, so it is not set."""
    changing.change(rota=rota, deed=MoveVisit(first(rota).public_id, other.pk), seen=0, by=by, now=NOW)
    make_barred_worker(week.person, other)
    with pytest.raises(
        LockRefused, match=rf"the lock of the worker on this visit: 'w{other.pk}' may not serve"
    ):
        lock(rota, by, "worker")
    assert not PlanLock.objects.exists()


def test_two_locks_that_contradict_each_other_are_refused(
    week: Week, rota: Rota, by: User, other: Worker
) -> None:
    """Two versions have the visit with two workers: only the first is locked."""
    lock(rota, by, "all")
    elsewhere = changing.copy(rota=rota, by=by, now=NOW)
    Visit.objects.filter(pk=first(elsewhere).pk).update(worker=other)
    with pytest.raises(LockRefused, match="locked too often"):
        lock(elsewhere, by, "all")


def test_a_lock_that_became_impossible_stops_planning_with_its_name(week: Week, rota: Rota, by: User) -> None:
    """The shift is gone: the error names the lock, before any search."""
    made = lock(rota, by, "all")
    week.worker.shifts.first().delete()
    with pytest.raises(LockError) as error:
        map_week(week)
    assert error.value.lock == made
    locking.release(lock=made, by=by, now=NOW)
    assert map_week(week).problem.locks == ()


def test_a_lock_is_part_of_what_a_plan_is_made_from(week: Week, rota: Rota, by: User) -> None:
    """It changes the fingerprint in its own kind and in no other."""
    before = map_week(week).inputs
    lock(rota, by, "day")
    after = map_week(week).inputs
    assert {kind for kind in after if after[kind] != before[kind]} == {"locks"}


def test_a_rota_that_keeps_the_lock_is_published_and_one_that_does_not_is_refused(
    week: Week, rota: Rota, by: User, other: Worker
) -> None:
    """A lock set after planning makes no plan stale that keeps it."""
    kept = changing.copy(rota=rota, by=by, now=NOW)
    changing.change(rota=rota, deed=MoveVisit(first(rota).public_id, other.pk), seen=0, by=by, now=NOW)
    lock(kept, by, "worker")
    with pytest.raises(publishing.PublishRefused, match="lock"):
        publishing.publish(rota=rota, by=by, now=NOW)
    assert publishing.publish(rota=kept, by=by, now=NOW).status == "published"


def test_what_is_locked_is_not_moved_by_hand_either(week: Week, rota: Rota, by: User, other: Worker) -> None:
    """No reason is enough: whoever wants to move it unlocks it, and that has a name as well."""
    lock(rota, by, "worker")
    move: dict[str, Any] = {
        "deed": MoveVisit(first(rota).public_id, other.pk),
        "seen": 0,
        "by": by,
        "now": NOW,
    }
    with pytest.raises(changing.BreaksRules) as refusal:
        changing.change(rota=rota, **move, reason="Agreed by telephone with the ward")
    assert {breach.rule for breach in refusal.value.breaches} == {"lock"}
    locking.release(lock=PlanLock.objects.get(), by=by, now=NOW)
    changing.change(rota=rota, **move)


@pytest.mark.usefixtures("in_that_week")
def test_locks_are_set_seen_and_released_on_the_pages(
    week: Week, rota: Rota, by: User, other: Worker
) -> None:
    """The dialogue, the pin on the bar, the list in words, the refusal with names."""
    client = logged_in(by)
    subject = {"visit": first(rota).public_id}
    assert (
        "What shall stay as it is" in client.get(f"/rotas/{rota.public_id}/lock/", subject).content.decode()
    )
    client.post(f"/rotas/{rota.public_id}/lock/", subject | {"kind": "all", "scope": "visit"})
    board = client.get(f"/areas/{week.area.code}/weeks/{MONDAY}/", {"view": "day"}).content.decode()
    assert board.count('href="#m-pin" class="pin"') == 1
    listed = client.get(f"/rotas/{rota.public_id}/locks/").content.decode()
    assert f"{week.washing.title} for {week.person.name}, Mon 11 Jan 08:00, {week.worker.name}" in listed
    week.worker.shifts.first().delete()
    planned = client.post(f"/areas/{week.area.code}/weeks/{MONDAY}/plan/", follow=True).content.decode()
    assert "It was not planned. The lock of worker, day and time on a visit cannot hold:" in planned
    assert week.worker.name in planned
    held = PlanLock.objects.get()
    client.post(f"/rotas/{rota.public_id}/unlock/", {"lock": held.public_id, "from": "locks"})
    assert "Nothing is locked." in client.get(f"/rotas/{rota.public_id}/locks/").content.decode()
    stranger = logged_in(make_user(Role.COORDINATOR, agency=week.agency))
    assert stranger.post(f"/rotas/{rota.public_id}/lock/", subject).status_code == 404


def test_a_lock_that_cannot_hold_is_told_in_names_with_what_to_do(
    week: Week, rota: Rota, by: User, time_machine: Any
) -> None:
    """On Today, among the runs and on a run's page; who may not see the person reads no name."""
    lock(rota, by, "all")
    week.worker.shifts.first().delete()
    with pytest.raises(LockError) as error:
        map_week(week)
    failed = {"status": "failed", "error": f"What is to be planned contradicts itself: {error.value}"}
    run = make_run(week.area, finished_at=NOW, **failed)
    time_machine.move_to(NOW, tick=False)
    client = logged_in(by)
    said = (
        f"The lock of worker, day and time on a visit cannot hold: {week.worker.name} has no shift long"
        f" enough to serve Morning care for {week.person.name} at Mon 11 Jan 08:00. Release it"
    )
    for address in ("/today/", "/runs/", reverse("run-progress", args=[run.public_id])):
        assert said in html.unescape(client.get(address).content.decode())
    other = make_agency()
    make_agreement(other)
    stranger = logged_in(make_user(Role.COORDINATOR, week.area, agency=other))
    assert week.person.family_name not in stranger.get("/runs/").content.decode()
