"""`manage.py demo`: a synthetic locality, from partner files to a published rota, and the site to see it."""

from __future__ import annotations

import logging
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config import embedded
from config.demo import founding, generating, planning, serving
from config.demo.children import ChildEndedError, Children
from config.demo.interrupts import Stopped, stop_on_signals
from config.demo.run import Demonstration, Wish
from hub.recurrence import monday_of


class Command(BaseCommand):
    help = "Plan a week of a synthetic Norfolk locality, print what came of it, and serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=300, help="300; more than 400 make more areas")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other people")
        parser.add_argument(
            "--seconds", type=int, help="of search for each side of an area; 40, fewer where there are many"
        )
        parser.add_argument("--week", type=date.fromisoformat, help="its Monday; the next one if left out")
        parser.add_argument("--again", action="store_true", help="plan though nothing has changed")
        parser.add_argument("--serve", action=BooleanOptionalAction, default=True)
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with stop_on_signals():
                self._demonstrate(options)
        except Stopped:
            self._say("\nStopped; run it again to go on.")
            raise SystemExit(130) from None
        except (
            ChildEndedError,
            founding.OtherDataError,
            planning.PlanningFailedError,
            serving.PortTakenError,
            ValueError,
        ) as error:
            raise CommandError(str(error)) from None

    def _demonstrate(self, options: dict[str, Any]) -> None:
        if options["serve"]:
            serving.check_port(options["port"])  # before the work, not after it
        wish = self._wish(options)
        self._say(f"Servers: {embedded.describe()}")
        call_command("migrate", verbosity=0)
        founding.refuse_other_data(people=wish.people, seed=wish.seed)
        logging.getLogger("hub").setLevel(logging.ERROR)  # each step says the same in fewer words
        home = settings.BASE_DIR / ".private"
        with Children(root=settings.BASE_DIR, logs=home / "logs") as children:
            serving.start_planners(children, beat=options["serve"], run=home / "run")
            try:
                place = Demonstration(wish, children, self._say).run()
            except BaseException:
                connection.close()  # it may have been interrupted in the middle of a sentence
                planning.call_off(by=founding.administrator())
                raise
            log_ins = founding.log_ins(place, vault=home / "demo-passwords.json")
            if options["serve"]:
                serving.start_desk(children)
                serving.start_site(children, port=options["port"])
                try:
                    self._invite(options["port"], log_ins)
                    children.wait()
                except Stopped:  # what is served is served until somebody stops it
                    self._say("\nStopped.")

    def _wish(self, options: dict[str, Any]) -> Wish:
        today = timezone.localdate()
        week_start = options["week"] or monday_of(today) + timedelta(days=7)
        name = f"{week_start}-{options['people']}-{options['seed']}"
        return Wish(
            people=options["people"],
            seed=options["seed"],
            seconds=options["seconds"] or planning.seconds_for(len(generating.area_sizes(options["people"]))),
            week_start=week_start,
            today=today,
            again=options["again"],
            folder=settings.BASE_DIR / "demo-files" / name,
        )

    def _invite(self, port: int, log_ins: Sequence[tuple[str, str, str]]) -> None:
        self._say(f"\nThe site: http://{serving.HOST}:{port}/   (Ctrl-C ends it)")
        for role, name, password in log_ins:
            self._say(f"  {role:<20} {name:<15} {password}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
