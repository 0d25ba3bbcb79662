"""Listings that keep their place: a cursor keeps the order it began with while the data changes under it.

A listing pins the ids of its rows in memory for 15 minutes. Paging through it shows every row once and in the first
order; what a row says is read afresh for each page, and a row that is gone by then is counted, not replaced.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol, overload

from payt_mcp.errors import CursorError

LIFETIME = 15 * 60.0
"""Seconds a listing is kept after it was last used."""

_MOST_LISTINGS = 100
_MOST_IDS = 1_000_000


class _Known(Protocol):
    @property
    def id(self) -> str: ...


class IdsOf(Sequence[str]):
    """The ids of records of which none comes twice, in a sequence that stays as it is. They are taken when they are
    asked for: to make a list of 100,000 takes long enough to be felt.
    """

    def __init__(self, records: Sequence[_Known]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [record.id for record in self._records[place]]
        return self._records[place].id


@dataclass
class Listing:
    """The pinned ids of one query's rows, in order.

    `args` are the arguments it began with, `size` is how many rows a page has, `chain` is where more ids come from
    (None when these are all). `rows` is what cannot be read afresh, by id: sums of what was found when it began, or
    which message another one answers.
    """

    token: str
    tool: str
    args: Mapping[str, Any]
    administration_id: str
    ids: Sequence[str]
    size: int = 20
    chain: Any = None
    rows: Mapping[str, Any] = field(default_factory=dict)
    used: float = 0.0

    def add(self, ids: Iterable[str]) -> None:
        """Add rows that were found later; one that is pinned already keeps its place."""
        self.ids = list(dict.fromkeys([*self.ids, *ids]))

    def cursor(self, offset: int) -> str | None:
        """What continues this listing after `offset` rows; None at its end."""
        return f"{self.token}.{offset}" if offset < len(self.ids) or self.chain is not None else None


class Listings:
    """The listings of one account."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Listing] = OrderedDict()

    async def fetch(self, cursor: str) -> None:
        """Have the listing of a cursor at hand, should another process hold it."""

    async def keep(self) -> None:
        """Let other processes have what a call began or went on with."""

    def all(self) -> list[Listing]:
        return list(self._kept.values())

    def put(self, listing: Listing) -> None:
        """Have one at hand that another process holds, too."""
        self._make_room()
        listing.used = self._clock()
        self._kept[listing.token] = listing
        self._kept.move_to_end(listing.token)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()

    def start(
        self,
        tool: str,
        args: Mapping[str, Any],
        administration_id: str,
        ids: Iterable[str],
        *,
        size: int = 20,
        chain: Any = None,
        rows: Mapping[str, Any] = MappingProxyType({}),
    ) -> Listing:
        """Pin the rows of a query; `args` are the given arguments that shape the result, paging left out."""
        pinned = ids if isinstance(ids, IdsOf) else list(dict.fromkeys(ids))
        return self._keep(Listing("", tool, dict(args), administration_id, pinned, size, chain, rows))

    def begin_again(self, listing: Listing) -> Listing:
        """The same rows for another reader, who pages through them as they like."""
        return self._keep(replace(listing), most_ids=None)

    def _keep(self, listing: Listing, most_ids: int | None = _MOST_IDS) -> Listing:
        self._forget()
        self._make_room(most_ids)
        listing.token, listing.used = secrets.token_urlsafe(8), self._clock()
        self._kept[listing.token] = listing
        return listing

    def resume(
        self, cursor: str, tool: str, args: Mapping[str, Any], usual: Mapping[str, Any] = MappingProxyType({})
    ) -> tuple[Listing, int]:
        """The listing of a cursor, and how many of its rows come before the page asked for.

        A call may repeat the arguments the listing began with, all or some, or give the cursor alone. `usual` are the
        values of arguments that are not given.

        Raises:
            CursorError: it is not a cursor, its listing is gone, or it belongs to another query.
        """
        self._forget()
        token, _, place = cursor.partition(".")
        offset = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else -1
        if not token or offset < 0:
            raise CursorError(
                f"cursor {cursor[:40]!r} is not one of this server's. Pass next_cursor exactly as it was given, "
                "or leave cursor out to start from the first page."
            )
        listing = self._kept.get(token)
        if listing is None or offset > len(listing.ids):
            raise CursorError(
                f"cursor {cursor[:40]!r} is unknown or older than 15 minutes. "
                "Leave cursor out to start again from the first page."
            )
        if listing.tool != tool or not _continues(args, listing, usual):
            raise CursorError(
                f"This cursor belongs to another query ({listing.tool}). Repeat the arguments of the call that gave "
                "it, or pass the cursor alone; leave cursor out to start this query from its first page."
            )
        listing.used = self._clock()
        self._kept.move_to_end(token)
        return listing, offset

    def _forget(self) -> None:
        """Those that were used longest ago come first."""
        before = self._clock() - LIFETIME
        while self._kept and next(iter(self._kept.values())).used < before:
            self._kept.popitem(last=False)

    def _make_room(self, most_ids: int | None = _MOST_IDS) -> None:
        """None where no more ids are held with what comes."""
        while len(self._kept) >= _MOST_LISTINGS or (most_ids is not None and self._pinned() > most_ids):
            self._kept.popitem(last=False)

    def _pinned(self) -> int:
        """How many ids are held; those that listings share, which began with one page, once."""
        apart = {id(kept.ids): kept.ids for kept in self._kept.values()}
        return sum(map(len, apart.values()))


def _continues(args: Mapping[str, Any], listing: Listing, usual: Mapping[str, Any]) -> bool:
    """Whether a call with a cursor asks for what its listing began with: no argument beside it says anything else."""
    others = (name for name in args if name != "administration_id")
    named = args.get("administration_id", listing.administration_id)
    return all(args[name] == listing.args.get(name, usual.get(name)) for name in others) and _is_of(listing, named)


def _is_of(listing: Listing, named: str) -> bool:
    """Whether these are the administrations of a listing, in whatever order. One that began without any name is of the
    only one, or of all.
    """
    began = listing.args.get("administration_id", "all" if "," in listing.administration_id else "")
    return _parts(named) in (_parts(began), _parts(listing.administration_id))


def _parts(named: str) -> set[str]:
    return {part.strip() for part in named.split(",")}
