"""What the person who runs the server decided, read once at the start from PAYT_* variables."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from payt_mcp.errors import SettingsError
from payt_mcp.network import Network

SANDBOX = "sandbox"
_NAMED_URLS = {
    "production": "https://api.paytsoftware.com",
    "demo": "https://demo-api.paytsoftware.com",
    SANDBOX: SANDBOX,
}
TOOLSETS = ("core", "payments", "plans", "tasks", "flow")
_EVERY_SET = "all"
_UNEXPANDED = re.compile(r"\$\{.*\}\Z", re.DOTALL)
_MIN_BEARER = 32
_MAX_FRESHNESS = 3600
_MAX_RATE = 100
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Secret:
    """A string that does not print itself. `reveal()` is the one way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True)
class Settings:
    """The settings of one server process. `api_url` is a base URL, or `sandbox` for the embedded Payt."""

    api_token: Secret | None = None
    api_url: str = _NAMED_URLS["production"]
    administration_id: str | None = None
    freshness_seconds: int = 30
    rate: int = 10
    mcp_token: Secret | None = None
    read_only: bool = False
    confirm: Literal["person", "code"] = "person"
    state_dir: Path | None = None
    attachments_dir: Path | None = None
    prompts_dir: Path | None = None
    app_approval: bool = False
    toolsets: tuple[str, ...] = ("core",)
    client_id: str | None = None
    client_secret: Secret | None = None
    network: Network = field(default_factory=Network)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the PAYT_* variables of `environ`.

        An empty value, or a `${...}` that a host did not expand, counts as unset.

        Raises:
            SettingsError: a value is wrong or a PAYT_* name is unknown; one sentence names it.
        """
        _refuse_unknown(environ)
        given = {name: _value(environ, name) for name in KNOWN}
        api_token, bearer, secret = (given[f"PAYT_{name}"] for name in ("API_TOKEN", "MCP_TOKEN", "CLIENT_SECRET"))
        return cls(
            api_token=token("PAYT_API_TOKEN", api_token) if api_token else None,
            api_url=_api_url(given["PAYT_API_URL"]),
            administration_id=given["PAYT_ADMINISTRATION_ID"],
            freshness_seconds=_whole("PAYT_FRESHNESS_SECONDS", given, 30, 0, _MAX_FRESHNESS),
            rate=_whole("PAYT_RATE", given, 10, 1, _MAX_RATE),
            mcp_token=_bearer(bearer) if bearer else None,
            read_only=_switch("PAYT_READ_ONLY", given["PAYT_READ_ONLY"]),
            confirm=_confirm(given["PAYT_CONFIRM"]),
            state_dir=_folder("PAYT_STATE_DIR", given["PAYT_STATE_DIR"]) or _state_dir(environ),
            attachments_dir=_existing("PAYT_ATTACHMENTS_DIR", given["PAYT_ATTACHMENTS_DIR"]),
            app_approval=_switch("PAYT_APP_APPROVAL", given["PAYT_APP_APPROVAL"]),
            prompts_dir=_existing("PAYT_PROMPTS_DIR", given["PAYT_PROMPTS_DIR"]),
            toolsets=_toolsets(given["PAYT_TOOLSETS"]),
            client_id=client_id(given["PAYT_CLIENT_ID"]),
            client_secret=token("PAYT_CLIENT_SECRET", secret) if secret else None,
            network=Network.from_env(environ),
        )

    @property
    def is_sandbox(self) -> bool:
        return self.api_url == SANDBOX


KNOWN: Mapping[str, str] = {
    "PAYT_API_TOKEN": "The API token of your company at Payt. Goes before a sign-in (`payt-mcp login`).",
    "PAYT_API_URL": "`production` (default), `demo`, `sandbox` (invented data, in this process), or a URL.",
    "PAYT_ADMINISTRATION_ID": "The administration that is meant when a call names none.",
    "PAYT_FRESHNESS_SECONDS": "How old the open items may be before changes are asked for (0 to 3600, default 30).",
    "PAYT_RATE": "Requests per second to Payt at the most (1 to 100, default 10, Payt's own limit).",
    "PAYT_TOOLSETS": "Tools beside `core`: any of `payments`, `plans`, `tasks`, `flow`, comma separated, or `all`.",
    "PAYT_READ_ONLY": "`1`: nothing can be written; the tools that write are not even listed.",
    "PAYT_CONFIRM": "`person` (default): a person says yes to every write; `code`: the host's own prompt is trusted.",
    "PAYT_APP_APPROVAL": "`1`: a proposal may be approved on its page inside the assistant (README has a warning).",
    "PAYT_PROMPTS_DIR": "A folder of prompts of your own; one with the name of ours takes its place.",
    "PAYT_STATE_DIR": "The folder of the record of writes and of the sign-in (default: the platform's state folder).",
    "PAYT_ATTACHMENTS_DIR": "The one folder whose files may be attached or uploaded; without it none may.",
    "PAYT_CLIENT_ID": "The OAuth application that `payt-mcp login` signs in with.",
    "PAYT_CLIENT_SECRET": "Its secret; without a sign-in both together sign in as the application itself.",
    "PAYT_MCP_TOKEN": "The bearer token HTTP clients must send (32 characters or more).",
}
"""Every setting and what it does, in the order the README lists them."""


def _value(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name, "").strip()
    return None if not value or _UNEXPANDED.match(value) else value


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in environ:
        if name.startswith("PAYT_") and name not in KNOWN:
            close = get_close_matches(name, KNOWN, n=1)
            hint = f" Did you mean {close[0]}?" if close else f" Known settings: {', '.join(KNOWN)}."
            raise SettingsError(f"{name} is not a setting of payt-mcp.{hint}")


def token(name: str, value: str) -> Secret:
    """A token or secret as it may stand in a header. Raises SettingsError, naming where it came from."""
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise SettingsError(f"{name} holds characters that no token has (spaces, line breaks or non-ASCII).")
    return Secret(value)


def client_id(value: str | None) -> str | None:
    """An OAuth client id as it may stand in a Basic header.

    Raises:
        SettingsError: it can be none.
    """
    if value is not None and ":" in value:
        raise SettingsError("PAYT_CLIENT_ID holds a colon, which no client id has.")
    return token("PAYT_CLIENT_ID", value).reveal() if value else None


def _bearer(value: str) -> Secret:
    if len(value) < _MIN_BEARER:
        raise SettingsError(f"PAYT_MCP_TOKEN is too short: use {_MIN_BEARER} random characters or more.")
    return token("PAYT_MCP_TOKEN", value)


def _api_url(value: str | None) -> str:
    if value is None:
        return _NAMED_URLS["production"]
    if value in _NAMED_URLS:
        return _NAMED_URLS[value]
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError("PAYT_API_URL must be production, demo, sandbox, or a URL that begins with https://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError("PAYT_API_URL must be a plain base URL, without user, query or fragment.")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise SettingsError("PAYT_API_URL must begin with https:// (http is for this machine only).")
    return value.rstrip("/")


def _switch(name: str, value: str | None) -> bool:
    if value is None:
        return False
    if value.lower() not in {"0", "1", "true", "false"}:
        raise SettingsError(f"{name}={value[:20]!r} is not possible: 1 or 0.")
    return value.lower() in {"1", "true"}


def _confirm(value: str | None) -> Literal["person", "code"]:
    if value is None or value == "person":
        return "person"
    if value == "code":
        return "code"
    raise SettingsError(f"PAYT_CONFIRM={value[:20]!r} is not possible: person or code.")


def _toolsets(value: str | None) -> tuple[str, ...]:
    """The sets that are on, in their own order; `core` always is."""
    named = {name.strip().lower() for name in (value or "").split(",")} - {""}
    for name in sorted(named.difference(TOOLSETS, {_EVERY_SET})):
        close = get_close_matches(name, [*TOOLSETS, _EVERY_SET], n=1)
        hint = f"the closest tool set is {close[0]}" if close else f"{', '.join(TOOLSETS)} or {_EVERY_SET}"
        raise SettingsError(f"PAYT_TOOLSETS={name[:20]!r} is not possible: {hint}.")
    return TOOLSETS if _EVERY_SET in named else tuple(name for name in TOOLSETS if name in {"core", *named})


def _folder(name: str, value: str | None) -> Path | None:
    if value is None:
        return None
    try:
        path = Path(value).expanduser()
    except RuntimeError:  # ~somebody, and there is nobody of that name
        raise SettingsError(f"{name} begins with ~ and names no user of this machine: an absolute path.") from None
    if not path.is_absolute():
        raise SettingsError(f"{name} must be an absolute path.")
    return path


def _state_dir(environ: Mapping[str, str]) -> Path | None:
    """Where this platform keeps what programs must remember; None where it names no such place."""
    if sys.platform == "win32":
        return _windows_state_dir(environ.get("USERPROFILE", ""), environ.get("LOCALAPPDATA", ""))
    if sys.platform == "darwin":
        base = environ.get("HOME", "") and f"{environ['HOME']}/Library/Application Support"
    else:
        home = environ.get("HOME", "")
        base = environ.get("XDG_STATE_HOME", "") or (f"{home}/.local/state" if home else "")
    return Path(base) / "payt-mcp" if base else None


def _windows_state_dir(profile: str, local: str) -> Path | None:
    """Outside AppData: what an assistant from Microsoft's store writes there, no terminal sees. A folder that is there
    from before stays in use: it knows what was sent.
    """
    before = Path(local) / "payt-mcp" if local else None
    if before is not None and (not profile or before.is_dir()):
        return before
    return Path(profile) / ".payt-mcp" if profile else None


def _existing(name: str, value: str | None) -> Path | None:
    path = _folder(name, value)
    if path is not None and not path.is_dir():
        raise SettingsError(f"{name} names no folder that exists.")
    return path


def _whole(name: str, given: Mapping[str, str | None], default: int, low: int, high: int) -> int:
    value = given[name]
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10) or not low <= int(value) <= high:
        raise SettingsError(f"{name}={value[:20]!r} is not possible: a whole number from {low} to {high}.")
    return int(value)
