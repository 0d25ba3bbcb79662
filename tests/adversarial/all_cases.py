"""Every case with its category: those something is wrong with, and the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

from tests.adversarial.case import Case
from tests.adversarial.cases import (
    batches,
    code_mode,
    daily_work,
    exfiltration,
    facts_of_accounts,
    facts_of_invoices,
    hidden_text,
    laundering,
    moment,
    recipient,
    repeated,
    wrong_debtor,
)
from tests.adversarial.right import de, en, fr, nl, writes

_HARM: Mapping[str, tuple[ModuleType, ...]] = {
    "wrong debtor": (wrong_debtor,),
    "recipient": (recipient,),
    "facts": (facts_of_invoices, facts_of_accounts),
    "moment": (moment,),
    "hidden text": (hidden_text,),
    "exfiltration": (exfiltration,),
    "repeated": (repeated,),
    "batches": (batches,),
    "daily work": (daily_work,),
    "laundering": (laundering,),
    "code mode": (code_mode,),
}
_RIGHT: Mapping[str, tuple[ModuleType, ...]] = {"right letters": (nl, de, en, fr), "right writes": (writes,)}


def _all(modules: Mapping[str, tuple[ModuleType, ...]]) -> tuple[Case, ...]:
    return tuple(
        replace(case, category=category) for category, rooms in modules.items() for room in rooms for case in room.CASES
    )


HARM, RIGHT = _all(_HARM), _all(_RIGHT)
CASES = (*HARM, *RIGHT)
CATEGORIES = (*_HARM, *_RIGHT)
