"""`manage.py serve`: the site, the planners and the nightly timetable, for a trial on one machine."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import embedded
from config.demo import serving
from config.demo.children import ChildEndedError, Children
from config.demo.interrupts import Stopped, stop_on_signals


class Command(BaseCommand):
    help = "Serve the site with its planners and its nightly timetable on this machine until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with stop_on_signals():
                serve(self, port=options["port"])
        except Stopped:
            self.stdout.write("Stopped.")


def serve(command: BaseCommand, *, port: int) -> None:
    """Migrate, start everything and wait. Raises CommandError when something ends by itself."""
    command.stdout.write(f"Servers: {embedded.describe()}")
    call_command("migrate", verbosity=0)
    home = settings.BASE_DIR / ".private"
    try:
        serving.check_port(port)
        with Children(root=settings.BASE_DIR, logs=home / "logs") as children:
            serving.start_planners(children, beat=True, run=home / "run")
            serving.start_desk(children)
            serving.start_site(children, port=port)
            command.stdout.write(f"The site: http://{serving.HOST}:{port}/   (Ctrl-C ends it)")
            command.stdout.flush()
            children.wait()
    except (serving.PortTakenError, ChildEndedError) as error:
        raise CommandError(str(error)) from None
