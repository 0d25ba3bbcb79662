"""What a world is made of: administrations with their books, the clock they live by, the ids given out."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable

from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import stamp

Clock = Callable[[], dt.datetime]


class State:
    """The state that `Records`, `Mutators` and at last `World` build upon; see `World`."""

    def __init__(self, today: dt.date) -> None:
        shift = today - dt.datetime.now(dt.UTC).date()
        self.clock: Clock = lambda: dt.datetime.now(dt.UTC) + shift
        self.late: Callable[[], dt.timedelta] = dt.timedelta
        """How long before it can be read a change is stamped; replaced by an option, or a test."""
        self.lock = threading.RLock()
        self.administrations: dict[int, Row] = {}
        self.companies: dict[int, Row] = {}
        self.books: dict[int, Book] = {}
        self.last_ids: dict[str, int] = {}

    @property
    def today(self) -> dt.date:
        """The date of the world's clock, in UTC."""
        return self.clock().date()

    def now(self) -> str:
        """The world's clock as a 24-character UTC stamp."""
        return stamp(self.clock())

    def changed(self) -> str:
        """The stamp of a change that can be read now."""
        return stamp(self.clock() - self.late())

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
        last = self.last_ids.get(kind, 1000)
        new = last + 1 + last * 7 % 5
        self.last_ids[kind] = new
        return new

    def note_ids(self, kind: str, ids: Iterable[int]) -> None:
        """Tells which ids are in use, so that new ones come after them."""
        self.last_ids[kind] = max(self.last_ids.get(kind, 0), *ids)

    def take_over(self, other: "State") -> None:
        """Becomes, the clock apart, what another world is: with copies of all its records."""
        self.administrations = {key: row.copy() for key, row in other.administrations.items()}
        self.companies = {key: row.copy() for key, row in other.companies.items()}
        self.books = {key: book.copy() for key, book in other.books.items()}
        self.last_ids = other.last_ids.copy()
