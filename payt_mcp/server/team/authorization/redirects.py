"""Where an answer may be sent: pages over https, programs of this computer, and programs that own a scheme."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from payt_mcp.network import is_loopback

Kind = Literal["page", "here", "program"]
"""A page of a host, a program that listens on this computer, or one that a scheme of its own leads to."""

_LONGEST = 2_000
_SIGNS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_HOST = re.compile(r"(?:[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?")
"""No other signs: a browser reads what is escaped in a host as another one, and a policy what stands behind a `;`."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{1,60}")
_NOT_OF_A_PROGRAM = frozenset({
    "about", "blob", "chrome", "chrome-extension", "content", "data", "edge", "file", "filesystem", "ftp", "intent",
    "itms-services", "jar", "javascript", "ldap", "ldaps", "mailto", "ms-appinstaller", "ms-msdt", "ms-officecmd",
    "ms-settings", "nfs", "rdp", "resource", "search", "search-ms", "sftp", "shell", "smb", "sms", "ssh", "tel",
    "telnet", "vbscript", "view-source", "ws", "wss", "x-apple.systempreferences",
})  # fmt: skip
"""Schemes that browsers and systems act on themselves."""


def trouble_of(address: str) -> str:
    """Why nothing may be sent to an address, as the end of a sentence; "" where it may."""
    if len(address) > _LONGEST or not _SIGNS.fullmatch(address):
        return "is no address, or one with signs that must be escaped"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "is no address"
    if "#" in address or "@" in parts.netloc:
        return "must have no fragment and no user name"
    return _trouble_of_kind(parts, address)


def _trouble_of_kind(parts: SplitResult, address: str) -> str:
    if parts.scheme in {"http", "https"}:
        if not parts.hostname or not _HOST.fullmatch(parts.netloc):
            return "names no host"
        is_plain = parts.scheme == "http" and not is_loopback(parts.hostname)
        return "must begin with https:// (http:// is for programs on this computer only)" if is_plain else ""
    is_own = _SCHEME.fullmatch(parts.scheme) and parts.scheme not in _NOT_OF_A_PROGRAM
    if not is_own or not address[len(parts.scheme) :].startswith(":/"):
        return "must be https://, http:// of this computer, or a scheme of a program, as in program://callback"
    return ""


def is_one_of(address: str, registered: tuple[str, ...]) -> bool:
    """Whether an address is registered: as it is, or, on this computer, at any port (RFC 8252)."""
    if trouble_of(address):
        return False
    return address in registered or (
        kind_of(address) == "here" and _without_port(address) in {_without_port(one) for one in registered}
    )


def kind_of(address: str) -> Kind:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        return "program"
    return "here" if parts.scheme == "http" and is_loopback(parts.hostname or "") else "page"


def place_of(address: str) -> str:
    """What a person, and a policy, calls it: `claude.ai`, `localhost`, `cursor://`."""
    parts = urlsplit(address)
    match kind_of(address):
        case "page":
            return parts.hostname or ""
        case "here":
            return "localhost"
        case "program":
            return f"{parts.scheme}://"


def origin_of(address: str) -> str:
    """For a Content-Security-Policy: what a form may lead to."""
    parts = urlsplit(address)
    return f"{parts.scheme}:" if kind_of(address) == "program" else f"{parts.scheme}://{parts.netloc}"


def _without_port(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.path, parts.query
