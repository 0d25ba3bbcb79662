"""The overdue picture of one administration as figures, and as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.amounts import most_first, named, unbooked_notes
from payt_mcp.receivables import aging
from payt_mcp.receivables.phases import words
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.overdue import OverdueQuestion
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Administration
    from payt_mcp.receivables.open_items import OpenItems


def figures(picture: aging.Overdue, currency: str) -> dict[str, Any]:
    """In the administration's currency."""
    return {
        "currency": currency,
        "overdue_gross": f"{picture.gross:.2f}",
        "overdue_credits": f"{picture.credits:.2f}",
        "overdue_net": f"{picture.net:.2f}",
        "invoice_count": picture.invoice_count,
        "debtor_count": len(picture.debtors),
        "buckets": buckets(picture),
    }


def buckets(picture: aging.Overdue) -> list[dict[str, Any]]:
    counted = zip(aging.BUCKETS, picture.bucket_counts, picture.bucket_amounts, strict=True)
    return [{"days": days, "invoices": count, "amount": f"{amount:.2f}"} for days, count, amount in counted]


def by_currency(own: Mapping[str, aging.InCurrency], but: str = "") -> dict[str, str]:
    """What is overdue (gross) in each currency itself, `but` that of the books, most invoices first."""
    return {present.code(code) or "none": f"{own[code].gross:.2f}" for code in most_first(own) if code != but}


def together(pictures: Iterable[aging.Overdue]) -> dict[str, aging.InCurrency]:
    """What several administrations have, by currency: the only sums across them."""
    found: dict[str, aging.InCurrency] = {}
    for picture in pictures:
        for code, own in picture.own.items():
            found[code] = found.get(code, aging.InCurrency()).together(own)
    return found


def sentence(scope: Scope, picture: aging.Overdue, question: OverdueQuestion) -> str:
    currency = scope.administration.currency_code or ""
    gross, credits_, net = (present.money(a, currency) for a in (picture.gross, picture.credits, picture.net))
    since = "" if question.min_days == 1 else f" for {question.min_days} days or more"
    return (
        f"{present.outside(scope.administration.name, present.NAME_LENGTH)}: "
        f"{gross} overdue{since}{_narrowed(question)} on {present.count(picture.invoice_count, 'invoice')} "
        f"of {present.count(len(picture.debtors), 'debtor')}; net {net} after {credits_} in open credits past due."
    )


def _narrowed(question: OverdueQuestion) -> str:
    """` (only in USD, reminder 1 or bailiff)`: which part of it was asked about, and is told."""
    phases = " or ".join(words(phase) for phase in question.phases)
    manager = question.relation_manager
    of = f"debtors of {present.outside(manager, present.NAME_LENGTH)}" if manager else ""
    asked = [f"in {present.code(question.currency)}" if question.currency else "", phases, of]
    return f" (only {', '.join(filter(None, asked))})" if any(asked) else ""


def own_words(own: Mapping[str, aging.InCurrency], but: str = "") -> str:
    """`By currency together, not converted: EUR 100.00, GBP 5.00.`; of one administration without that of its books:
    `Of it converted from GBP 5.00.`
    """
    parts = [f"{code} {amount}" for code, amount in by_currency(own, but).items()]
    said = "Of it converted from" if but else "By currency together, not converted:"
    return f"{said} {', '.join(parts)}." if parts else ""


def bucket_lines(pictures: Sequence[tuple[Scope, aging.Overdue]]) -> list[str]:
    """The buckets as a table; of several administrations side by side."""
    if len(pictures) == 1:
        ((scope, picture),) = pictures
        columns = {"days": "days", "invoices": "invoices", "amount": scope.administration.currency_code or ""}
        return present.table(buckets(picture), columns)
    rows: list[dict[str, Any]] = [{"days": days} for days in aging.BUCKETS]
    columns = {"days": "days"}
    for scope, picture in pictures:
        columns[scope.id] = f"{scope.id} {scope.administration.currency_code or ''}".strip()
        for row, bucket in zip(rows, buckets(picture), strict=True):
            row[scope.id] = bucket["amount"]
    return present.table(rows, columns)


def overdue_row(items: OpenItems, row: aging.DebtorOverdue, flags: Sequence[str]) -> dict[str, Any]:
    debtor = items.debtors.get(row.debtor_id)
    return present.filled(
        {
            "debtor_number": present.code(debtor.number) if debtor else "",
            "name": present.outside(debtor.name, present.NAME_LENGTH) if debtor else "",
            "overdue": f"{row.overdue:.2f}",
            "oldest_days": row.oldest_days,
            "invoices": row.invoices,
            "phase": row.phase,
            "attention": list(flags),
        }
    )


def currency_notes(items: OpenItems, asked: str) -> list[str]:
    """That nothing is open in the currency that was asked for, and in which ones there is."""
    known = {item.currency for item in items.invoices.values() if item.currency} if asked else set()
    if not known or asked in known:
        return []
    return [f"No open item is in {present.code(asked)}: there are {', '.join(sorted(map(present.code, known)))}."]


def notes(administration: Administration, picture: aging.Overdue) -> list[str]:
    said = []
    if picture.unvalued:
        currency = administration.currency_code or "the administration's currency"
        said.append(f"Not in any figure in {currency}, having no amount in the books: {named(picture.unvalued, 2)}.")
    said += unbooked_notes(picture.unbooked)
    if picture.undated:
        said.append(f"{present.count(len(picture.undated), 'open invoice')} without a due date: never overdue here.")
    if administration.paused_at or administration.reminding_paused_at:
        said.append("Reminders are paused for the whole administration.")
    return said
