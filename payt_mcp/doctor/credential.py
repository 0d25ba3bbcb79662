"""The credential this machine has for Payt: where it comes from, and what is known of it without asking Payt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from payt_mcp.doctor.finding import Finding
from payt_mcp.payt.tokens import StaticToken, TokenSource
from payt_mcp.settings import Settings


@dataclass(frozen=True)
class Credential:
    """`origin` says where it comes from. `scopes` and `expires_at` are None where nobody has said so.

    `tokens` is None where there is none, or it cannot be used; `trouble` says why then.
    """

    tokens: TokenSource | None = None
    origin: str = ""
    scopes: frozenset[str] | None = None
    expires_at: dt.datetime | None = None
    renews: bool = False
    trouble: str = ""


def find_credential(settings: Settings) -> Credential:
    """The credential a server with these settings would use."""
    if settings.api_token is not None:
        return Credential(StaticToken(settings.api_token), "PAYT_API_TOKEN")
    return Credential()


def check_credential(credential: Credential, now: dt.datetime) -> list[Finding]:
    """What can be said of it without asking Payt."""
    if credential.trouble:
        return [Finding("token.present", "problem", credential.trouble, "Sign in again: payt-mcp login")]
    if credential.tokens is None:
        remedy = (
            "Sign in: payt-mcp login. Or set PAYT_API_TOKEN, or PAYT_API_URL=sandbox to try it on invented data."
        )
        return [Finding("token.present", "problem", "There is no sign-in and no token for Payt.", remedy)]
    found = [Finding("token.present", "ok", f"The access token comes from {credential.origin}.")]
    if credential.expires_at is None:
        return found
    until = f"{credential.expires_at:%Y-%m-%d %H:%M} UTC"
    if credential.renews:
        found.append(Finding("token.expires", "ok", f"It holds until {until} and is renewed by itself."))
    elif credential.expires_at <= now:
        remedy = "Sign in again: payt-mcp login"
        found.append(Finding("token.expires", "problem", f"It ended at {until}.", remedy))
    else:
        remedy = "Sign in again before that: payt-mcp login"
        found.append(Finding("token.expires", "warning", f"It ends at {until} and cannot be renewed.", remedy))
    return found
