"""The ids of the invented records."""

from collections.abc import Mapping
from typing import Final

from payt_sandbox.data.dice import Dice

FIRST_IDS: Final = {
    "invoices": 2_600_000,
    "debtors": 310_000,
    "contacts": 120_000,
    "credit_cases": 81_000,
    "payment_plans": 23_000,
    "messages": 7_400_000,
    "notes": 940_000,
    "tasks": 66_000,
    "notifications": 1_500_000,
    "payments": 5_200_000,
    "vat_rates": 4_000,
}


# Of the records of the past: before all others, as they are older.
FIRST_IDS_OF_THE_PAST: Final = {"invoices": 1_400_000, "payments": 3_000_000}


class Ids:
    """Ascending sparse ids per kind of record, given out in runs to one administration after another."""

    def __init__(self, dice: Dice, first: Mapping[str, int] = FIRST_IDS) -> None:
        self._dice = dice
        self._next = dict(first)

    def take(self, kind: str, count: int, width: int = 1) -> list[int]:
        """That many ids; after each, `width - 1` more are kept free for its owner."""
        below, current = self._dice.below, self._next[kind]
        ids = []
        for _ in range(count):
            current += width + below(4)
            ids.append(current)
        self._next[kind] = current + width
        return ids

    def split(self, kind: str, main: int, second: int) -> tuple[list[int], list[int]]:
        """Ids for the two administrations, drawn from one range so that they interleave."""
        ids = self.take(kind, main + second)
        if not second:
            return ids, []
        step = (main + second) / second
        mine = {int(place * step) for place in range(second)}
        return [key for at, key in enumerate(ids) if at not in mine], [key for at, key in enumerate(ids) if at in mine]
