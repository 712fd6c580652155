"""The private servers, real ones, in checkouts of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg
import pytest

from config.embedded import locks
from config.embedded.account import Account, data_home, forget_data
from config.embedded.home import FOLDER

CODE = Path(__file__).resolve().parents[2]
USE = """
import json, os, sys
from pathlib import Path
from config import embedded
try:
    urls = embedded.urls(Path(sys.argv[1]))
except embedded.ServerError as error:
    urls = [str(error), ""]
print(json.dumps([*urls, embedded.describe()]), flush=True)
"""
UNTIL_TOLD = USE + "sys.stdin.read()"  # standard input is closed to let it go


class User:
    """A process that uses the private servers until it is let go."""

    started: ClassVar[list[User]] = []

    def __init__(self, root: Path, code: str = UNTIL_TOLD, **environment: str) -> None:
        given = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        User.started.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(root)],
            cwd=CODE,
            env={**given, "PYTHONPATH": str(CODE), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that Ctrl-C can be sent to it and its children alone
        )

    def says(self) -> tuple[str, str, str]:
        """The addresses it was given and its description of them."""
        assert self.process.stdout
        database, redis, description = json.loads(self.process.stdout.readline())
        return database, redis, description

    def goes(self) -> None:
        """Let it end as programs do, and wait until it has."""
        self.process.communicate(timeout=20)

    def is_killed(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.communicate(timeout=20)


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """End the users of a test that failed half-way, so that the next begins with none."""
    yield
    for user in User.started:
        if user.process.returncode is None:
            user.is_killed()
    User.started.clear()


@pytest.fixture(scope="module")
def shared_root() -> Iterator[Path]:
    """One checkout whose database is made once; every test leaves it with no server running."""
    yield from _root(mode=0o755)


@pytest.fixture
def root() -> Iterator[Path]:
    """A checkout that no server has run in yet."""
    yield from _root(mode=0o755)


@pytest.fixture
def closed_root() -> Iterator[Path]:
    """A checkout that only its owner can enter, as below /root."""
    yield from _root(mode=0o700)


def _root(mode: int) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="care-test-"))
    path.chmod(mode)
    yield path
    for home in (path / FOLDER).glob("*"):
        assert _soon(lambda home=home: locks.is_free(home / "keeper.lock", locks.ALONE))
        forget_data(home)
    shutil.rmtree(path)


def _soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def _is_up(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def _keeper_pid(root: Path, server: str) -> int:
    for line in Path("/proc/locks").read_text().splitlines():
        if f":{(root / FOLDER / server / 'keeper.lock').stat().st_ino} " in line and "->" not in line:
            return int(line.split()[4])
    raise AssertionError(f"nobody keeps {server}")


def test_a_second_process_finds_what_the_first_started(shared_root: Path) -> None:
    """Two commands in one checkout share its servers, and the last one out stops them."""
    first = User(shared_root)
    database, redis, description = first.says()
    second = User(shared_root)
    assert second.says() == (database, redis, description)
    first.goes()
    assert _is_up(database)
    assert _is_up(redis)
    second.goes()  # returns only once they have stopped
    assert not _is_up(database)
    assert not _is_up(redis)


def test_what_is_stored_is_there_the_next_time(shared_root: Path) -> None:
    """A superuser made in one command can log in under the next."""
    user = User(shared_root)
    with psycopg.connect(user.says()[0]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    user.goes()
    user = User(shared_root)
    with psycopg.connect(user.says()[0]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    user.goes()


def test_the_role_is_like_one_in_earnest(shared_root: Path) -> None:
    """The product's role makes databases and the extension it needs, but is no superuser."""
    user = User(shared_root)
    with psycopg.connect(user.says()[0]) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    user.goes()
    assert rights == (False, True)


def test_processes_that_start_at_once_take_turns(shared_root: Path) -> None:
    """Of four that find nothing running, one starts the servers and all use them."""
    users = [User(shared_root) for _ in range(4)]
    assert len({user.says() for user in users}) == 1
    for user in users:
        user.goes()


def test_without_turns_one_of_two_starters_would_fail(shared_root: Path) -> None:
    """What the start lock guards against: two keepers of one server, of which one must give up."""
    holder = locks.take(_home(shared_root, "redis") / "users.lock", locks.SHARED)
    command = [sys.executable, "-m", "config.embedded.keeper", "redis", str(shared_root)]
    keepers = [
        subprocess.Popen(command, cwd=CODE, stdout=subprocess.PIPE, start_new_session=True) for _ in "ab"
    ]
    said = [json.loads(keeper.stdout.read()) for keeper in keepers if keeper.stdout]
    os.close(holder)
    for keeper in keepers:
        keeper.communicate(timeout=20)
    assert sorted("error" in answer for answer in said) == [False, True]


def _home(root: Path, server: str) -> Path:
    home = root / FOLDER / server
    home.mkdir(parents=True, exist_ok=True)
    for folder in (home.parent, home):
        folder.chmod(0o711)
    return home


def test_servers_stop_after_a_user_that_is_killed(shared_root: Path) -> None:
    """Kill -9 lets a user clean up nothing, and yet nothing is left behind."""
    user = User(shared_root)
    database, redis, _ = user.says()
    user.is_killed()
    assert _soon(lambda: not _is_up(database) and not _is_up(redis))


def test_ctrl_c_leaves_nothing_behind(shared_root: Path) -> None:
    """An interrupt ends the user, not the servers under it; they stop when it has gone."""
    user = User(shared_root, USE + "import signal; signal.pause()")
    database, redis, _ = user.says()
    os.killpg(user.process.pid, signal.SIGINT)
    user.goes()
    assert user.process.returncode == -signal.SIGINT
    assert not _is_up(database)
    assert not _is_up(redis)


def test_a_forked_child_keeps_the_servers_it_needs(shared_root: Path) -> None:
    """A pool's process that outlives its parent keeps its database until it ends."""
    user = User(shared_root, USE + "pid = os.fork()\nif pid: print(pid, flush=True)\nelse: sys.stdin.read()")
    database, _, _ = user.says()
    assert user.process.stdout
    child = int(user.process.stdout.readline())
    assert user.process.wait(20) == 0
    assert _is_up(database)
    os.kill(child, signal.SIGKILL)
    user.process.communicate()
    assert _soon(lambda: not _is_up(database))


@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)"])
def test_a_forked_child_that_ends_takes_nothing_down(shared_root: Path, ending: str) -> None:
    """A child that ends, with or without its parent's farewells, leaves the parent its servers."""
    code = USE + f"if not os.fork(): {ending}\nos.wait(); print('on', flush=True); sys.stdin.read()"
    user = User(shared_root, code)
    database, _, _ = user.says()
    assert user.process.stdout
    assert user.process.stdout.readline() == "on\n"
    assert _is_up(database)
    user.goes()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs /proc to find the keeper")
def test_servers_whose_keeper_was_killed_are_adopted(shared_root: Path) -> None:
    """Kill -9 of the keepers harms no user; the next one brings new keepers, which stop the servers."""
    first = User(shared_root)
    before = first.says()
    for server in ("postgresql", "redis"):
        os.kill(_keeper_pid(shared_root, server), signal.SIGKILL)
    second = User(shared_root)
    assert second.says() == before
    first.goes()
    assert _is_up(before[0])
    second.goes()
    assert not _is_up(before[0])
    assert not _is_up(before[1])


def test_a_database_that_dies_is_started_again_for_the_next(shared_root: Path) -> None:
    """PostgreSQL killed under its users is back, with its data, for whoever comes next."""
    first = User(shared_root)
    database, _, _ = first.says()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE survivor ()")
    data = data_home(_home(shared_root, "postgresql"), Account.for_servers()) / "data"
    os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    second = User(shared_root)
    with psycopg.connect(second.says()[0]) as connection:
        connection.execute("SELECT FROM survivor")
    first.goes()
    second.goes()


def test_a_note_from_before_a_restart_is_no_hindrance(shared_root: Path) -> None:
    """After a power cut the number of the dead PostgreSQL may be another's; it still starts."""
    User(shared_root).goes()
    account = Account.for_servers()
    data = data_home(_home(shared_root, "postgresql"), account) / "data"
    bystander = subprocess.Popen(["sleep", "60"], **account.process_options)
    (data / "postmaster.pid").write_text(f"{bystander.pid}\n{data}\n0\n5432\n\n127.0.0.1\n\nready\n")
    user = User(shared_root)
    database, _, _ = user.says()
    bystander.kill()
    bystander.wait()
    assert _is_up(database)
    user.goes()


def test_removing_the_folder_under_the_servers_harms_no_later_ones(root: Path) -> None:
    """After `git clean` old users end with their servers, and new users get and keep new ones."""
    old = User(root)
    before, _, _ = old.says()
    for home in (root / FOLDER).iterdir():
        forget_data(home)
    new = User(root)
    after = new.says()
    old.goes()
    assert _soon(lambda: not _is_up(before))
    assert _is_up(after[0])
    assert _is_up(after[1])
    new.goes()


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
    assert _is_up(redis)
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
    assert not _is_up(database)


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
    assert _is_up(redis)
    user.goes()
    assert [home.name for home in (root / FOLDER).iterdir()] == ["redis"]


def test_data_of_another_postgresql_is_left_alone(root: Path) -> None:
    """A database made by a version that this machine no longer has is named, with the ways out."""
    data = _home(root, "postgresql") / "data"
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
