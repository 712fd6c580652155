"""A private Redis or Valkey: queues only, so nothing of it is kept between runs."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import ClassVar

from config.embedded.account import Account, data_home
from config.embedded.binaries import find_redis
from config.embedded.errors import ServerError
from config.embedded.home import Home, Running
from config.embedded.ports import free_port

NAME = "redis"
PASSWORD = "redis"
START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Redis:
    """The private Redis of one home."""

    home: Home
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def url(self, running: Running) -> str:
        """The address with the password, for settings."""
        return f"redis://:{self.home.password(PASSWORD)}@127.0.0.1:{running.port}/0"

    def answers(self, running: Running) -> bool:
        """Whether the server on that port is ours: it takes our password."""
        return self._say(running.port, "PING").endswith(b"+PONG\r\n")

    def start(self) -> tuple[Running, subprocess.Popen[bytes] | None]:
        """Start the server, or adopt one whose keeper was killed.

        Returns what runs, and its process unless adopted. Raises ServerError.
        """
        if (survivor := self.home.recorded()) and self.answers(survivor):
            return survivor, None
        account = Account.for_servers()
        folder = data_home(self.home.path, account)
        program = find_redis(account=account, data_home=folder)
        running = Running(name=program.name, version=program.version, source=program.source, port=free_port())
        # Written down before it starts, so that a server whose keeper is killed meanwhile is found again.
        self.home.record(running)
        with self.home.log.open("ab") as log:
            process = subprocess.Popen(
                [program.path, "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=account.private_folder(folder / "data"),
                **account.process_options,
            )
        assert process.stdin is not None
        with process.stdin as configuration:  # not on the command line, where anybody can read the password
            configuration.write(self._configuration(running.port).encode())
        try:
            self._wait(process, running)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        return running, process

    def stop_adopted(self) -> None:
        """Stop a server that another keeper started; fine if it is not running."""
        if running := self.home.recorded():
            self._say(running.port, "SHUTDOWN NOSAVE")

    def _configuration(self, port: int) -> str:
        # PostgreSQL holds the truth, so a lost queue loses nothing and the disk is not needed.
        return "\n".join(
            (
                "bind 127.0.0.1",
                f"port {port}",
                f"requirepass {self.home.password(PASSWORD)}",
                'save ""',
                "appendonly no",
                "databases 64",
                "",
            )
        )

    def _wait(self, process: subprocess.Popen[bytes], running: Running) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers(running):
            if process.poll() is not None:
                raise ServerError(
                    f"{running.name} ended at once; {self.home.log} says:\n{self.home.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise ServerError(f"{running.name} did not answer in {START_SECONDS} s; see {self.home.log}")
            time.sleep(0.01)

    def _say(self, port: int, command: str) -> bytes:
        """What the server answers to a command after log-in; nothing if there is none."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(f"AUTH {self.home.password(PASSWORD)}\r\n{command}\r\nQUIT\r\n".encode())
                return b"".join(iter(lambda: connection.recv(4096), b"")).removesuffix(b"+OK\r\n")
        except OSError:
            return b""
