"""A PostgreSQL of this machine's own programs, made to be thrown away: for trying a team server, and for its tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_messages": "fatal",
}
_GUARD = "(while kill -0 {parent} 2>/dev/null; do sleep 0.5; done; {stop}; rm -rf {folder}) &"
"""Outlives its parent, and the shell that starts it: nobody has to wait for it."""


class Cluster:
    """One in a folder of its own; whatever is in it is lost with a crash. It runs as the system's user `postgres` where
    this is root, as which it refuses to run. Whoever reaches the port may do anything in it.
    """

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self.folder = folder
        self.url = f"postgresql://payt@127.0.0.1:{port}/postgres"
        self._programs = programs
        self._port = port
        self._user = "postgres" if os.name == "posix" and os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        self.folder.chmod(0o755)  # the data inside is the other user's alone
        self.data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self.data, self._user)
        self._run("initdb", "--no-sync", "--auth=trust", "--username=payt", "--encoding=UTF8", "--no-locale")
        lines = {**_QUICK, "port": str(self._port)}
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def start(self) -> None:
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.data / 'log'}")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    def stop_with(self, parent: int) -> None:
        """Have it stopped, and its folder removed, when a process ends, however it ends."""
        stop = f"{self._programs / 'pg_ctl'} stop --silent --mode=immediate --pgdata={self.data}"
        if self._user:
            stop = f"runuser -u {self._user} -- {stop}"
        script = _GUARD.format(parent=parent, stop=stop, folder=self.folder)
        nowhere = subprocess.DEVNULL
        command = ["/bin/sh", "-c", script]
        subprocess.run(command, start_new_session=True, stdin=nowhere, stdout=nowhere, stderr=nowhere, check=True)  # noqa: S603 - paths of this module's making

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self.data}", *arguments]
        subprocess.run(command, user=self._user, check=True, cwd="/", stdout=subprocess.DEVNULL)  # noqa: S603 - the system's own


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where this machine has none. Debian keeps them out of PATH, one folder a
    version.
    """
    if sys.platform == "win32":
        return None
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
