"""The payments of the data set, which add up to what was paid of each invoice."""

from payt_sandbox.data.dice import Calendar
from payt_sandbox.world.tables import Row


def paid_invoices(invoices: list[Row]) -> list[Row]:
    """The invoices on which something was paid: each gets its payments."""
    return [row for row in invoices if row["open_amount"] != row["total_amount"]]


def make_payments(invoices: list[Row], first_ids: list[int], calendar: Calendar) -> list[Row]:
    """One to three payments per invoice that add up to what was paid; an id in `first_ids` starts each run."""
    rows: list[Row] = []
    for invoice, first in zip(invoices, first_ids, strict=True):
        paid = invoice["total_amount"] - invoice["open_amount"]
        booked = None
        if "book_total_amount" in invoice:
            booked = invoice["book_total_amount"] - invoice["book_open_amount"]
        count = 1 if invoice["open_amount"] == 0 else 1 + first % 3
        for part in range(count):
            last = part == count - 1
            row: Row = {
                "id": first + part,
                "invoice_id": invoice["id"],
                "origin_identifier": f"pay-{first + part}",
                "total_amount": paid - paid // count * (count - 1) if last else paid // count,
                "payment_date": invoice.get("payment_date") or _between(invoice, calendar),
                "transaction_type": "payment",
                "cost_type": "principal",
                "payment_method": "ideal" if first % 4 == 0 else "bank_transfer",
                "updated_at": invoice["updated_at"],
            }
            if booked is not None:
                row["total_book_amount"] = booked - booked // count * (count - 1) if last else booked // count
            rows.append(row)
    return rows


def _between(invoice: Row, calendar: Calendar) -> str:
    return (
        max(str(invoice["sent_at"][:10]), calendar.day(20))
        if invoice["sent_at"][:10] < calendar.day(1)
        else calendar.day(1)
    )
