from __future__ import annotations

import fcntl
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import Delivery, Feed
from hub.services import receiving

CLAIMED, DONE, FAILED = ".claimed", "done", "failed"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
QUIET_SECONDS = 2.0  # a file that was written to lately may not be whole yet


class Command(BaseCommand):
    """A folder holds one folder for each feed, by its code; what is put there is taken in."""

    help = "Take in every file that is put into FOLDER/FEED/, and move it to done/ or failed/ beside it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FOLDER [--seconds N] [--once]."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--seconds", type=float, default=5.0, help="between two looks")
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *, folder: Path, seconds: float, once: bool, **options: Any) -> None:
        """Look, take in, wait, look again."""
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=2)
        self._tell_strange(folder)
        try:
            while True:
                for feed in Feed.objects.select_related("agency").order_by("code"):
                    for file in _waiting(folder / feed.code):
                        self._take(feed, file)
                if once:
                    return
                time.sleep(seconds)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _tell_strange(self, folder: Path) -> None:
        known = set(Feed.objects.values_list("code", flat=True))
        for each in sorted(folder.iterdir()):
            if each.is_dir() and each.name not in known:
                self.stderr.write(f"{each.name}/ is the code of no feed and is not looked at.")

    def _take(self, feed: Feed, file: Path) -> None:
        claimed = _claim(file)
        if claimed is None:
            return
        path, stream = claimed
        with stream:
            delivery = receiving.receive(
                feed=feed, file=stream, file_name=_name(path), by=None, now=timezone.now()
            )
            good = delivery.already_taken or delivery.status in (Delivery.Status.TAKEN, Delivery.Status.HELD)
            _move(path, path.parent.parent, good)
        said = "unchanged" if delivery.already_taken else delivery.status
        self.stdout.write(
            f"{feed.code}: {_name(path)}: {said}, {delivery.taken:,} taken, {delivery.rejected:,} rejected"
        )


def _waiting(folder: Path) -> Iterator[Path]:
    """Whole files in the order of their age; those that somebody claimed and died with come first."""
    if not folder.is_dir():
        return
    claimed = folder / CLAIMED
    yield from sorted(claimed.iterdir()) if claimed.is_dir() else ()
    # A name of a file may hold anything; only its place in this folder counts.
    files = [each for each in folder.iterdir() if each.is_file() and not each.is_symlink()]
    for file in sorted(files, key=lambda each: (each.stat().st_mtime, each.name)):
        if file.name.startswith(".") or file.name.endswith(UNFINISHED):
            continue
        if time.time() - file.stat().st_mtime >= QUIET_SECONDS:
            yield file


def _claim(file: Path) -> tuple[Path, BinaryIO] | None:
    """The file in the claimed folder, open and locked; None if another process has it.

    Moving it is atomic, so of several watchers one has it. The lock dies with its process, so what a killed
    one had claimed is taken up again; taking a file in twice changes nothing.
    """
    try:
        if file.parent.name != CLAIMED:
            (file.parent / CLAIMED).mkdir(exist_ok=True)
            target = file.parent / CLAIMED / f"{time.time_ns()}-{file.name}"
            os.rename(file, target)
            file = target
        stream = open(file, "rb")  # noqa: SIM115 - it is held while the file is taken in
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    if not file.exists():  # its holder was done with it just now
        stream.close()
        return None
    return file, stream


def _name(claimed: Path) -> str:
    return claimed.name.partition("-")[2]


def _move(claimed: Path, folder: Path, good: bool) -> None:
    to = folder / (DONE if good else FAILED)
    to.mkdir(exist_ok=True)
    os.rename(claimed, to / claimed.name)
