"""Every case with its category: those something is wrong with, and the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

from tests.adversarial.case import Case
from tests.adversarial.cases import recipient, wrong_debtor

_HARM: Mapping[str, tuple[ModuleType, ...]] = {
    "wrong debtor": (wrong_debtor,),
    "recipient": (recipient,),
}
_RIGHT: Mapping[str, tuple[ModuleType, ...]] = {}


def _all(modules: Mapping[str, tuple[ModuleType, ...]]) -> tuple[Case, ...]:
    return tuple(
        replace(case, category=category) for category, rooms in modules.items() for room in rooms for case in room.CASES
    )


HARM, RIGHT = _all(_HARM), _all(_RIGHT)
CASES = (*HARM, *RIGHT)
