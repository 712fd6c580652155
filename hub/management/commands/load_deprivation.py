from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.services import deprivation


class Command(BaseCommand):
    """Loads how deprived each postcode's neighbourhood is."""

    help = "Load the official Index of Multiple Deprivation, by postcode or by neighbourhood."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, and the directory of postcodes for an index by neighbourhood."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--postcodes", type=Path, help="the postcode directory (pcds, lsoa11 or lsoa21), for File 7"
        )

    def handle(self, *, file: Path, postcodes: Path | None, **options: Any) -> None:
        """Load it."""
        try:
            with ExitStack() as stack:
                stream = stack.enter_context(file.open(encoding="utf-8-sig", newline=""))
                directory = None
                if postcodes is not None:
                    directory = stack.enter_context(postcodes.open(encoding="utf-8-sig", newline=""))
                loaded = deprivation.load(stream, postcodes=directory)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from None
        except UnicodeDecodeError:
            raise CommandError(f"{file.name}: the file is not in UTF-8") from None
        except deprivation.DeprivationFileError as error:
            raise CommandError(f"{file.name}, {error}") from None
        self.stdout.write(
            f"{file.name}: {loaded.known:,} postcodes have a decile; {loaded.unknown:,} are not known here. "
            "“manage.py count_weeks --again” divides weeks by it that are counted already."
        )
