"""Costs of recovery that a law puts a figure to. Pure; amounts in the currency of the law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from payt_mcp.receivables.law.interest import cents

Costs = Callable[[Decimal], Decimal]
"""From what is owed to the costs of recovering it."""

_NL_SLICES = ((2_500, "0.15"), (2_500, "0.10"), (5_000, "0.05"), (190_000, "0.01"))
_NL_REST, _NL_LEAST, _NL_MOST = Decimal("0.005"), Decimal(40), Decimal(6_775)


def flat(amount: int) -> Costs:
    return lambda owed: Decimal(amount) if owed > 0 else Decimal(0)


def by_size(sizes: Sequence[tuple[int, int]], above: int) -> Costs:
    """A sum for debts below each size, and one for those above."""

    def costs(owed: Decimal) -> Decimal:
        return Decimal(next((sum_ for size, sum_ in sizes if owed < size), above)) if owed > 0 else Decimal(0)

    return costs


def dutch(owed: Decimal) -> Decimal:
    """The staircase of the Besluit vergoeding voor buitengerechtelijke incassokosten, art. 2, without VAT."""
    if owed <= 0:
        return Decimal(0)
    found, left = Decimal(0), owed
    for size, share in _NL_SLICES:
        found += min(left, Decimal(size)) * Decimal(share)
        left = max(left - size, Decimal(0))
    return cents(min(max(found + left * _NL_REST, _NL_LEAST), _NL_MOST))


def belgian_consumer(owed: Decimal) -> Decimal:
    """The most that may have been agreed with a consumer: art. XIX.4 of the Economic Code."""
    if owed <= 0:
        return Decimal(0)
    if owed <= 150:
        return Decimal(20)
    if owed <= 500:
        return cents(30 + (owed - 150) / 10)
    return cents(min(65 + (owed - 500) / 20, Decimal(2_000)))
