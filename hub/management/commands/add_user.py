from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from hub.models import Agency, Area, Role
from hub.services import users


class Command(BaseCommand):
    """Adds someone who may log in. The password is asked for, so that it stands in no shell history."""

    help = "Add someone who may log in; the password is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME --role ROLE [--agency CODE] [--areas CODE …]."""
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument(
            "--agency", help="the code of the agency; needed for all but the hub administrator"
        )
        parser.add_argument("--areas", nargs="*", default=[], help="the codes of a coordinator's areas")

    def handle(self, *, name: str, role: str, agency: str | None, areas: list[str], **options: Any) -> None:
        """Ask for the password and add the user."""
        employer = Agency.objects.filter(code=agency).first() if agency else None
        if agency and employer is None:
            raise CommandError(f"There is no agency {agency}.", returncode=2)
        found = list(Area.objects.filter(code__in=areas))
        if missing := sorted(set(areas) - {area.code for area in found}):
            raise CommandError(f"There is no area {', '.join(missing)}.", returncode=2)
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ.")
        try:
            user = users.add_user(name=name, role=role, agency=employer, areas=found, password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.get_username()} may log in as {user.get_role_display()}.")
