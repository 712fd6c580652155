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


def roll_back_against_publish() -> list[object]:
    """Version 1 is put back while a draft that was planned under version 2 is published."""
    week = make_week()
    first = publishing.publish(rota=make_candidate(week), by=None, now=NOW)
    publishing.publish(rota=make_candidate(week, start="08:20"), by=None, now=NOW)
    draft = make_candidate(week, start="08:10")
    return race(
        lambda: publishing.roll_back(rota=first, instead_of=2, by=None, now=NOW),
        lambda: publishing.publish(rota=draft, by=None, now=NOW),
    )


def only_one_in_force() -> bool:
    """One rota of the week is published, and no visit of any other."""
    in_force = Rota.objects.get(status="published")
    return set(Visit.objects.filter(is_published=True).values_list("rota", flat=True)) == {in_force.pk}


def test_a_roll_back_and_a_publication_take_turns() -> None:
    """Whichever is first wins; the other is refused, because what it had seen is no longer in force."""
    results = roll_back_against_publish()
    assert sorted(type(one).__name__ for one in results) == ["PublishRefused", "Rota"]
    assert only_one_in_force()


def test_without_turns_the_database_still_lets_one_be_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is switched off: one of the two may be an error, but never are two rotas in force."""

    def unheld(rota: Rota) -> tuple[Rota, list[Rota]]:
        week = Rota.objects.filter(area=rota.area_id, week_start=rota.week_start).select_related("area")
        others = [one for one in week if one.pk != rota.pk]
        return next(one for one in week if one.pk == rota.pk), others

    monkeypatch.setattr(publishing, "_hold", unheld)
    roll_back_against_publish()
    assert only_one_in_force()
