"""The state of the sandbox: administrations, their records, and the clock they live by."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from typing import Any

from payt_sandbox.world.mutators import Mutators
from payt_sandbox.world.render import full_plan, plan_for, render
from payt_sandbox.world.shapes import INDEXED
from payt_sandbox.world.tables import Row, Table
from payt_sandbox.world.values import stamp

Clock = Callable[[], dt.datetime]


class Book:
    """The records of one administration: a table per kind. `currency` is its book currency (ISO 4217)."""

    def __init__(self, administration_id: int, currency: str, timezone: str) -> None:
        self.administration_id = administration_id
        self.currency = currency
        self.timezone = timezone
        self.tables = {kind: Table(indexed) for kind, indexed in INDEXED.items()}


class World(Mutators):
    """All administrations of one sandbox.

    `clock` gives the present moment (UTC, aware) and may be replaced by a test. `lock` guards the rows: the
    mutators and the application take it, so a test may change the world while a server thread answers.
    """

    def __init__(self, today: dt.date) -> None:
        shift = today - dt.datetime.now(dt.UTC).date()
        self.clock: Clock = lambda: dt.datetime.now(dt.UTC) + shift
        self.lock = threading.RLock()
        self.administrations: dict[int, Row] = {}
        self.companies: dict[int, Row] = {}
        self.books: dict[int, Book] = {}
        self._last_ids: dict[str, int] = {}

    @property
    def today(self) -> dt.date:
        """The date of the world's clock, in UTC."""
        return self.clock().date()

    def now(self) -> str:
        """The world's clock as a 24-character UTC stamp."""
        return stamp(self.clock())

    def add_administration(self, row: Row) -> Book:
        """Registers an administration (a stored row with an int `id`) and returns its empty book."""
        self.administrations[row["id"]] = row
        book = Book(row["id"], row["currency_code"], row["timezone"])
        self.books[row["id"]] = book
        return book

    @property
    def main_id(self) -> str:
        """The id of the main (largest) administration."""
        return str(next(iter(self.administrations)))

    def book(self, administration_id: str | int) -> Book:
        """The book of one administration; KeyError when there is none."""
        return self.books[int(administration_id)]

    def take_id(self, kind: str) -> int:
        """A new id of a kind of record, higher than all before it over all administrations."""
        last = self._last_ids.get(kind, 1000)
        new = last + 1 + last * 7 % 5
        self._last_ids[kind] = new
        return new

    def note_ids(self, kind: str, ids: Iterable[int]) -> None:
        """Tells which ids are in use, so that new ones come after them."""
        self._last_ids[kind] = max(self._last_ids.get(kind, 0), *ids)

    def rows(self, administration_id: str | int, kind: str, fields: list[str] | None = None) -> list[dict[str, Any]]:
        """All records of a kind, by id, in wire form: ids and amounts as text, null fields present.

        Without `fields` every field of the contract is given except `invoice_lines`, which are made on demand.
        """
        book = self.book(administration_id)
        if fields is None:
            plan = full_plan(kind, frozenset({"invoice_lines"}))
        else:
            plan = plan_for(kind, tuple((name, None) for name in fields))
        with self.lock:
            table = book.tables[kind]
            return render((table.rows[key] for key in table.ids), plan, book, str)

    def raw(self, administration_id: str | int, kind: str, record_id: str | int) -> Row:
        """One record as it is stored, what was written but is never answered included (amounts in cents)."""
        with self.lock:
            return dict(self.book(administration_id).tables[kind].rows[int(record_id)])
