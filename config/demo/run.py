"""The demonstration, step by step: partner files to a published rota, and the table of what came of it."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection
from django.utils import timezone

from config.demo import founding, generating, partner_files, planning, serving, table
from config.demo.children import Children
from config.demo.locality import Locality
from config.demo.partner_files import Folder
from config.demo.planning import Planned
from hub.identity import linking
from hub.models import Agency, Area, Delivery, Feed, User
from hub.services import postcodes, receiving
from scheduling.models import PlanningRun
from visits.services import naming, staff

Say = Callable[[str], None]
WIDTH = 34  # of the names of steps
SECONDS_A_PERSON = 0.04  # to invent and receive everything about one
SECONDS_AN_AREA = 40  # to begin and end its planning runs, beside the search
COMPILE = "from scheduling.engine.answers import desk; desk.warm()"


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


def forecast(people: int, seconds: int) -> str:
    """What it will do and about how long that takes on two cores, from what was measured there."""
    areas = len(generating.area_sizes(people))
    receiving_seconds = 10 + people * SECONDS_A_PERSON
    planning_seconds = areas * (2 * seconds + SECONDS_AN_AREA) / serving.PLANNERS
    minutes = max(1, round((receiving_seconds + planning_seconds) / 60))
    return (
        f"{people:,} people, areas: {areas}. With {seconds} s of search for each side of an area it takes "
        f"about {minutes} min on two cores the first time, less after that."
    )


@dataclass(slots=True)
class Demonstration:
    """Runs the steps, and says of each what it did and how long it took."""

    wish: Wish
    children: Children
    say: Say

    def run(self) -> Locality:
        """All steps, the printed table last.

        Raises ChildEndedError or PlanningFailedError.
        """
        self.say(forecast(self.wish.people, self.wish.seconds))
        place, files = self._invent()
        deliveries = self._receive(files)
        self._compare()
        self._staff(files)
        by = founding.administrator()
        planned = self._plan(by)
        self.say("")
        self.say(table.of_deliveries(deliveries))
        self.say("")
        self.say(table.of_plans(planned, week_start=self.wish.week_start, seconds=self.wish.seconds))
        return place

    def _invent(self) -> tuple[Locality, Folder]:
        with self._step("Invent a locality") as found:
            place = generating.generate(
                people=self.wish.people,
                seed=self.wish.seed,
                week_start=self.wish.week_start,
                today=self.wish.today,
            )
            files = partner_files.write(place, self.wish.folder)
            founding.found(place, files, people=self.wish.people)
            found.append(f"{len(place.citizens):,} people, {len(place.workers):,} workers")
            found.append(f"their partners' files in {self.wish.folder.parent.name}/")
        return place, files

    def _receive(self, files: Folder) -> list[Delivery]:
        with (
            self._step("Postcodes") as found,
            files.postcodes.open(encoding="utf-8", newline="") as rows,
        ):
            found.append(f"{postcodes.load(rows):,} loaded")
        deliveries = []
        for file in files.deliveries:
            with self._step(f"Receive {file.agency}") as found:
                feed = Feed.objects.select_related("agency").get(code=founding.feed_code(file))
                with file.path.open("rb") as stream:
                    delivery = receiving.receive(
                        feed=feed, file=stream, file_name=file.path.name, by=None, now=timezone.now()
                    )
                deliveries.append(delivery)
                found.append(f"{file.path.name}: {table.outcome(delivery)}")
        return deliveries

    def _compare(self) -> None:
        with self._step("Compare records") as found:
            result = linking.compare_waiting(now=timezone.now())
            found.append(
                f"{result.compared:,} compared, {result.joined:,} joined that no rule had, "
                f"{result.asked:,} questions asked"
            )

    def _staff(self, files: Folder) -> None:
        counts: Counter[str] = Counter()
        with self._step("Receive staff and shifts") as found:
            on = min(self.wish.today, self.wish.week_start)
            for file in files.staff:
                agency = Agency.objects.get(code=file.agency)
                received = staff.receive(file.path.read_bytes(), agency=agency, on=on)
                counts.update(
                    taken=received.taken, unchanged=received.unchanged, rejected=len(received.faults)
                )
            found.append(", ".join(f"{count:,} {what}" for what, count in counts.items()))
        # Without it queries are planned for tables believed to be empty: two minutes instead of two seconds.
        with self._step("Let the database take stock"), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with self._step("Name workers") as found:
            named = sum(naming.name_workers(area=area, on=self.wish.today) for area in Area.objects.all())
            found.append(f"{named:,} people have one now who had none")

    def _plan(self, by: User) -> Planned:
        areas = list(Area.objects.order_by("pk"))
        wish = {"week_start": self.wish.week_start, "seconds": self.wish.seconds, "seed": self.wish.seed}
        if not self.wish.again:
            with self._step("Look for an earlier plan") as found:
                planned = planning.still_valid(areas, **wish)
                found.append("published, and nothing has changed" if planned else "none that holds")
            if planned:
                return planned
        with self._step("Compile the optimiser"):  # once; a second time it is only loaded
            self.children.run("compiling", [sys.executable, "-c", COMPILE])
        planning.settle(areas, week_start=self.wish.week_start, by=by, check=self.children.check)
        self.say(
            f"Planning each agency alone and all together, {self.wish.seconds} s of search for each side:"
        )
        with self._step("Plan and publish"):
            return planning.plan(areas, **wish, by=by, on_finish=self._tell, check=self.children.check)

    def _tell(self, run: PlanningRun) -> None:
        who = f"{run.agency.name} alone" if run.agency else "all together"
        unplaced = sum(run.figures["unplaced"].values())
        self.say(
            f"  {run.area.name}, {who}: {run.figures['arrivals']:,} visits, "
            f"{unplaced:,} unplaced, in {run.seconds} s"
        )

    @contextmanager
    def _step(self, what: str) -> Iterator[list[str]]:
        """Say the step, what the block found, and its seconds once it has ended."""
        began = time.monotonic()
        found: list[str] = []
        yield found
        self.say(f"{what:<{WIDTH}}{time.monotonic() - began:6.1f} s  {', '.join(found)}")
