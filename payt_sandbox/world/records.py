"""Adding, changing and deleting records of any kind, for tests and for the write endpoints.

Field names are those of the read side of the API. Amounts may be text or Decimal in units of currency
(`"12.50"`), or an int, which is cents. Dates may be `date` objects or text, stamps aware datetimes or
text, references and ids text or int. Every change sets `updated_at` unless it is given: to the
world's clock, or to as much earlier as changes are readable `late`.
"""

import datetime as dt
from typing import Any

from payt_sandbox.world.shapes import SHAPES
from payt_sandbox.world.state import State
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import stamp, to_cents

_COSTS = frozenset({"administration_costs_total", "administration_costs_open"})


class Records(State):
    """What holds for every kind of record; see the module for how values are given."""

    def add(self, administration_id: str | int, kind: str, **fields: Any) -> str:
        """Adds a record of any kind as given and returns its id."""
        with self.lock:
            row = stored(kind, fields)
            row.setdefault("updated_at", self.changed())
            if "id" not in row:
                row["id"] = self.take_id(kind)
            self.note_ids(kind, [row["id"]])
            self.book(administration_id).tables[kind].put(row)
            return str(row["id"])

    def change(self, administration_id: str | int, kind: str, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a record (None clears one); KeyError when there is no such record."""
        with self.lock:
            table = self.book(administration_id).tables[kind]
            row = {**table.rows[int(record_id)], "updated_at": self.changed(), **stored(kind, fields)}
            aliases = SHAPES[kind].aliases
            cleared = {aliases.get(name, name) for name, value in fields.items() if value is None}
            table.put({name: value for name, value in row.items() if name not in cleared})

    def delete(self, administration_id: str | int, kind: str, record_id: str | int) -> None:
        """Deletes a record; it appears in the deleted list of its kind, if that kind has one."""
        with self.lock:
            table = self.book(administration_id).tables[kind]
            row = table.remove(int(record_id))
            kept: Row = {name: row[name] for name in ("id", "debtor_id", "invoice_id", "invoice_number") if name in row}
            origin = row.get("invoice_identifier") or row.get("origin_identifier")
            if origin is not None:
                kept["origin_identifier"] = origin
            table.note_deleted({**kept, "deleted_at": self.changed()})


def stored(kind: str, fields: dict[str, Any]) -> Row:
    """Fields as a test gives them, in the form in which rows keep them; fields that are None are left out."""
    shape = SHAPES[kind]
    row: Row = {}
    for given, value in fields.items():
        name = shape.aliases.get(given, given)
        if value is None:
            continue
        if name in shape.refs:
            row[name] = int(value)
        elif name in shape.money or name in _COSTS:
            row[name] = to_cents(value)
        else:
            row[name] = _plain(name, value)
    return row


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return stamp(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if name == "postal_address" and isinstance(value, dict):
        return tuple(
            value.get(part) for part in ("street_1", "street_2", "postal_code", "city", "region", "country_code")
        )
    if name in ("labels", "debtor_numbers") and isinstance(value, list):
        return tuple(item["name"] if isinstance(item, dict) else item for item in value)
    return value
