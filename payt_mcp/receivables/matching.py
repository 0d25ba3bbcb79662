"""Finding records by the words people use: debtors and invoices by text, and which debtor is meant.

What counts as the same word is `words.folding`'s to say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial

from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.receivables.in_order import joined, parts_in_order
from payt_mcp.steps import Steps, at_once, parted
from payt_mcp.words.folding import Wanted, fits, keys, loose_words, normalized, searchable, squeezed, wanted

_NUMBER, _EXACT, _PREFIX, _WORDS, _PARTS = range(5)
_MOST_COMPARED = 200
_LONGEST_COMPARED = 100
_FEW = 8
"""As many names are soon compared letter by letter."""
_ALIKE, _ALIKE_IN_WORDS, _SHARED = 0.6, 0.7, 0.4


def plain_key(value: str) -> str:
    """A number as it is typed, whatever the width and case of its signs."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def by_key(value: str, debtors: Iterable[DebtorEntry]) -> DebtorEntry | None:
    """The debtor whose number, else identifier, else id is exactly `value`; else the only one of which it is the number
    or identifier in other letters, `cb-9` for `CB-9`.
    """
    wanted_key = plain_key(value)
    identified: DebtorEntry | None = None
    internal: DebtorEntry | None = None
    alike: list[DebtorEntry] = []
    for debtor in debtors:
        if debtor.number == value:
            return debtor
        if debtor.identifier == value:
            identified = identified or debtor
        elif debtor.id == value:
            internal = debtor
        elif wanted_key and wanted_key in (plain_key(debtor.number), plain_key(debtor.identifier)):
            alike.append(debtor)
    return identified or internal or (alike[0] if len(alike) == 1 else None)


def by_name(query: str, debtors: Iterable[DebtorEntry]) -> list[DebtorEntry]:
    """The debtors a name can mean, best first: the same number, the same name, names that begin so, then all words,
    then parts.

    Every word of the query must occur in the name, number or identifier. Only where nobody fits, those whose names have
    the same words in another spelling.
    """
    return at_once(by_name_in_steps(query, list(debtors)))


def by_name_in_steps(query: str, debtors: Sequence[DebtorEntry]) -> Steps[list[DebtorEntry]]:
    """`by_name` among many, between whose parts others have their turn."""
    words = wanted(query)
    fitting: list[DebtorEntry] = []
    for look in (_having(words), partial(otherwise_spelt, query)) if words else ():
        for some in parted(debtors):
            fitting += look(some)
            yield
        if fitting:
            break
    rank = _ranking(query)
    ranked = []
    for some in parted(fitting):
        ranked += [(rank(debtor), debtor.name.casefold(), debtor.id, debtor) for debtor in some]
        yield
    return [row[3] for row in (yield from joined(parts_in_order(ranked, lambda row: row[:3])))]


def otherwise_spelt(query: str, debtors: Iterable[DebtorEntry]) -> list[DebtorEntry]:
    """Those whose names have all words of the query as wholes, however spelt: `Mueller` where `Muller` is asked for."""
    words = loose_words(normalized(query))
    return [debtor for debtor in debtors if words <= loose_words(debtor.words)] if words else []


def is_numbered(query: str, debtor: DebtorEntry) -> bool:
    """Whether the query is the debtor's number or identifier, and nothing else."""
    asked = plain_key(query)
    return bool(asked) and asked in (plain_key(debtor.number), plain_key(debtor.identifier))


def unmistakable(query: str, candidates: Sequence[DebtorEntry]) -> DebtorEntry | None:
    """The one debtor a name must mean: the only one of this name to the letter, else the only one of it in any
    spelling, its number beside it or not, else the only candidate.

    Only by its name: a part of a number is a number mistyped, and would be the file of somebody else.
    """
    literal = [debtor for debtor in candidates if plain_key(debtor.name) == plain_key(query)]
    asked = keys(query)
    exact = literal or [debtor for debtor in candidates if not asked.isdisjoint(_full_names(query, debtor))]
    if len(exact) == 1:
        return exact[0]
    if len(candidates) != 1:
        return None
    only = candidates[0]
    is_named = fits(wanted(query), searchable(only.name)) or bool(otherwise_spelt(query, candidates))
    return only if is_named else None


def resembling(query: str, debtors: Iterable[DebtorEntry], *, most: int = 3) -> list[DebtorEntry]:
    """Debtors whose name, or a part of it, looks like a misspelt query, closest first."""
    return at_once(resembling_in_steps(query, list(debtors), most=most))


def resembling_in_steps(query: str, debtors: Sequence[DebtorEntry], *, most: int = 3) -> Steps[list[DebtorEntry]]:
    """`resembling` among many, between whose parts others have their turn."""
    names: dict[str, DebtorEntry] = {}
    for debtor in debtors:
        names.setdefault(debtor.words, debtor)
    return [names[name] for name in (yield from alike_in_steps(query, names, most=most))]


def alike(query: str, names: Iterable[str], *, most: int = 3) -> list[str]:
    """Of some names, as `normalized` gives them, those that a query was meant to be, closest first."""
    return at_once(alike_in_steps(query, names, most=most))


def alike_in_steps(query: str, names: Iterable[str], *, most: int) -> Steps[list[str]]:
    """`alike` among many, between whose parts others have their turn."""
    asked = normalized(query)[:_LONGEST_COMPARED]
    pairs = {asked[at : at + 2] for at in range(len(asked) - 1)}
    likely: list[tuple[int, str]] = []
    for some in parted(names if pairs else ()):
        shared = ((sum(pair in name for pair in pairs), name) for name in some)
        likely += [row for row in shared if row[0] >= _SHARED * len(pairs)]
        yield
    likely.sort(key=lambda row: -row[0])
    scored: list[tuple[float, str]] = []
    for few in parted(likely[:_MOST_COMPARED], _FEW):
        scored += [(_closeness(asked, name[:_LONGEST_COMPARED]), name) for _, name in few]
        yield
    return [name for score, name in sorted(scored, key=lambda row: -row[0]) if score >= _ALIKE][:most]


def by_label(value: str, debtors: Iterable[DebtorEntry]) -> DebtorEntry | None:
    """The debtor with the number at the end of a label such as `Hendriks Inter... (10085)`, which may be cut short."""
    label, opened, number = value.strip().removesuffix(")").rpartition("(")
    if not opened or not value.strip().endswith(")"):
        return None
    found = by_key(number, debtors)
    name = squeezed(normalized(label.strip().rstrip(". \u2026")))
    return found if found and name and squeezed(found.words).startswith(name) else None


class TextFilter:
    """Whether every word of a query occurs in an invoice: its numbers, description, references, or in its debtor's name
    or number.
    """

    def __init__(self, query: str, debtors: Mapping[str, DebtorEntry]) -> None:
        self.words = wanted(query)
        self._debtors = debtors
        self._having: dict[tuple[str, ...], set[str]] = {}

    def choose(self, items: Sequence[OpenItem]) -> Sequence[OpenItem]:
        """Those that have all words, in the order they come in."""
        nameless = [(item, normalized(item.debtor_number)) for item in items if item.debtor_id not in self._debtors]
        for word in self.words:
            # Each debtor is looked at once, and each item by nothing but its own text: there may be 100,000.
            debtors = self._debtors_having(word)
            fitting = {item for spelling in word for item in items if spelling in item.text}
            fitting |= {item for item, number in nameless if any(spelling in number for spelling in word)}
            items = [item for item in items if item in fitting or item.debtor_id in debtors]
        return items

    def _debtors_having(self, word: tuple[str, ...]) -> set[str]:
        if word not in self._having:
            has = {key for key, debtor in self._debtors.items() if any(one in debtor.text for one in word)}
            self._having[word] = has
        return self._having[word]


def _having(words: Wanted) -> Callable[[Iterable[DebtorEntry]], list[DebtorEntry]]:
    return lambda debtors: [debtor for debtor in debtors if fits(words, debtor.text)]


def _is_as_long(asked: str, debtor: DebtorEntry) -> bool:
    """Whether a name can be another spelling of what is asked for: one letter fits half of all names, and is none."""
    return len(debtor.words) <= 2 * len(asked) + 12


def _full_names(query: str, debtor: DebtorEntry) -> set[str]:
    if not _is_as_long(query, debtor):
        return set()
    names = keys(debtor.name)
    if debtor.number and normalized(debtor.number) in normalized(query):
        names |= keys(f"{debtor.name} {debtor.number}") | keys(f"{debtor.number} {debtor.name}")
    return names


def _ranking(query: str) -> Callable[[DebtorEntry], int]:
    """How well a debtor that fits does fit."""
    asked, spellings, plain = keys(query), wanted(query), normalized(query)

    def rank(debtor: DebtorEntry) -> int:
        if is_numbered(query, debtor):
            return _NUMBER
        if _is_as_long(plain, debtor) and not asked.isdisjoint(keys(debtor.name)):
            return _EXACT
        if debtor.words.startswith(plain):
            return _PREFIX
        present = {*debtor.words.split(), normalized(debtor.number), normalized(debtor.identifier)}
        return _WORDS if all(not present.isdisjoint(word) for word in spellings) else _PARTS

    return rank


def _closeness(asked: str, name: str) -> float:
    """From 0 to 1: how alike the whole is, or where the query is a part of the name, its words."""
    whole = SequenceMatcher(None, name, asked).ratio()
    words = asked.split()
    parts = [max(SequenceMatcher(None, part, word).ratio() for part in name.split()) for word in words]
    in_words = sum(parts) / len(words)
    return max(whole, in_words if min(parts) >= _ALIKE and in_words >= _ALIKE_IN_WORDS else 0.0)
