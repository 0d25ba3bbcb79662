"""The keys of a team server in tests. Imports next to nothing: replicas start with it."""

from __future__ import annotations

import base64
import hashlib

from payt_mcp.settings.secret import Secret
from payt_mcp.settings.team import NamedKey


def key(name: str) -> NamedKey:
    """The key of that name, the same each time."""
    return NamedKey(name, Secret(base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()))


KEYS = (key("k1"),)
