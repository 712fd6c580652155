from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.services import postcodes


class Command(BaseCommand):
    """Loads where postcodes lie."""

    help = "Load a CSV with the columns postcode, latitude, longitude (WGS 84, degrees)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Load it."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as stream:
                rows = postcodes.load(stream, on_progress=lambda done: self.stderr.write(f"{done:,}"))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from None
        except UnicodeDecodeError:
            raise CommandError(f"{file.name}: the file is not in UTF-8") from None
        except postcodes.PostcodeFileError as error:
            raise CommandError(f"{file.name}, {error}") from None
        self.stdout.write(f"{file.name}: {rows:,} postcodes")
