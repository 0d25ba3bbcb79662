"""What a stranger may hold is kept as a hash: whoever reads the database can use none of it."""

from __future__ import annotations

import hashlib
import secrets


def new_secret(prefix: str) -> str:
    """256 random bits behind a prefix by which scanners of source code know what they found."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
