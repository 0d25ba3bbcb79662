"""One table of records of one administration, with the indexes that keep a page cheap.

A row is a dict that holds only the fields that are not null: ids and references are ints, amounts are
integer cents, dates and stamps are text. Lists of ids are kept sorted; nothing is scanned for a page of
open invoices.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import compress
from typing import Any, Final

Row = dict[str, Any]

# An ordered list holds `(order key << ID_BITS) | id`, so that one sorted list of ints is the order.
ID_BITS: Final = 40
ID_MASK: Final = (1 << ID_BITS) - 1
_CACHED_QUERIES = 32
_DIGITS: Final = str.maketrans("", "", "-:T.Z")


class Index:
    """The ids of the rows with a given value in one field; lean when most values are unique."""

    __slots__ = ("_many", "_one")

    def __init__(self) -> None:
        self._one: dict[Any, int] = {}
        self._many: dict[Any, list[int]] = {}

    def add(self, value: Any, record_id: int) -> None:
        """Files a row under its value, or under each value of a list; None is not filed."""
        for key in _keys(value):
            if key in self._many:
                insort(self._many[key], record_id)
            elif key in self._one:
                self._many[key] = sorted((self._one.pop(key), record_id))
            else:
                self._one[key] = record_id

    def discard(self, value: Any, record_id: int) -> None:
        """Takes a row out from under its value or values."""
        for key in _keys(value):
            if self._one.get(key) == record_id:
                del self._one[key]
            elif record_id in self._many.get(key, ()):
                self._many[key].remove(record_id)

    def get(self, key: Any) -> list[int]:
        """The ids under one value, ascending; the caller must not change the list."""
        single = self._one.get(key)
        return self._many.get(key, []) if single is None else [single]

    def copy(self) -> "Index":
        """The same index, on its own."""
        twin = Index()
        twin._one = self._one.copy()
        twin._many = {key: ids.copy() for key, ids in self._many.items()}
        return twin


def _keys(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


@lru_cache(maxsize=1 << 16)
def moment_of(stamp: str) -> int:
    """A 24-character stamp as the int of its 17 digits: later is larger."""
    return int(stamp.translate(_DIGITS))


class Table:
    """Rows by id, plus sorted ids, indexes by field, the `updated_at` index and the deleted rows.

    `_moments` and `_open` run beside `ids`: when a row changed, and whether something is open.
    """

    def __init__(self, indexed: tuple[str, ...] = ()) -> None:
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []
        self.open_ids: list[int] = []
        self.paid_ids: list[int] = []
        self.deleted: dict[int, Row] = {}
        self.version = 0
        self.indexes: dict[str, Index] = {name: Index() for name in indexed}
        self._moments = array("q")
        self._open = bytearray()
        self._changes: list[int] = []
        self._cache: dict[Any, list[int]] = {}
        self._cache_version = 0

    def copy(self) -> "Table":
        """A table with copies of the rows, which shares nothing that can change with this one."""
        twin = Table()
        twin.rows = {key: row.copy() for key, row in self.rows.items()}
        twin.deleted = {key: row.copy() for key, row in self.deleted.items()}
        twin.ids, twin.open_ids, twin.paid_ids = self.ids.copy(), self.open_ids.copy(), self.paid_ids.copy()
        twin.indexes = {name: index.copy() for name, index in self.indexes.items()}
        twin._moments, twin._open, twin._changes = self._moments[:], self._open.copy(), self._changes.copy()
        twin.version = self.version
        return twin

    def load(self, rows: Iterable[Row]) -> None:
        """Adds many new rows at once; the ids are in any order."""
        for row in rows:
            self.rows[row["id"]] = row
            for name, index in self.indexes.items():
                index.add(row.get(name), row["id"])
        self.ids = sorted(self.rows)
        self._open = bytearray(bool(self.rows[key].get("open_amount")) for key in self.ids)
        self._moments = array("q", (moment_of(self.rows[key]["updated_at"]) for key in self.ids))
        self.open_ids = list(compress(self.ids, self._open))
        self.paid_ids = [key for key, is_open in zip(self.ids, self._open, strict=True) if not is_open]
        self._changes = sorted(moment << ID_BITS | key for key, moment in zip(self.ids, self._moments, strict=True))
        self.version += 1

    def put(self, row: Row) -> None:
        """Adds a row, or replaces the row with its id, and keeps every index right."""
        record_id = row["id"]
        old = self.rows.get(record_id)
        if old is not None:
            self._unlink(old)
        self.rows[record_id] = row
        is_open, moment = bool(row.get("open_amount")), moment_of(row["updated_at"])
        position = bisect_left(self.ids, record_id)
        self.ids.insert(position, record_id)
        self._open.insert(position, is_open)
        self._moments.insert(position, moment)
        insort(self.open_ids if is_open else self.paid_ids, record_id)
        insort(self._changes, moment << ID_BITS | record_id)
        for name, index in self.indexes.items():
            index.add(row.get(name), record_id)
        self.version += 1

    def remove(self, record_id: int) -> Row:
        """Takes a row out and returns it; KeyError when there is none."""
        row = self.rows.pop(record_id)
        self._unlink(row)
        self.version += 1
        return row

    def note_deleted(self, row: Row) -> None:
        """Notes a row as deleted (`deleted_at` is in it)."""
        self.deleted[row["id"]] = row
        self.version += 1

    def _unlink(self, row: Row) -> None:
        record_id = row["id"]
        position = bisect_left(self.ids, record_id)
        moment = self._moments.pop(position)
        is_open = self._open.pop(position)
        del self.ids[position]
        _drop(self.open_ids if is_open else self.paid_ids, record_id)
        _drop(self._changes, moment << ID_BITS | record_id)
        for name, index in self.indexes.items():
            index.discard(row.get(name), record_id)

    def updated_since(self, since: str, inclusive: bool, paid: bool | None) -> list[int]:
        """The ids of the rows (all, paid or open ones) whose `updated_at` is later than a stamp, sorted."""
        least = moment_of(since) + (0 if inclusive else 1)
        start = bisect_left(self._changes, least << ID_BITS)
        if (len(self._changes) - start) * 8 < len(self.ids):
            recent = sorted(change & ID_MASK for change in self._changes[start:])
            return (
                recent if paid is None else [key for key in recent if paid != bool(self.rows[key].get("open_amount"))]
            )
        if paid is None:
            return [key for key, moment in zip(self.ids, self._moments, strict=True) if moment >= least]
        state = 0 if paid else 1
        beside = zip(self.ids, self._moments, self._open, strict=True)
        return [key for key, moment, is_open in beside if moment >= least and is_open == state]

    def cached(self, key: Any, compute: Callable[[], list[int]]) -> list[int]:
        """The list of a query, computed again only after the table changed."""
        if self._cache_version != self.version:
            self._cache.clear()
            self._cache_version = self.version
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) >= _CACHED_QUERIES:
                del self._cache[next(iter(self._cache))]
            found = self._cache[key] = compute()
        return found


def _drop(items: list[int], item: int) -> None:
    position = bisect_left(items, item)
    if position < len(items) and items[position] == item:
        del items[position]
