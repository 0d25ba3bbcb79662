"""What Payt refuses somebody's connection, said as the people of a company can undo it: none of them has a terminal."""

from __future__ import annotations

from payt_mcp.errors import ForbiddenError
from payt_mcp.payt.client import Refused


def in_words(error: Refused, connect_at: str) -> Refused:
    """The same error, with what to do about it in a browser, at `connect_at`."""
    error.args = (
        _of_forbidden(error.permission, connect_at) if isinstance(error, ForbiddenError) else _of_token(connect_at),
    )
    return error


def _of_forbidden(permission: str | None, connect_at: str) -> str:
    if permission is None:
        return (
            "Payt does not let this connection do that (403): this administration or record is outside its "
            "permissions. list_administrations shows what it reaches. Whoever needs more has it from who manages "
            f"users at Payt, and then connects Payt again, at {connect_at}."
        )
    return (
        f"This connection to Payt lacks the permission {permission} (403). Ask whoever administers this server for "
        "your company: it is added to the server's application at Payt, and then Payt is connected again, at "
        f"{connect_at}."
    )


def _of_token(connect_at: str) -> str:
    return (
        f"Payt does not accept this connection (401): it is over or was withdrawn. Connect Payt again, at {connect_at}."
    )
