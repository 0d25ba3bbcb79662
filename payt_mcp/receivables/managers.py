"""Relation managers: who in the company looks after which debtors."""

from __future__ import annotations

from collections.abc import Iterable

from payt_mcp.errors import AmbiguousError, UnknownRecordError
from payt_mcp.receivables.entries import DebtorEntry
from payt_mcp.words.folding import normalized
from payt_mcp.words.text import clean, outside, some

_MOST_NAMED = 20


def debtors_of_manager(wanted: str, debtors: Iterable[DebtorEntry]) -> frozenset[str]:
    """The ids of the debtors of a relation manager, called by the whole name, or by a part only one of them has.

    Raises:
        UnknownRecordError: nobody is called so; the relation managers there are are listed.
        AmbiguousError: several have that part in their names.
    """
    debtors = list(debtors)
    managers = {debtor.manager: normalized(debtor.manager) for debtor in debtors if debtor.manager}
    asked = normalized(wanted)
    meant = [name for name, folded in managers.items() if folded == asked]
    meant = meant or [name for name, folded in managers.items() if set(asked.split()) <= set(folded.split())]
    if not meant:
        known = some(sorted(outside(name, 60) for name in managers), most=_MOST_NAMED) or "none"
        raise UnknownRecordError(f"No debtor has the relation manager {clean(wanted, 60)!r}. There are: {known}.")
    if len({managers[name] for name in meant}) > 1:
        named = [outside(name, 60) for name in meant[:_MOST_NAMED]]
        raise AmbiguousError(f"Relation manager {clean(wanted, 60)!r}", named, "Pass the whole name.")
    return frozenset(debtor.id for debtor in debtors if debtor.manager in meant)
