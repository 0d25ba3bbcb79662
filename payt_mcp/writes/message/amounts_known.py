"""Every amount that a letter to a debtor may name, and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from payt_mcp.scanning.amounts import Amount
from payt_mcp.words.said import money, say, term
from payt_mcp.words.text import clean
from payt_mcp.writes.message.known import Entry, Known

Money = tuple[str, Decimal]
_MOST_TERMS, _MOST_IN_THREES = 40, 11
_ROUND = Decimal(50)


class Amounts:
    """Amounts by currency; one whose currency the text does not say, or the books do not, is found in any.

    `sums` are sums of several invoices with what they are, as (currency, amount, what).
    """

    def __init__(self, known: Known, sums: Iterable[tuple[str, Decimal, str]]) -> None:
        self._by_money: dict[Money, str] = {}
        self._by_value: dict[Decimal, str] = {}
        self._currencies: dict[Decimal, set[str]] = {}
        self._owners: dict[Decimal, set[str]] = {}
        for entry in known.entries:
            for amount, what in amounts_of(entry):
                self._owners.setdefault(abs(amount), set()).add(entry.id)
                self._put(
                    entry.currency,
                    amount,
                    say("{what} of invoice {number}", what=term(what), number=clean(entry.number, 40)) if what else "",
                )
        self._sums: set[Decimal] = set()
        for currency, amount, what in (*sums, *known.amounts):
            if abs(amount) not in self._owners:
                self._sums.add(abs(amount))
            self._put(currency, amount, what)

    def _put(self, currency: str, amount: Decimal, what: str) -> None:
        value = abs(amount)
        if value:
            self._by_money.setdefault((currency, value), what)
            self._by_value.setdefault(value, what)
            self._currencies.setdefault(value, set()).add(currency)

    def where(self, amount: Amount) -> str:
        """What the amount is; "" where it is none that is known."""
        value = abs(amount.value)
        if not amount.currency:
            return self._by_value.get(value, "") or (self._rounded(value) if amount.written[-1] in "kK" else "")
        return self._by_money.get((amount.currency, value)) or self._by_money.get(("", value), "")

    def is_of_another(self, amount: Amount, entry: Entry) -> bool:
        """Whether it is an amount of other invoices, and neither of this one nor a sum."""
        value = abs(amount.value)
        return bool(self._owners.get(value, set()) - {entry.id}) and value not in self._sums

    def other_currency(self, amount: Amount) -> str:
        """The currency in which the books have it, where that is another."""
        found = self._currencies.get(abs(amount.value), set()) - {"", amount.currency}
        return min(found) if found and amount.currency and not self.where(amount) else ""

    def _rounded(self, value: Decimal) -> str:
        near = (what for one, what in self._by_value.items() if abs(one - value) < _ROUND)
        return next(near, "")


def amounts_of(entry: Entry) -> list[tuple[Decimal, str]]:
    """The amounts of one invoice, each with what it is."""
    found = [(entry.open_amount, "open")]
    if entry.total_amount is not None:
        found += [(entry.total_amount, "total"), (entry.total_amount - entry.open_amount, "paid")]
    return found + list(entry.parts.items())


def divided(unknown: Sequence[Amount], whole: Mapping[Money, str], subject: int) -> dict[Amount, str]:
    """Unknown amounts that together are one that is known, such as terms, or what is without VAT and the VAT. One that
    is said once in the subject (so long) and once in the text is no two.
    """
    found: dict[Amount, str] = {}
    for currency in dict.fromkeys(one.currency for one in unknown):
        mine = [one for one in unknown if one.currency == currency][:_MOST_TERMS]
        for group in _groups(mine, subject):
            total = sum((abs(one.value) for one in group), Decimal(0))
            known = whole.get((currency, total)) or ("" if currency else _in_any(total, whole))
            if known:
                said = say("together {total}, which is {known}", total=money(total, currency), known=known)
                found |= dict.fromkeys((one for one in group if one not in found), said)
    return found


def _groups(amounts: Sequence[Amount], subject: int) -> Iterator[tuple[Amount, ...]]:
    """All of them, two, or three."""
    sizes = (2, 3) if len(amounts) <= _MOST_IN_THREES else (2,)
    for group in (tuple(amounts), *(one for size in sizes for one in combinations(amounts, size))):
        is_said_again = len(group) == 2 and group[0].value == group[1].value and group[0].at < subject <= group[1].at
        if len(group) > 1 and not is_said_again:
            yield group


def _in_any(total: Decimal, whole: Mapping[Money, str]) -> str:
    return next((what for (_, value), what in whole.items() if value == total), "")
