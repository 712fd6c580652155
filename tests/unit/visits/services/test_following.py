"""A join by hand takes visits, the named worker and bars along; taken apart, every row is as it was."""

from __future__ import annotations

from typing import Any

import pytest

from hub.identity import reviewing
from hub.models import Agency, Area, MatchDecision, Need, Person, SourceRecord, User
from tests.factories import hub, visits
from visits.models import BarredWorker, CarriedOver, NamedWorker, Visit, VisitPart, Worker

pytestmark = pytest.mark.django_db


class Doors:
    """Two people, each known to one agency with one need and one visit, and three workers."""

    def __init__(self) -> None:
        self.area: Area = hub.make_area()
        self.agencies: list[Agency] = [hub.make_agency(), hub.make_agency()]
        self.people: list[Person] = [
            hub.make_person(agency, area=self.area, key="P1") for agency in self.agencies
        ]
        self.needs = [
            self.need(person, agency) for person, agency in zip(self.people, self.agencies, strict=True)
        ]
        self.workers: list[Worker] = [visits.make_worker(self.agencies[0], self.area) for _ in range(3)]
        self.rota = visits.make_rota(self.area, status="published")
        self.visits = [
            visits.make_visit(self.rota, self.workers[0], self.needs[0], start="08:00"),
            visits.make_visit(self.rota, self.workers[1], self.needs[1], start="09:00"),
        ]
        self.by: User = hub.make_user("hub_administrator")

    def need(self, person: Person, agency: Agency) -> Need:
        """A need that came with a record of the agency, as from a file."""
        need = hub.make_need(person, agency)
        record = SourceRecord.objects.create(
            agency=agency,
            delivery=hub.make_delivery(agency),
            feed="by-hand",
            kind="need",
            key=need.reference,
            place="line 2",
            content_hash="0" * 64,
            payload={"person_key": "P1"},
            person=person,
        )
        need.source_record = record
        need.save()
        return need

    def record(self, number: int) -> SourceRecord:
        return SourceRecord.objects.get(agency=self.agencies[number], kind="person")

    def join(self) -> None:
        """The second agency's record turns out to be the first person."""
        reviewing.join(source_record=self.record(1), person=self.people[0], by=self.by, now=hub.NOW)

    def undo(self) -> Person:
        return reviewing.undo_join(source_record=self.record(1), by=self.by, now=hub.NOW)


@pytest.fixture
def doors() -> Doors:
    return Doors()


def rows() -> dict[str, list[Any]]:
    """Every row that following may touch."""
    models = (Person, Need, NamedWorker, BarredWorker, Visit, VisitPart, CarriedOver)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def barred(person: Person) -> set[int]:
    return set(person.barred.values_list("worker", flat=True))


def test_a_join_takes_visits_the_name_and_bars_along(doors: Doors) -> None:
    """Nobody knocks at the door of an empty row, and whoever may not come still may not."""
    visits.make_named_worker(doors.people[1], doors.workers[1])
    visits.make_barred_worker(doors.people[1], doors.workers[2])
    doors.join()
    joined = Person.objects.get(pk=doors.people[0].pk)
    assert set(Visit.objects.values_list("person", flat=True)) == {joined.pk}
    assert joined.named.worker == doors.workers[1]
    assert barred(joined) == {doors.workers[2].pk}


def test_taking_the_join_apart_restores_every_row(doors: Doors) -> None:
    """Both had a named worker and a bar of the same and of another worker: each row is as it was."""
    for person, worker in ((0, 0), (1, 1)):
        visits.make_named_worker(doors.people[person], doors.workers[worker])
    for person, worker in ((0, 2), (1, 2), (1, 0)):
        visits.make_barred_worker(doors.people[person], doors.workers[worker])
    before = rows()
    doors.join()
    assert Person.objects.get(pk=doors.people[0].pk).named.worker == doors.workers[0]
    assert barred(doors.people[0]) == {doors.workers[0].pk, doors.workers[2].pk}
    assert doors.undo() == doors.people[1]
    assert rows() == before


def test_a_copied_name_is_taken_back(doors: Doors) -> None:
    """Only the second person had a named worker."""
    visits.make_named_worker(doors.people[1], doors.workers[1])
    before = rows()
    doors.join()
    doors.undo()
    assert rows() == before


def test_a_name_chosen_since_stays(doors: Doors) -> None:
    """Somebody named another worker for the joined person; the undoing does not take that away."""
    visits.make_named_worker(doors.people[1], doors.workers[1])
    doors.join()
    NamedWorker.objects.filter(person=doors.people[0]).update(worker=doors.workers[0])
    doors.undo()
    assert NamedWorker.objects.get(person=doors.people[0]).worker == doors.workers[0]


def test_a_bar_made_since_holds_for_both(doors: Doors) -> None:
    """Who was meant, the joined person's bar does not say: it protects both."""
    doors.join()
    visits.make_barred_worker(doors.people[0], doors.workers[2])
    doors.undo()
    assert barred(doors.people[0]) == barred(doors.people[1]) == {doors.workers[2].pk}


def test_visits_planned_since_go_with_their_needs(doors: Doors) -> None:
    """Planned while they were one: each visit for one need goes with it, a joined one stays whole."""
    doors.join()
    rota = visits.make_rota(doors.area)
    needs = list(Need.objects.order_by("pk"))
    theirs = visits.make_visit(rota, doors.workers[2], needs[1], start="11:00")
    both = visits.make_visit(rota, doors.workers[2], *needs, start="13:00")
    doors.undo()
    assert Visit.objects.get(pk=theirs.pk).person == doors.people[1]
    assert Visit.objects.get(pk=both.pk).person == doors.people[0]


def test_a_join_by_rule_taken_apart_keeps_the_bars_on_both(doors: Doors) -> None:
    """No one knows for whom the rule's one person had barred the worker."""
    agency = doors.agencies[1]
    hub.make_source_record(doors.people[1], doors.agencies[0], key="P9")
    visits.make_barred_worker(doors.people[1], doors.workers[2])
    restored = reviewing.undo_join(
        source_record=SourceRecord.objects.get(agency=agency, kind="person"), by=doors.by, now=hub.NOW
    )
    assert barred(restored) == barred(doors.people[1]) == {doors.workers[2].pk}
    assert Visit.objects.get(pk=doors.visits[1].pk).person == restored


@pytest.mark.parametrize("by_which", [0, 1])
def test_two_records_of_one_person_go_along_and_come_back_as_one(doors: Doors, by_which: int) -> None:
    """Whichever of the two records the join is undone by, both go home, and every row is as it was."""
    other = hub.make_source_record(doors.people[1], hub.make_agency(), key="P9")
    visits.make_barred_worker(doors.people[1], doors.workers[2])
    before = rows()
    doors.join()
    other.refresh_from_db()
    assert other.person == doors.people[0]
    assert barred(doors.people[0]) == barred(doors.people[1]) == {doors.workers[2].pk}
    reviewing.undo_join(source_record=[doors.record(1), other][by_which], by=doors.by, now=hub.NOW)
    assert rows() == before


def test_what_goes_along_is_in_the_same_transaction(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a visit cannot follow, nothing is joined."""
    monkeypatch.setattr(CarriedOver, "save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        doors.join()
    assert not MatchDecision.objects.exists()
    assert doors.record(1).person == doors.people[1]
