"""Which rows a list holds, in which order, and where a page begins."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import (
    ID_BITS,
    ID_MASK,
    Row,
    Table,
)
from payt_sandbox.world.values import whole

# How a comma-separated filter finds its rows: from the values through one or more indexes, each step giving
# the ids that the next step looks up. "id" stands for the ids themselves.
Step = tuple[str, tuple[str, ...]]
_BY_SUBJECT: Final[dict[str, tuple[str, ...]]] = {
    "debtor_ids": ("debtor_id",),
    "invoice_ids": ("invoice_id",),
    "credit_case_ids": ("credit_case_id",),
}
FILTERS: Final[dict[str, dict[str, tuple[Step, ...]]]] = {
    "invoices": {
        "invoice_numbers": (("invoices", ("invoice_number",)),),
        "invoice_identifiers": (("invoices", ("invoice_identifier",)),),
        "debtor_ids": (("invoices", ("debtor_id",)),),
        "debtor_numbers": (("debtors", ("debtor_number",)), ("invoices", ("debtor_id",))),
        "debtor_identifiers": (("debtors", ("debtor_identifier",)), ("invoices", ("debtor_id",))),
        "credit_case_ids": (("invoices", ("active_credit_case_id",)),),
    },
    "debtors": {
        "debtor_numbers": (("debtors", ("debtor_number",)),),
        "debtor_identifiers": (("debtors", ("debtor_identifier",)),),
    },
    "contacts": {
        "contact_identifiers": (("contacts", ("contact_identifier",)),),
        "debtor_numbers": (("contacts", ("debtor_numbers",)),),
    },
    "credit_cases": {},
    "tasks": {},
    "payments": {
        "invoice_identifiers": (("invoices", ("invoice_identifier",)), ("payments", ("invoice_id",))),
        "invoice_numbers": (("invoices", ("invoice_number",)), ("payments", ("invoice_id",))),
        "credit_case_ids": (("invoices", ("active_credit_case_id",)), ("payments", ("invoice_id",))),
        "credit_case_numbers": (
            ("credit_cases", ("case_number", "credit_case_number")),
            ("invoices", ("active_credit_case_id",)),
            ("payments", ("invoice_id",)),
        ),
    },
    "payment_plans": {
        "debtor_numbers": (("debtors", ("debtor_number",)), ("payment_plans", ("debtor_id",))),
        "debtor_identifiers": (("debtors", ("debtor_identifier",)), ("payment_plans", ("debtor_id",))),
    },
    **{
        kind: {name: ((kind, on),) for name, on in _BY_SUBJECT.items()}
        for kind in ("messages", "notes", "notifications")
    },
}


@dataclass(frozen=True)
class Conditions:
    """The conditions of a list: amounts in units of book currency, `updated_after` as a 24-character stamp."""

    paid: bool | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    updated_after: str | None = None
    inclusive: bool = False


def ids_named(book: Book, kind: str, filters: dict[str, tuple[str, ...]]) -> list[int] | None:
    """The ids that satisfy every comma-separated filter, sorted; None when there is no such filter."""
    found: set[int] | None = None
    for name, values in filters.items():
        if name == "ids":
            keys = {key for key in _numbers(values) if key in book.tables[kind].rows}
        else:
            keys = _looked_up(book, FILTERS[kind][name], values, name)
        found = keys if found is None else found & keys
    return None if found is None else sorted(found)


def _looked_up(book: Book, steps: tuple[Step, ...], values: tuple[str, ...], name: str) -> set[int]:
    keys: Iterable[str | int] = _numbers(values) if name.endswith("_ids") else values
    for kind, fields in steps:
        indexes = [book.tables[kind].indexes[field] for field in fields]
        keys = {record_id for key in keys for index in indexes for record_id in index.get(key)}
    return {int(key) for key in keys}


def _numbers(values: Iterable[str]) -> list[int]:
    return [key for key in map(whole, values) if key is not None]


def ids_meeting(table: Table, conditions: Conditions, among: list[int] | None) -> list[int]:
    """The ids of a table that meet the conditions, sorted; `among` limits them to some."""
    if among is not None:
        return [key for key in among if _is_met(table.rows[key], conditions)]
    base = table.ids if conditions.paid is None else table.paid_ids if conditions.paid else table.open_ids
    if conditions.updated_after is None and conditions.at_least is None and conditions.at_most is None:
        return base
    return table.cached(conditions, lambda: _filtered(table, conditions, base))


def _filtered(table: Table, conditions: Conditions, base: list[int]) -> list[int]:
    if conditions.updated_after is not None:
        base = table.updated_since(conditions.updated_after, conditions.inclusive, conditions.paid)
    if conditions.at_least is None and conditions.at_most is None:
        return base
    return [key for key in base if _is_within(table.rows[key], conditions)]


def _is_within(row: Row, conditions: Conditions) -> bool:
    total = row.get("book_total_amount")
    if total is None:
        return False
    low, high = conditions.at_least, conditions.at_most
    return (low is None or total >= low * 100) and (high is None or total <= high * 100)


def _is_met(row: Row, conditions: Conditions) -> bool:
    if conditions.paid is not None and conditions.paid == bool(row.get("open_amount")):
        return False
    if conditions.updated_after is not None:
        touched = row.get("updated_at", "")
        if touched < conditions.updated_after or (touched == conditions.updated_after and not conditions.inclusive):
            return False
    return (conditions.at_least is None and conditions.at_most is None) or _is_within(row, conditions)


_NO_DATE: Final = 99999999


@lru_cache(maxsize=8192)
def _day(text: str | None) -> int:
    return _NO_DATE if text is None else int(text.replace("-", ""))


def place_of(row: Row, order: str) -> int:
    """The position of a row in an order, as one int that ends in its id: `due_date_asc`, ..., or `scrambled`.

    Null dates come last when ascending and first when descending; ties are by id.
    """
    record_id: int = row["id"]
    if order == "scrambled":
        return (record_id * 2654435761 % (1 << 32)) << ID_BITS | record_id
    field, _, direction = order.rpartition("_")
    day = _day(row.get(field))
    return (day if direction == "asc" else _NO_DATE - day) << ID_BITS | record_id


def places_in(table: Table, ids: list[int], order: str, key: object) -> list[int]:
    """The places of some rows in an order; with a `key` the answer is kept until the table changes."""
    if key is None:
        return sorted(place_of(table.rows[record_id], order) for record_id in ids)
    return table.cached((key, order), lambda: sorted(place_of(table.rows[record_id], order) for record_id in ids))


@dataclass(frozen=True)
class Page:
    """The ids of one page, the place of the last one, and whether more come after it."""

    ids: list[int]
    last: int | None
    more: bool


def page_of(places: list[int], after: int | None, per_page: int) -> Page:
    """One page out of sorted places (or ids), beginning after a place."""
    start = 0 if after is None else bisect_right(places, after)
    page = places[start : start + per_page]
    return Page([place & ID_MASK for place in page], page[-1] if page else None, start + len(page) < len(places))
