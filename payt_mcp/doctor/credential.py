"""The credential this machine has for Payt: where it comes from, and what is known of it without asking Payt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from payt_mcp.doctor.finding import Finding
from payt_mcp.errors import NotConfiguredError, SignInEndedError, SignInError
from payt_mcp.payt.signin.sources import open_source, store_of
from payt_mcp.payt.signin.tokens import StaticToken, TokenSource
from payt_mcp.settings import Settings

_ORIGINS = {
    "token": "the API token that was given to `payt-mcp login`",
    "oauth": "the sign-in of `payt-mcp login`",
    "client_credentials": "the application that `payt-mcp login` signed in as",
}
AGAIN = "payt-mcp login --token (with an API token) or payt-mcp login (through Payt's consent page)"


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
    """The credential a server with these settings would use. It may ask the keyring, so call it in a thread."""
    try:
        source = open_source(settings, settings.state_dir)
        if isinstance(source, StaticToken):
            return Credential(source, "PAYT_API_TOKEN")
        store = store_of(settings, settings.state_dir)
        signin = None if store is None else store.read()
    except NotConfiguredError:
        return Credential()
    except SignInError as error:
        return Credential(trouble=str(error))
    if signin is None:
        return Credential(source, "PAYT_CLIENT_ID and PAYT_CLIENT_SECRET", renews=True)
    if signin.ended:
        return Credential(trouble=str(SignInEndedError(signin.ended)))
    ends = signin.tokens.expires_at
    return Credential(
        source,
        _ORIGINS[signin.kind],
        scopes=frozenset(signin.scope.split()) or None,
        expires_at=None if ends is None else dt.datetime.fromtimestamp(ends, dt.UTC),
        renews=signin.tokens.refresh is not None or signin.kind == "client_credentials",
    )


def check_credential(credential: Credential, now: dt.datetime) -> list[Finding]:
    """What can be said of it without asking Payt."""
    if credential.trouble:
        return [Finding("token.present", "problem", credential.trouble, f"Sign in again: {AGAIN}")]
    if credential.tokens is None:
        remedy = (
            "Sign in with the API token of your company: payt-mcp login --token. Or through Payt's consent page: "
            "payt-mcp login. Or set PAYT_API_URL=sandbox to try it on invented data."
        )
        return [Finding("token.present", "problem", "There is no sign-in and no token for Payt.", remedy)]
    found = [Finding("token.present", "ok", f"There is an access token: {credential.origin}.")]
    if credential.expires_at is None:
        return found
    until = f"{credential.expires_at:%Y-%m-%d %H:%M} UTC"
    if credential.renews:
        found.append(Finding("token.expires", "ok", f"It holds until {until} and is renewed by itself."))
    elif credential.expires_at <= now:
        remedy = f"Sign in again: {AGAIN}"
        found.append(Finding("token.expires", "problem", f"It ended at {until}.", remedy))
    else:
        remedy = f"Sign in again before that: {AGAIN}"
        found.append(Finding("token.expires", "warning", f"It ends at {until} and cannot be renewed.", remedy))
    return found
