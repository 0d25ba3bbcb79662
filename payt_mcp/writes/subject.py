"""Whom and what an action is about."""

from __future__ import annotations

from typing import Protocol, TypeVar

from payt_mcp.books.scope import Scope
from payt_mcp.books.subjects import subjects
from payt_mcp.errors import UnknownRecordError
from payt_mcp.proposals.preview import Fact
from payt_mcp.words.said import say


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


async def fact_of(
    scope: Scope, *, debtor_id: str | None = None, invoice_id: str | None = None, case_id: str | None = None
) -> list[Fact]:
    """The debtor, the invoice and the case by the names people use."""
    about = await subjects(scope, debtors=[debtor_id], invoices=[invoice_id], cases=[case_id])
    named = about.named(debtor_id=debtor_id, invoice_id=invoice_id, case_id=case_id)
    debtor = f"{named['debtor_number']} {named['debtor']}".strip()
    found = [
        (say("Debtor"), debtor),
        (say("Invoice"), str(named["invoice_number"])),
        (say("Credit case"), str(named["case_number"])),
    ]
    return [fact for fact in found if fact[1]]
