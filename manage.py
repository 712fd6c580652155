#!/usr/bin/env python
"""Runs Django's commands for this project."""

import io
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.embedded import ServerError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # progress is seen as it is said, also through a pipe
    try:
        execute_from_command_line(sys.argv)
    except ServerError as error:  # says how to mend it; where it was raised helps nobody
        sys.exit(str(error))


if __name__ == "__main__":
    main()
