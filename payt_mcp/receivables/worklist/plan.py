"""The worklist: every debtor with something overdue, or somebody who waits, ranked by what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from payt_mcp.receivables.worklist.rules import LEFT, MUST_NOT_BE_CHASED, STEPS, Advice, advice_for
from payt_mcp.receivables.worklist.standing import Standing
from payt_mcp.settings import Rules

_ZERO = Decimal("0.00")
_RANK = {step: rank for rank, step in enumerate((*STEPS, *LEFT))}


@dataclass(slots=True)
class LeftOut:
    """Debtors for whom there is nothing to do now, for one reason: they must not be chased, or not yet."""

    must_not: bool = False
    debtors: int = 0
    amount: Decimal = _ZERO


@dataclass(slots=True)
class Worklist:
    """What there is to do, first things first; who is `left` in peace, with one of `LEFT` for a step; and the same
    added up by reason, the largest amount first.
    """

    rows: list[tuple[Standing, Advice]] = field(default_factory=list)
    left: list[tuple[Standing, Advice]] = field(default_factory=list)
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    @property
    def steps(self) -> dict[str, int]:
        """How many debtors wait for which step, in the order of the list."""
        counts: dict[str, int] = {}
        for _, advice in self.rows:
            counts[advice.step] = counts.get(advice.step, 0) + 1
        return counts

    def of_step(self, step: str) -> list[tuple[Standing, Advice]]:
        """The rows of one step, or of one of `LEFT`; "" for all that there is to do."""
        rows = self.left if step in LEFT else self.rows
        return [row for row in rows if step in {"", row[1].step}]


def worklist_of(standings: Iterable[Standing], rules: Rules) -> Worklist:
    """Ranked by step, then by amount. Nobody is on it whom no rule lets chase, but for a step that chases nobody."""
    found = Worklist()
    for standing in standings:
        advice = advice_for(standing, rules)
        if advice.step:
            found.rows.append((standing, advice))
        elif standing.owing.is_overdue:
            must_not = advice.rule in MUST_NOT_BE_CHASED
            found.left.append((standing, replace(advice, step="must_not" if must_not else "not_yet")))
            left = found.left_out.setdefault(advice.reason, LeftOut(must_not))
            left.debtors, left.amount = left.debtors + 1, left.amount + advice.amount
    for rows in (found.rows, found.left):
        rows.sort(key=lambda row: (_RANK[row[1].step], -row[1].amount, row[0].name, row[0].debtor_id))
    found.left_out = dict(sorted(found.left_out.items(), key=lambda one: -one[1].amount))
    return found
