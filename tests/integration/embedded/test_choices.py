"""Which servers are chosen, whom they run as and what they keep to themselves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.embedded.account import Account
from config.embedded.home import FOLDER
from tests.integration.embedded.processes import CODE, USE, User, is_up, server_home


def test_passwords_stay_private(shared_root: Path) -> None:
    """They are in files of mode 0600, not in the description and not on any command line."""
    user = User(shared_root)
    *urls, description = user.says()
    passwords = [urlsplit(url).password for url in urls]
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    user.goes()
    for password in passwords:
        assert password
        assert password not in description + commands
    files = list((shared_root / FOLDER).rglob("*.password"))
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert len(files) == 3


def test_the_wheels_serve_where_the_system_has_nothing(root: Path) -> None:
    """With the wheels' programs the same role, extension and queue are there."""
    user = User(root, CARE_SERVERS="wheel")
    database, redis, description = user.says()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
    assert description.count("(wheel)") == 2
    assert is_up(redis)
    user.goes()


def test_a_checkout_closed_to_others_works(closed_root: Path) -> None:
    """Below /root, the user that root hands the servers to gets its data elsewhere, and keeps it."""
    for command in ("CREATE TABLE kept ()", "SELECT FROM kept"):
        user = User(closed_root, CARE_SERVERS="wheel")
        with psycopg.connect(user.says()[0]) as connection:
            connection.execute(command)
        user.goes()
    is_elsewhere = (closed_root / FOLDER / "postgresql" / "elsewhere").is_file()
    assert is_elsewhere == (os.geteuid() == 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="already a normal user")
@pytest.mark.parametrize("source", ["", "wheel"])
def test_a_normal_user_needs_no_root(root: Path, source: str) -> None:
    """The same works for a user without rights, with the system's programs and the wheels'."""
    nobody = Account(name="nobody", uid=65534, gid=65534)
    nobody.give(root)
    packages = str(Path(psycopg.__file__).parents[1])
    python = shutil.which(f"python3.{sys.version_info[1]}", path="/usr/local/bin:/usr/bin") or sys.executable
    settings = (
        f"CARE_SERVERS={source}",
        f"PYTHONPATH={CODE}:{packages}",
        "PATH=/usr/local/bin:/usr/bin:/bin",
    )
    command = ("env", "-i", *settings, python, "-c")
    if nobody.run(*command, "import psycopg, config.embedded").returncode:
        pytest.skip("this checkout or its Python is closed to other users")
    ended = nobody.run(*command, USE, root, cwd=root)
    assert ended.returncode == 0, ended.stderr
    database, _, description = json.loads(ended.stdout)
    assert database.startswith("postgres://care:"), database
    assert "PostgreSQL" in description
    assert not is_up(database)


def test_addresses_from_the_environment_start_nothing(root: Path) -> None:
    """Who brings servers gets them back as they are, and the checkout stays untouched."""
    given = {"DATABASE_URL": "postgres://me:secret@db.example:5433/x", "REDIS_URL": "redis://cache.example/3"}
    user = User(root, **given)
    database, redis, description = user.says()
    user.goes()
    assert [database, redis] == list(given.values())
    assert description == (
        "PostgreSQL of DATABASE_URL on db.example:5433; Redis of REDIS_URL on cache.example:default"
    )
    assert list(root.iterdir()) == []


def test_one_address_from_the_environment_leaves_the_other_private(root: Path) -> None:
    """With DATABASE_URL alone, Redis is started and PostgreSQL is not."""
    user = User(root, DATABASE_URL="postgres://me:secret@db.example/x")
    _, redis, _ = user.says()
    assert is_up(redis)
    user.goes()
    assert [home.name for home in (root / FOLDER).iterdir()] == ["redis"]


def test_data_of_another_postgresql_is_left_alone(root: Path) -> None:
    """A database made by a version that this machine no longer has is named, with the ways out."""
    data = server_home(root, "postgresql") / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    user = User(root)
    said, _, _ = user.says()
    user.goes()
    assert "made by PostgreSQL 9 and system or wheel now has" in said
    assert "make forget" in said


def test_an_unknown_source_is_refused(root: Path) -> None:
    """A mistyped CARE_SERVERS is an error, not a silent choice."""
    user = User(root, CARE_SERVERS="weel")
    said, _, _ = user.says()
    user.goes()
    assert said == "CARE_SERVERS=weel is not one of system, wheel"
