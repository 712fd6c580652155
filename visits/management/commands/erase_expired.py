"""`manage.py erase_expired [--dry-run]`: what is past its time, erased with proof."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from visits import retention


class Command(BaseCommand):
    help = "Erase what agencies may no longer keep, and leave a tombstone for each record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        done = 0
        for one in list(retention.expired(on=timezone.localdate())):
            said = f"{one.agency.code}: last contact {one.last_contact_on}, kept {one.months} months"
            if options["dry_run"]:
                self.stdout.write(f"would erase  {said}")
            else:
                stone = retention.erase(one, now=now)
                self.stdout.write(f"erased  {said}, {sum(stone.counts.values())} rows, {stone.digest[:12]}")
            done += 1
        self.stdout.write(f"{done} record{'' if done == 1 else 's'} past their time.")
