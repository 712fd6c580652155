"""manage.py receive_staff FILE --agency CODE: take in a staff or shift file (docs/staff.md)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import Agency
from visits.services import staff

MOST_SHOWN = 50


class Command(BaseCommand):
    """Prints what was taken, unchanged, removed and refused."""

    help = "Take in an agency's staff or shift file (docs/staff.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", required=True, help="the agency's code")
        parser.add_argument("--on", type=date.fromisoformat, help="day of receipt; today if left out")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        agency = Agency.objects.filter(code=options["agency"], is_active=True).first()
        if agency is None:
            raise CommandError(f"{options['agency']} is not the code of an active agency.", returncode=2)
        try:
            received = staff.receive(
                file.read_bytes(), agency=agency, on=options["on"] or timezone.localdate()
            )
        except OSError as error:
            raise CommandError(f"{file.name}: {error.strerror}", returncode=2) from error
        except staff.StaffFileError as error:
            raise CommandError(f"{file.name}: {error}", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"file": file.name, **asdict(received)}))
            return
        self.stdout.write(
            f"{file.name} ({received.kind}): {received.taken} taken, {received.unchanged} unchanged, "
            f"{received.removed} removed, {len(received.faults)} refused"
        )
        for fault in received.faults[:MOST_SHOWN]:
            self.stdout.write(f"  line {fault.line} {fault.field} ({fault.rule}): {fault.message}")
        if len(received.faults) > MOST_SHOWN:
            self.stdout.write(f"  and {len(received.faults) - MOST_SHOWN} more")
