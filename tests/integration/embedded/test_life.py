"""How long the private servers live: until their last user has gone, however it went."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded import locks
from config.embedded.account import Account, data_home, forget_data
from config.embedded.home import FOLDER
from tests.integration.embedded.processes import CODE, USE, User, is_up, keeper_pid, server_home, soon

# Where it makes no difference, only the server that starts faster.
REDIS_ALONE = {"DATABASE_URL": "postgres://unused@127.0.0.1:1/unused"}


def test_a_second_process_finds_what_the_first_started(shared_root: Path) -> None:
    """Two commands in one checkout share its servers, and the last one out stops them."""
    first = User(shared_root)
    database, redis, description = first.says()
    second = User(shared_root)
    assert second.says() == (database, redis, description)
    first.goes()
    assert is_up(database)
    assert is_up(redis)
    second.goes()  # returns only once they have stopped
    assert not is_up(database)
    assert not is_up(redis)


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
    holder = locks.take(server_home(shared_root, "redis") / "users.lock", locks.SHARED)
    command = [sys.executable, "-m", "config.embedded.keeper", "redis", str(shared_root)]
    keepers = [
        subprocess.Popen(command, cwd=CODE, stdout=subprocess.PIPE, start_new_session=True) for _ in "ab"
    ]
    said = [json.loads(keeper.stdout.read()) for keeper in keepers if keeper.stdout]
    os.close(holder)
    for keeper in keepers:
        keeper.communicate(timeout=60)
    assert sorted("error" in answer for answer in said) == [False, True]


def test_servers_stop_after_a_user_that_is_killed(shared_root: Path) -> None:
    """Kill -9 lets a user clean up nothing, and yet nothing is left behind."""
    user = User(shared_root)
    database, redis, _ = user.says()
    user.is_killed()
    assert soon(lambda: not is_up(database) and not is_up(redis))


def test_ctrl_c_leaves_nothing_behind(shared_root: Path) -> None:
    """An interrupt ends the user, not the servers under it; they stop when it has gone."""
    user = User(shared_root, USE + "import signal; signal.pause()")
    database, redis, _ = user.says()
    os.killpg(user.process.pid, signal.SIGINT)
    user.goes()
    assert user.process.returncode == -signal.SIGINT
    assert not is_up(database)
    assert not is_up(redis)


def test_a_forked_child_keeps_the_servers_it_needs(shared_root: Path) -> None:
    """A pool's process that outlives its parent keeps its servers until it ends."""
    code = USE + "pid = os.fork()\nif pid: print(pid, flush=True)\nelse: sys.stdin.read()"
    user = User(shared_root, code, **REDIS_ALONE)
    _, redis, _ = user.says()
    assert user.process.stdout
    child = int(user.process.stdout.readline())
    assert user.process.wait(60) == 0
    assert is_up(redis)
    os.kill(child, signal.SIGKILL)
    user.process.communicate()
    assert soon(lambda: not is_up(redis))


@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)"])
def test_a_forked_child_that_ends_takes_nothing_down(shared_root: Path, ending: str) -> None:
    """A child that ends, with or without its parent's farewells, leaves the parent its servers."""
    code = USE + f"if not os.fork(): {ending}\nos.wait(); print('on', flush=True); sys.stdin.read()"
    user = User(shared_root, code, **REDIS_ALONE)
    _, redis, _ = user.says()
    assert user.process.stdout
    assert user.process.stdout.readline() == "on\n"
    assert is_up(redis)
    user.goes()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs /proc to find the keeper")
def test_servers_whose_keeper_was_killed_are_adopted(shared_root: Path) -> None:
    """Kill -9 of the keepers harms no user; the next one brings new keepers, which stop the servers."""
    first = User(shared_root)
    before = first.says()
    for server in ("postgresql", "redis"):
        os.kill(keeper_pid(shared_root, server), signal.SIGKILL)
    second = User(shared_root)
    assert second.says() == before
    first.goes()
    assert is_up(before[0])
    second.goes()
    assert not is_up(before[0])
    assert not is_up(before[1])


def test_a_database_that_dies_is_started_again_for_the_next(shared_root: Path) -> None:
    """PostgreSQL killed under its users is back, with its data, for whoever comes next."""
    first = User(shared_root)
    database, _, _ = first.says()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE survivor ()")
    data = data_home(server_home(shared_root, "postgresql"), Account.for_servers()) / "data"
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
    data = data_home(server_home(shared_root, "postgresql"), account) / "data"
    bystander = subprocess.Popen(["sleep", "60"], **account.process_options)
    (data / "postmaster.pid").write_text(f"{bystander.pid}\n{data}\n0\n5432\n\n127.0.0.1\n\nready\n")
    user = User(shared_root)
    database, _, _ = user.says()
    bystander.kill()
    bystander.wait()
    assert is_up(database)
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
    assert soon(lambda: not is_up(before))
    assert is_up(after[0])
    assert is_up(after[1])
    new.goes()
