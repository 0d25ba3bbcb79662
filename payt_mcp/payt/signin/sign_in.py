"""A sign-in as it is kept: which user's or application's it is, its tokens, and how its last renewal went."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from payt_mcp.payt.signin import grants
from payt_mcp.payt.signin.grants import Granted
from payt_mcp.settings import Secret

Kind = Literal["token", "oauth", "client_credentials"]
KINDS: tuple[Kind, ...] = ("token", "oauth", "client_credentials")

_MARGIN = 60.0
"""Seconds before its end at which a token is renewed; a tenth of its life where that is less."""

_TRUSTED_GAP = 600.0
"""Seconds Payt's `created_at` may lie from Payt's `Date` before it is not believed."""


@dataclass(frozen=True)
class Tokens:
    """The secret part of a sign-in. Times are Unix times of Payt's clock; `expires_at` None: never."""

    access: Secret
    refresh: Secret | None = None
    client_secret: Secret | None = None
    renew_at: float | None = None
    expires_at: float | None = None

    def as_json(self) -> dict[str, Any]:
        """With the secrets in it: for the place they are kept in and nothing else."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in values.items()
            if value is not None
        }

    @classmethod
    def from_json(cls, found: Any) -> Tokens:
        """Raises KeyError, TypeError or ValueError where that is no such thing."""
        if not isinstance(found, dict):
            raise TypeError
        refresh, client_secret = found.get("refresh"), found.get("client_secret")
        return cls(
            Secret(_text(found["access"])),
            None if refresh is None else Secret(_text(refresh)),
            None if client_secret is None else Secret(_text(client_secret)),
            _moment(found.get("renew_at")),
            _moment(found.get("expires_at")),
        )


@dataclass(frozen=True)
class SignIn:
    """One sign-in. `login` is made up anew for each; `renewing` and `ended` say what became of its last renewal.

    `grant` is what stays of a person's consent when they sign in again: nobody else who signs in through the same
    application has it. Empty for an application itself, and for a sign-in of a version that told nobody apart.
    """

    kind: Kind
    login: str
    tokens: Tokens
    client_id: str = ""
    scope: str = ""
    renewing: str = ""
    ended: str = ""
    grant: str = field(default="", compare=False)  # `login` says which sign-in it is

    @property
    def whose(self) -> str:
        """What stays when the same user or application signs in again."""
        if self.kind == "token":
            return f"token {self.login}"
        return f"client {self.client_id} grant {self.grant}" if self.grant else f"client {self.client_id}"

    @property
    def ledger_identity(self) -> Secret:
        """What names the ledger scope: the static token, else whose grant it is (a token has no space in it)."""
        return self.tokens.access if self.kind == "token" else Secret(self.whose)

    def is_fresh(self, now: datetime) -> bool:
        return self.tokens.renew_at is None or now.timestamp() < self.tokens.renew_at

    def is_over(self, now: datetime) -> bool:
        return self.tokens.expires_at is not None and now.timestamp() >= self.tokens.expires_at

    def body(self) -> dict[str, str]:
        """What is sent for the next tokens."""
        if self.tokens.refresh is not None:
            return grants.of_refresh(self.tokens.refresh)
        return grants.of_credentials()

    def renewed(self, granted: Granted, now: datetime) -> SignIn:
        """With what Payt gave; where it gave no other refresh token, the old one stays."""
        tokens = tokens_of(granted, self.tokens.client_secret, now)
        if tokens.refresh is None:
            tokens = dataclasses.replace(tokens, refresh=self.tokens.refresh)
        scope = granted.scope or self.scope
        return dataclasses.replace(self, tokens=tokens, scope=scope, renewing="", ended="")


def static(token: Secret) -> SignIn:
    """A sign-in with a static API token."""
    return SignIn("token", secrets.token_hex(8), Tokens(token))


def of_grant(kind: Kind, client_id: str, client_secret: Secret, granted: Granted, now: datetime) -> SignIn:
    """A sign-in with what the token endpoint gave."""
    tokens = tokens_of(granted, client_secret, now)
    login = secrets.token_hex(8)
    return SignIn(kind, login, tokens, client_id, granted.scope, grant=login if kind == "oauth" else "")


def tokens_of(granted: Granted, client_secret: Secret | None, now: datetime) -> Tokens:
    """Tokens with their end, on Payt's clock: its `created_at` where that can be believed, else its present time."""
    if granted.expires_in is None:
        return Tokens(granted.access_token, granted.refresh_token, client_secret)
    began = now.timestamp()
    if granted.created_at is not None and abs(granted.created_at - began) < _TRUSTED_GAP:
        began = granted.created_at
    ends = began + granted.expires_in
    margin = min(_MARGIN, granted.expires_in / 10)
    return Tokens(granted.access_token, granted.refresh_token, client_secret, ends - margin, ends)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _moment(value: Any) -> float | None:
    return None if value is None else float(value)
