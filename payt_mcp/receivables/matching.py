"""Finding records by the words people use: debtors and invoices by text, and which debtor is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from payt_mcp.receivables.open_items import DebtorEntry, OpenItem

_SEPARATORS = re.compile(r"[\W_]+")
_LABEL = re.compile(r"(?P<name>.+?)\s*\((?P<number>[^()]+)\)")
_EXACT, _PREFIX, _WORDS, _PARTS = range(4)


def normalized(text: str) -> str:
    """Lower case, without accents, every run of punctuation a single space: `Café-Brûlée B.V.` is `cafe brulee b v`."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SEPARATORS.sub(" ", text.casefold()).strip()


def by_key(value: str, debtors: Iterable[DebtorEntry]) -> DebtorEntry | None:
    """The debtor whose number, else identifier, else id is exactly `value`."""
    identified: DebtorEntry | None = None
    internal: DebtorEntry | None = None
    for debtor in debtors:
        if debtor.number == value:
            return debtor
        if debtor.identifier == value:
            identified = identified or debtor
        elif debtor.id == value:
            internal = debtor
    return identified or internal


def by_name(query: str, debtors: Iterable[DebtorEntry]) -> list[DebtorEntry]:
    """The debtors a name can mean, best first: the same name, names that begin so, then all words, then parts.

    Every word of the query must occur in the name, number or identifier.
    """
    wanted = normalized(query)
    if not wanted:
        return []
    ranked: list[tuple[int, str, str, DebtorEntry]] = []
    for debtor in debtors:
        rank = _rank(wanted, debtor)
        if rank is not None:
            ranked.append((rank, debtor.name.casefold(), debtor.id, debtor))
    ranked.sort(key=lambda row: row[:3])
    return [row[3] for row in ranked]


def unmistakable(query: str, candidates: Sequence[DebtorEntry]) -> DebtorEntry | None:
    """The one debtor a name must mean: the only candidate, or the only one of exactly that name, its number beside it
    or not.

    Only by its name: a part of a number is a number mistyped, and would be the file of somebody else.
    """
    wanted = normalized(query)
    exact = [debtor for debtor in candidates if wanted in _full_names(debtor)]
    if len(exact) == 1:
        return exact[0]
    if len(candidates) != 1:
        return None
    name = normalized(candidates[0].name)
    return candidates[0] if all(word in name for word in wanted.split()) else None


def resembling(query: str, debtors: Iterable[DebtorEntry], *, most: int = 3) -> list[DebtorEntry]:
    """Debtors whose name looks like a misspelt query, closest first."""
    names: dict[str, DebtorEntry] = {}
    for debtor in debtors:
        names.setdefault(normalized(debtor.name), debtor)
    return [names[name] for name in get_close_matches(normalized(query), names, n=most, cutoff=0.6)]


def by_label(value: str, debtors: Iterable[DebtorEntry]) -> DebtorEntry | None:
    """The debtor with the number at the end of a label such as `Hendriks Inter... (10085)`, which may be cut short."""
    label = _LABEL.fullmatch(value.strip())
    if label is None:
        return None
    found = by_key(label["number"], debtors)
    name = normalized(label["name"].rstrip(". \u2026"))
    return found if found and name and normalized(found.name).startswith(name) else None


class TextFilter:
    """Whether every word of a query occurs in an invoice: its numbers, description, references or debtor's name."""

    def __init__(self, query: str, name_of: Callable[[str], str]) -> None:
        self._words = normalized(query).split()
        self._names: dict[str, str] = {}
        self._name_of = name_of

    def __call__(self, item: OpenItem) -> bool:
        own = normalized(f"{item.number} {item.identifier} {item.references} {item.description} {item.debtor_number}")
        return all(word in own or word in self._name(item.debtor_id) for word in self._words)

    def _name(self, debtor_id: str) -> str:
        name = self._names.get(debtor_id)
        if name is None:
            name = self._names[debtor_id] = normalized(self._name_of(debtor_id))
        return name


def _full_names(debtor: DebtorEntry) -> set[str]:
    name, number = normalized(debtor.name), normalized(debtor.number)
    return {name, f"{name} {number}", f"{number} {name}"} if number else {name}


def _rank(wanted: str, debtor: DebtorEntry) -> int | None:
    name = normalized(debtor.name)
    if wanted == name:
        return _EXACT
    words = wanted.split()
    haystack = f"{name} {normalized(debtor.number)} {normalized(debtor.identifier)}"
    if any(word not in haystack for word in words):
        return None
    if name.startswith(wanted):
        return _PREFIX
    present = set(haystack.split())
    return _WORDS if all(word in present for word in words) else _PARTS
