"""The state of the sandbox as tests and endpoints hold it."""

import datetime as dt
from typing import Any

from payt_sandbox.world.mutators import Mutators
from payt_sandbox.world.render import all_columns, columns_of, render
from payt_sandbox.world.tables import Row


class World(Mutators):
    """All administrations of one sandbox.

    `clock` gives the present moment (UTC, aware) and may be replaced by a test. `lock` guards the rows: the
    mutators and the application take it, so a test may change the world while a server thread answers.
    """

    def copy(self, today: dt.date) -> "World":
        """A world with copies of all records, whose clock begins at `today`."""
        twin = World(today)
        twin.take_over(self)
        return twin

    def rows(self, administration_id: str | int, kind: str, fields: list[str] | None = None) -> list[dict[str, Any]]:
        """All records of a kind, by id, in wire form: ids and amounts as text, null fields present.

        Without `fields` every field of the contract is given except `invoice_lines`, which are made on demand.
        """
        book = self.book(administration_id)
        if fields is None:
            columns = all_columns(kind, frozenset({"invoice_lines"}))
        else:
            columns = columns_of(kind, tuple((name, None) for name in fields))
        with self.lock:
            table = book.tables[kind]
            return render((table.rows[key] for key in table.ids), columns, book, str)

    def raw(self, administration_id: str | int, kind: str, record_id: str | int) -> Row:
        """One record as it is stored, what was written but is never answered included (amounts in cents)."""
        with self.lock:
            return dict(self.book(administration_id).tables[kind].rows[int(record_id)])
