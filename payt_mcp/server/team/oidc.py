"""The company's identity provider: who somebody is, and whether they still are.

OpenID Connect with a code, PKCE, a nonce and an id token whose signature, issuer, audience and end are checked. Whether
somebody is still there is asked with the refresh token the provider gave at the sign-in, else with the access token.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from payt_mcp.errors import NoLongerError, ProviderError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.grants import challenge
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.payt.troubles import Trouble
from payt_mcp.server.team.id_token import SigningKeys, is_true
from payt_mcp.server.team.provider_metadata import Metadata
from payt_mcp.settings import Secret
from payt_mcp.settings.team import TeamSettings
from payt_mcp.words.text import clean

_TIMEOUT = 5.0
_FRESH = 3600.0
"""Seconds for which what discovery said is used."""


@dataclass(frozen=True)
class Identity:
    """Who signed in. `email` is "" where the provider does not vouch for it."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True)
class Kept:
    """What the provider is asked with later. `ends` is a Unix time of this machine."""

    refresh: Secret | None
    access: Secret | None = None
    ends: float = 0.0

    def after(self, before: Kept | None) -> Kept:
        """With the refresh token from before, where none was given this time."""
        return Kept(self.refresh or (before.refresh if before else None), self.access, self.ends)

    def as_bytes(self) -> bytes:
        """With the secrets in it: to be sealed."""
        values = {"refresh": self.refresh, "access": self.access}
        return json.dumps({**{n: v and v.reveal() for n, v in values.items()}, "ends": self.ends}).encode()

    @classmethod
    def of(cls, opened: bytes) -> Kept:
        found = json.loads(opened)
        refresh, access = found["refresh"], found["access"]
        return cls(Secret(refresh) if refresh else None, Secret(access) if access else None, found["ends"])


@dataclass(frozen=True)
class Asked:
    """One way to the provider and back: what its answer must fit."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str = field(repr=False)


class Provider:
    """The provider of PAYT_OIDC_ISSUER. Every method that asks it raises ProviderError.

    `app` is an ASGI application that answers in its place.
    """

    def __init__(self, settings: TeamSettings, *, app: Any = None) -> None:
        self._settings = settings
        self._http = PaytClient(
            settings.oidc_issuer, StaticToken(None), network=settings.base.network, app=app, timeout=_TIMEOUT
        )
        self._keys = SigningKeys(self._document)
        self._known: tuple[Metadata, float] | None = None

    async def aclose(self) -> None:
        await self._http.aclose()

    async def metadata(self) -> Metadata:
        """What discovery says; from an hour ago where it is asked again and does not answer."""
        known = self._known
        if known is None or time.monotonic() - known[1] > _FRESH:
            issuer = self._settings.oidc_issuer
            try:
                found = Metadata.of(await self._document(f"{issuer}/.well-known/openid-configuration"), issuer)
            except ProviderError:
                if known is None:
                    raise
                found = known[0]
            known = self._known = (found, time.monotonic())
        return known[0]

    async def address(self, asked: Asked) -> str:
        """Where the browser is sent to."""
        found = await self.metadata()
        values = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": " ".join(found.scopes),
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        if "offline_access" not in found.scopes:
            values["access_type"] = "offline"  # Google's word for it; others leave it aside
        return f"{found.authorization_endpoint}{'&' if '?' in found.authorization_endpoint else '?'}{urlencode(values)}"

    async def came_back(self, asked: Asked, code: str) -> tuple[Identity, Kept]:
        """Who a code is of."""
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
        }
        given = await self._token(body)
        found = await self.metadata()
        claims = await self._keys.claims(str(given.get("id_token", "")), found, self._settings.oidc_client_id)
        if claims.get("nonce") != asked.nonce:
            raise ProviderError("its id token is of another sign-in")
        kept = _kept(given)
        return await self._identity(claims, kept, found), kept

    async def still_there(self, kept: Kept, subject: str) -> Kept | None:
        """Ask whether somebody may still sign in: what to ask with next time; None where there is nothing to ask with.

        Raises:
            NoLongerError: they may not.
        """
        if kept.refresh is not None:
            given = await self._token({"grant_type": "refresh_token", "refresh_token": kept.refresh.reveal()})
            return _kept(given).after(kept)
        if kept.access is not None and time.time() < kept.ends:
            await self._userinfo(kept.access, subject, await self.metadata())
            return kept
        return None

    async def _identity(self, claims: Mapping[str, Any], kept: Kept, found: Metadata) -> Identity:
        subject = str(claims["sub"])
        if "email" not in claims and found.userinfo_endpoint and kept.access:
            claims = await self._userinfo(kept.access, subject, found)
        # Microsoft's word for it is xms_edov: its `email` alone may be whatever somebody entered.
        verified = is_true(claims.get("email_verified")) or is_true(claims.get("xms_edov"))
        email = claims.get("email")
        return Identity(
            found.issuer,
            subject,
            email.strip() if verified and isinstance(email, str) else "",
            clean(str(claims.get("name") or ""), 80),
        )

    async def _userinfo(self, access: Secret, subject: str, found: Metadata) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access.reveal()}"}
        status, body = await self._ask("GET", found.userinfo_endpoint, headers=headers)
        if status in {401, 403}:
            raise NoLongerError("it no longer accepts what it gave out")
        told = _read(status, body)
        if told.get("sub") != subject:
            raise ProviderError("it answered about somebody else")
        return told

    async def _token(self, body: Mapping[str, str]) -> dict[str, Any]:
        found, settings = await self.metadata(), self._settings
        secret, headers, form = settings.oidc_client_secret, {}, dict(body)
        if secret is not None and found.takes_basic:
            pair = f"{quote(settings.oidc_client_id, safe='')}:{quote(secret.reveal(), safe='')}"
            headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        else:
            form["client_id"] = settings.oidc_client_id
            if secret is not None:
                form["client_secret"] = secret.reveal()
        status, answer = await self._ask("POST", found.token_endpoint, data=form, headers=headers)
        if 400 <= status < 500 and _read(200, answer).get("error") == "invalid_grant":
            raise NoLongerError("it does not accept what it gave out (invalid_grant)")
        return _read(status, answer)

    async def _document(self, url: str) -> dict[str, Any]:
        return _read(*await self._ask("GET", url))

    async def _ask(self, method: str, url: str, **given: Any) -> tuple[int, bytes]:
        try:
            return await self._http.elsewhere(method, url, "a sign-in", **given)
        except Trouble as trouble:
            raise ProviderError(trouble.said) from None


def _kept(given: Mapping[str, Any]) -> Kept:
    access, refresh = given.get("access_token"), given.get("refresh_token")
    seconds = given.get("expires_in")
    return Kept(
        Secret(refresh) if isinstance(refresh, str) and refresh else None,
        Secret(access) if isinstance(access, str) and access else None,
        time.time() + float(seconds) if isinstance(seconds, int | float | str) and str(seconds).isdigit() else 0.0,
    )


def _read(status: int, body: bytes) -> dict[str, Any]:
    """The JSON of an answer. Raises ProviderError: no success, or no such thing."""
    if not 200 <= status < 300:
        raise ProviderError(f"it answered {status}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderError("its answer is no JSON object")
    return found
