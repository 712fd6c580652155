"""Files that wait to be taken in or for a person to decide: in one folder, under names of our own."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from hub.feeds.record import FeedError

BLOCK = 1024 * 1024  # bytes


def keep(file: BinaryIO) -> tuple[str, str, int]:
    """Copies a file in; its name here, its SHA-256 and its bytes. Raises `FeedError` if it is too large."""
    folder = Path(settings.INTAKE_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{uuid.uuid4()}.delivery"
    digest, size = hashlib.sha256(), 0
    try:
        with open(folder / name, "xb", opener=_private) as copy:
            while block := file.read(BLOCK):
                size += len(block)
                check_size(size)
                digest.update(block)
                copy.write(block)
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    return name, digest.hexdigest(), size


def check_size(size: int) -> None:
    """Raises `FeedError` for more bytes than a delivery may have."""
    if size > settings.DELIVERY_MAX_BYTES:
        limit = settings.DELIVERY_MAX_BYTES // (1024 * 1024)
        raise FeedError(f"The file is larger than {limit} MB. Send it in parts.", rule="too_large")


def opened(name: str) -> BinaryIO:
    """The file that was kept under this name."""
    return open(Path(settings.INTAKE_DIR) / Path(name).name, "rb")


def forget(name: str) -> None:
    """Removes it; nothing happens if it is gone."""
    if name:
        (Path(settings.INTAKE_DIR) / Path(name).name).unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
