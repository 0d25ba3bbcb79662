"""The address of a company that is told what waits: JSON, signed, with nothing in it of what is proposed.

`Payt-Signature: t=1764378000,v1=...`: HMAC-SHA256 of "t.body" under the company's secret, in hexadecimal. While keys
are exchanged there is a v1 for each key, so that the secret can be exchanged at the other end at leisure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from payt_mcp.server.team.authorization import fetching
from payt_mcp.settings.team import NamedKey

_PURPOSE = b"payt-mcp webhook\n"


def secret_of(key: NamedKey, tenant_id: str) -> str:
    """What a company checks signatures with, for one key of the ring."""
    info = _PURPOSE + tenant_id.encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.raw)
    return "whsec_" + base64.urlsafe_b64encode(derived).decode().rstrip("=")


def signature(secrets: Sequence[str], at: int, body: bytes) -> str:
    """The header; `at` in seconds since 1970."""
    signed = f"{at}.".encode() + body
    marks = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


class Webhooks:
    """Hands over what is to be told. `loopback`: an address of this machine may be told too, for trials."""

    def __init__(self, keys: Sequence[NamedKey], context: Callable[[], ssl.SSLContext], *, loopback: bool) -> None:
        self._keys = keys
        self._context = context
        self._loopback = loopback

    async def tell(self, address: str, tenant_id: str, told: dict[str, object], at: int) -> None:
        """Raises fetching.UnfetchableError: it was not taken."""
        body = json.dumps(told, sort_keys=True).encode()
        secrets = [secret_of(key, tenant_id) for key in self._keys]
        headers = {"Content-Type": "application/json", "Payt-Signature": signature(secrets, at, body)}
        await fetching.post(address, self._context(), headers, body, loopback=self._loopback)
