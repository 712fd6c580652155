"""`python -m config.embedded`: say which servers this checkout uses; `forget` removes their data."""

from __future__ import annotations

import argparse
import sys

from config import embedded
from config.embedded import locks
from config.embedded.account import forget_data
from config.embedded.home import FOLDER, Home
from config.embedded.keeper import SERVERS
from config.embedded.using import CODE


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["show", "forget"], default="show")
    try:
        if parser.parse_args().what == "forget":
            forget()
        else:
            embedded.urls(CODE)
            print(embedded.describe())
    except embedded.ServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def forget() -> None:
    """Remove the private servers and all that is in them. Raises ServerError while they are used."""
    for name in SERVERS:
        if not (CODE / FOLDER / name).is_dir():
            continue
        home = Home.of(CODE, name)
        with locks.held(home.start, locks.ALONE):
            users = locks.try_take(home.users, locks.ALONE)
            if users is None:
                raise embedded.ServerError(f"the private {name} is in use; end its users first")
            forget_data(home.path)
        print(f"forgot the private {name}")


if __name__ == "__main__":
    sys.exit(main())
