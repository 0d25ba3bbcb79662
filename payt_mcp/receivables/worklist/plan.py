"""The worklist: every debtor with something overdue, or somebody who waits, ranked by what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.worklist.rules import MUST_NOT_BE_CHASED, STEPS, Advice, advice_for
from payt_mcp.receivables.worklist.standing import Standing
from payt_mcp.settings import Rules

_ZERO = Decimal("0.00")
_RANK = {step: rank for rank, step in enumerate(STEPS)}


@dataclass(slots=True)
class LeftOut:
    """Debtors for whom there is nothing to do now, for one reason: they must not be chased, or not yet."""

    must_not: bool = False
    debtors: int = 0
    amount: Decimal = _ZERO


@dataclass(slots=True)
class Worklist:
    """What there is to do, first things first; what is left in peace, by reason, the largest amount first; and how much
    of those on the list is set apart.
    """

    rows: list[tuple[Standing, Advice]] = field(default_factory=list)
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    @property
    def steps(self) -> dict[str, int]:
        """How many debtors wait for which step, in the order of the list."""
        counts: dict[str, int] = {}
        for _, advice in self.rows:
            counts[advice.step] = counts.get(advice.step, 0) + 1
        return counts


def worklist_of(standings: Iterable[Standing], rules: Rules) -> Worklist:
    """Ranked by step, then by amount. Nobody is on it whom no rule lets chase, but for a step that chases nobody."""
    found = Worklist()
    for standing in standings:
        advice = advice_for(standing, rules)
        if advice.step:
            found.rows.append((standing, advice))
        elif standing.owing.overdue > 0:
            left = found.left_out.setdefault(advice.reason, LeftOut(advice.rule in MUST_NOT_BE_CHASED))
            left.debtors, left.amount = left.debtors + 1, left.amount + advice.amount
    found.rows.sort(key=lambda row: (_RANK[row[1].step], -row[1].amount, row[0].name, row[0].debtor_id))
    found.left_out = dict(sorted(found.left_out.items(), key=lambda one: -one[1].amount))
    return found
