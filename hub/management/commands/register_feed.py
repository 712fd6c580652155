from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.models import Agency
from hub.services import feeds


class Command(BaseCommand):
    """Says which agency's deliveries come by which feed."""

    help = "Register an agency's feed, so that `receive` knows whose records a file holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """CODE --agency CODE --format FORMAT."""
        parser.add_argument("code", help="the name of the feed, for example coastal-care-schedule")
        parser.add_argument("--agency", required=True, help="the code of the agency")
        parser.add_argument("--format", required=True, choices=feeds.FORMATS)

    def handle(self, *, code: str, agency: str, format: str, **options: Any) -> None:
        """Register it."""
        found = Agency.objects.filter(code=agency).first()
        if found is None:
            known = ", ".join(Agency.objects.values_list("code", flat=True)) or "none yet"
            raise CommandError(f"There is no agency {agency}. Agencies: {known}", returncode=2)
        try:
            feed = feeds.register(code=code, agency=found, format=format)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"{feed.code}: {feed.format} from {feed.agency}")
