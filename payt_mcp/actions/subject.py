"""Whom and what an action is about, read from Payt now."""

from __future__ import annotations

from typing import Protocol, TypeVar

from payt_mcp.errors import MissingError, UnknownRecordError
from payt_mcp.lookup import Scope
from payt_mcp.present import NAME_LENGTH, clean, code


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_WithId)


def own_id(record: _T, key: str, what: str) -> _T:
    """The record, if it is the one that was asked for: a server may read the id "12-A" as 12.

    Raises:
        UnknownRecordError: it is another.
    """
    if record.id != key:
        raise UnknownRecordError(f"There is no {what} with the id {key[:60]!r} in this administration.")
    return record


async def debtor_words(scope: Scope, debtor_id: str) -> str:
    """`10026 Bakkerij De Vries`; a debtor that is gone has no name."""
    try:
        debtor = await scope.account.payt.debtor(scope.id, debtor_id, fields=("id", "debtor_number", "name"))
    except MissingError:
        return f"id {code(debtor_id)}, which is gone"
    return f"{code(debtor.debtor_number)} {clean(debtor.name, NAME_LENGTH)}".strip()
