"""An agency's staff and their shifts, as `manage.py receive_staff` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from config.demo import partners
from config.demo.csv_files import PartnerFile, hhmm, write_rows
from config.demo.locality import Locality, Worker


def write(locality: Locality, agency: str, workers: Sequence[Worker], home: Path) -> list[PartnerFile]:
    staff, shifts = home / "staff.csv", home / "shifts.csv"
    write_rows(
        staff,
        (
            {
                "reference": worker.reference,
                "name": worker.name,
                "gender": worker.gender,
                "base_postcode": worker.postcode,
                "area": partners.area_code(worker.area),
                "max_week_hours": f"{worker.max_week_minutes / 60:g}",
                "skills": ";".join(worker.skills),
            }
            for worker in workers
        ),
    )
    write_rows(
        shifts,
        (
            {
                "reference": worker.reference,
                "date": locality.week_start + timedelta(weeks=week, days=weekday),
                "start": hhmm(worker.shift[0]),
                "end": hhmm(worker.shift[1]),
            }
            for worker in workers
            for week in (0, 1)
            for weekday in worker.weekdays
        ),
    )
    return [PartnerFile(agency, "staff", staff), PartnerFile(agency, "shifts", shifts)]
