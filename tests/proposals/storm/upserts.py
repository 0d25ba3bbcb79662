"""The batch of a run, the books it is written into, and what must stand there afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.proposals.storm.cases import Run
from tests.proposals.storm.payt import Payt

_SENT = "2026-11-01T08:00:00.000Z"


def _row(number: str, **changes: Any) -> dict[str, Any]:
    row = {
        "currency_code": "EUR", "invoice_number": number, "invoice_date": "2026-11-01", "due_date": "2026-12-01",
        "amount_total": "100.00", "amount_open": "100.00", "book_amount_total": "100.00",
        "book_amount_open": "100.00",
    }  # fmt: skip
    return row | changes


def known(run: Run) -> list[str]:
    """The numbers of the invoices that Payt has before the run."""
    return [f"K{run.tag}-{name}" for name in ("paid", "said", "same")]


def prepare(payt: Payt, run: Run) -> None:
    """Book the invoices that the batch changes."""
    debtor = next(row for row in payt.rows("debtors") if row["debtor_number"] == run.debtor)
    for number in known(run):
        payt.act(
            "add_invoice", invoice_number=number, invoice_identifier=f"id-{number}", invoice_date="2026-11-01",
            due_date="2026-12-01", sent_at=_SENT, debtor_id=int(debtor["id"]), total_amount="100.00",
            open_amount="100.00", currency_code="EUR",
        )  # fmt: skip


def batch(run: Run) -> list[dict[str, Any]]:
    """A new invoice, one that is mailed, one partly paid, one described, one unchanged; by chance one whose payments
    are replaced, and one that Payt would refuse.
    """
    paid, told, same = known(run)
    rows = [
        _row(f"N{run.tag}", debtor_number=run.debtor, sent_at=_SENT),
        _row(f"M{run.tag}", debtor_number=run.debtor),
        _row(paid, amount_open="60.00", book_amount_open="60.00"),
        _row(told, description=f"Werk {run.tag}"),
        _row(same),
    ]
    if run.with_payments:
        given = [{"amount": "25.00", "origin_identifier": f"bank-{run.tag}", "payment_date": "2026-11-10"}]
        part = {"amount_open": "75.00", "book_amount_open": "75.00", "payments": given}
        rows.append(_row(f"P{run.tag}", debtor_number=run.debtor, sent_at=_SENT) | part)
    if run.with_refused:
        rows.append(_row(f"R{run.tag}", debtor_number="no such debtor", sent_at=_SENT))
    return rows


def refused(run: Run) -> set[str]:
    return {f"R{run.tag}"} if run.with_refused else set()


def mailed(run: Run) -> list[str]:
    """The numbers of the invoices that Payt mails when the batch is applied."""
    return [f"M{run.tag}"]


def differences(payt: Payt, run: Run) -> list[str]:
    """Where the books are not what the batch says, once."""
    mine = {row["invoice_number"] for row in batch(run)}
    stand = [row for row in payt.rows("invoices") if row["invoice_number"] in mine]
    by_number = {row["invoice_number"]: row for row in stand}
    wrong = [] if len(by_number) == len(stand) else ["an invoice stands there twice"]
    for row in batch(run):
        number, found = row["invoice_number"], by_number.get(row["invoice_number"])
        if number in refused(run):
            wrong += [f"{number} is there"] if found else []
        elif found is None:
            wrong.append(f"{number} is missing")
        else:
            wrong += _row_differences(row, found)
    return wrong + _payment_differences(payt, run, {row["id"]: row["invoice_number"] for row in stand})


def _row_differences(row: dict[str, Any], found: dict[str, Any]) -> list[str]:
    pairs = {"amount_total": "total_amount", "amount_open": "open_amount"}
    wrong = [name for name, read in pairs.items() if Decimal(row[name]) != Decimal(found[read])]
    wrong += ["description"] if "description" in row and row["description"] != found["description"] else []
    return [f"{row['invoice_number']}: {name}" for name in wrong]


def _payment_differences(payt: Payt, run: Run, numbers: dict[str, str]) -> list[str]:
    paid = known(run)[0]
    wanted = [(paid, Decimal("40.00"))]
    wanted += [(f"P{run.tag}", Decimal("25.00"))] if run.with_payments else []
    booked = sorted(
        (numbers[row["invoice_id"]], Decimal(row["total_amount"]))
        for row in payt.rows("payments")
        if row["invoice_id"] in numbers
    )
    return [] if booked == sorted(wanted) else [f"payments {[(n, str(a)) for n, a in booked]}"]
