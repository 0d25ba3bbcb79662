"""When a debtor is left in peace, called, or handed over: the thresholds of the rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

RULES = (
    "answer_message", "decide_plan", "missed_term", "task_due", "match_credit", "never_mail", "in_dispute",
    "direct_debit", "minimum_amount", "grace", "contact_lately", "paid_lately", "bad_address", "hand_over",
    "hand_over_case", "promised", "propose_plan", "call",
)  # fmt: skip
"""The rules of the worklist that can be switched off. What must not be chased at all is no matter of taste."""


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Amounts in the administration's currency, times in its time zone.

    `quiet_days` are names of weekdays and dates; `quiet_hours` is from and to, which may be past midnight. `never_mail`
    are numbers of debtors. Without `languages` letters may be in any, and
    without `second_person_above` one person's yes is always enough.
    """

    quiet_days: frozenset[str] = frozenset()
    quiet_hours: tuple[dt.time, dt.time] | None = None
    reminder_interval_days: int = 7
    minimum_amount: Decimal = Decimal(0)
    second_person_above: Decimal | None = None
    never_mail: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    grace_days: int = 3
    direct_debit_days: int = 10
    payment_days: int = 3
    call_from: Decimal = Decimal(2500)
    call_after_days: int = 30
    hand_over_after_days: int = 14
    plan_from_days: int = 45
    plan_from: Decimal = Decimal(100)
    off: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    """The names that stand in the file: a letter is held against those alone."""

    def applies(self, rule: str) -> bool:
        return rule not in self.off
