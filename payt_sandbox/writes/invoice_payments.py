"""The payments of an invoice on its way in, and those that follow from a changed open amount."""

from typing import Any

from payt_sandbox.api.calls import Call
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import parse_amount, parse_date, share
from payt_sandbox.writes.drafts import Draft


def check_payments(draft: Draft) -> None:
    """Notes what is wrong with the payments of a record."""
    origins = [str(item["origin_identifier"]) for item in draft.record["payments"]]
    if len(set(origins)) != len(origins):
        draft.errors.append("Payments origin identifier has already been taken")
    for item in draft.record["payments"]:
        try:
            parse_amount(item["amount"])
            if item.get("payment_date") is not None:
                parse_date(item["payment_date"])
        except ValueError:
            draft.errors.append("Payments have an amount or a date that is not valid")


def replace_payments(call: Call, book: Book, invoice_id: int, given: list[dict[str, Any]]) -> None:
    """Books the given payments of an invoice in the place of those it had."""
    world, table = call.sandbox.world, book.tables["payments"]
    invoice = book.tables["invoices"].rows[invoice_id]
    for key in list(table.indexes["invoice_id"].get(invoice_id)):
        world.delete_payment(book.administration_id, key)
    for item in given:
        amount = parse_amount(item["amount"])
        booked = item.get("book_amount")
        in_book = parse_amount(booked) if booked is not None else _in_book(invoice, amount)
        world.add_payment(
            book.administration_id,
            invoice_id=invoice_id,
            origin_identifier=str(item["origin_identifier"]),
            total_amount=amount,
            total_book_amount=in_book,
            payment_date=item.get("payment_date") or world.now()[:10],
            cost_type=item.get("cost_type", "principal"),
            transaction_type=item.get("transaction_type") or "payment",
            description=item.get("description"),
            payment_method=item.get("payment_method"),
            reversal_code=item.get("reversal_code"),
        )


def _in_book(invoice: Row, amount: int) -> int:
    if "book_total_amount" not in invoice or not invoice["total_amount"]:
        return amount
    return share(invoice["book_total_amount"], amount, invoice["total_amount"])


def book_difference(call: Call, book: Book, old: Row, new: Row) -> None:
    """A payment for what the open amount changed beyond the change of the total."""
    paid = (new["total_amount"] - new["open_amount"]) - (old["total_amount"] - old["open_amount"])
    if paid == 0:
        return
    world = call.sandbox.world
    world.add_payment(
        book.administration_id,
        invoice_id=new["id"],
        total_amount=paid,
        total_book_amount=_in_book(new, paid),
        payment_date=world.now()[:10],
        cost_type="principal",
        transaction_type="payment",
        description="Difference in open amount",
    )
