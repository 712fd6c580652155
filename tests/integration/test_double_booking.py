"""No worker in two places: the database itself refuses, however many ask at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from scheduling.services import publishing
from tests.factories.hub import make_person
from tests.factories.scheduling import make_candidate, make_week
from tests.factories.visits import NOW, make_rota, make_visit
from visits.models import Rota, Visit

pytestmark = pytest.mark.django_db(transaction=True)


def race(*acts: Callable[[], object]) -> list[object]:
    """Do all the acts at once, each on its own connection; what each returned, or the error it raised."""
    results: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(index: int) -> None:
        try:
            gate.wait(10)
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def visits_that_overlap(*, is_published: bool) -> list[object]:
    """Two open transactions book one worker from 08:00 and from 08:10; both try to commit."""
    week = make_week()
    rotas = [make_rota(week.area), make_rota(week.area)]
    doors = [make_person(area=week.area), make_person(area=week.area)]
    both_open = threading.Barrier(2)

    def book(index: int) -> Visit:
        with transaction.atomic():
            with connection.cursor() as cursor:  # a real transaction, begun before either has written
                cursor.execute("SELECT 1")
            both_open.wait(10)
            return make_visit(
                rotas[index],
                week.worker,
                person=doors[index],
                start=f"08:{index}0",
                is_published=is_published,
            )

    return race(lambda: book(0), lambda: book(1))


def test_of_two_transactions_that_book_one_worker_one_fails() -> None:
    """One waits for the other and is refused; if each waits for the other, the database ends one."""
    results = visits_that_overlap(is_published=True)
    errors = [result for result in results if isinstance(result, (IntegrityError, OperationalError))]
    assert len(errors) == 1
    assert "no_worker_in_two_places" in str(errors[0]) or "deadlock" in str(errors[0])
    assert Visit.objects.count() == 1


def test_without_the_constraint_both_would_be_stored() -> None:
    """Candidates are outside the constraint, and there the same race books the worker twice."""
    results = visits_that_overlap(is_published=False)
    assert all(isinstance(result, Visit) for result in results)
    assert Visit.objects.count() == 2


def test_visits_may_touch() -> None:
    """One visit may begin in the minute in which the other ends."""
    week = make_week()
    rota = make_rota(week.area, status="published")
    make_visit(rota, week.worker, person=week.person, start="08:00")
    make_visit(rota, week.worker, person=make_person(area=week.area), start="08:30")
    assert Visit.objects.count() == 2


def test_of_two_who_publish_at_once_one_wins_and_one_is_told_why() -> None:
    """Two candidates of one week: one is in force, the other a candidate still, and nothing is half done."""
    week = make_week()
    candidates = [make_candidate(week), make_candidate(week)]
    results = race(*(lambda r=rota: publishing.publish(rota=r, by=None, now=NOW) for rota in candidates))
    refusals = [result for result in results if isinstance(result, publishing.PublishRefused)]
    assert len(refusals) == 1
    assert "the published rota" in refusals[0].reasons[0]
    assert sorted(rota.status for rota in Rota.objects.all()) == ["candidate", "published"]
    assert Visit.objects.filter(is_published=True).values("rota").distinct().count() == 1


def test_the_same_rota_published_twice_at_once_is_published_once() -> None:
    """A double click makes one event."""
    rota = make_candidate(make_week())
    results = race(*[lambda: publishing.publish(rota=rota, by=None, now=NOW)] * 2)
    assert sum(isinstance(result, publishing.PublishRefused) for result in results) == 1
    assert [event.status for event in rota.events.all()] == ["candidate", "published"]


def test_two_areas_cannot_book_one_worker_at_once() -> None:
    """A worker whom another area has booked meanwhile is booked by one of the two, never by both."""
    week, elsewhere = make_week(), make_week()
    candidate = make_candidate(week)
    other = make_rota(elsewhere.area)
    make_visit(other, week.worker, person=elsewhere.person, start="08:10")

    def put_in_force() -> int:
        with transaction.atomic():
            return Visit.objects.filter(rota=other).update(is_published=True)

    results = race(lambda: publishing.publish(rota=candidate, by=None, now=NOW), put_in_force)
    assert (
        sum(isinstance(r, (IntegrityError, OperationalError, publishing.PublishRefused)) for r in results)
        == 1
    )
