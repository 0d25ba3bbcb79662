"""Secrets of others in the database: sealed with AES-256-GCM, each to what it is about.

A sealed value is one byte (its layout), the length of the key's name, the name, twelve random bytes, and what the
cipher made. Name and purpose are part of what is proven: a value that is moved to another row does not open there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from payt_mcp.errors import SealedError
from payt_mcp.settings.team import NamedKey

_LAYOUT = 1
_NONCE = 12


class KeyRing:
    """The keys of PAYT_KEYS: the first seals, all of them open."""

    def __init__(self, keys: Sequence[NamedKey]) -> None:
        self._ciphers = {key.name: AESGCM(key.raw) for key in keys}
        self.first = keys[0].name

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._ciphers)

    def seal(self, secret: bytes, about: str) -> bytes:
        """`about` is what the secret belongs to, such as `grant:g-1f...`: it opens with the same words alone."""
        head = head_of(self.first)
        nonce = os.urandom(_NONCE)
        return head + nonce + self._ciphers[self.first].encrypt(nonce, secret, _proven(head, about))

    def open(self, sealed: bytes, about: str) -> bytes:
        """Raises SealedError: another key, another purpose, or altered."""
        name = key_of(sealed)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealedError(name, known=False)
        head = head_of(name)
        nonce, rest = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
        try:
            return cipher.decrypt(nonce, rest, _proven(head, about))
        except (InvalidTag, ValueError):
            raise SealedError(name, known=True) from None


def head_of(name: str) -> bytes:
    """How everything begins that a key of this name sealed."""
    return bytes([_LAYOUT, len(name.encode())]) + name.encode()


def key_of(sealed: bytes) -> str:
    """The name of the key that sealed this; "?" where that is not told."""
    if len(sealed) < 2 or sealed[0] != _LAYOUT:
        return "?"
    name = sealed[2 : 2 + sealed[1]].decode("utf-8", "replace")
    return name if name.isalnum() else "?"


def _proven(head: bytes, about: str) -> bytes:
    return head + about.encode()
