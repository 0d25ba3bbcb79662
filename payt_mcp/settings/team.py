"""What whoever runs a server for a company decided beside the settings of one caller."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from payt_mcp.errors import SettingsError
from payt_mcp.network import is_loopback, value_of
from payt_mcp.settings import values
from payt_mcp.settings.known import KNOWN
from payt_mcp.settings.secret import Secret
from payt_mcp.settings.settings import Settings
from payt_mcp.settings.smtp import MailServer, mail_server

_KEY_BYTES = 32
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+")
_NEEDED = ("PAYT_DATABASE_URL", "PAYT_PUBLIC_URL", "PAYT_KEYS", "PAYT_OIDC_ISSUER", "PAYT_OIDC_CLIENT_ID")
_OF_ONE = (
    "PAYT_API_TOKEN", "PAYT_MCP_TOKEN", "PAYT_ADMINISTRATION_ID", "PAYT_STATE_DIR", "PAYT_ATTACHMENTS_DIR",
    "PAYT_CONFIRM", "PAYT_APP_APPROVAL",
)  # fmt: skip


@dataclass(frozen=True)
class NamedKey:
    """A key of 32 bytes; `name` is what stands beside whatever it sealed."""

    name: str
    value: Secret
    """Base64; `raw` are its bytes."""

    @property
    def raw(self) -> bytes:
        return base64.b64decode(self.value.reveal())


@dataclass(frozen=True, kw_only=True)
class TeamSettings:
    """`keys`: the first seals, all of them open. `public_url` is where people and clients reach the server, written as
    browsers write an origin: every address that is told is made of it, and none of a header.
    """

    base: Settings
    database_url: Secret
    public_url: str
    keys: tuple[NamedKey, ...]
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: Secret | None
    books_mb: int
    mail: MailServer | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> TeamSettings:
        """Raises SettingsError: one sentence names what is missing or wrong."""
        base = Settings.from_env(environ)
        given = {name: value_of(environ, name) for name in KNOWN}
        missing = [name for name in _NEEDED if given[name] is None]
        if missing:
            raise SettingsError(f"A team server needs {', '.join(missing)} (docs/team.md says what each is).")
        out_of_place = [name for name in _OF_ONE if given[name] is not None]
        if out_of_place:
            raise SettingsError(
                f"{out_of_place[0]} is for a server of one person; in a team server everybody signs in. Leave it out."
            )
        if base.is_sandbox:
            raise SettingsError(
                "PAYT_API_URL=sandbox is for a server of one person; here everybody connects Payt. `payt-mcp team "
                "demo` has a sandbox with it, and `payt-mcp sandbox` has an address of its own."
            )
        if base.rules.second_person_above is not None:
            raise SettingsError(
                "PAYT_RULES_FILE: second_person_above is for a server of one person; here each company has its own "
                "(`payt-mcp team policy --second-above`). Leave it out."
            )
        secret = given["PAYT_OIDC_CLIENT_SECRET"]
        return cls(
            base=base,
            database_url=database_url(given["PAYT_DATABASE_URL"] or ""),
            public_url=public_url(given["PAYT_PUBLIC_URL"] or ""),
            keys=keys(given["PAYT_KEYS"] or ""),
            oidc_issuer=_https("PAYT_OIDC_ISSUER", given["PAYT_OIDC_ISSUER"] or ""),
            oidc_client_id=given["PAYT_OIDC_CLIENT_ID"] or "",
            oidc_client_secret=values.token("PAYT_OIDC_CLIENT_SECRET", secret) if secret else None,
            books_mb=values.whole("PAYT_BOOKS_MB", given["PAYT_BOOKS_MB"], 256, 16, 1_000_000),
            mail=mail_server(given),
        )


def database_url(value: str) -> Secret:
    """Raises SettingsError; the value itself, which may hold a password, is never told."""
    try:
        is_one = urlsplit(value).scheme in {"postgresql", "postgres"}
    except ValueError:
        is_one = False
    if not is_one:
        raise SettingsError("PAYT_DATABASE_URL must be a PostgreSQL address: postgresql://user:password@host/name.")
    return Secret(value)


def public_url(value: str) -> str:
    """The origin of PAYT_PUBLIC_URL, without a port that goes without saying. Raises SettingsError."""
    parts = urlsplit(_https("PAYT_PUBLIC_URL", value))
    if parts.path:
        raise SettingsError(
            "PAYT_PUBLIC_URL must have no path: clients look for what they need at the root of a host. Give this "
            "server a host name of its own, as https://payt.company.example."
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_usual = parts.port in {None, {"https": 443, "http": 80}[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def keys(value: str) -> tuple[NamedKey, ...]:
    """`name:base64`, the one that seals first, further ones behind commas. Raises SettingsError."""
    found = [_key(part.strip()) for part in value.split(",")]
    if len({key.name for key in found}) < len(found):
        raise SettingsError("PAYT_KEYS names two keys alike.")
    return tuple(found)


def _key(part: str) -> NamedKey:
    name, _, text = part.partition(":")
    try:
        is_key = len(base64.b64decode(text, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key or not name.isalnum() or len(name) > 32:
        raise SettingsError(
            "PAYT_KEYS must be name:key, where the key is 32 random bytes in base64 (`payt-mcp team keys new` makes "
            "one); further keys, which only open what they sealed, follow behind commas."
        )
    return NamedKey(name, Secret(text))


def _https(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not host or not plain:
        raise SettingsError(f"{name} must be a plain URL that begins with https://.")
    if not _HOST.fullmatch(host):
        raise SettingsError(
            f"{name} must name its host in letters from a to z, digits, dots and dashes: others are written xn--."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(f"{name} must begin with https:// (http is for this machine only).")
    return value.rstrip("/")
