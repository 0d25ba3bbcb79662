"""Id tokens: who signed them, for whom, and until when they hold. The provider's keys are fetched when one is new."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from payt_mcp.errors import ProviderError
from payt_mcp.server.team.provider_metadata import Metadata

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a key pair alone: one that is made with a public key as if it were a secret is none."""

_LEEWAY = 60
"""Seconds that the clocks may differ."""

_ONCE_IN = 10.0
_LONGEST = 3600.0


class SigningKeys:
    """The keys of one provider; `fetch` gets a JSON object from an address and raises ProviderError."""

    def __init__(self, fetch: Callable[[str], Awaitable[dict[str, Any]]]) -> None:
        self._fetch = fetch
        self._keys: KeySet | None = None
        self._fetched = float("-inf")

    async def claims(self, token: str, found: Metadata, client_id: str) -> dict[str, Any]:
        """What an id token says, once it is checked; the nonce is the caller's to compare.

        Raises:
            ProviderError: it is not to be believed, or the keys cannot be had.
        """
        known = self._keys if time.monotonic() - self._fetched < _LONGEST else None
        try:
            decoded = jwt.decode(token, known or await self._anew(found), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            if known is None or time.monotonic() - self._fetched < _ONCE_IN:
                raise _unbelieved() from None
            decoded = await self._decoded_anew(token, found)
        try:
            _checked(found.issuer, client_id).validate(decoded.claims)
        except (JoseError, ValueError):
            raise _unbelieved() from None
        audience = decoded.claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and decoded.claims.get("azp") != client_id:
            raise _unbelieved()
        return dict(decoded.claims)

    async def _decoded_anew(self, token: str, found: Metadata) -> jwt.Token:
        """With the keys as they are now: the provider may have exchanged them."""
        try:
            return jwt.decode(token, await self._anew(found), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            raise _unbelieved() from None

    async def _anew(self, found: Metadata) -> KeySet:
        document = await self._fetch(found.jwks_uri)
        try:
            self._keys = KeySet.import_key_set(document)  # type: ignore[arg-type]  # checked by what it is given to
        except (JoseError, ValueError, TypeError, KeyError):
            raise ProviderError("its signing keys cannot be read") from None
        self._fetched = time.monotonic()
        return self._keys


def is_true(value: Any) -> bool:
    """A claim that says yes: some providers write it as text or as a number."""
    return value.lower() in {"true", "1"} if isinstance(value, str) else isinstance(value, int) and value == 1


def _checked(issuer: str, client_id: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _unbelieved() -> ProviderError:
    return ProviderError("its id token is not signed by it, not for this server, or no longer valid")
