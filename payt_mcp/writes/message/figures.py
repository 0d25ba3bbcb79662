"""The figures of a letter: which invoices it is about, which amounts it may name, and what stands beside what. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from payt_mcp.receivables.attention import Reason, flags_of
from payt_mcp.receivables.phases import IN_COLLECTION
from payt_mcp.scanning.amounts import Amount, amounts_in
from payt_mcp.scanning.numbers import numbers_among
from payt_mcp.words.lookalikes import plain
from payt_mcp.words.said import money, say, some
from payt_mcp.words.text import clean
from payt_mcp.writes.message.source import Source, wrong

_MOST_NAMED = 5
_MOST_SHOWN = 10
_NUMBER_LENGTH = 40
_SHORTEST_LIST = 4
_APART = frozenset({"payment_plan", "paused", "with_bailiff"})
Money = tuple[str, Decimal]
"""A currency's code and an amount without its sign."""
Figure = tuple[int, str | Amount]
"""The number of an invoice, or an amount, and its line."""


@dataclass(frozen=True)
class OwedItem:
    """An open invoice of the debtor, as far as a letter depends on it. Amounts in the invoice's currency."""

    id: str
    number: str
    currency: str
    open_amount: Decimal | None
    total_amount: Decimal | None
    is_overdue: bool
    attention: Sequence[Reason]
    due_date: dt.date | None = None
    step: str = ""
    lately: dt.date | None = None
    """The day of that step, where it was taken within a week."""

    objections: Sequence[str] = ()
    """Its labels, and those of its credit case, that speak against chasing it."""

    @property
    def flags(self) -> list[str]:
        return flags_of(self.attention)

    @property
    def owed(self) -> Decimal:
        return self.open_amount or Decimal(0)


def numbers_of(items: Iterable[OwedItem]) -> str:
    return some(clean(item.number, _NUMBER_LENGTH) for item in items)


def named_in(text: str, items: Sequence[OwedItem]) -> list[OwedItem]:
    """The open invoices whose number stands in a text, in the order of the text."""
    places = numbers_among(text, {item.number for item in items})
    return sorted((item for item in items if item.number in places), key=lambda item: places[item.number][0])


def meant(text: str, items: Sequence[OwedItem], invoice_id: str) -> list[OwedItem]:
    """The open invoices a letter names and the one it goes with. A credit is none: who names one may chase the rest."""
    named = [item for item in named_in(text, items) if item.id != invoice_id]
    named += [item for item in items if item.id == invoice_id]
    return [item for item in named if item.owed >= 0]


def may_be_about_more(text: str, items: Sequence[OwedItem], of: Sequence[OwedItem]) -> bool:
    """Whether a letter that means `of` may be about other invoices too: it means none, or several (lists end in "and
    239 more"), or it names a total over more than it means.
    """
    if len(of) != 1:
        return True
    larger = {one for one, number, _ in _totals(items) if number > 1} - _single(of[0])
    return any(_worth(one) in larger for one in amounts_in(text, {item.number for item in items}))


def named_words(text: str, items: Sequence[OwedItem]) -> str:
    """`2026003699 (EUR 872.76)`, ten of them at most and the rest counted; "" where the text names none."""
    named = (_with_amount(item) for item in named_in(text, items))
    return some(named, most=_MOST_SHOWN)


def _with_amount(item: OwedItem) -> str:
    number = clean(item.number, _NUMBER_LENGTH)
    if item.open_amount is None:
        return number
    return say("{number} ({amount})", number=number, amount=money(item.open_amount, item.currency))


def misplaced(text: str, items: Sequence[OwedItem]) -> list[Source]:
    """Amounts of one invoice that stand beside the number of another."""
    numbers = {item.number for item in items if item.open_amount is not None}
    if len(numbers) < 2:
        return []
    amounts, named = amounts_in(text, {item.number for item in items}), named_in(text, items)
    sums = {one for one, number, _ in (*_totals(items), *_totals(named)) if number > 1}
    return _misplaced(_figures(text, amounts, numbers), items, sums)


def sums_of(items: Sequence[OwedItem], named: Sequence[OwedItem]) -> Iterator[tuple[str, Decimal, str]]:
    """What several invoices come to, by currency, each with what it is."""
    for part, what in ((items, ""), (named, say("the invoices named"))):
        yield from ((currency, value, what or sum_) for (currency, value), _, sum_ in _totals(part))


def _totals(items: Sequence[OwedItem]) -> Iterator[tuple[Money, int, str]]:
    """What invoices come to by currency: net, gross, what is overdue, and what of it may be chased; of how many that is
    the sum, and what it is.
    """
    overdue = [item for item in items if item.is_overdue]
    # where the debtor is paused all of them are, and none is set apart by it
    apart = _APART - {"paused"} if all("paused" in item.flags for item in overdue) else _APART
    others = [item for item in overdue if not apart & set(item.flags)]
    reminded = [item for item in others if item.step not in IN_COLLECTION]
    sums = {
        say("all that is overdue"): overdue,
        say("all that is open"): items,
        say("all that is owed"): [item for item in items if item.owed > 0],
        say("all that is overdue and not set apart"): others,
        say("all that is overdue and may be reminded of"): reminded,
    }
    for what, part in sums.items():
        for currency, number in Counter(item.currency for item in part).items():
            whole = sum((item.owed for item in part if item.currency == currency), Decimal(0))
            yield (currency, abs(whole)), number, what


def _single(item: OwedItem) -> set[Money]:
    """The amounts of one invoice: what is open, and its total."""
    return {(item.currency, abs(amount)) for amount in (item.open_amount, item.total_amount) if amount is not None}


def _worth(amount: Amount) -> Money:
    return amount.currency, abs(amount.value)


def _figures(text: str, amounts: Sequence[Amount], numbers: Collection[str]) -> list[Figure]:
    """The amounts and the numbers of a text in their order with the line of each, of those that are not blank."""
    signs = plain(text)
    placed: list[tuple[int, str | Amount]] = [(one.at, one) for one in amounts]
    placed += [(at, number) for number, places in numbers_among(text, numbers).items() for at in places]
    filled = [0, *accumulate(bool(line.strip()) for line in signs.split("\n"))]
    return [(filled[signs.count("\n", 0, at)], one) for at, one in sorted(placed, key=lambda one: one[0])]


def _misplaced(figures: Sequence[Figure], items: Sequence[OwedItem], sums: Collection[Money]) -> list[Source]:
    """Another invoice's amount beside a number that has none of its own beside it. A sum of several may stand beside
    any of them, and where a sentence runs over lines, what belongs together may stand on the lines before and behind.
    """
    found: dict[str, Source] = {}
    owners: dict[Money, set[str]] = {}
    by_number: dict[str, list[OwedItem]] = {}
    for item in items:
        by_number.setdefault(item.number, []).append(item)
        for money_ in _single(item) if item.owed > 0 else ():
            owners.setdefault(money_, set()).add(item.number)
    for place, beside in [*_on_lines(figures), *_on_lines_below(figures)]:
        number = str(figures[place][1])
        mine, number_ = by_number[number], {number}
        own = {one for item in mine for one in _single(item)}
        paid = {(item.currency, abs(item.total_amount - item.owed)) for item in mine if item.total_amount is not None}
        around = {_worth(one) for _, one in figures[max(0, place - 1) : place + 2] if isinstance(one, Amount)}
        right = own | {one for one in paid if one[1]} | set(sums)
        strange = [one for one in beside if owners.get(_worth(one), number_) - number_ and _worth(one) not in right]
        if strange and not own & around and not right & set(map(_worth, beside)):
            found.setdefault(number, _beside(strange[0], mine[0]))
    return list(found.values())[:_MOST_NAMED]


def _on_lines(figures: Sequence[Figure]) -> Iterator[tuple[int, list[Amount]]]:
    """The place of each number that is the only one of its line, and the amounts on that line."""
    lines: dict[int, list[int]] = {}
    for place, (line, _) in enumerate(figures):
        lines.setdefault(line, []).append(place)
    for places in lines.values():
        numbers = [place for place in places if isinstance(figures[place][1], str)]
        if len(numbers) == 1:
            yield numbers[0], [one for _, one in (figures[place] for place in places) if isinstance(one, Amount)]


def _on_lines_below(figures: Sequence[Figure]) -> Iterator[tuple[int, list[Amount]]]:
    """The same for a list that has number and amount on lines of their own, by turns, and twice at least."""
    on_line = Counter(line for line, _ in figures)
    run: list[int] = []
    for place, (line, one) in enumerate([*figures, (-1, "")]):
        before, last = figures[run[-1]] if run else (-2, "")
        if run and (line != before + 1 or on_line[line] > 1 or isinstance(one, str) == isinstance(last, str)):
            if len(run) >= _SHORTEST_LIST:
                yield from _turns(figures, run)
            run = []
        if on_line[line] == 1:
            run.append(place)


def _turns(figures: Sequence[Figure], run: Sequence[int]) -> Iterator[tuple[int, list[Amount]]]:
    """Each number of such a list and its amount: the one behind it, or before it where the list begins with one."""
    first = 1 if isinstance(figures[run[0]][1], str) else -1
    for place in (place for place in run if isinstance(figures[place][1], str)):
        other = figures[place + first][1] if place + first in run else ""
        if isinstance(other, Amount):
            yield place, [other]


def _beside(amount: Amount, item: OwedItem) -> Source:
    open_ = say("{owed} is open", owed=money(item.owed, item.currency))
    said = say(
        "The text puts {amount} beside invoice {number}, of which {open}.",
        amount=money(abs(amount.value), amount.currency),
        number=clean(item.number, _NUMBER_LENGTH),
        open=open_,
    )
    return wrong(clean(amount.written, _NUMBER_LENGTH), "amount", open_, said)
