"""Where one private server of a checkout keeps its locks, its passwords and what it says of itself."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded.errors import ServerError

FOLDER = ".private"


@dataclass(frozen=True, slots=True)
class Running:
    """What a running server is: its name and version, where it came from and its port on 127.0.0.1."""

    name: str
    version: str
    source: str
    port: int

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.source}) on 127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder `<checkout>/.private/<server>`."""

    path: Path

    @classmethod
    def of(cls, root: Path, server: str) -> Home:
        """The home of `server` in the checkout `root`, made if need be."""
        path = root.resolve() / FOLDER / server
        try:
            for folder in (path.parent, path):
                folder.mkdir(exist_ok=True)
                # Others may pass through (the servers' account must) but not look around.
                folder.chmod(0o711)
        except PermissionError as error:
            raise ServerError(
                f"{path.parent} belongs to another user; run as that user, or remove it"
            ) from error
        return cls(path)

    @property
    def users(self) -> Path:
        """Shared by whoever uses the server; the keeper waits until it can have it alone."""
        return self.path / "users.lock"

    @property
    def keeper(self) -> Path:
        """Held by the keeper for as long as the server runs under it."""
        return self.path / "keeper.lock"

    @property
    def start(self) -> Path:
        """Held while somebody looks for the server and perhaps starts it."""
        return self.path / "start.lock"

    @property
    def log(self) -> Path:
        """What the server and its keeper print."""
        return self.path / "log"

    def log_tail(self, lines: int = 5) -> str:
        """The last lines of the log, for an error message."""
        text = self.log.read_text(errors="replace") if self.log.is_file() else ""
        return "\n".join(text.splitlines()[-lines:])

    def password(self, name: str) -> str:
        """A password made once at random and kept in a file that only its owner reads."""
        path = self.path / f"{name}.password"
        if not path.is_file():
            unfinished = path.with_suffix(".unfinished")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
            unfinished.rename(path)
        return path.read_text()

    def record(self, running: Running) -> None:
        """Write down what runs, for the next process that comes."""
        unfinished = self.path / "running.unfinished"
        unfinished.write_text(json.dumps(asdict(running)))
        unfinished.rename(self.path / "running.json")

    def recorded(self) -> Running | None:
        """What was last written down, if anything; it may have stopped since."""
        try:
            return Running(**json.loads((self.path / "running.json").read_text()))
        except FileNotFoundError:
            return None
