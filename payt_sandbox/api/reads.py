"""The read endpoints."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.lists import (
    FILTERS,
    Conditions,
    Page,
    ids_meeting,
    ids_named,
    page_of,
    place_of,
    places_in,
)
from payt_sandbox.wire.problems import invalid, json_response, not_found
from payt_sandbox.world.book import Book
from payt_sandbox.world.render import Columns, columns_of
from payt_sandbox.world.tables import Row, Table
from payt_sandbox.world.values import stamp, whole

ORDERS: Final = ("invoice_date_asc", "invoice_date_desc", "due_date_asc", "due_date_desc")
KEPT_DAYS: Final = 90
_IDENTIFIERS: Final = {
    "invoices": ("invoice_number", "invoice_identifier"),
    "debtors": ("debtor_number", "debtor_identifier"),
}


@dataclass(frozen=True)
class _List:
    """A list that a page is taken from: the sorted `ids` of `rows`, in an `order` of the API (None: by id).

    Orders are kept with the `table`, where there is one, under a `key`; without a key they are too special for that.
    """

    name: str
    rows: dict[int, Row]
    ids: list[int]
    order: str | None = None
    table: Table | None = None
    key: object = None


def listing(kind: str) -> Any:
    """The handler of a list of a kind of record."""

    def handle(call: Call) -> Response:
        book = call.book()
        table = book.tables[kind]
        columns = call.columns(kind)
        per_page = call.per_page()
        conditions = _conditions(call, kind)
        among = ids_named(book, kind, _filters(call, kind))
        ids = ids_meeting(table, conditions, among)
        order = _order(call) if kind == "invoices" else None
        whole_list = _List(kind, table.rows, ids, order, table, None if among is not None else conditions)
        return _answer(call, whole_list, per_page, columns, book)

    return handle


def _conditions(call: Call, kind: str) -> Conditions:
    invoices = kind == "invoices"
    return Conditions(
        paid=call.flag("paid") if invoices else None,
        at_least=call.number("book_amount_total_gte") if invoices else None,
        at_most=call.number("book_amount_total_lte") if invoices else None,
        updated_after=call.moment("updated_after"),
        inclusive=call.sandbox.options.inclusive_updated_after,
    )


def _filters(call: Call, kind: str) -> dict[str, tuple[str, ...]]:
    """The comma-separated filters of a call; a blank one is no filter. There is no way to escape a comma."""
    names = ("ids", *FILTERS[kind])
    given = {
        name: tuple(part.strip() for part in str(call.params[name]).split(",")) for name in names if name in call.params
    }
    return {name: values for name, values in given.items() if any(values)}


def _order(call: Call) -> str | None:
    order = call.params.get("order")
    if order is not None and order not in ORDERS:
        raise invalid("order does not have a valid value")
    return order


def _page(call: Call, of: _List, per_page: int) -> tuple[Page, str]:
    """One page of a list, and the name under which its cursors are given out."""
    how = of.order or ("scrambled" if call.sandbox.options.cursors == "opaque" else None)
    name = f"{of.name}/{how}"
    if how is None:
        places = of.ids
    elif of.table is not None:
        places = places_in(of.table, of.ids, how, of.key)
    else:
        places = sorted(place_of(of.rows[record_id], how) for record_id in of.ids)
    return page_of(places, _after(call, of.rows, how, name), per_page), name


def _after(call: Call, rows: dict[int, Row], how: str | None, name: str) -> int | None:
    """The place after which the page begins; 422 for a cursor that means nothing here."""
    text = str(call.params.get("cursor", ""))
    if not text:
        return None
    cursor = whole(text)
    if cursor is None:
        raise invalid("cursor is invalid")
    if call.sandbox.options.cursors == "opaque":
        place = call.sandbox.cursors.place(name, cursor)
    elif how is None:
        return cursor
    else:
        place = place_of(rows[cursor], how) if cursor in rows else None
    if place is None:
        raise invalid("cursor is invalid")
    return place


def _answer(call: Call, of: _List, per_page: int, columns: Columns, book: Book) -> Response:
    page, name = _page(call, of, per_page)
    data = call.render([of.rows[record_id] for record_id in page.ids], columns, book)
    return json_response({"data": data, "pagination": _pagination(call, page, name)})


def _pagination(call: Call, page: Page, name: str) -> dict[str, Any]:
    options = call.sandbox.options
    if page.last is not None and (page.more or options.last_page == "extra_page"):
        opaque = options.cursors == "opaque"
        return {"cursor": call.ident(call.sandbox.cursors.give(name, page.last) if opaque else page.ids[-1])}
    if options.last_page == "absent":
        return {}
    return {"cursor": "" if options.last_page == "empty" else None}


def single(kind: str) -> Any:
    """The handler of one record by id, or by the kind of identifier the call names."""

    def handle(call: Call) -> Response:
        book = call.book()
        columns = call.columns(kind)
        row = book.tables[kind].rows.get(_find(call, book, kind))
        if row is None:
            raise not_found(kind.removesuffix("s").replace("_", " ").capitalize())
        return json_response(call.render([row], columns, book)[0])

    return handle


def _find(call: Call, book: Book, kind: str) -> int:
    given = call.path("id")
    how = str(call.params.get("identifier_type") or "") if kind in _IDENTIFIERS else ""
    if not how:
        return whole(given) or 0
    if how not in _IDENTIFIERS[kind]:
        raise invalid("identifier_type does not have a valid value")
    found = book.tables[kind].indexes[how].get(given)
    return found[0] if found else -1


def deleted(kind: str) -> Any:
    """The handler of the deleted records of a kind: `deleted_after` is required, 90 days are kept."""

    def handle(call: Call) -> Response:
        book = call.book()
        columns = columns_of(f"deleted/{kind}", None)
        per_page = call.per_page()
        after, before = call.moment("deleted_after"), call.moment("deleted_before")
        if after is None:
            raise invalid("deleted_after is missing")
        kept = stamp(call.sandbox.world.clock() - dt.timedelta(days=KEPT_DAYS))
        rows = book.tables[kind].deleted
        ids = sorted(
            key
            for key, row in rows.items()
            if row["deleted_at"] > max(after, kept) and (before is None or row["deleted_at"] < before)
        )
        return _answer(call, _List(f"deleted/{kind}", rows, ids), per_page, columns, book)

    return handle


def administrations(call: Call) -> Response:
    """The administrations that the token reaches."""
    rows = {key: row for key, row in call.sandbox.world.administrations.items() if call.token.reaches(key)}
    return _of_nobody(call, "administrations", rows)


def companies(call: Call) -> Response:
    """The companies connected to the application."""
    return _of_nobody(call, "companies", call.sandbox.world.companies)


def _of_nobody(call: Call, kind: str, rows: dict[int, Row]) -> Response:
    """A list of what belongs to no administration; that it is written with the main one's book shows nowhere."""
    columns = call.columns(kind)
    return _answer(call, _List(kind, rows, sorted(rows)), call.per_page(), columns, _any_book(call))


def _any_book(call: Call) -> Book:
    return call.sandbox.world.book(call.sandbox.world.main_id)


def administration(call: Call) -> Response:
    """One administration by its id; 403 when it is unknown or out of reach."""
    book = call.reach(call.path("administration_id"))
    row = call.sandbox.world.administrations[book.administration_id]
    return json_response(call.render([row], call.columns("administrations"), book)[0])


def company(call: Call) -> Response:
    """One company by its id."""
    row = call.sandbox.world.companies.get(whole(call.path("id")) or 0)
    if row is None:
        raise not_found("Company")
    return json_response(call.render([row], call.columns("companies"), _any_book(call))[0])


def vat_rates(call: Call) -> Response:
    """The VAT rates of an administration: a list without filters and without `fields`."""
    book = call.book()
    table = book.tables["vat_rates"]
    return _answer(
        call, _List("vat_rates", table.rows, table.ids), call.per_page(), columns_of("vat_rates", None), book
    )
