"""The machine of the person who installs: where its programs keep their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.errors import HostConfigError


@dataclass(frozen=True)
class Machine:
    """What decides where programs keep their settings: `sys.platform`, and the environment variables."""

    platform: str
    variables: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The user's own folder. Raises HostConfigError where the environment names none."""
        name = "USERPROFILE" if self.platform == "win32" else "HOME"
        return self._named(name)

    @property
    def settings(self) -> Path:
        """Where programs keep their settings. Raises HostConfigError where the environment names no such place."""
        if self.platform == "win32":
            return self._named("APPDATA")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        given = self.variables.get("XDG_CONFIG_HOME", "")
        return Path(given) if given else self.home / ".config"

    @property
    def packages(self) -> Path | None:
        """Where Windows keeps what belongs to apps from its store."""
        local = self.variables.get("LOCALAPPDATA", "") if self.platform == "win32" else ""
        return Path(local) / "Packages" if local else None

    def _named(self, name: str) -> Path:
        value = self.variables.get(name, "")
        if not value:
            raise HostConfigError(
                f"The environment has no {name}, so it is not known where this user's settings are. "
                "Name the file with --path."
            )
        return Path(value)
