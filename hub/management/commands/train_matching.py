from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.identity import models_in_use
from hub.identity.linkage import appearance, splinking
from hub.identity.measuring import invented, labelled


class Command(BaseCommand):
    help = "Learn from the county's own records how likely agreements and mistakes are; used from then on"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--invent", type=int, metavar="PEOPLE", help="learn from an invented county instead"
        )
        parser.add_argument("--seed", type=int, default=1, help="of the invented county")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write the model here; it is not used")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        if options["invent"]:
            if not options["out"]:
                raise CommandError("A model of invented people must not be used: say --out FILE.")
            cases = labelled.of("", invented.records(options["invent"], seed=options["seed"])).cases
            rows = [appearance.row(number, case.facts, case.lines) for number, case in enumerate(cases)]
            model = splinking.train(rows)
            said = json.dumps(model.as_json(), indent=1, ensure_ascii=False)
            options["out"].write_text(f"{said}\n", encoding="utf-8")
        else:
            try:
                models_in_use.learn(now=timezone.now())
            except models_in_use.TooFewRecordsError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Learned in {time.monotonic() - began:.0f} s")
