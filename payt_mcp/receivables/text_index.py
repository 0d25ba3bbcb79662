"""The open items in whose texts a word stands, found without looking at each of 100,000; kept up by what changed."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.running import changes_of
from payt_mcp.words.folding import Wanted, normalized

_SIZE = 1_000
"""Items whose texts stand in one."""
_MOST_FOLLOWED = 2_000
"""Changes after which the texts are put together anew."""
_DENSE = 8
"""Where one item in so many has a word, it is sooner looked for in each."""


class TextIndex:
    """The texts of open items. It holds them a second time: it is made when words are first looked for."""

    def __init__(self, items: OpenItems) -> None:
        self._items = items
        self._begin()

    def _begin(self) -> None:
        self._version = self._items.version
        held = iter(self._items.invoices.values())
        self._parts = [_Part(some) for some in iter(lambda: list(islice(held, _SIZE)), [])]
        self._later: list[OpenItem] = []
        self._gone: set[OpenItem] = set()

    def having(self, words: Wanted) -> set[OpenItem]:
        """The items that have all words: in their own texts, or in the name or number of their debtor."""
        self._follow()
        found = self._having(words[0]) if words else set(self._items.invoices.values())
        for word in words[1:]:
            found &= self._having(word)
        return found

    def _having(self, word: Sequence[str]) -> set[OpenItem]:
        items = self._items
        found = {item for one in word for part in self._parts for item in part.having(one)} - self._gone
        debtors = {key for one in word for key, debtor in items.debtors.items() if one in debtor.text}
        found.update(item for key in debtors for item in items.of_debtor(key))
        nameless = [item for key in items.debtor_ids() if key not in items.debtors for item in items.of_debtor(key)]
        found.update(item for item in nameless if any(one in normalized(item.debtor_number) for one in word))
        return found

    def _follow(self) -> None:
        changes = changes_of(self._items, self._version)
        if changes is None or len(self._gone) + len(self._later) > _MOST_FOLLOWED:
            self._begin()
            return
        self._version = self._items.version
        come = [change.after for change in changes if change.after is not None]
        self._gone |= {change.before for change in changes if change.before is not None}
        if come:
            begun = bool(self._later)
            self._later += come
            self._parts[len(self._parts) - begun :] = [_Part(self._later)]


class _Part:
    """The texts of some items, one after the other."""

    def __init__(self, items: Sequence[OpenItem]) -> None:
        self._items = items
        self._text = "\n".join(item.text for item in items)
        self._ends = array("I", accumulate(len(item.text) + 1 for item in items))

    def having(self, one: str) -> Iterator[OpenItem]:
        if self._text.count(one) > len(self._items) // _DENSE:
            yield from (item for item in self._items if one in item.text)
            return
        at = self._text.find(one)
        while at >= 0:
            place = bisect_right(self._ends, at)
            yield self._items[place]
            at = self._text.find(one, self._ends[place])
