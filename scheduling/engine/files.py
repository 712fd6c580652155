"""JSON documents in files, plain or gzipped: bytes in, values out, and no surprise on the way."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any, NoReturn

from scheduling.engine.problem import ProblemError

LARGEST_FILE = 512 * 1024 * 1024


def read_json(path: Path | str) -> Any:
    """The value in a `.json` or `.json.gz` file.

    Raises ProblemError (its path is `file`) if the file cannot be read or is not strict JSON in UTF-8.
    """
    return parse_json(_read(Path(path)))


def write_json(path: Path | str, value: Any) -> None:
    """Write the value, gzipped if the name ends in `.gz`; the file appears whole or not at all.

    The same value gives the same bytes. Raises OSError if the file cannot be written.
    """
    path = Path(path)
    data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)  # mkstemp makes files for the owner's eyes only
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def parse_json(data: bytes) -> Any:
    """The value that the bytes say, or ProblemError with the path `file`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError("file", f"is not UTF-8 (byte {error.start})") from error
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except ProblemError:
        raise
    except json.JSONDecodeError as error:
        raise ProblemError("file", f"is not JSON: {error}") from error
    except RecursionError as error:
        raise ProblemError("file", "is nested too deeply") from error
    except ValueError as error:  # a whole number of more digits than Python turns into an int
        raise ProblemError("file", "holds a number of thousands of digits") from error


def _read(path: Path) -> bytes:
    if path.suffix not in (".json", ".gz"):
        raise ProblemError("file", f"{path.name!r} does not end in .json or .json.gz")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProblemError("file", f"is not a whole gzip file: {error}") from error
    except OSError as error:
        raise ProblemError("file", f"cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST_FILE:
        raise ProblemError("file", f"is larger than {LARGEST_FILE} bytes")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError("file", f"has an object in which {twice[:60]!r} stands twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ProblemError("file", f"holds {name}, which is not JSON")
