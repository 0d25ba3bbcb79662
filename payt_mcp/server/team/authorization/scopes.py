"""What may be asked for: reading, or reading and writing."""

from __future__ import annotations

from payt_mcp.server.team.authorization.answers import Refusal

READ, WRITE, OFFLINE = "read", "write", "offline_access"
ALL = (READ, WRITE)
ACCEPTED = (*ALL, OFFLINE)
"""A refresh token is always given; programs that ask for it by name are right too."""


def asks_to_write(scope: str | None) -> bool:
    """Whether a scope, as it was asked for, holds writing; nothing asked means all. Raises Refusal."""
    asked = (scope or "").split()
    unknown = [one for one in asked if one not in ACCEPTED]
    if unknown:
        raise Refusal("invalid_scope", f"This server has the scopes {', '.join(ACCEPTED)} and no other.")
    return not asked or WRITE in asked or asked == [OFFLINE]


def scope_of(*, writes: bool) -> str:
    return " ".join(ALL) if writes else READ
