"""A whole area's week at its real size, made in bulk: the board must stay quick on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hub.models import Address, Agency, Area, Need, Person, Role, SourceRecord, User
from tests.factories.hub import make_agency, make_agreement, make_area, make_delivery, make_skill, make_user
from tests.factories.visits import MONDAY, make_rota
from visits.models import Competence, NamedWorker, Rota, Shift, Unplaced, Visit, VisitPart, Worker
from visits.wall_clock import moment

FAMILIES = ("Abbott", "Bloom", "Catchpole", "Daplyn", "Eke", "Futter", "Gotts", "Howes", "Ives", "Jermy")
GIVEN = ("Amira", "Beth", "Colin", "Dawn", "Edith", "Frank", "Grace", "Harold", "Iris", "John")
PER_DAY = 7


@dataclass(frozen=True, slots=True)
class BusyWeek:
    """What was made, and a coordinator who may see all of it."""

    area: Area
    coordinator: User
    nurses: Agency
    carers: Agency
    rota: Rota
    workers: list[Worker]
    people: list[Person]


def make_busy_week(
    *,
    workers: int = 10,
    days: int = 7,
    status: str = Rota.Status.PUBLISHED,
    monday: dt.date = MONDAY,
    code: str = "aylsham",
) -> BusyWeek:
    """Each worker makes seven visits a day, every third of them joined from two agencies' needs."""
    carers = make_agency(f"{code}-care", name="Brook Care", letter="B", hue=1)
    nurses = make_agency(
        f"{code}-nursing", kind=Agency.Kind.NURSING, name="County Nursing", letter="N", hue=2
    )
    make_agreement(carers, nurses)
    area = make_area(code, name="Aylsham")
    staff = _workers(workers, carers, nurses, area)
    people = _people(workers * PER_DAY // 2, carers, area)
    care = _needs(people, carers, "Morning care", 30)
    nursing = _needs(people, nurses, "Insulin", 15, time_critical=True)
    visits = workers * days * PER_DAY
    joined = sum(1 for number in range(PER_DAY) if number % 3 == 0) * workers * days
    rota = make_rota(
        area,
        week_start=monday,
        status=status,
        asked=visits + joined + 2,
        placed=visits + joined,
        unplaced_count=2,
        figures={
            "arrivals": visits,
            "arrivals_per_person": round(visits / len(people), 3),
            "faces_per_person": 3.1,
            "named_share": 0.71,
            "joined": joined,
            "travel_minutes": visits * 9,
        },
    )
    _visits(rota, staff, people, care, nursing, days)
    Unplaced.objects.create(rota=rota, need=nursing[0], due_on=monday, reason="no_capacity")
    Unplaced.objects.create(rota=rota, need=care[1], due_on=monday, reason="no_competent_worker")
    coordinator = make_user(Role.COORDINATOR, area, agency=carers)
    return BusyWeek(area, coordinator, nurses, carers, rota, staff, people)


def _workers(count: int, carers: Agency, nurses: Agency, area: Area) -> list[Worker]:
    staff = Worker.objects.bulk_create(
        Worker(
            agency=nurses if number % 4 == 0 else carers,
            area=area,
            reference=f"S{number}",
            name=f"{GIVEN[number % 10]} {FAMILIES[number // 10 % 10]}",
            gender="F",
            base_postcode="NR11 6AA",
            latitude=52.79 + number % 7 / 100,
            longitude=1.25 + number % 5 / 100,
            max_week_minutes=2250,
        )
        for number in range(count)
    )
    skill = make_skill("personal_care")
    Competence.objects.bulk_create(
        Competence(worker=worker, skill=skill, starts_on=dt.date(2026, 1, 1), signed_by="the lead nurse")
        for worker in staff
    )
    return staff


def _people(count: int, agency: Agency, area: Area) -> list[Person]:
    addresses = Address.objects.bulk_create(
        Address(
            lines=f"{number} Mill Road, Aylsham",
            postcode="NR11 6AA",
            latitude=52.75 + number % 11 / 120,
            longitude=1.2 + number % 13 / 120,
            area=area,
            match_key=f"{number}millroad{area.code}",
        )
        for number in range(count)
    )
    people = Person.objects.bulk_create(
        Person(
            family_name=FAMILIES[number * 7 % 10] + "son" * (number % 2),
            given_name=GIVEN[number // 3 % 10],
            birth_date=dt.date(1940, 1, 1) + dt.timedelta(days=number),
            address=address,
        )
        for number, address in enumerate(addresses)
    )
    delivery = make_delivery(agency)
    SourceRecord.objects.bulk_create(
        SourceRecord(
            agency=agency,
            delivery=delivery,
            feed="bulk",
            kind="person",
            key=f"bulk-{number}",
            place=f"row {number}",
            content_hash="0" * 64,
            payload={"family_name": person.family_name, "given_name": person.given_name},
            person=person,
        )
        for number, person in enumerate(people)
    )
    return people


def _needs(
    people: list[Person], agency: Agency, title: str, minutes: int, *, time_critical: bool = False
) -> list[Need]:
    return Need.objects.bulk_create(
        Need(
            agency=agency,
            reference=f"{title}-{number}",
            person=person,
            title=title,
            skills=["personal_care"],
            minutes=minutes,
            window_start=dt.time(7),
            window_end=dt.time(11),
            rrule="FREQ=DAILY",
            starts_on=dt.date(2026, 6, 1),
            time_critical=time_critical,
        )
        for number, person in enumerate(people)
    )


def _visits(
    rota: Rota, staff: list[Worker], people: list[Person], care: list[Need], nursing: list[Need], days: int
) -> None:
    visits, parts, shifts = [], [], []
    for number, worker in enumerate(staff):
        for d in range(days):
            day = rota.week_start + dt.timedelta(days=d)
            begins = 13 if number % 3 == 2 else 7
            at = moment(day, dt.time(begins))
            shifts.append(Shift(worker=worker, starts_at=at, ends_at=at + dt.timedelta(hours=8)))
            for turn in range(PER_DAY):
                at += dt.timedelta(minutes=18)
                who = (number * PER_DAY + turn + (d if turn == 5 else 0)) % len(people)
                served = [care[who], nursing[who]] if turn % 3 == 0 else [care[who]]
                visit = Visit(
                    rota=rota,
                    worker=worker,
                    person=people[who],
                    starts_at=at,
                    ends_at=at + dt.timedelta(minutes=sum(need.minutes for need in served)),
                    is_published=rota.status == Rota.Status.PUBLISHED,
                )
                for need in served:
                    parts.append(
                        VisitPart(visit=visit, need=need, due_on=day, starts_at=at, minutes=need.minutes)
                    )
                    at += dt.timedelta(minutes=need.minutes)
                visits.append(visit)
    Shift.objects.bulk_create(shifts)
    Visit.objects.bulk_create(visits)
    VisitPart.objects.bulk_create(parts)
    NamedWorker.objects.bulk_create(
        NamedWorker(
            person=person,
            worker=staff[number // PER_DAY % len(staff)],
            since=dt.date(2026, 12, 1),
            reason="Came most often.",
        )
        for number, person in enumerate(people)
    )
