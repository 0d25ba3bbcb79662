"""Signatures of the server over what its database says: with a key of PAYT_KEYS, which never stands in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from payt_mcp.settings.team import NamedKey

_PURPOSE = b"payt-mcp ledger signatures"


@dataclass(frozen=True)
class Signature:
    """`key` is the name of the key it was made with, `value` the 64 bytes in hexadecimal."""

    key: str
    value: str


class Signer:
    """Signs with the first key, and knows the signatures of all. The keys themselves seal other things: the ones used
    here are derived from them.
    """

    def __init__(self, keys: Sequence[NamedKey]) -> None:
        self._keys = {key.name: _derived(key) for key in keys}
        self.current = keys[0].name

    def sign(self, text: str) -> Signature:
        return Signature(self.current, self._keys[self.current].sign(text.encode()).hex())

    def is_signed(self, text: str, signature: Signature) -> bool:
        """False too where its key is none of ours."""
        key = self._keys.get(signature.key)
        try:
            if key is not None:
                key.public_key().verify(bytes.fromhex(signature.value), text.encode())
        except (InvalidSignature, ValueError):
            return False
        return key is not None

    def public_keys(self) -> Mapping[str, str]:
        """By name, the raw 32 bytes in hexadecimal: what somebody else needs to check a signature."""
        return {name: key.public_key().public_bytes_raw().hex() for name, key in self._keys.items()}


def _derived(key: NamedKey) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.raw)
    return Ed25519PrivateKey.from_private_bytes(seed)
