"""Setting up a checkout, as far as it goes without the internet."""

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from config import bootstrap

CODE = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout as far as setting up is concerned."""
    (tmp_path / "config").mkdir()
    shutil.copy(CODE / "config" / "bootstrap.py", tmp_path / "config")
    shutil.copytree(CODE / "requirements", tmp_path / "requirements")
    return tmp_path


def run(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the checkout's bootstrap with an environment of its own."""
    command = [sys.executable, "config/bootstrap.py", *arguments]
    given = {"HOME": str(checkout), "PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, cwd=checkout, env=given, capture_output=True, text=True, check=False)


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose environment is whole and up to date, on a machine without the internet."""
    venv.create(checkout / ".venv", symlinks=True)
    packages = next((checkout / ".venv" / "lib").glob("python*/site-packages"))
    (packages / "pip.py").write_text("if __name__ == '__main__': raise SystemExit('no way out')")
    stamps = {
        name: bootstrap._digest([checkout / "requirements" / f"{name}.txt"]) for name in ("base", "test")
    }
    (checkout / ".venv" / "installed.json").write_text(json.dumps(stamps))
    return checkout


@pytest.mark.parametrize("wanted", ["base", "test"])
def test_a_second_run_has_nothing_to_do(installed: Path, wanted: str) -> None:
    """When the requirements are those installed, it says and does nothing."""
    ended = run(installed, "--with", wanted)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_changed_requirements_are_installed_again(installed: Path) -> None:
    """A changed file is noticed; what cannot be installed is an error, and stays to be done."""
    with (installed / "requirements" / "base.txt").open("w") as file:
        file.write("no-such-thing==1.0 --hash=sha256:" + 64 * "0" + "\n")
    ended = run(installed)
    assert ended.returncode == 1
    assert "packages of requirements/base.txt" in ended.stdout
    assert "pip could not install" in ended.stderr
    assert run(installed).returncode == 1  # not taken for done


def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    """Debian ships Python without venv; the message names the package and leaves no half-made folder."""
    (checkout / "broken").mkdir()
    (checkout / "broken" / "venv.py").write_text("raise ImportError('not here')")
    ended = run(checkout, PYTHONPATH=str(checkout / "broken"), PATH="")
    assert ended.returncode == 1
    assert f"apt-get install python3.{sys.version_info[1]}-venv" in ended.stderr
    assert not (checkout / ".venv").exists()


def test_an_old_python_without_a_newer_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, checkout: Path
) -> None:
    """Python 3.10 with nothing newer on the path gets a sentence, not a syntax error."""
    monkeypatch.setattr(bootstrap, "PYTHON", checkout / ".venv" / "bin" / "python")
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        bootstrap.SetUpError, match=r"Python 3\.11 or newer is needed and python3 is 3\.10\.4"
    ):
        bootstrap.use_a_good_python()


def test_an_old_python_hands_over_to_a_newer_one(checkout: Path) -> None:
    """Where python3 is too old and python3.12 is there, it goes on in that one."""
    newer = checkout / "python3.12"
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "handed over: $*"\n')
    newer.chmod(0o755)
    old = (
        "import sys; sys.version_info = (3, 9, 1); sys.argv = ['config/bootstrap.py', '--with', 'test']; "
        "sys.path.insert(0, 'config'); import bootstrap; sys.exit(bootstrap.main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", old],
        cwd=checkout,
        env={"PATH": f"{checkout}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "handed over: config/bootstrap.py --with test" in ended.stdout, ended.stderr


def test_it_speaks_no_newer_python_than_it_promises() -> None:
    """It must be read by the old Python that it is to say is too old."""
    ast.parse((CODE / "config" / "bootstrap.py").read_text(), feature_version=(3, 7))
