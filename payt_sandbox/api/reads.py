"""The read endpoints."""

import datetime as dt
from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.lists import (
    FILTERS,
    Slice,
    Wanted,
    chosen,
    cut,
    ordered,
    place_of,
    select,
)
from payt_sandbox.wire.problems import invalid, json_response, not_found
from payt_sandbox.world.book import Book
from payt_sandbox.world.render import Plan, plan_for
from payt_sandbox.world.tables import Row, Table
from payt_sandbox.world.values import stamp, whole

ORDERS: Final = ("invoice_date_asc", "invoice_date_desc", "due_date_asc", "due_date_desc")
KEPT_DAYS: Final = 90
_IDENTIFIERS: Final = {
    "invoices": ("invoice_number", "invoice_identifier"),
    "debtors": ("debtor_number", "debtor_identifier"),
}


def listing(kind: str) -> Any:
    """The handler of a list of a kind of record."""

    def handle(call: Call) -> Response:
        book = call.book()
        table = book.tables[kind]
        plan = call.plan(kind)
        per_page = call.per_page()
        wanted = _wanted(call, kind)
        among = chosen(book, kind, _filters(call, kind))
        ids = select(table, wanted, among)
        order = _order(call) if kind == "invoices" else None
        key = None if among is not None else wanted
        page, name = _page(call, table.rows, ids, order, per_page, (kind, table, key))
        return _answer(call, page, plan, book, table.rows, name)

    return handle


def _wanted(call: Call, kind: str) -> Wanted:
    invoices = kind == "invoices"
    return Wanted(
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


def _page(
    call: Call,
    rows: dict[int, Row],
    ids: list[int],
    order: str | None,
    per_page: int,
    source: tuple[str, Table | None, Any],
) -> tuple[Slice, str]:
    """One page of sorted ids, and the name of the listing its cursors belong to."""
    kind, table, key = source
    opaque = call.sandbox.options.cursors == "opaque"
    how = order or ("scrambled" if opaque else None)
    name = f"{kind}/{how}"
    if how is None:
        places = ids
    elif table is not None:
        places = ordered(table, ids, how, key)
    else:
        places = sorted(place_of(rows[record_id], how) for record_id in ids)
    return cut(places, _after(call, rows, how, name), per_page), name


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


def _answer(call: Call, page: Slice, plan: Plan, book: Book, rows: dict[int, Row], name: str) -> Response:
    data = call.render([rows[record_id] for record_id in page.ids], plan, book)
    return json_response({"data": data, "pagination": _pagination(call, page, name)})


def _pagination(call: Call, page: Slice, name: str) -> dict[str, Any]:
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
        plan = call.plan(kind)
        row = book.tables[kind].rows.get(_find(call, book, kind))
        if row is None:
            raise not_found(kind.removesuffix("s").replace("_", " ").capitalize())
        return json_response(call.render([row], plan, book)[0])

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
        plan = plan_for(f"deleted/{kind}", None)
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
        page, name = _page(call, rows, ids, None, per_page, (f"deleted/{kind}", None, None))
        return _answer(call, page, plan, book, rows, name)

    return handle


def administrations(call: Call) -> Response:
    """The administrations that the token reaches."""
    rows = {key: row for key, row in call.sandbox.world.administrations.items() if call.token.reaches(key)}
    plan, book = call.plan("administrations"), call.sandbox.world.book(call.sandbox.world.main_id)
    page, name = _page(call, rows, sorted(rows), None, call.per_page(), ("administrations", None, None))
    return _answer(call, page, plan, book, rows, name)


def administration(call: Call) -> Response:
    """One administration by its id; 403 when it is unknown or out of reach."""
    book = call.reach(call.path("administration_id"))
    row = call.sandbox.world.administrations[book.administration_id]
    return json_response(call.render([row], call.plan("administrations"), book)[0])


def companies(call: Call) -> Response:
    """The companies connected to the application."""
    rows = call.sandbox.world.companies
    plan, book = call.plan("companies"), call.sandbox.world.book(call.sandbox.world.main_id)
    page, name = _page(call, rows, sorted(rows), None, call.per_page(), ("companies", None, None))
    return _answer(call, page, plan, book, rows, name)


def company(call: Call) -> Response:
    """One company by its id."""
    given = call.path("id")
    row = call.sandbox.world.companies.get(whole(given) or 0)
    if row is None:
        raise not_found("Company")
    return json_response(
        call.render([row], call.plan("companies"), call.sandbox.world.book(call.sandbox.world.main_id))[0]
    )


def vat_rates(call: Call) -> Response:
    """The VAT rates of an administration: a list without filters and without `fields`."""
    book = call.book()
    table = book.tables["vat_rates"]
    page, name = _page(call, table.rows, table.ids, None, call.per_page(), ("vat_rates", None, None))
    return _answer(call, page, plan_for("vat_rates", None), book, table.rows, name)
