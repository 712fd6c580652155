"""`manage.py subject_access PERSON --reason … --out FILE`: everything that is held about one person."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import Person
from visits.services import subject_access


class Command(BaseCommand):
    help = "Write what all agencies' records say of one person, with sources and without third parties."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", type=UUID, help="the id in the address of the person's page")
        parser.add_argument("--reason", required=True, help="whose request it is, and its date")
        parser.add_argument("--out", required=True, help="a new file, readable by you alone")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(public_id=options["person"]).first()
        if person is None:
            raise CommandError("Nobody has this id.")
        try:
            handle = os.open(options["out"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"The file cannot be made: {error.strerror}.") from None
        said = subject_access.export(
            person=person, reason=options["reason"], by=None, now=timezone.now(), machine="subject_access"
        )
        with open(handle, "w") as file:
            json.dump(said, file, ensure_ascii=False, indent=1)
        counts = ", ".join(f"{len(rows)} {name}" for name, rows in said.items() if isinstance(rows, list))
        self.stdout.write(f"Written: {counts}.")
