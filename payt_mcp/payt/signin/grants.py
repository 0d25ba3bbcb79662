"""OAuth at Payt without any I/O: where consent is given, what is asked for, and what an answer to it means."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from payt_mcp.errors import PaytMcpError
from payt_mcp.settings import Secret
from payt_mcp.settings.known import PAYT_URLS

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path

_READING = (
    "administrations:read", "contacts:read", "credit_cases:read", "debtors:read", "invoices:read", "messages:read",
    "notifications:read", "payment_plans:read", "payments:read", "tasks:read",
)  # fmt: skip
"""The permissions the tools of `core` ask for that read."""

_WRITING = ("messages:write", "notes:read")
"""The permissions those that write ask for beside them: to propose a letter, what colleagues noted is looked up."""

_READING_OF = {"tasks": ("notes:read",)}
_WRITING_OF = {
    # to propose invoices, VAT codes are looked up
    "upserts": ("files:write", "invoices:write", "vat_rates:read"),
    "plans": ("payment_plans:write",),
    "tasks": ("tasks:write",),
    "flow": ("contacts:write", "debtors:write", "invoices:write"),
}

_CONSENT = {
    PAYT_URLS["production"]: "https://app.paytsoftware.com",
    PAYT_URLS["demo"]: "https://demo.paytsoftware.com",
}
_FINAL = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})
_CODE = re.compile(r"[a-z_]{1,40}\Z")


@dataclass(frozen=True)
class Granted:
    """What Payt gave. `created_at` is Payt's Unix time, `expires_in` seconds; None: not said, or never."""

    access_token: Secret
    refresh_token: Secret | None
    created_at: float | None
    expires_in: float | None
    scope: str


class GrantRefused(Exception):  # noqa: N818 - a signal to whoever asked, who knows what the sign-in is
    """Payt will not give a token for this, however often it is asked. `reason` is OAuth's word for it, or empty."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Payt refused it{f' ({reason})' if reason else ''}")


class GrantTrouble(Exception):  # noqa: N818 - see above
    """There is no usable answer. `taken`: Payt may have carried it out, so that what was given is used up.

    `error` is what will not pass by itself, such as a proxy that cannot be used.
    """

    def __init__(self, trouble: str, *, taken: bool, error: PaytMcpError | None = None) -> None:
        self.trouble = trouble
        self.taken = taken
        self.error = error
        super().__init__(trouble)


def reading(toolsets: Sequence[str]) -> tuple[str, ...]:
    """The permissions the tools of these sets need to read."""
    return (*_READING, *(scope for name in toolsets for scope in _READING_OF.get(name, ())))


def writing(toolsets: Sequence[str]) -> tuple[str, ...]:
    """The permissions they need beside those to write."""
    every = (*_WRITING, *(scope for name in toolsets for scope in _WRITING_OF.get(name, ())))
    return tuple(scope for scope in every if scope not in reading(toolsets))


def consent_origin(api_url: str) -> str:
    """Where a person gives consent: Payt's app beside Payt's API, for another URL its own origin."""
    parts = urlsplit(api_url)
    return _CONSENT.get(api_url, f"{parts.scheme}://{parts.netloc}")


def consent_url(
    api_url: str, client_id: str, redirect_uri: str, *, state: str, verifier: str, scopes: Sequence[str]
) -> str:
    """The address of the consent page."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    if scopes:
        asked["scope"] = " ".join(scopes)
    return f"{consent_origin(api_url)}/oauth/authorize?{urlencode(asked)}"


def challenge(verifier: str) -> str:
    """What PKCE (S256) sends ahead of the verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def of_code(code: str, redirect_uri: str, verifier: str) -> dict[str, str]:
    """The body that turns a code into tokens."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }


def of_refresh(token: Secret) -> dict[str, str]:
    """The body that turns a refresh token into the next tokens; it works once."""
    return {"grant_type": "refresh_token", "refresh_token": token.reveal()}


def of_credentials() -> dict[str, str]:
    """The body that asks for a token of the application's own."""
    return {"grant_type": "client_credentials"}


def read_grant(status: int, body: bytes) -> Granted:
    """Decide what an answer of the token endpoint means.

    Raises:
        GrantRefused: Payt will not, and asking again does not help.
        GrantTrouble: anything else that is no token.
    """
    answer = _decoded(body)
    if 200 <= status < 300:
        return _granted(answer)
    found = answer.get("error")
    reason = found if isinstance(found, str) and _CODE.match(found) else ""
    if status == 401 or (status in {400, 403} and reason in _FINAL):
        raise GrantRefused(reason)
    # 429 and the other 4xx are answered before anything is given; after a 5xx nobody knows.
    raise GrantTrouble(f"it answered {status}{f' ({reason})' if reason else ''}", taken=status >= 500 or status == 408)


def _granted(answer: Mapping[str, Any]) -> Granted:
    access, refresh = _token(answer.get("access_token")), _token(answer.get("refresh_token"))
    if access is None:
        raise GrantTrouble("its answer holds no access token", taken=True)
    scope = answer.get("scope")
    return Granted(
        access,
        refresh,
        created_at=_seconds(answer.get("created_at")),
        expires_in=_seconds(answer.get("expires_in")),
        scope=scope if isinstance(scope, str) else "",
    )


def _token(value: Any) -> Secret | None:
    """A token that fits into a header; anything else is none."""
    fits = isinstance(value, str) and value.isascii() and value.isprintable() and value and " " not in value
    return Secret(value) if fits else None


def _seconds(value: Any) -> float | None:
    """A number of seconds, which Payt may send as text, too."""
    if isinstance(value, bool):
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 1e11 else None


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
