"""What an identity provider says of itself, as far as it is used."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from payt_mcp.errors import ProviderError
from payt_mcp.network import is_loopback

_SCOPES = ("openid", "email", "profile", "offline_access")


@dataclass(frozen=True)
class Metadata:
    """`issuer` as the provider writes it, which may end in a slash; `userinfo_endpoint` is "" where it has none."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    scopes: tuple[str, ...]
    takes_basic: bool
    says_issuer: bool
    """Its answers to a browser carry `iss`, as it announces (RFC 9207)."""

    def answers_as(self, said: str | None) -> bool:
        """Whether an answer with this `iss` may be its own; None, where there is none, if it does not announce one."""
        if said is None:
            return not self.says_issuer
        return hmac.compare_digest(said.encode(), self.issuer.encode())

    @classmethod
    def of(cls, found: Mapping[str, Any], issuer: str) -> Metadata:
        """Raises ProviderError: it is another provider's, or lacks something."""
        said = found.get("issuer")
        if not isinstance(said, str) or said.rstrip("/") != issuer:
            raise ProviderError("its discovery document names another issuer than PAYT_OIDC_ISSUER")
        supported = found.get("scopes_supported")
        known = set(supported) if isinstance(supported, list) else set(_SCOPES)
        ways = found.get("token_endpoint_auth_methods_supported")
        return cls(
            said,
            _address(found, "authorization_endpoint"),
            _address(found, "token_endpoint"),
            _address(found, "jwks_uri"),
            _address(found, "userinfo_endpoint") if found.get("userinfo_endpoint") else "",
            tuple(scope for scope in _SCOPES if scope in known or scope == "openid"),
            not isinstance(ways, list) or "client_secret_basic" in ways,
            found.get("authorization_response_iss_parameter_supported") is True,
        )


def _address(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        is_good = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        )
    except ValueError:
        is_good = False
    if not is_good:
        raise ProviderError(f"its discovery document has no usable {name}")
    return str(value)
