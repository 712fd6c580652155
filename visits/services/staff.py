"""Take in an agency's staff and shifts (docs/staff.md): the same file twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction

from hub.models import Agency, Area, Postcode, Skill
from visits.models import Competence, Shift, Worker
from visits.services.staff_file import Fault, ShiftRow, StaffFileError, StaffRow, read
from visits.wall_clock import local_day, moment

__all__ = ["Received", "StaffFileError", "receive"]


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

    def is_free(self, worker: Worker) -> bool:
        return not worker.shifts.filter(starts_at__lt=self.ends_at, ends_at__gt=self.starts_at).exists()


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
    areas = {area.code: area for area in Area.objects.all()}
    skills = set(Skill.objects.values_list("code", flat=True))
    for row in rows:
        if isinstance(row, Fault):
            received.faults.append(row)
            continue
        assert isinstance(row, StaffRow)
        place = Postcode.objects.filter(code=row.base_postcode).first()
        if fault := _unknown(row, areas, skills, place):
            received.faults.append(fault)
            continue
        assert place is not None
        wanted = {
            "area": areas[row.area],
            "name": row.name,
            "gender": row.gender,
            "base_postcode": place.code,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "max_week_minutes": row.max_week_minutes,
            "is_active": True,
        }
        worker, changed = _stored(agency, row.reference, wanted)
        received.count(_settle_skills(worker, dict(row.skills), agency, on) or changed)


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


def _stored(agency: Agency, reference: str, wanted: dict[str, object]) -> tuple[Worker, bool]:
    worker = Worker.objects.filter(agency=agency, reference=reference).first()
    if worker is None:
        return Worker.objects.create(agency=agency, reference=reference, **wanted), True
    changed = [name for name, value in wanted.items() if getattr(worker, name) != value]
    for name in changed:
        setattr(worker, name, wanted[name])
    if changed:
        worker.save(update_fields=changed)
    return worker, bool(changed)


def _settle_skills(worker: Worker, wanted: dict[str, date | None], agency: Agency, on: date) -> bool:
    """Begin, extend, shorten or end competences so that those in force from `on` are the wanted ones."""
    changed = False
    held = {c.skill_id: c for c in worker.competences.order_by("starts_on") if _holds_from(c, on)}
    for code, last in wanted.items():
        competence = held.pop(code, None)
        if competence is None:
            if last is None or last >= on:
                Competence.objects.create(
                    worker=worker, skill_id=code, starts_on=on, expires_on=last, signed_by=agency.name
                )
                changed = True
        elif competence.expires_on != last:
            _expire(competence, last)
            changed = True
    for competence in held.values():
        _expire(competence, on - timedelta(days=1))
        changed = True
    return changed


def _holds_from(competence: Competence, on: date) -> bool:
    return competence.expires_on is None or competence.expires_on >= on


def _expire(competence: Competence, last: date | None) -> None:
    if last is not None and last < competence.starts_on:
        competence.delete()  # it would end before it began
    else:
        competence.expires_on = last
        competence.save(update_fields=["expires_on"])


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
    days = [day for shifts in wanted.values() for day in shifts]
    faulty = {fault.reference for fault in received.faults}
    for worker, shifts in wanted.items():
        _settle_shifts(worker, shifts, received, min(days), max(days), worker.reference not in faulty)


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
    worker: Worker,
    wanted: dict[date, _Wanted],
    received: Received,
    first: date,
    last: date,
    may_remove: bool,
) -> None:
    """Make the worker's shifts from `first` to `last` the wanted ones."""
    begins, ends = moment(first, time()), moment(last + timedelta(days=1), time())
    now = {
        local_day(shift.starts_at): shift
        for shift in worker.shifts.filter(starts_at__gte=begins, starts_at__lt=ends)
    }
    new = {day for day, shift in wanted.items() if not shift.is_met_by(now.get(day))}
    removed = [day for day in now if day not in wanted] if may_remove else []
    received.removed += len(removed)
    worker.shifts.filter(
        pk__in=[shift.pk for day, shift in now.items() if day in new or day in removed]
    ).delete()
    for day, shift in sorted(wanted.items()):
        if day in new and not shift.is_free(worker):
            message = "The shift overlaps another of the same worker."
            received.faults.append(Fault(shift.line, "start", "overlap", message, worker.reference))
            continue
        if day in new:
            worker.shifts.create(starts_at=shift.starts_at, ends_at=shift.ends_at)
        received.count(day in new)
