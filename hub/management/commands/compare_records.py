from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hub.identity import linking
from hub.identity.linking import Linked


class Command(BaseCommand):
    help = (
        "Compare the records that wait, join what is sure, and ask about the rest; the timetable does it too"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        result = linking.compare_waiting(now=timezone.now(), on_progress=self._progress)
        if result.compared:
            seconds = time.monotonic() - began
            self.stdout.write(
                f"{result.compared:,} records compared in {seconds:.1f} s: {result.joined:,} joins, "
                f"{result.asked:,} questions for a person"
            )
        else:
            self.stdout.write("No record waits, or another process is comparing them.")

    def _progress(self, result: Linked) -> None:
        self.stderr.write(f"  {result.compared:,} compared, {result.pairs:,} pairs weighed")
