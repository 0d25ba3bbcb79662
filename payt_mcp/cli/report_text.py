"""The overdue overview as people read it in a terminal: the same figures, in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from payt_mcp.books.zones import named
from payt_mcp.cli.demo_screen import Column, Screen
from payt_mcp.receivables.phases import words

_BUCKETS = (Column("days", "days late"), Column("invoices", "invoices", number=True), Column("amount", "", number=True))
_DEBTORS = (
    Column("debtor_number", "debtor"), Column("name", "name", most=30), Column("overdue", "overdue", number=True),
    Column("oldest_days", "oldest", number=True), Column("invoices", "invoices", number=True),
    Column("phase", "phase"), Column("attention", "attention"),
)  # fmt: skip
_COMPANIES = (
    Column("administration_id", "id"), Column("name", "name", most=30), Column("currency", "currency"),
    Column("overdue_gross", "overdue", number=True), Column("overdue_credits", "credits", number=True),
    Column("overdue_net", "net", number=True), Column("invoice_count", "invoices", number=True),
    Column("debtor_count", "debtors", number=True),
)  # fmt: skip

INVENTED = "Invented data: the built-in sandbox. No figure here is anybody's."


def local(stamp: str, zone: str | None) -> str:
    """A moment where the administration is: `2026-11-21 13:00 CET`; in UTC where its zone is not known."""
    moment = dt.datetime.fromisoformat(stamp)
    return f"{moment.astimezone(named(zone) or dt.UTC):%Y-%m-%d %H:%M %Z}"


def show(screen: Screen, overviews: Sequence[Mapping[str, Any]], by_currency: Mapping[str, str]) -> None:
    """One after the other, as `summarize_overdue` gives them, each with the `name` of its administration; of several
    first what they come to, and in all `by_currency`.
    """
    several = len(overviews) > 1
    if several:
        _together(screen, overviews, by_currency)
    for found in overviews:
        _one(screen, found, f", {found['administration_id']}" if several else "")


def _together(screen: Screen, overviews: Sequence[Mapping[str, Any]], by_currency: Mapping[str, str]) -> None:
    screen.heading(f"{len(overviews)} administrations")
    screen.table([_company(found) for found in overviews], _COMPANIES)
    sums = ", ".join(f"{code} {_amount(amount)}" for code, amount in by_currency.items())
    screen.paragraph(f"Overdue in all, by the currency of the invoices: {sums or 'nothing'}.")


def _company(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, **{name: _amount(found[name]) for name in ("overdue_gross", "overdue_credits", "overdue_net")}}


def _one(screen: Screen, found: Mapping[str, Any], which: str) -> None:
    currency = found["currency"]
    screen.heading(f"{found['name']}{which}, {found['at']}")
    if found["invented"]:
        screen.paragraph(INVENTED)
    screen.paragraph(
        f"{currency} {_amount(found['overdue_gross'])} overdue on {found['invoice_count']:,} invoices of "
        f"{found['debtor_count']:,} debtors; credits past due {currency} {_amount(found['overdue_credits'])}; net "
        f"{currency} {_amount(found['overdue_net'])}."
    )
    screen.table([{**row, "amount": f"{currency} {_amount(row['amount'])}"} for row in found["buckets"]], _BUCKETS)
    debtors = [_row(row) for row in found["debtors"]]
    if len(debtors) < found["debtor_count"]:
        screen.paragraph(f"The {len(debtors)} largest of {found['debtor_count']:,} debtors (--top N for more):")
    screen.table(debtors, _DEBTORS)
    for note in found.get("notes", ()):
        screen.note(note)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "overdue": _amount(row["overdue"]), "phase": words(row.get("phase", ""))}


def _amount(value: str) -> str:
    return f"{Decimal(value):,.2f}"
