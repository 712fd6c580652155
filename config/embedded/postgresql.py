"""A private PostgreSQL: made on first use, kept between runs, reached over loopback only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg import sql

from config.embedded.account import Account, data_home
from config.embedded.binaries import Program, find_postgresql
from config.embedded.errors import ServerError
from config.embedded.home import Home, Running
from config.embedded.ports import free_port

NAME = "postgresql"
ROLE = "care"
DATABASE = "care"
OWNER = "postgres"
NEEDED_EXTENSION = "btree_gist"
START_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path may not exceed 107 characters, and a checkout's may.
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    # The data is a developer's or a demonstration's: it must outlive a killed process, and does,
    # but need not outlive a power cut. Not waiting for the disk makes the tests several times faster.
    "fsync": "off",
    "full_page_writes": "off",
}
LOCALES = ("C.UTF-8", "C")  # the first knows capitals beyond ASCII; some systems have only the second


@dataclass(frozen=True, slots=True)
class Postgresql:
    """The private PostgreSQL of one home."""

    home: Home
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # ends open connections and then itself

    def url(self, running: Running) -> str:
        """The address with the password, for settings."""
        return f"postgres://{ROLE}:{self.home.password(ROLE)}@127.0.0.1:{running.port}/{DATABASE}"

    def answers(self, running: Running) -> bool:
        """Whether the server on that port is ours: it knows our password."""
        try:
            self._connect(running.port, user=ROLE, database=DATABASE).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> tuple[Running, subprocess.Popen[bytes] | None]:
        """Start the server, or adopt one whose keeper was killed.

        Returns what runs, and its process unless adopted. Raises ServerError.
        """
        account = Account.for_servers()
        folder = data_home(self.home.path, account)
        data = folder / "data"
        program = find_postgresql(account=account, data_home=folder, major=_major_of(data))
        port = _port_of_survivor(data)
        if port is not None and self._is_ready(port):
            return self._prepared(program, port), None
        if not data.is_dir():
            self._make(program, account, data)
        port = free_port()
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        with self.home.log.open("ab") as log:
            process = subprocess.Popen(
                [program.path, "-D", data, "-p", str(port), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data.parent,
                **account.process_options,
            )
        try:
            self._wait(process, port)
            return self._prepared(program, port), process
        except BaseException:
            process.terminate()
            process.wait()
            raise

    def stop_adopted(self) -> None:
        """Stop a server that another keeper started; fine if it is not running."""
        account = Account.for_servers()
        folder = data_home(self.home.path, account)
        data = folder / "data"
        if not (data / "postmaster.pid").exists():
            return
        program = find_postgresql(account=account, data_home=folder, major=_major_of(data))
        control = program.beside("pg_ctl")
        for mode in ("fast", "immediate"):
            stopped = account.run(control, "stop", "-D", data, "-m", mode, "-w", "-t", "10")
            if stopped.returncode == 0:
                return

    def _make(self, program: Program, account: Account, data: Path) -> None:
        unfinished = data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        password = data.with_suffix(".password")
        password.touch(mode=0o600)
        password.write_text(self.home.password(OWNER))
        account.give(password)
        try:
            for locale in LOCALES:
                account.private_folder(unfinished)
                made = account.run(
                    program.beside("initdb"),
                    *("-D", unfinished, "-U", OWNER, "-E", "UTF8", f"--locale={locale}"),
                    *("-A", "scram-sha-256", f"--pwfile={password}", "--no-sync", "--no-instructions"),
                )
                if made.returncode == 0:
                    # Renamed only when whole: a killed first start leaves nothing half-made in the way.
                    unfinished.rename(data)
                    return
        finally:
            password.unlink()
        raise ServerError(f"PostgreSQL {program.version} could not make a database: {made.stderr.strip()}")

    def _wait(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready(port):
            if process.poll() is not None:
                raise ServerError(f"PostgreSQL ended at once; {self.home.log} says:\n{self.home.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL did not answer in {START_SECONDS} s; see {self.home.log}")
            time.sleep(0.02)

    def _is_ready(self, port: int) -> bool:
        try:
            self._connect(port, user=OWNER, database="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepared(self, program: Program, port: int) -> Running:
        """Make the role and the database unless they are there; the role is no superuser, as in earnest."""
        with self._connect(port, user=OWNER, database="postgres") as connection:
            connection.autocommit = True
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(ROLE), self.home.password(ROLE)
                )
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(ROLE)
                    )
                )
            extension = "SELECT 1 FROM pg_available_extensions WHERE name = %s"
            if not connection.execute(extension, [NEEDED_EXTENSION]).fetchone():
                raise ServerError(
                    f"PostgreSQL {program.version} ({program.source}) lacks {NEEDED_EXTENSION}; "
                    "install the package postgresql-contrib, or set CARE_SERVERS=wheel"
                )
        return Running(name=program.name, version=program.version, source=program.source, port=port)

    def _connect(self, port: int, *, user: str, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=user,
            password=self.home.password(user if user == ROLE else OWNER),
            dbname=database,
            connect_timeout=5,
        )


def _major_of(data: Path) -> int | None:
    """The PostgreSQL version that made the data, recorded by PostgreSQL itself."""
    version = data / "PG_VERSION"
    return int(version.read_text()) if version.is_file() else None


def _port_of_survivor(data: Path) -> int | None:
    """The port of a server that still runs on this data though its keeper is gone.

    A process number left over from before a restart of the machine may be anybody's now and
    would stop PostgreSQL from starting: such a note is removed. A server's working folder is its data.
    """
    note = data / "postmaster.pid"
    try:
        lines = note.read_text().splitlines()
    except FileNotFoundError:
        return None
    try:
        is_ours = os.readlink(f"/proc/{int(lines[0])}/cwd") == str(data)
    except OSError:
        is_ours = not Path("/proc/self").exists()  # without /proc, PostgreSQL judges for itself
    if not is_ours:
        note.unlink()
        return None
    return int(lines[3]) if len(lines) > 3 else None
