"""manage.py publish ROTA_ID: put a candidate rota in force."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import User
from scheduling.services import publishing
from visits.models import Rota


class Command(BaseCommand):
    """Says why where it is refused."""

    help = "Put a candidate rota in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rota", type=UUID, help="the rota's public id")
        parser.add_argument("--by", help="the user name of who publishes it")

    def handle(self, *args: Any, **options: Any) -> None:
        rota = Rota.objects.filter(public_id=options["rota"]).first()
        if rota is None:
            raise CommandError("There is no such rota.")
        by = None
        if options["by"] and not (by := User.objects.filter(username=options["by"]).first()):
            raise CommandError("There is no such user.")
        try:
            rota = publishing.publish(rota=rota, by=by, now=timezone.now())
        except publishing.PublishRefused as refused:
            raise CommandError("\n".join(["Not published.", *refused.reasons])) from refused
        self.stdout.write(f"Published version {rota.version} of {rota.area.code}, week of {rota.week_start}.")
