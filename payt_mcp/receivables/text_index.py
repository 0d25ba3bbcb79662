"""The open items in whose texts a word stands, found without looking at each of 100,000; kept up by what changed."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.receivables.open_items import Change, OpenItems
from payt_mcp.receivables.running import changes_of
from payt_mcp.steps import Steps, parted
from payt_mcp.words.folding import Wanted, normalized

_SIZE = 1_000
"""Records whose texts stand in one."""
_MOST_FOLLOWED = 2_000
"""Changes after which the texts are put together anew."""
_DENSE = 8
"""Where one record in so many has a word, it is sooner looked for in each."""
_FEW_DEBTORS = 20
"""Debtors whose items are added in one step."""


class _WithText(Protocol):
    @property
    def text(self) -> str: ...


RecordT = TypeVar("RecordT", bound=_WithText)


class TextIndex:
    """The texts of open items and debtors. It holds them a second time: it is made when words are first looked for."""

    def __init__(self, items: OpenItems) -> None:
        self._items = items
        self._version = -1
        self._texts: list[_Texts[OpenItem]] = []
        self._later: list[OpenItem] = []
        self._gone: set[OpenItem] = set()
        self._debtors: list[_Texts[DebtorEntry]] = []

    def having(self, words: Wanted) -> Steps[set[OpenItem]]:
        """The items that have all words: in their own texts, or in the name or number of their debtor."""
        yield from self._follow()
        if not words:
            return set(self._items.invoices.values())
        first, *others = sorted(words, key=_length, reverse=True)  # few have a long one, and are looked at for the rest
        found = yield from self._having(first)
        for word in others:
            found = yield from self._among(found, word)
        return found

    def _having(self, word: Sequence[str]) -> Steps[set[OpenItem]]:
        found = yield from _having(self._texts, word)
        found -= self._gone
        for debtors in parted((yield from _having(self._debtors, word)), _FEW_DEBTORS):
            for debtor in debtors:
                found.update(self._items.of_debtor(debtor.id))
            yield
        found.update(item for item in self._nameless() if _is_numbered(item, word))
        return found

    def _among(self, items: Iterable[OpenItem], word: Sequence[str]) -> Steps[set[OpenItem]]:
        debtors = {debtor.id for debtor in (yield from _having(self._debtors, word))}
        nameless = set(self._nameless())
        found: set[OpenItem] = set()
        for some in parted(items):
            for item in some:
                if (
                    item.debtor_id in debtors
                    or any(one in item.text for one in word)
                    or (item in nameless and _is_numbered(item, word))
                ):
                    found.add(item)
            yield
        return found

    def _nameless(self) -> list[OpenItem]:
        """The items of debtors of whom nothing but the number is known."""
        owing, debtors = self._items.debtor_ids(), self._items.debtors.keys()
        return [] if owing <= debtors else [item for key in owing - debtors for item in self._items.of_debtor(key)]

    def _follow(self) -> Steps[None]:
        changes = changes_of(self._items, self._version) if self._version >= 0 else None
        version = self._items.version
        if changes is None or len(self._gone) + len(self._later) > _MOST_FOLLOWED:
            texts = yield from _texts(self._items.invoices.values())
            debtors = yield from _texts(self._items.debtors.values())
            self._texts, self._debtors, self._later, self._gone = texts, debtors, [], set()
        else:
            if any(change.debtor_id for change in changes):
                self._debtors = yield from _texts(self._items.debtors.values())
            self._take(changes)
        self._version = version

    def _take(self, changes: Iterable[Change]) -> None:
        come = [change.after for change in changes if change.after is not None]
        self._gone |= {change.before for change in changes if change.before is not None}
        if come:
            begun = bool(self._later)
            self._later += come
            self._texts[len(self._texts) - begun :] = [_Texts(self._later)]


class _Texts(Generic[RecordT]):
    """The texts of some records, one after the other."""

    def __init__(self, records: Sequence[RecordT]) -> None:
        self._records = records
        self._text = "\n".join([record.text for record in records])
        self._ends = array("I", accumulate([len(record.text) + 1 for record in records]))

    def having(self, one: str) -> list[RecordT]:
        found: list[RecordT] = []
        most = len(self._records) // _DENSE
        at = self._text.find(one)
        while at >= 0:
            if len(found) > most:
                return [record for record in self._records if one in record.text]
            place = bisect_right(self._ends, at)
            found.append(self._records[place])
            at = self._text.find(one, self._ends[place])
        return found


def _texts(records: Iterable[RecordT]) -> Steps[list[_Texts[RecordT]]]:
    found = []
    for some in parted(list(records), _SIZE):
        found.append(_Texts(some))
        yield
    return found


def _having(texts: Iterable[_Texts[RecordT]], word: Sequence[str]) -> Steps[set[RecordT]]:
    """The records that have it in one of its spellings."""
    found: set[RecordT] = set()
    for some in texts:
        for one in word:
            found.update(some.having(one))
        yield
    return found


def _length(word: Sequence[str]) -> int:
    return min(map(len, word))


def _is_numbered(item: OpenItem, word: Sequence[str]) -> bool:
    number = normalized(item.debtor_number)
    return any(one in number for one in word)
