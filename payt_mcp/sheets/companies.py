"""Reading the books of one administration or several for sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import anyio.lowlevel

from payt_mcp.answers.overdue import notes as notes_of_picture
from payt_mcp.books.scope import Scope
from payt_mcp.books.several import ask_each
from payt_mcp.books.worklist import Day, read_worklist
from payt_mcp.errors import InputError
from payt_mcp.receivables.aging import InCurrency
from payt_mcp.receivables.attention import flags_of, of_debtor, of_each
from payt_mcp.receivables.debtor_aging import DebtorAging, aging_of
from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.words.said import count, say
from payt_mcp.words.text import NAME_LENGTH, outside

_SLICE = 500
"""Open items between two moments in which others may be answered."""

_UNKNOWN = DebtorEntry("", "", "", "", paused=False, updated_at=None)


@dataclass(frozen=True)
class DebtorPart:
    """A debtor, what it has open by age, its flags, and its items (the earliest due first) with theirs."""

    entry: DebtorEntry
    aging: DebtorAging
    flags: Sequence[str]
    items: Sequence[tuple[OpenItem, Sequence[str]]]


@dataclass(frozen=True)
class Company:
    """One administration at one moment (`as_of`, on its own clocks): its debtors, the most overdue first, and what
    there is to do, where that was asked for.
    """

    scope: Scope
    today: dt.date
    as_of: dt.datetime
    debtors: Sequence[DebtorPart]
    notes: Sequence[str]
    day: Day | None = None
    own: dict[str, InCurrency] = field(default_factory=dict)
    """What is open by the currency of the items, in it."""

    @property
    def id(self) -> str:
        return self.scope.id

    @property
    def name(self) -> str:
        name = outside(self.scope.administration.name, NAME_LENGTH) or "no name"
        return say("{name} (invented data)", name=name) if self.scope.account.is_invented else name

    @property
    def currency(self) -> str:
        return self.scope.administration.currency_code or ""

    @property
    def whose(self) -> tuple[str, str]:
        """The cells of `sheet.WHOSE`."""
        return self.id, self.name

    def items(self) -> Iterator[tuple[DebtorPart, OpenItem, Sequence[str]]]:
        return ((part, item, flags) for part in self.debtors for item, flags in part.items)


async def read_companies(
    scopes: Sequence[Scope], *, worklist: bool, most: int | None = None, beyond: str = ""
) -> list[Company]:
    """The books of each, and the worklist where it is wanted.

    Raises:
        InputError: there are more than `most` open items; `beyond` says what to do then.
        StillLoadingError: it takes longer than a call may; the reading goes on.
        UpstreamError: Payt gave no usable answer.
    """

    async def loaded(scope: Scope) -> int:
        return len((await scope.account.books(scope.administration).fresh(scope.progress)).invoices)

    counts, _ = await ask_each(scopes, loaded)
    found = sum(number for _, number in counts)
    if most is not None and found > most:
        raise InputError(f"There are {found:,} open items, and this gives {most:,} at the most. {beyond}")
    return [await _company(scope, worklist=worklist) for scope in scopes]


async def _company(scope: Scope, *, worklist: bool) -> Company:
    day = await read_worklist(scope) if worklist else None
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress)
    today = scope.today
    debtors: list[DebtorPart] = []
    own: dict[str, InCurrency] = {}
    done = 0
    for key in list(items.debtor_ids()):
        part = _part(items, key, today)
        debtors.append(part)
        _add_own(own, part)
        done += len(part.items)
        if done > _SLICE:
            await anyio.lowlevel.checkpoint()
            done = 0
    debtors.sort(key=lambda one: (-one.aging.overdue, -one.aging.open, one.entry.name, one.entry.number))
    said = notes_of_picture(scope.administration, books.derived.overdue(items, today, 1))
    unvalued = sum(one.aging.unvalued for one in debtors)
    if unvalued:
        listed = count(unvalued, "open item")
        said.append(say("{items} without an amount in the books: listed, and in no sum of the books.", items=listed))
    notes = [*said, *(day.notes if day else (*books.unseen, *books.corrections())), *scope.caveats]
    return Company(scope, today, scope.here(books.as_of), debtors, notes, day, own)


def _part(items: OpenItems, key: str, today: dt.date) -> DebtorPart:
    pairs = [(item, flags_of(reasons)) for item, reasons in of_each(items, key)]
    pairs.sort(key=lambda pair: (pair[0].due_date or dt.date.max, pair[0].number))
    flags = of_debtor(items, key, today).flags
    aging = aging_of(key, (item for item, _ in pairs), today)
    return DebtorPart(items.debtors.get(key, _UNKNOWN), aging, flags, pairs)


def _add_own(own: dict[str, InCurrency], part: DebtorPart) -> None:
    for item, _ in part.items:
        amount = item.open_amount
        if amount is not None:
            was = own.get(item.currency, InCurrency())
            own[item.currency] = was.plus(amount, 1, is_credit=item.is_credit)


def own_of(companies: Sequence[Company]) -> dict[str, InCurrency]:
    """What is open by currency, of all companies together: the only sums across them."""
    found: dict[str, InCurrency] = {}
    for company in companies:
        for code, own in company.own.items():
            found[code] = found.get(code, InCurrency()).together(own)
    return dict(sorted(found.items(), key=lambda one: (-one[1].items, one[0])))


def total(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
