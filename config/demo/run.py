"""The demonstration, step by step: partner files to a published rota, and the table of what came of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone

from config.demo import founding, locality, partner_files, planning, table
from config.demo.children import Children
from config.demo.locality import Locality
from config.demo.partner_files import Folder, PartnerFile
from hub.models import Agency, Area, Delivery, Person, SourceRecord
from hub.services import postcodes, receiving
from visits.models import Worker
from visits.services import naming, staff

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a demonstration."""

    people: int
    seed: int
    seconds: int
    week_start: date
    today: date
    again: bool
    folder: Path


@dataclass(slots=True)
class Demonstration:
    """Runs the steps and says what each did and how long it took."""

    wish: Wish
    children: Children
    say: Say

    def run(self) -> Locality:
        """All steps up to the printed table. Raises OtherDataError, ChildEndedError or PlanningFailedError."""
        founding.refuse_other_data(people=self.wish.people, seed=self.wish.seed)
        with self.step("Invent a locality") as result:
            place = locality.generate(
                people=self.wish.people,
                seed=self.wish.seed,
                week_start=self.wish.week_start,
                today=self.wish.today,
            )
            founding.found(place, people=self.wish.people)
            files = partner_files.write(place, self.wish.folder)
            result.append(f"{len(place.citizens):,} people, {len(place.workers):,} workers")
            result.append(f"files in {self.wish.folder.name}/")
        self._receive(files)
        self._staff(files)
        rotas, runs = self._plan()
        self.say("")
        for text in self._tables(rotas, runs):
            self.say(text)
        return place

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Say the step with what it found and its seconds once it has ended."""
        began = time.monotonic()
        found: list[str] = []
        yield found
        self.say(f"{what + ':':<34}{', '.join(found):<60}{time.monotonic() - began:6.1f} s")
