"""The system user that the private servers run as.

PostgreSQL refuses to run as root, so root hands the servers to a user without rights.
Anyone else runs them as themselves.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.errors import ServerError

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system user; `uid` and `gid` are None when it is the one we already are."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_servers(cls) -> Account:
        """The account to run servers as. Raises ServerError when root has nobody to hand them to."""
        if os.geteuid() != 0:
            return cls(name="this user")
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
        raise ServerError(
            f"root cannot run PostgreSQL and there is no user named {' or '.join(UNPRIVILEGED)}"
        )

    @property
    def process_options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make the child this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(self, *command: str | Path, cwd: str | Path = "/") -> subprocess.CompletedProcess[str]:
        """Run a short command as this account; a command that cannot be run answers 127."""
        arguments = [str(part) for part in command]
        try:
            return subprocess.run(
                arguments,
                cwd=cwd,  # the caller's folder may be closed to this account
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                **self.process_options,
            )
        except OSError as error:
            return subprocess.CompletedProcess(arguments, 127, "", str(error))

    def give(self, path: Path) -> None:
        """Make this account the owner of `path`."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Whether this account may enter `folder`."""
        return self.run("/bin/sh", "-c", 'cd "$0"', folder).returncode == 0

    def private_folder(self, path: Path) -> Path:
        """Make `path` a folder that only this account reads, unless it is there."""
        if not path.is_dir():
            path.mkdir(mode=0o700)
            self.give(path)
        return path


def data_home(home: Path, account: Account) -> Path:
    """The folder under which a server's data lives: `home`, or one in the temporary folder.

    A checkout below a folder of mode 0700 (such as /root) is out of reach for the account
    that root hands the servers to. Its data then lives elsewhere and `home/elsewhere` says where.
    """
    if account.reaches(home):
        return home
    note = home / "elsewhere"
    if note.is_file() and (folder := Path(note.read_text().strip())).is_dir():
        return folder
    folder = Path(tempfile.mkdtemp(prefix=f"care-{home.name}-"))
    folder.chmod(0o711)
    note.write_text(f"{folder}\n")
    return folder


def forget_data(home: Path) -> None:
    """Remove what `data_home` made, and `home` itself."""
    note = home / "elsewhere"
    if note.is_file():
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
