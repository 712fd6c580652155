"""A village that two agencies serve: three doors with joins, one call without a place, a rota in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from hub.models import Address, Agency, Area, Need, Person, Role, User
from scheduling.engine.problem import Policy
from scheduling.engine.solution import Reason
from scheduling.mapping import build, save
from scheduling.models import PlanningRun
from scheduling.services import publishing
from tests.factories.hub import (
    make_address,
    make_agency,
    make_agreement,
    make_area,
    make_delegation,
    make_need,
    make_person,
    make_user,
)
from tests.factories.scheduling import WEEKDAYS, make_run, serve
from tests.factories.visits import MONDAY, NOW, make_named_worker, make_shifts, make_worker
from visits.models import Rota, Worker

DAYS = [MONDAY + dt.timedelta(days=d) for d in range(5)]


@dataclass(frozen=True, slots=True)
class Village:
    """Brook Care does insulin and dressings for County Nursing; nobody may do Colin's catheter."""

    area: Area
    care: Agency
    nursing: Agency
    coordinator: User
    mabel: Person
    edith: Person
    harold: Person
    wash: Need  # these three are Mabel's
    insulin: Need
    lunch: Need
    ediths: tuple[Need, Need]  # wash and insulin
    harolds: tuple[Need, Need]  # wash and dressing
    catheter: Need  # Colin's, on Thursdays
    amira: Worker  # of Brook Care, as Beth; Edith's named worker
    beth: Worker
    nora: Worker  # the nurse


def make_village() -> Village:
    """Nothing is planned yet; see `plan` and `publish`."""
    area = make_area("aylsham", name="Aylsham")
    care = make_agency("brook-care", name="Brook Care", letter="B", hue=1)
    nursing = make_agency(
        "county-nursing", kind=Agency.Kind.NURSING, name="County Nursing", letter="N", hue=2
    )
    make_agreement(care, nursing)
    mabel, edith, harold, colin = (
        make_person(care, nursing, given_name=given, family_name=family, address=_door(area, number))
        for number, (given, family) in enumerate(
            (("Mabel", "Abbott"), ("Edith", "Bloom"), ("Harold", "Catchpole"), ("Colin", "Daplyn"))
        )
    )
    wash, ediths_wash, harolds_wash = (
        make_need(person, care, title="Wash", rrule=WEEKDAYS) for person in (mabel, edith, harold)
    )
    insulin, ediths_insulin = (
        make_need(person, nursing, title="Insulin", skills=["insulin"], minutes=15, rrule=WEEKDAYS)
        for person in (mabel, edith)
    )
    dressing = make_need(
        harold, nursing, title="Dressing", skills=["dressing"], minutes=20, rrule="FREQ=WEEKLY;BYDAY=TH,FR"
    )
    noon = {"window_start": dt.time(12), "window_end": dt.time(13)}
    village = Village(
        area=area,
        care=care,
        nursing=nursing,
        coordinator=make_user(Role.COORDINATOR, area, agency=care, first_name="Ann", last_name="Carter"),
        mabel=mabel,
        edith=edith,
        harold=harold,
        wash=wash,
        insulin=insulin,
        lunch=make_need(mabel, care, title="Lunch", minutes=20, rrule=WEEKDAYS, **noon),
        ediths=(ediths_wash, ediths_insulin),
        harolds=(harolds_wash, dressing),
        catheter=make_need(
            colin, nursing, title="Catheter", skills=["catheter"], rrule="FREQ=WEEKLY;BYDAY=TH"
        ),
        amira=make_worker(care, area, "personal_care", "insulin", "dressing", name="Amira Abbott"),
        beth=make_worker(care, area, "personal_care", "insulin", "dressing", name="Beth Howes"),
        nora=make_worker(nursing, area, "insulin", "dressing", name="Nora Nunn"),
    )
    for worker in (village.amira, village.beth, village.nora):
        make_shifts(worker)
    for skill in ("insulin", "dressing"):
        make_delegation(giver=nursing, holder=care, skill=skill)
    make_named_worker(edith, village.amira)
    return village


def plan(village: Village, *, to_edith: Worker | None = None) -> Rota:
    """A candidate: Amira goes to Mabel twice and to Edith, unless another is to; Beth to Harold."""
    mapped = build(village.area, MONDAY, on=MONDAY, policy=Policy())
    amira, beth, visitor = (village.amira,), (village.beth,), (to_edith or village.amira,)
    placings = []
    for day in DAYS:
        placings += [
            (village.wash, day, amira, "08:00"),
            (village.insulin, day, amira, "08:30"),
            (village.lunch, day, amira, "12:00"),
            (village.ediths[0], day, visitor, "09:15"),
            (village.ediths[1], day, visitor, "09:45"),
            (village.harolds[0], day, beth, "08:00"),
        ]
        if day in DAYS[3:]:
            placings.append((village.harolds[1], day, beth, "08:30"))
    run = make_run(village.area, status=PlanningRun.Status.DONE)
    solution = serve(mapped, *placings)
    left_out = tuple(replace(one, reason=Reason.NO_COMPETENT_WORKER) for one in solution.unplaced)
    return save(replace(solution, unplaced=left_out), mapped, run, now=NOW)


def publish(village: Village) -> Rota:
    """The candidate of `plan`, put in force."""
    rota = plan(village)
    publishing.publish(rota=rota, by=village.coordinator, now=NOW)
    return rota


def _door(area: Area, number: int) -> Address:
    return make_address(area, latitude=52.79 + number / 200, longitude=1.25 + number / 150)
