"""One value at a time, checked. Each raises SettingsError, with a sentence that names the setting."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal
from urllib.parse import urlsplit

from payt_mcp.errors import SettingsError
from payt_mcp.network import is_loopback
from payt_mcp.settings.known import DEFAULT_TOOLSETS, KNOWN, PAYT_URLS, TOOLSETS
from payt_mcp.settings.secret import Secret
from payt_mcp.words.languages import LANGUAGES, NAMES, Language, language_of

_EVERY_SET = "all"
_MIN_BEARER = 32


def refuse_unknown(environ: Mapping[str, str]) -> None:
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


def bearer(value: str) -> Secret:
    if len(value) < _MIN_BEARER:
        raise SettingsError(f"PAYT_MCP_TOKEN is too short: use {_MIN_BEARER} random characters or more.")
    return token("PAYT_MCP_TOKEN", value)


def api_url(value: str | None) -> str:
    if value is None:
        return PAYT_URLS["production"]
    if value in PAYT_URLS:
        return PAYT_URLS[value]
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError("PAYT_API_URL must be production, demo, sandbox, or a URL that begins with https://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError("PAYT_API_URL must be a plain base URL, without user, query or fragment.")
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError("PAYT_API_URL must begin with https:// (http is for this machine only).")
    return value.rstrip("/")


def switch(name: str, value: str | None) -> bool:
    if value is None:
        return False
    if value.lower() not in {"0", "1", "true", "false"}:
        raise SettingsError(f"{name}={value[:20]!r} is not possible: 1 or 0.")
    return value.lower() in {"1", "true"}


def confirm(value: str | None) -> Literal["person", "code"]:
    if value is None or value == "person":
        return "person"
    if value == "code":
        return "code"
    raise SettingsError(f"PAYT_CONFIRM={value[:20]!r} is not possible: person or code.")


def language(value: str | None) -> Language | None:
    if value is None:
        return None
    found = next((one for one in LANGUAGES if one == value.lower()), None)
    if found is None:
        known = ", ".join(f"{one} ({NAMES[one]})" for one in LANGUAGES)
        raise SettingsError(f"PAYT_LANGUAGE={value[:20]!r} is not possible: one of {known}.")
    return found


def system_language(environ: Mapping[str, str]) -> Language:
    """What the system speaks; English, where that is none of ours."""
    named = next(filter(None, (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return language_of(named or _of_this_machine()) or "en"


def _of_this_machine() -> str:
    """Windows tells it by its English name: `Dutch_Netherlands`."""
    import locale  # noqa: PLC0415 - where no variable says it

    try:
        told = (locale.getlocale()[0] or "").partition("_")[0]
    except ValueError:  # macOS names an encoding alone
        return ""
    return {name: code for code, name in NAMES.items()}.get(told, told)


def toolsets(value: str | None) -> tuple[str, ...]:
    """The sets that are on, in their own order; `core` always is, and beside it what is named alone."""
    if value is None:
        return DEFAULT_TOOLSETS
    named = {name.strip().lower() for name in value.split(",")} - {""}
    for name in sorted(named.difference(TOOLSETS, {_EVERY_SET})):
        close = get_close_matches(name, [*TOOLSETS, _EVERY_SET], n=1)
        hint = f"the closest tool set is {close[0]}" if close else f"{', '.join(TOOLSETS)} or {_EVERY_SET}"
        raise SettingsError(f"PAYT_TOOLSETS={name[:20]!r} is not possible: {hint}.")
    return TOOLSETS if _EVERY_SET in named else tuple(name for name in TOOLSETS if name in {"core", *named})


def whole(name: str, value: str | None, default: int, low: int, high: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10) or not low <= int(value) <= high:
        raise SettingsError(f"{name}={value[:20]!r} is not possible: a whole number from {low} to {high}.")
    return int(value)
