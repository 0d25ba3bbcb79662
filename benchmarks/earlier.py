"""A world as it was on the morning of an earlier day: what was made out, booked and sent since is not there yet."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from payt_sandbox import World
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row

_KEPT = ("debtors", "contacts", "vat_rates")


def as_of(world: World, day: dt.date) -> World:
    """Debtors, contacts, invoices and their payments, at nine in the morning (UTC) of that day."""
    morning = dt.datetime.combine(day, dt.time(9), dt.UTC)
    twin = World(day)
    twin.clock = lambda: morning
    for row in world.administrations.values():
        _fill(twin.add_administration(row.copy()), world.book(row["id"]), day.isoformat())
    return twin


def _fill(book: Book, later: Book, day: str) -> None:
    for kind in _KEPT:
        book.tables[kind].load(row.copy() for row in later.tables[kind].rows.values())
    payments = [row.copy() for row in later.tables["payments"].rows.values() if row["payment_date"] < day]
    booked: defaultdict[int, list[Row]] = defaultdict(list)
    for payment in payments:
        booked[payment["invoice_id"]].append(payment)
    invoices = (row for row in later.tables["invoices"].rows.values() if row["sent_at"] < day)
    book.tables["invoices"].load(_earlier(row, booked[row["id"]], day) for row in invoices)
    book.tables["payments"].load(payments)


def _earlier(row: Row, booked: list[Row], day: str) -> Row:
    found = {name: value for name, value in row.items() if not name.endswith("_at") or value < day}
    found.pop("payment_date", None)
    found["open_amount"] = row["total_amount"] - sum(payment["total_amount"] for payment in booked)
    if "book_total_amount" in row:
        found["book_open_amount"] = row["book_total_amount"] - sum(payment["total_book_amount"] for payment in booked)
    if not found["open_amount"] and booked:
        found["payment_date"] = max(payment["payment_date"] for payment in booked)
    stamps = [value for name, value in found.items() if name.endswith("_at") and name != "updated_at"]
    found["updated_at"] = max([*stamps, *(payment["updated_at"] for payment in booked)])
    return found
