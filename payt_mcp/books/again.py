"""Reading some records again: those this server wrote, and those whose stamps do not say what is newer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from payt_mcp.books.shelf import Key, Shelf, chunked
from payt_mcp.errors import ForbiddenError, MissingError, UnknownRecordError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient

IDS_A_REQUEST = 100
"""Ids in one filter: a longer address may be refused on its way to Payt."""

_PATHS = {
    "ids": "", "invoice_numbers": "invoice_number", "invoice_identifiers": "invoice_identifier",
    "debtor_numbers": "debtor_number", "debtor_identifiers": "debtor_identifier",
}  # fmt: skip
"""How a record is asked for alone, where a filter would take what it is called for two."""

Shelves: TypeAlias = Mapping[str, Shelf]
Source: TypeAlias = Callable[[], Awaitable[Iterable[Key]]]


class Again:
    """The records that are to be read again before the next answer.

    Args:
        essential: the lists without which there is no answer; another that the token may not read is passed over.
    """

    def __init__(self, client: PaytClient, administration_id: str, shelves: Shelves, essential: Iterable[str]) -> None:
        self._client = client
        self._administration_id = administration_id
        self._shelves = shelves
        self._essential = frozenset(essential)
        self._keys: set[Key] = set()
        self._sources: list[Source] = []
        self.needs_all = False
        """Which records they are cannot be asked for: everything must be read."""

    def __bool__(self) -> bool:
        return bool(self._keys or self._sources or self.needs_all)

    def note(self, keys: Iterable[Key]) -> None:
        self._keys |= {key for key in keys if key.resource in self._shelves}

    def note_source(self, source: Source) -> None:
        """Note what it gives when they are read."""
        self._sources.append(source)

    async def read(self) -> None:
        """Read them. What is noted meanwhile stays noted, and so does everything where it fails (UpstreamError)."""
        await self._ask_sources()
        keys, self._keys = self._keys, set()
        try:
            for (resource, by), values in _grouped(keys).items():
                await self._read(self._shelves[resource], by, values)
        except BaseException:
            self._keys |= keys
            raise

    async def _ask_sources(self) -> None:
        for source in list(self._sources):
            try:
                self.note(await source())
            except (MissingError, UnknownRecordError):
                pass  # it is gone, and what it was about is in the deltas
            except ForbiddenError:
                self.needs_all = True
            self._sources.remove(source)

    async def _read(self, shelf: Shelf, by: str, values: Sequence[str]) -> None:
        try:
            if by == "debtor_ids":
                await self._of_debtors(shelf, values)
            else:
                for chunk in chunked([value for value in values if _fits(value)], IDS_A_REQUEST):
                    await self._named(shelf, by, chunk)
                for value in values:
                    if not _fits(value):
                        await self._alone(shelf, by, value)
        except ForbiddenError:
            if shelf.resource in self._essential:
                raise

    async def _named(self, shelf: Shelf, by: str, values: Sequence[str]) -> None:
        found = await self._entities(shelf, **{by: ",".join(values)})
        if by == "ids":
            _drop_but(shelf, values, found)

    async def _of_debtors(self, shelf: Shelf, debtors: Sequence[str]) -> None:
        """What they owe; of another list what is held of them."""
        for chunk in chunked(filter(_fits, debtors), IDS_A_REQUEST):
            held = [key for debtor in chunk for key in shelf.of_debtor(debtor)]
            if shelf.only:
                _drop_but(shelf, held, await self._entities(shelf, debtor_ids=",".join(chunk), **shelf.only))
            else:
                for ids in chunked(held, IDS_A_REQUEST):
                    await self._named(shelf, "ids", ids)

    async def _alone(self, shelf: Shelf, by: str, value: str) -> None:
        query = wire.record(
            shelf.resource, value, self._administration_id, key_type=_PATHS.get(by, ""), fields=shelf.fields
        )
        try:
            shelf.take(await self._client.entity(shelf.model, query, wire.named(shelf.name, value)))
        except MissingError:
            return

    async def _entities(self, shelf: Shelf, **filters: str) -> set[str]:
        records = (
            await self._client.entities(shelf.model, shelf.query(self._administration_id, **filters), shelf.name)
        )[0]
        for record in records:
            shelf.take(record)
        return {record.id for record in records}


def _fits(value: str) -> bool:
    """Whether a filter can look for it: Payt has no escape for a comma."""
    return "," not in value and len(value) <= wire.LONGEST_KEY


def _drop_but(shelf: Shelf, keys: Iterable[str], found: set[str]) -> None:
    for key in keys:
        if key not in found:
            shelf.drop(key)


def _grouped(keys: Iterable[Key]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(keys):
        groups[key.resource, key.filter].append(key.value)
    return groups


class Look:
    """What was read of Payt for an answer of its own, and is given to the books, so that the next answer from them does
    not contradict it. Begin it before reading.
    """

    def __init__(self, shelves: Shelves, again: Again) -> None:
        self._again = again
        self._shelves = shelves
        self._turns = {name: shelf.turn for name, shelf in shelves.items()}

    def take(self, resource: str, records: Iterable[Any]) -> None:
        """Records with all the fields that the books keep. Where the books were read meanwhile nobody knows which is
        newer, and they are read again.
        """
        shelf = self._shelves[resource]
        if not shelf.is_in_use:
            return
        records = list(records)
        if self._turns[resource] is None or self._turns[resource] != shelf.turn:
            self._again.note(Key(resource, "ids", record.id) for record in records)
            return
        for record in records:
            shelf.take(record)
        self._turns[resource] = shelf.turn

    def whole(self, resource: str, debtor_id: str, records: Iterable[Any]) -> None:
        """All of a debtor's: what is held of it and is not among them is looked at again."""
        records = list(records)
        found = {record.id for record in records}
        self._again.note(
            Key(resource, "ids", key) for key in self._shelves[resource].of_debtor(debtor_id) if key not in found
        )
        self.take(resource, records)
