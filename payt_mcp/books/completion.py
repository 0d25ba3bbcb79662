"""Completes what a person types as an argument of a prompt or in the address of a resource.

Debtors, invoices and cases come from the open items in memory, as they are: nobody who types waits for Payt. Where they
have not been read yet, the reading is begun, and a later keystroke has more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from heapq import nsmallest
from typing import NamedTuple

import anyio

from payt_mcp.books.account import Account
from payt_mcp.errors import PaytMcpError
from payt_mcp.payt.models import Administration
from payt_mcp.receivables.matching import alike
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.steps import Steps, at_once, in_turns, parted
from payt_mcp.words.folding import Wanted, fits, normalized, searchable, squeezed, wanted
from payt_mcp.words.text import clean, code

MOST = 50
_PATIENCE = 1.5
_LENGTH = 60
_MOST_BEGUN = 3
"""Fewer characters than these are like too much."""
_MOST_TYPED = 200
"""What is typed beyond that names nothing, and would be compared with everything there is."""


class Found(NamedTuple):
    """The values to offer, best first, and how many there are."""

    values: list[str]
    total: int


class Entry(NamedTuple):
    """Something that can be meant, and how it compares with what is typed."""

    number: str
    name: str
    number_key: str
    name_key: str
    text: str

    def offered(self, typed: str, *, numbers_only: bool) -> str:
        """What was typed comes first, so that hosts which compare beginnings keep it."""
        number, name = code(self.number), clean(self.name, _LENGTH)
        if numbers_only or not name:
            return number
        if not number:
            return name
        by_number = typed and self.number_key.startswith(typed)
        return f"{number} {name}" if by_number else f"{name} ({number})"


_Ranked = tuple[int, str, str, Entry]
_Entries = dict[tuple[str, str], Entry]
"""By number and name as Payt has them."""


class Completions:
    """What can be typed, for one account. Kept until the open items change, because every keystroke asks; then only
    what changed is made anew.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self._kept: dict[tuple[str, str], tuple[object, _Entries]] = {}

    async def of(self, kind: str, typed: str, *, administration_id: str = "", numbers_only: bool = False) -> Found:
        """What `typed` can become, as one of `debtors`, `invoices` or `credit-cases`, in the administrations that can
        be meant. Nothing where Payt cannot be reached: whoever types is not helped by an error.
        """
        entries: dict[tuple[str, str], Entry] = {}
        try:
            with anyio.move_on_after(_PATIENCE):
                for administration, items in await self._at_hand(administration_id):
                    entries |= await self._entries(kind, administration, items)
        except PaytMcpError:
            return Found([], 0)
        return await in_turns(best_in_steps(entries.values(), typed, numbers_only=numbers_only))

    async def _at_hand(self, administration_id: str) -> list[tuple[Administration, OpenItems]]:
        """The open items that can be meant, as far as they have been read; only where none have is one waited for."""
        wanted = await self._administrations(administration_id)
        books = [(administration, self.account.books(administration)) for administration in wanted]
        patience = 0 if any(one.is_loaded for _, one in books) else _PATIENCE
        read = [(administration, await one.at_hand(patience)) for administration, one in books]
        return [(administration, items) for administration, items in read if items is not None]

    async def _administrations(self, wanted: str) -> list[Administration]:
        """The one that is named or configured, else every active one."""
        try:
            return [await self.account.administration(wanted)]
        except PaytMcpError:
            if wanted:
                raise
        return [known for known in await self.account.administrations() if known.status == "active"]

    async def _entries(self, kind: str, administration: Administration, items: OpenItems) -> _Entries:
        state = (id(items), items.version, self.account.case_numbers(administration).state)
        known, entries = self._kept.get((administration.id, kind), (None, {}))
        if known != state or not entries:  # the numbers of cases may have been on their way
            named = await _SOURCES[kind](self.account, administration, items)
            entries = await in_turns(_made(named, entries))
            self._kept[administration.id, kind] = (state, entries)
        return entries


def _made(named: Iterable[Named], known: _Entries) -> Steps[_Entries]:
    """The entries of what can be meant; those that are known as they are."""
    entries: _Entries = {}
    for some in parted(named):
        for number, name, words in some:
            if number or name:
                entries[number, name] = known.get((number, name)) or entry(number, name, words)
        yield
    return entries


def best(entries: Iterable[Entry], typed: str, *, numbers_only: bool = False) -> Found:
    """The number itself first, then numbers and names that begin so, then those with a word that does, then those that
    have it anywhere. Where there are none, names that look like it.
    """
    return at_once(best_in_steps(entries, typed, numbers_only=numbers_only))


def best_in_steps(entries: Iterable[Entry], typed: str, *, numbers_only: bool = False) -> Steps[Found]:
    """The same of many."""
    typed = typed[:_MOST_TYPED]
    begun, words = normalized(typed), wanted(typed)
    known, first, total = list(entries), list[_Ranked](), 0
    for some in parted(known):
        ranked = [
            (rank, entry.name_key, entry.number_key, entry)
            for entry in some
            if (entry.number or not numbers_only) and (rank := _rank(begun, words, entry)) is not None
        ]
        first, total = nsmallest(MOST, first + ranked), total + len(ranked)
        yield
    if not total and len(begun) > _MOST_BEGUN:
        similar = _similar(begun, (entry for entry in known if entry.number or not numbers_only))
        first, total = nsmallest(MOST, similar), len(similar)
    offered = (row[3].offered(begun, numbers_only=numbers_only) for row in first)
    return Found(list(dict.fromkeys(offered)), total)


def among(choices: Iterable[str], typed: str) -> Found:
    """Of a few choices, those that begin so."""
    values = [choice for choice in choices if choice.casefold().startswith(typed.strip().casefold())]
    return Found(values, len(values))


def entry(number: str, name: str, words: str | None = None) -> Entry:
    """`words` are those of the name, where they are known."""
    name_key = normalized(name) if words is None else words
    is_plain = name.isascii() and number.isascii() and (number.isalnum() or not number)
    # Of plain ones it is the same, and there are thousands at the first keystroke.
    text = _joined(number, name, name_key) if is_plain else searchable(number, name)
    return Entry(number, name, normalized(number), name_key, text)


def _joined(number: str, name: str, name_key: str) -> str:
    first, second = number.lower(), squeezed(name_key)
    return f"{first} {second}" if number and name and first != second else first or second


def _rank(begun: str, words: Wanted, entry: Entry) -> int | None:
    if not fits(words, entry.text):
        return None
    if begun and entry.number_key == begun:
        return 0
    if entry.number_key.startswith(begun) or f" {squeezed(begun)}" in f" {entry.text}":
        return 1
    return 2 if f" {begun}" in f" {entry.name_key}" else 3


def _similar(begun: str, entries: Iterable[Entry]) -> list[_Ranked]:
    """Those of names like what was typed, closest first."""
    named: dict[str, Entry] = {}
    for known in entries:
        if known.name_key:
            named.setdefault(known.name_key, known)
    found = alike(begun, named)
    return [(place, name, named[name].number_key, named[name]) for place, name in enumerate(found)]


class Named(NamedTuple):
    """What can be meant, and the words of its name where they are known."""

    number: str
    name: str
    words: str | None = None


async def _debtors(_account: Account, _administration: Administration, items: OpenItems) -> Iterable[Named]:
    return (Named(debtor.number, debtor.name, debtor.words) for debtor in list(items.debtors.values()))


async def _invoices(_account: Account, _administration: Administration, items: OpenItems) -> Iterable[Named]:
    return (Named(item.number, "") for item in list(items.invoices.values()))


async def _cases(account: Account, administration: Administration, items: OpenItems) -> Iterable[Named]:
    """The cases that open items belong to, and whose they are; each once, by the longer form of its number, which has
    the other in it.
    """
    owners = {item.case_id: items.debtor_name(item.debtor_id) for item in items.invoices.values() if item.case_id}
    numbers = await account.case_numbers(administration).at_hand(_PATIENCE)
    longest: dict[str, str] = {}
    for number, key in numbers.items():
        if key in owners and len(number) > len(longest.get(key, "")):
            longest[key] = number
    return [Named(number, owners[key]) for key, number in longest.items()]


_SOURCES: Mapping[str, Callable[[Account, Administration, OpenItems], Awaitable[Iterable[Named]]]] = {
    "debtors": _debtors,
    "invoices": _invoices,
    "credit-cases": _cases,
}
