"""`manage.py planning_extract --reason … --out FILE`: needs by area and age band, without names."""

from __future__ import annotations

import csv
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from visits.services import extracting


class Command(BaseCommand):
    help = "Write what is needed by area and age band, for agencies that agreed, less who opted out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="for whom and what it is made")
        parser.add_argument("--out", required=True, help="a new file, readable by you alone")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = list(
                extracting.extract(
                    reason=options["reason"], by=None, on=timezone.localdate(), machine="planning_extract"
                )
            )
        except extracting.ExtractRefused as refused:
            raise CommandError(str(refused)) from None
        try:
            handle = os.open(options["out"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"The file cannot be made: {error.strerror}.") from None
        with open(handle, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(extracting.COLUMNS)
            writer.writerows(rows)
        fewest = extracting.FEWEST
        self.stdout.write(f"{len(rows)} rows written; rows of fewer than {fewest} people are left out.")
