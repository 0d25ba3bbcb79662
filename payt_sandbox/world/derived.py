"""Fields that are made from a row when they are asked for, instead of being stored with every row."""

import random
from collections.abc import Callable
from typing import Any

from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import money, share

# How an id is written: as text or as a number.
Ident = Callable[[int], str | int]
# What makes a field: from the book it is in, its row, and how ids are written.
Derived = Callable[[Book, Row, Ident], Any]

_REMINDERS = (
    "reminder_1_at",
    "reminder_2_at",
    "reminder_3_at",
    "reminder_4_at",
    "final_reminder_at",
    "later_reminder_at",
)
_SUMMONS = ("summons_1_at", "summons_2_at", "summons_3_at", "summons_4_at", "notice_of_default_at")
_PRODUCTS = ("Onderhoud", "Montage", "Materiaal", "Voorrijkosten", "Advies", "Installatie", "Inspection", "Ersatzteile")


def administration_id(book: Book, _row: Row, ident: Ident) -> Any:
    """The id of the owning administration."""
    return ident(book.administration_id)


def flag(name: str) -> Derived:
    """A boolean that is false unless stored."""
    return lambda _book, row, _ident: row.get(name, False)


def listed(name: str) -> Derived:
    """A stored tuple of texts, as a list."""
    return lambda _book, row, _ident: list(row.get(name, ()))


def amount_or_zero(name: str) -> Derived:
    """A stored amount in cents, `"0.00"` when there is none."""
    return lambda _book, row, _ident: money(row.get(name, 0))


def nothing_wrong(_book: Book, _row: Row, _ident: Ident) -> Any:
    """An empty object: stored contacts are valid."""
    return {}


def latest_reminder_at(_book: Book, row: Row, _ident: Ident) -> Any:
    """The last of all reminder stamps; a pre-reminder is not one."""
    return max((row[name] for name in _REMINDERS if name in row), default=None)


def latest_summons_at(_book: Book, row: Row, _ident: Ident) -> Any:
    """The last of all summons stamps, a notice of default included."""
    return max((row[name] for name in _SUMMONS if name in row), default=None)


def url(host: str, kind: str) -> Derived:
    """A link to a record on one of Payt's sites (which the sandbox does not serve)."""
    return lambda book, row, _ident: f"https://{host}.payt.example/{book.administration_id}/{kind}/{row['id']}"


def document_url(book: Book, row: Row, _ident: Ident) -> Any:
    """A link to the invoice as PDF; None when it has none."""
    if row.get("document") is False:
        return None
    return f"https://files.payt.example/{book.administration_id}/invoices/{row['id']}.pdf"


def ubl_document_url(book: Book, row: Row, _ident: Ident) -> Any:
    """A link to the invoice as UBL; None when it has none."""
    if not row.get("ubl_document"):
        return None
    return f"https://files.payt.example/{book.administration_id}/invoices/{row['id']}.xml"


def note_address(kind: str) -> Derived:
    """The address to which an internal note about a record can be mailed."""
    return lambda book, row, _ident: f"{kind}-{book.administration_id}-{row['id']}@notes.payt.example"


def labels(_book: Book, row: Row, _ident: Ident) -> Any:
    """The label names, stored as a tuple, as objects."""
    return [{"name": name} for name in row.get("labels", ())]


def postal_address(_book: Book, row: Row, _ident: Ident) -> Any:
    """The address, stored as a tuple of six texts or None, as an object."""
    names = ("street_1", "street_2", "postal_code", "city", "region", "country_code")
    return dict(zip(names, row.get("postal_address", (None,) * len(names)), strict=True))


def debtor_open(book: Book, row: Row, _ident: Ident) -> Any:
    """The open book amounts of all invoices of a debtor, those without a book amount left out."""
    invoices = book.tables["invoices"]
    ids = invoices.indexes["debtor_id"].get(row["id"])
    return money(sum(invoices.rows[key].get("book_open_amount", 0) for key in ids))


def user(name: str) -> Derived:
    """A person of the creditor, stored as (id, name, e-mail address)."""

    def read(_book: Book, row: Row, ident: Ident) -> Any:
        person = row.get(name)
        if person is None:
            return None
        return {"id": ident(person[0]), "name": person[1], "email_address": person[2]}

    return read


def details(_book: Book, row: Row, _ident: Ident) -> Any:
    """What a notification tells: the reason of a bounce, or nothing."""
    reason = row.get("bounce_reason")
    return {"bounce_reason": reason} if reason else {}


def comments(_book: Book, row: Row, ident: Ident) -> Any:
    """The comments of a task, stored as (id, content, created_at)."""
    return [
        {"id": ident(key), "content": content, "created_at": created_at}
        for key, content, created_at in row.get("comments", ())
    ]


def payment_terms(_book: Book, row: Row, ident: Ident) -> Any:
    """The terms of a plan, stored as (id, total cents, due cents, due date, payment date or None)."""
    return [
        {
            "id": ident(key),
            "total_amount": money(total),
            "amount_due": money(due),
            "due_date": due_date,
            "payment_date": paid_on,
        }
        for key, total, due, due_date, paid_on in row.get("payment_terms", ())
    ]


def vat_rate(_book: Book, row: Row, _ident: Ident) -> Any:
    """A percentage: the contract types this one as a number."""
    whole, rest = divmod(row["rate"], 100)
    return whole if rest == 0 else row["rate"] / 100


def psp_transaction(book: Book, row: Row, ident: Ident) -> Any:
    """The PSP transaction of a payment by iDEAL; amounts as decimal text."""
    if row.get("payment_method") != "ideal":
        return None
    invoice = book.tables["invoices"].rows.get(row["invoice_id"], {})
    return {
        "id": ident(row["id"] + 500_000_000),
        "bank_account_name": None,
        "bank_account_number": None,
        "currency_code": invoice.get("currency_code", book.currency),
        "invoice_ids": [ident(row["invoice_id"])],
        "payment_method": "ideal",
        "reversal_code": None,
        "status": "paid",
        "amount": money(row["total_amount"]),
        "book_amount": money(row["total_book_amount"]) if "total_book_amount" in row else None,
        "administration_id": ident(book.administration_id),
        "debtor_id": ident(invoice["debtor_id"]) if "debtor_id" in invoice else None,
        "paid_at": row["updated_at"],
        "updated_at": row["updated_at"],
    }


def bank_transaction(book: Book, row: Row, ident: Ident) -> Any:
    """The bank transaction of a payment by transfer; amounts as decimal text."""
    if row.get("payment_method") != "bank_transfer":
        return None
    invoice = book.tables["invoices"].rows.get(row["invoice_id"], {})
    return {
        "id": ident(row["id"] + 700_000_000),
        "bank_account_name": "Sandbox",
        "bank_account_number": "NL02ABNA0123456789",
        "description": f"betaling {invoice.get('invoice_number', '')}".strip(),
        "currency_code": invoice.get("currency_code", book.currency),
        "exchange_rate": "1.0",
        "payment_method": "bank_transfer",
        "amount": money(row["total_amount"]),
        "book_amount": money(row["total_book_amount"]) if "total_book_amount" in row else None,
        "book_date": row["payment_date"],
    }


def invoice_lines(_book: Book, row: Row, _ident: Ident) -> Any:
    """The stored lines, or one to five made from the id that add up to the total of the invoice."""
    stored = row.get("invoice_lines")
    if stored is not None:
        return [dict(line) for line in stored]
    rng = random.Random(row["id"])  # noqa: S311 - invented lines, not a secret
    weights = [rng.randint(1, 9) for _ in range(rng.randint(1, 5))]
    total, left = row.get("total_amount", 0), row.get("total_amount", 0)
    lines = []
    for position, weight in enumerate(weights, 1):
        part = left if position == len(weights) else share(total, weight, sum(weights))
        left -= part
        lines.append(_line(position, rng.choice(_PRODUCTS), part, row["id"] % 5))
    return lines


def _line(position: int, description: str, total: int, kind: int) -> dict[str, Any]:
    percentage = (21, 21, 21, 9, 0)[kind]
    without = share(total, 100, 100 + percentage)
    return {
        "description": description,
        "product_unit": "piece",
        "vat_percentage": f"{percentage}.0",
        "vat_rate_code": {21: "H21", 9: "L9", 0: "N0"}[percentage],
        "product_quantity": "1.0",
        "line_order": position,
        "product_price": money(without),
        "total_excl_tax_amount": money(without),
        "total_incl_tax_amount": money(total),
        "vat_amount": money(total - without),
    }
