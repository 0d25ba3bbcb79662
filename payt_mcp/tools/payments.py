"""`list_payments`: what was paid, when, and on which invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.errors import InputError
from payt_mcp.tools.shared import (
    PAGE,
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Limit,
    Listed,
    Shown,
    Text,
    ToolSpec,
    begun,
    day_or_moment,
    given,
    listed,
    resumed,
    scope_of,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payt_mcp.books.payments import Payments
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.subjects import Subjects
    from payt_mcp.payt.models import Payment


class PaymentRow(TypedDict, total=False):
    payment_id: str
    payment_date: str
    amount: str
    currency: str
    book_amount: str
    kind: str
    method: str
    reversal: str
    invoice_number: str
    debtor_number: str
    debtor: str
    text: str


class PaymentList(Listed, total=False):
    total_paid: str
    total_reversed: str
    payments: list[PaymentRow]


async def list_payments(
    ctx: Ctx,
    invoice: Text = "",
    debtor: Text = "",
    credit_case: Text = "",
    updated_after: Annotated[Text, Field(description="Date or UTC timestamp.")] = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, PaymentList]:
    from payt_mcp.books.payments import read_payments  # noqa: PLC0415 - brings the client along

    about = given(invoice=invoice, debtor=debtor, credit_case=credit_case)
    if len(about) > 1:
        raise InputError("Pass one of invoice, debtor and credit_case: payments are listed of one thing at a time.")
    args = about | given(updated_after=updated_after, administration_id=administration_id)
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_payments", args, limit)
        return (await _answer(scope, page)).result()
    scope = await scope_of(ctx, administration_id)
    after = day_or_moment("updated_after", updated_after, scope)
    history = await read_payments(scope, **about, after=after)
    ids = [payment.id for payment in history.found]
    answer = await _answer(scope, begun(scope, "list_payments", args, ids, limit))
    _add_totals(answer, history, present.code(scope.administration.currency_code))
    _add_bounds(answer, history)
    return answer.result()


TOOL = ToolSpec(
    list_payments,
    "List payments",
    "Payments of an invoice (a paid one too), a credit case or a debtor, newest first; without them, those changed in "
    "the last 30 days or since updated_after.",
    toolset="payments",
    place=1,
    needs=("administrations:read", "payments:read"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
)

_COLUMNS = {
    "payment_id": "payment",
    "payment_date": "date",
    "amount": "amount",
    "currency": "currency",
    "book_amount": "in own currency",
    "kind": "kind",
    "method": "method",
    "reversal": "reversed, code",
    "invoice_number": "invoice",
    "debtor_number": "debtor",
    "debtor": "name",
}


async def _answer(scope: Scope, page: Shown) -> Answer:
    from payt_mcp.books.payments import payments_by_id  # noqa: PLC0415 - see above
    from payt_mcp.books.subjects import subjects  # noqa: PLC0415

    found = await payments_by_id(scope, page.ids)
    about = await subjects(scope, invoices=[payment.invoice_id for payment in found.values()])
    own = scope.administration.currency_code or ""
    rows = [_row(found[key], about, own) for key in page.ids if key in found]
    answer = Answer(listed(page, "payment", "newest first"), {"payments": rows})
    answer.lines = present.table(rows, _COLUMNS)
    answer.lines += [line for row in rows if "text" in row for line in (f"On {row['payment_id']}:", row["text"])]
    if any("text" in row for row in rows):
        answer.notes.append(present.QUOTED)
    if len(rows) < len(page.ids):
        answer.notes.append(f"{present.count(len(page.ids) - len(rows), 'payment')} of this page no longer there.")
    nameless = sum("invoice_number" not in row for row in rows)
    if nameless:
        answer.notes.append(f"{present.count(nameless, 'payment')} here without an invoice that is known.")
    answer.total, answer.next_cursor, answer.as_of = page.total, page.next_cursor, scope.as_of
    return answer


def _row(payment: Payment, about: Subjects, own_currency: str) -> dict[str, Any]:
    """A payment in the invoice's currency; `book_amount` only where that is not the administration's."""
    invoice = about.invoices.get(payment.invoice_id or "")
    currency = invoice.currency if invoice else ""
    words = "\n".join(filter(None, (payment.description, payment.reason)))
    row = {
        "payment_id": payment.id,
        "payment_date": present.day(payment.payment_date),
        "amount": present.plain(payment.total_amount),
        "currency": present.code(currency),
        "book_amount": present.plain(payment.total_book_amount) if currency != own_currency else None,
        "kind": ", ".join(filter(None, (present.code(payment.transaction_type), present.code(payment.cost_type)))),
        "method": present.code(payment.payment_method),
        "reversal": present.code(payment.reversal_code),
        **about.named(invoice_id=payment.invoice_id),
        "text": present.quoted(words),
    }
    return present.filled(row)


def _add_totals(answer: Answer, history: Payments, currency: str) -> None:
    """Sums over the whole listing, of book amounts: amounts in several currencies are never added up."""
    valued = [payment for payment in history.found if payment.total_book_amount is not None]
    reversed_ = [payment for payment in valued if payment.reversal_code]
    if valued:
        paid = _sum(payment for payment in valued if not payment.reversal_code)
        answer.data["total_paid"] = present.plain(paid)
        answer.summary += f" {present.money(paid, currency)} in all"
        if reversed_:
            back = _sum(reversed_)
            answer.data["total_reversed"] = present.plain(back)
            answer.summary += f", and {present.money(back, currency)} beside it that carries a reversal code"
            answer.notes.append(
                "Payt does not say whether a reversal is booked as a payment of its own: compare with the open amount."
            )
        answer.summary += "."
    unvalued = len(history.found) - len(valued)
    if unvalued:
        answer.notes.append(f"{present.count(unvalued, 'payment')} without an amount in {currency} not in the sums.")


def _sum(payments: Iterable[Payment]) -> Decimal:
    return sum((payment.total_book_amount or Decimal() for payment in payments), Decimal())


def _add_bounds(answer: Answer, history: Payments) -> None:
    if history.since is not None:
        answer.notes.append(
            "Only what changed in the last 30 days: pass invoice, debtor, credit_case or updated_after for more."
        )
    if not history.invoices_are_all:
        answer.notes.append("Only of the debtor's 1,000 newest invoices: pass invoice for an older one.")
    if history.unasked:
        answer.notes.append(
            f"{present.count(history.unasked, 'invoice')} without a number Payt can be asked with: payments missing."
        )
    if not history.is_all:
        answer.notes.append("More than 5,000 payments: newer ones may be missing. Narrow it to an invoice or a date.")
