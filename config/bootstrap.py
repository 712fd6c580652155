"""Makes the virtual environment of a fresh checkout: `python3 config/bootstrap.py [--with test]`.

Runs on the machine's own Python with nothing installed, so it uses the standard library alone and
words that Python 3.7 understands: an old Python has to get as far as finding a newer one.
A second run sees that nothing has changed and ends at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMPS = ENVIRONMENT / "installed.json"
REQUIREMENTS = ROOT / "requirements"
SETS = {"base": ("base",), "test": ("base", "test")}  # the tests' requirements contain the product's
OLDEST = (3, 11)
NEWEST_TRIED = (3, 13)
UV_VARIABLES = {
    "UV_PYTHON_DOWNLOADS": "never",  # the machine's Python is good enough, or we say that it is not
    "UV_SYSTEM_CERTS": "1",  # as pip does: an office network's own certificates live there
    "VIRTUAL_ENV": str(ENVIRONMENT),
    "UV_NO_PROGRESS": "1",
}
PATIENCE_SECONDS = 15  # how long to say nothing


class SetUpError(Exception):
    """Something a person has to mend; the message says how."""


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Make .venv with pinned and hashed requirements.")
    parser.add_argument("--with", dest="wanted", choices=sorted(SETS), default="base")
    wanted = parser.parse_args().wanted
    try:
        use_a_good_python()
        make_environment()
        install(wanted)
        compile_engine()
    except SetUpError as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; run it again to go on.", file=sys.stderr)
        return 130
    return 0


def use_a_good_python() -> None:
    """Carry on in a Python of the right age. Raises SetUpError when there is none."""
    if OLDEST <= sys.version_info[:2] <= NEWEST_TRIED or environment_works():
        return
    for minor in range(NEWEST_TRIED[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _succeeds([found, "-c", ""]):
            say(f"python3 is {_version()}; going on with {found}")
            os.execv(found, [found, *sys.argv])
    if sys.version_info[:2] < OLDEST:
        raise SetUpError(
            f"Python 3.{OLDEST[1]} or newer is needed and python3 is {_version()}.\n"
            "Install a newer one (on Debian or Ubuntu: apt-get install python3.11 python3.11-venv)."
        )
    say(f"python3 is {_version()}, newer than the newest tried; if an install fails, install Python 3.13")


def environment_works() -> bool:
    """Whether .venv is whole: not interrupted in the making, nor left behind by a Python since removed."""
    return _succeeds([str(PYTHON), "-c", f"import sys, pip; assert sys.version_info[:2] >= {OLDEST}"])


def make_environment() -> None:
    """Make .venv unless a whole one is there. Raises SetUpError when this Python cannot."""
    if environment_works():
        return
    with Step("Virtual environment"):
        shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
        if _succeeds([sys.executable, "-m", "venv", str(ENVIRONMENT)]):
            return
        for tool in (
            ["uv", "venv", "--seed", "--python", sys.executable],
            ["virtualenv", "-p", sys.executable],
        ):
            shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
            if shutil.which(tool[0]) and _succeeds([*tool, str(ENVIRONMENT)]):
                return
        shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
        raise SetUpError(
            f"{sys.executable} cannot make a virtual environment: its venv module is missing or incomplete.\n"
            f"On Debian or Ubuntu: apt-get install python3.{sys.version_info[1]}-venv (or python3-venv)."
        )


def install(wanted: str) -> None:
    """Install the set `wanted`, hashes checked, unless just these files are installed. Raises SetUpError."""
    stamps = json.loads(STAMPS.read_text()) if STAMPS.is_file() else {}
    if stamps.get(wanted) == fingerprint(wanted):
        return
    requirements = REQUIREMENTS / f"{wanted}.txt"
    count = sum("==" in line for line in requirements.read_text().splitlines())
    with Step(f"{count} packages of requirements/{wanted}.txt"):
        checked = ["install", "--quiet", "--require-hashes"]
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *checked]
        # To bytecode at once: where Python is told to keep none, every start would compile it all anew.
        uv = [str(ENVIRONMENT / "bin" / "uv"), "pip", *checked, "--compile-bytecode"]
        has_uv = _succeeds([*pip, "-r", str(REQUIREMENTS / "uv.txt")])
        if not (has_uv and _succeeds([*uv, "-r", str(requirements)], seen=True)):
            say("  uv could not install them; trying pip, which takes longer")
            if not _succeeds([*pip, "-r", str(requirements)], seen=True):
                raise SetUpError("pip could not install the requirements; its message is above.")
    stamps.update({name: fingerprint(name) for name in SETS[wanted]})
    STAMPS.write_text(json.dumps(stamps))


def compile_engine() -> None:
    """Let numba compile the optimiser now, so that no first plan has to wait for it."""
    engine = ROOT / "scheduling" / "engine"
    if not engine.is_dir():
        return
    mark = _digest(sorted(engine.rglob("*.py")))
    stamps = json.loads(STAMPS.read_text())
    if stamps.get("engine") == mark:
        return
    with Step("Compiling the optimiser (a minute or two, once)") as compiling:
        compiler = subprocess.Popen([str(PYTHON), "-m", "scheduling.engine.compiling"], cwd=str(ROOT))
        while compiler.poll() is None:
            try:
                compiler.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"  … {compiling.seconds():.0f} s")
        if compiler.returncode:
            raise SetUpError("The optimiser could not be compiled; the message is above.")
    STAMPS.write_text(json.dumps({**stamps, "engine": mark}))


class Step:
    """Print what is being done and how long it took."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.began = time.monotonic()

    def __enter__(self) -> Step:
        say(f"{self.what} …")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            say(f"{self.what}: done in {self.seconds():.1f} s")

    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began


def say(what: str) -> None:
    """Print a line at once, pipe or not."""
    print(what, flush=True)


def fingerprint(wanted: str) -> str:
    """What a set's requirements are, as one hash."""
    return _digest([REQUIREMENTS / f"{wanted}.txt"])


def _digest(paths: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _succeeds(command: list[str], *, seen: bool = False) -> bool:
    """Whether the command can be run and ends well; what it prints is hidden unless `seen`."""
    try:
        ended = subprocess.run(
            command, env=_environment(), cwd=str(ROOT), capture_output=not seen, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0


def _environment() -> dict[str, str]:
    return {**os.environ, **UV_VARIABLES}


if __name__ == "__main__":
    sys.exit(main())
