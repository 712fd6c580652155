from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from hub.identity import models_in_use
from hub.identity.linkage.judging import JOIN_AT, REVIEW_FROM
from hub.identity.linkage.splinking import Model
from hub.identity.measuring import invented, labelled
from hub.identity.measuring.labelled import LabelledSet
from hub.identity.measuring.trial import Measured, Trial

HEADINGS = (
    "",
    "precision",
    "recall",
    "wrong pairs",
    "twins",
    "spouses",
    "namesakes",
    "to review",
    "of them true",
)


class Command(BaseCommand):
    help = "Say how well matching tells people apart, on files that hold the truth: FEBRL's or our own"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--invent", type=int, metavar="PEOPLE", help="measure an invented county as well")
        parser.add_argument("--seed", type=int, default=1, help="of the invented county")
        parser.add_argument(
            "--write", type=Path, metavar="FILE", help="keep the invented county in this file"
        )
        parser.add_argument(
            "--learn",
            action="store_true",
            help="learn a model from each file instead of using the one in use",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["files"] and not options["invent"]:
            raise CommandError("Name a file, or say --invent 5000.")
        try:
            for path in options["files"]:
                self._measure(labelled.read(path), learn=options["learn"])
        except labelled.UnreadableError as error:
            raise CommandError(str(error)) from error
        if options["invent"]:
            county = invented.records(options["invent"], seed=options["seed"])
            if options["write"]:
                with options["write"].open("w", encoding="utf-8", newline="") as file:
                    labelled.write(file, county)
            name = f"invented county of {options['invent']:,} people, seed {options['seed']}"
            self._measure(labelled.of(name, county), learn=options["learn"])

    def _measure(self, cases: LabelledSet, *, learn: bool) -> None:
        began = time.monotonic()
        learn = learn or cases.abroad
        trial = Trial(cases, None if learn else _model())
        learned = "learned from this file without the truth" if learn else "the one in use"
        self.stdout.write(
            f"\n{cases.name}: {len(cases.cases):,} records, {len(trial.true):,} true pairs, "
            f"{len(trial.weights):,} pairs compared; model: {learned}"
        )
        self._row(HEADINGS)
        for measured in (trial.by_rules(), trial.by_model(), trial.together()):
            self._measured(measured.way, measured)
        self.stdout.write(f"  joined from {JOIN_AT:g}, shown from {REVIEW_FROM:g}; another gate would give:")
        for gate, measured in trial.gates():
            self._measured(f"  from {gate:g} (1 in {1 + 2**gate:,.0f} wrong)", measured)
        self.stdout.write(f"  {time.monotonic() - began:.1f} s")

    def _measured(self, way: str, measured: Measured) -> None:
        figures = measured.figures
        kin = (figures.kin.get(name, 0) for name in ("twin", "spouse", "namesake"))
        self._row(
            (
                *(way, f"{figures.precision:.5f}", f"{figures.recall:.4f}", figures.joined - figures.right),
                *(*kin, measured.doubts, measured.true_doubts),
            )
        )

    def _row(self, cells: tuple[object, ...]) -> None:
        first, *others = cells
        self.stdout.write(f"  {first!s:<32}" + "".join(f"{cell!s:>13}" for cell in others))


def _model() -> Model:
    """The model in use; before there is a database, the one that comes with the product."""
    try:
        return models_in_use.learned()
    except DatabaseError:
        return Model.read(models_in_use.SHIPPED)
