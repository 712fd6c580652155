"""One typed door to numba: compiled once, kept on disc, run without the interpreter's lock.

numba notices a change only in the file of the function itself, not in the files of the
functions it calls, and would then run old machine code. So the cache lies in a directory
named after a digest of every source file of the engine.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

HERE = Path(__file__).parent

Function = TypeVar("Function", bound=Callable[..., Any])


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        text = path.read_bytes()
        if b"import compiled" in text:
            digest.update(path.name.encode())
            digest.update(text)
    return digest.hexdigest()[:16]


def _cache_directory() -> Path:
    """Beside the sources where they can be written, else the user's own cache, else a temporary one."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "care-visits"
    fallbacks = [HERE / "__pycache__", home, Path(tempfile.gettempdir()) / f"care-visits-{os.getuid()}"]
    for base in [Path(chosen)] if chosen else fallbacks:
        directory = base / f"kernels-{_digest()}"
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(directory, os.W_OK):
            return directory
    return fallbacks[-1]


numba.config.CACHE_DIR = str(_cache_directory())


def compiled(function: Function) -> Function:
    """Compile at first call, or load from the cache; types stay those of the source."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
