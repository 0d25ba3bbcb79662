"""The mail server that a team server tells people through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from payt_mcp.errors import SettingsError
from payt_mcp.network import is_loopback
from payt_mcp.settings.secret import Secret

_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """`is_sealed`: TLS from the first byte; else it must offer STARTTLS, but on this machine. `sender` is the address
    its mail comes from.
    """

    host: str
    port: int
    user: str
    password: Secret | None
    is_sealed: bool
    sender: str

    @property
    def is_here(self) -> bool:
        return is_loopback(self.host)


def mail_server(given: Mapping[str, str | None]) -> MailServer | None:
    """As PAYT_SMTP_URL and PAYT_MAIL_FROM have it; None without. Raises SettingsError; the password is never told."""
    url, sender = given["PAYT_SMTP_URL"], given["PAYT_MAIL_FROM"]
    if url is None and sender is None:
        return None
    if url is None or sender is None:
        raise SettingsError("PAYT_SMTP_URL and PAYT_MAIL_FROM are set together, or neither.")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise SettingsError("PAYT_SMTP_URL must be smtp://user:password@host:587, or smtps:// where TLS comes first.")
    name, _, domain = sender.rpartition("@")
    if not name or not domain or set(sender) & set(" <>,;\"'\r\n"):
        raise SettingsError("PAYT_MAIL_FROM must be one plain address: payt@company.example.")
    password = Secret(unquote(parts.password)) if parts.password else None
    return MailServer(parts.hostname, port, unquote(parts.username or ""), password, parts.scheme == "smtps", sender)
