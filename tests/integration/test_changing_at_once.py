"""Two coordinators at one board: of one visit the second is told, and different visits both move."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from hub.models import User
from scheduling import standing
from scheduling.mapping.deeds import MoveVisit
from scheduling.services import changing
from tests.factories.hub import make_user
from tests.factories.scheduling import make_candidate, make_week
from tests.factories.visits import NOW, make_shifts, make_worker
from visits.history import history
from visits.models import Rota, Visit

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(monkeypatch: pytest.MonkeyPatch, *visits: int) -> tuple[Rota, list[Visit], list[Any]]:
    """Each moves a visit (by its place in the week) to a worker; both read before either writes."""
    week = make_week()
    colleagues = [make_worker(week.agency, week.area) for _ in visits]
    for worker in colleagues:
        make_shifts(worker)
    rota = make_candidate(week)
    chosen = [rota.visits.order_by("starts_at")[number] for number in visits]
    meeting = threading.Barrier(2)
    standing.mapped(rota, NOW)  # in hand for both, so that they meet where it matters
    read = standing.scale

    def read_together(*args: Any) -> Any:
        plan = read(*args)
        with suppress(threading.BrokenBarrierError):  # the other may wait for the lock and cannot come
            meeting.wait(timeout=1)
        return plan

    monkeypatch.setattr(standing, "scale", read_together)
    told: list[Any] = [None, None]

    def move(number: int, by: User) -> None:
        deed = MoveVisit(chosen[number].public_id, colleagues[number].pk)
        try:
            told[number] = changing.change(rota=rota, deed=deed, seen=0, by=by, now=NOW)[1]
        except Exception as refusal:
            told[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(n, make_user())) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rota, chosen, told


def test_of_two_who_move_one_visit_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one's move stands whole, and the refusal names it."""
    rota, visits, told = at_once(monkeypatch, 0, 0)
    done = [one for one in told if not isinstance(one, Exception)]
    refused = [one for one in told if isinstance(one, changing.Overtaken)]
    assert (len(done), [one.change for one in refused]) == (1, done)
    moved = rota.visits.get(public_id=visits[0].public_id)
    assert (moved.parts.count(), moved.worker_id) == (2, done[0].after["parts"][0][2])


def test_two_different_visits_both_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused who is in nobody's way, and both changes stand."""
    rota, visits, told = at_once(monkeypatch, 0, 1)
    assert not [one for one in told if isinstance(one, Exception)]
    workers = {rota.visits.get(public_id=one.public_id).worker_id for one in visits}
    assert len(workers) == 2
    assert len(history(rota)[0]) == 2


def test_without_the_lock_the_second_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the lock on the rota's row that the two tests above stand on."""
    monkeypatch.setattr(changing, "_hold", lambda rota: Rota.objects.select_related("area").get(pk=rota.pk))
    _, _, told = at_once(monkeypatch, 0, 0)
    assert not [one for one in told if isinstance(one, changing.Overtaken)]
