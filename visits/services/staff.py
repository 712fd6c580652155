"""Take in an agency's staff and shifts (docs/staff.md): the same file twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from hub.models import Agency, Area, Postcode, Skill
from visits.models import Competence, Shift, Worker
from visits.services.staff_file import Fault, ShiftRow, StaffFileError, StaffRow, read
from visits.wall_clock import local_day, midnight, moment

__all__ = ["Received", "StaffFileError", "receive"]

BATCH = 1000  # rows in one statement
WORKER_FIELDS = (
    "area",
    "name",
    "gender",
    "base_postcode",
    "latitude",
    "longitude",
    "max_week_minutes",
    "is_active",
)


@dataclass(slots=True)
class Received:
    """What became of the rows. `taken` made or changed something; `removed` counts shifts taken away."""

    kind: str
    taken: int = 0
    unchanged: int = 0
    removed: int = 0
    faults: list[Fault] = field(default_factory=list)

    def count(self, changed: bool) -> None:
        """Count one good row."""
        if changed:
            self.taken += 1
        else:
            self.unchanged += 1


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A shift that the file asks for."""

    line: int
    starts_at: datetime
    ends_at: datetime

    def is_met_by(self, shift: Shift | None) -> bool:
        return shift is not None and (shift.starts_at, shift.ends_at) == (self.starts_at, self.ends_at)

    def is_free_of(self, shifts: Iterable[Shift]) -> bool:
        return not any(one.starts_at < self.ends_at and one.ends_at > self.starts_at for one in shifts)


def receive(data: bytes, *, agency: Agency, on: date) -> Received:
    """Take the file's good rows, all in one transaction, on the day `on`. Raises StaffFileError."""
    kind, rows = read(data)
    received = Received(kind)
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=agency.pk)  # two files of one agency take turns
        if kind == "staff":
            _receive_staff(rows, received, agency, on)
        else:
            _receive_shifts(rows, received, agency)
    received.faults.sort(key=lambda fault: fault.line)
    return received


def _receive_staff(
    rows: Iterable[StaffRow | ShiftRow | Fault], received: Received, agency: Agency, on: date
) -> None:
    good = _known_rows(list(rows), received)
    known = Worker.objects.filter(agency=agency).select_related("area")
    held = {worker.reference: worker for worker in known}
    new, changed = [], []
    for row, wanted in good:
        worker = held.get(row.reference)
        if worker is None:
            held[row.reference] = worker = Worker(agency=agency, reference=row.reference, **wanted)
            new.append(worker)
        elif any(getattr(worker, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(worker, name, value)
            changed.append(worker)
    Worker.objects.bulk_create(new, batch_size=BATCH)
    Worker.objects.bulk_update(changed, WORKER_FIELDS, batch_size=BATCH)
    touched = {worker.reference for worker in (*new, *changed)}
    skilled = _settle_skills({held[row.reference]: dict(row.skills) for row, _ in good}, agency, on)
    for row, _ in good:
        received.count(row.reference in touched or held[row.reference].pk in skilled)


def _known_rows(
    rows: Sequence[StaffRow | ShiftRow | Fault], received: Received
) -> list[tuple[StaffRow, dict[str, object]]]:
    """The rows that name only what is known here, each with the values of its worker; faults are noted."""
    areas = {area.code: area for area in Area.objects.all()}
    skills = set(Skill.objects.values_list("code", flat=True))
    places = Postcode.objects.in_bulk({row.base_postcode for row in rows if isinstance(row, StaffRow)})
    good = []
    for row in rows:
        if isinstance(row, Fault):
            received.faults.append(row)
            continue
        assert isinstance(row, StaffRow)
        place = places.get(row.base_postcode)
        if fault := _unknown(row, areas, skills, place):
            received.faults.append(fault)
            continue
        assert place is not None
        values = (areas[row.area], row.name, row.gender, place.code)
        values += (place.latitude, place.longitude, row.max_week_minutes, True)
        good.append((row, dict(zip(WORKER_FIELDS, values, strict=True))))
    return good


def _unknown(row: StaffRow, areas: dict[str, Area], skills: set[str], place: Postcode | None) -> Fault | None:
    """What the row names that nobody here knows."""
    if row.area not in areas:
        return Fault(row.line, "area", "known_area", "area is not the code of an area.", row.reference)
    if place is None:
        message = "base_postcode is not among the known postcodes."
        return Fault(row.line, "base_postcode", "known_postcode", message, row.reference)
    if unknown := sorted(code for code, _ in row.skills if code not in skills):
        message = f"{len(unknown)} of the skills have a code that is not known."
        return Fault(row.line, "skills", "known_skill", message, row.reference)
    return None


def _settle_skills(wanted: dict[Worker, dict[str, date | None]], agency: Agency, on: date) -> set[int]:
    """Begin, extend, shorten or end competences so that those in force from `on` are the wanted ones.

    Returns the keys of the workers for whom anything changed.
    """
    held: dict[int, dict[str, Competence]] = defaultdict(dict)
    lasting = Competence.objects.filter(worker__in=wanted).exclude(expires_on__lt=on)
    for competence in lasting.order_by("starts_on"):
        held[competence.worker_id][competence.skill_id] = competence
    new, changed, over = [], [], []
    for worker, skills in wanted.items():
        for code, last in skills.items():
            competence = held[worker.pk].pop(code, None)
            if competence is None:
                if last is None or last >= on:
                    new.append(
                        Competence(
                            worker=worker, skill_id=code, starts_on=on, expires_on=last, signed_by=agency.name
                        )
                    )
            elif competence.expires_on != last:
                _expire(competence, last, changed, over)
        for competence in held[worker.pk].values():
            _expire(competence, on - timedelta(days=1), changed, over)
    Competence.objects.filter(pk__in=[competence.pk for competence in over]).delete()
    Competence.objects.bulk_update(changed, ["expires_on"], batch_size=BATCH)
    Competence.objects.bulk_create(new, batch_size=BATCH)
    return {competence.worker_id for competence in (*new, *changed, *over)}


def _expire(
    competence: Competence, last: date | None, changed: list[Competence], over: list[Competence]
) -> None:
    if last is not None and last < competence.starts_on:
        over.append(competence)  # it would end before it began
    else:
        competence.expires_on = last
        changed.append(competence)


def _receive_shifts(rows: Iterable[StaffRow | ShiftRow | Fault], received: Received, agency: Agency) -> None:
    workers = {worker.reference: worker for worker in Worker.objects.filter(agency=agency)}
    wanted: dict[Worker, dict[date, _Wanted]] = defaultdict(dict)
    for row in rows:
        if isinstance(row, ShiftRow):
            found = _wanted(row, workers)
            if not isinstance(found, Fault):
                wanted[workers[row.reference]][row.day] = found
                continue
            row = found
        assert isinstance(row, Fault)
        received.faults.append(row)
    faulty = {fault.reference for fault in received.faults}
    _settle_shifts(wanted, received, {worker for worker in wanted if worker.reference in faulty})


def _wanted(row: ShiftRow, workers: dict[str, Worker]) -> _Wanted | Fault:
    if row.reference not in workers:
        message = "reference is not a worker of this agency; send the staff file first."
        return Fault(row.line, "reference", "known_worker", message, row.reference)
    ends_on = row.day if row.end > row.start else row.day + timedelta(days=1)
    starts_at, ends_at = moment(row.day, row.start), moment(ends_on, row.end)
    if ends_at <= starts_at:
        message = "The clocks change under this shift, and nothing of it is left."
        return Fault(row.line, "end", "clock_change", message, row.reference)
    return _Wanted(row.line, starts_at, ends_at)


def _settle_shifts(
    wanted: dict[Worker, dict[date, _Wanted]], received: Received, keep_all: set[Worker]
) -> None:
    """Make the workers' shifts from the first to the last day of the file the wanted ones.

    Whoever has a row that was refused keeps what they had on days that the file does not name.
    """
    days = [day for shifts in wanted.values() for day in shifts]
    if not days:
        return
    first, last = min(days), max(days)
    held = _shifts_around(wanted, first, last)
    gone, new = [], []
    for worker, shifts in wanted.items():
        now = {day: one for one in held[worker.pk] if first <= (day := local_day(one.starts_at)) <= last}
        changed = {day for day, shift in shifts.items() if not shift.is_met_by(now.get(day))}
        removed = {day for day in now if day not in shifts and worker not in keep_all}
        received.removed += len(removed)
        going = {one.pk for day, one in now.items() if day in changed or day in removed}
        gone += going
        standing = [one for one in held[worker.pk] if one.pk not in going]
        for day, shift in sorted(shifts.items()):
            if day not in changed:
                received.count(False)
            elif shift.is_free_of(standing):
                standing.append(Shift(worker_id=worker.pk, starts_at=shift.starts_at, ends_at=shift.ends_at))
                new.append(standing[-1])
                received.count(True)
            else:
                message = "The shift overlaps another of the same worker."
                received.faults.append(Fault(shift.line, "start", "overlap", message, worker.reference))
    Shift.objects.filter(pk__in=gone).delete()
    Shift.objects.bulk_create(new, batch_size=BATCH)


def _shifts_around(workers: Iterable[Worker], first: date, last: date) -> dict[int, list[Shift]]:
    """What these workers have from the day before the first to the day after the last."""
    found = Shift.objects.filter(
        worker__in=workers,
        starts_at__gte=midnight(first - timedelta(days=2)),
        starts_at__lt=midnight(last + timedelta(days=3)),
    )
    held: dict[int, list[Shift]] = defaultdict(list)
    for shift in found:
        held[shift.worker_id].append(shift)
    return held
