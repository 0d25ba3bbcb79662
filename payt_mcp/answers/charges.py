"""Interest and costs by law as rows and text: a figure with its law and what it depends on, never a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from payt_mcp.books.late import LateInvoices
from payt_mcp.receivables.law.charges import Charge, Charges
from payt_mcp.receivables.law.regime import Law
from payt_mcp.receivables.law.whom import is_business
from payt_mcp.words.text import NAME_LENGTH, count, day, filled, money, outside, plain

_MOST_LINES, _FEWEST_ROWS = 8, 2
COLUMNS = {
    "invoice_number": "invoice", "due_date": "due", "open": "open", "currency": "currency", "days": "days",
    "percent": "% a year", "interest": "interest", "costs": "costs",
    "interest_business": "interest (business)", "interest_consumer": "interest (consumer)",
}  # fmt: skip
Cases = Sequence[tuple[str, Charges]]
"""What may be charged, by whom it is charged to: `business`, `consumer`, or both where nothing tells which."""


def summary_of(late: LateInvoices, cases: Cases, as_of: dt.date) -> str:
    name = outside(late.debtor.name, NAME_LENGTH)
    if not late.lates:
        return f"Nothing of {name} is overdue on {as_of}."
    said = "; ".join(f"{_if(who, cases)}{_said(charges)}" for who, charges in cases)
    return f"{name}, law of {late.law.country}, on {as_of}: {said}. A figure, not a claim."


def _if(who: str, cases: Cases) -> str:
    return f"if a {who}, " if len(cases) > 1 else f"as a {who}, "


def _said(charges: Charges) -> str:
    (currency, one), *others = charges.sums.items()
    costs = f" and costs of {money(one.costs, currency)}" if one.costs else ""
    more = f", more in {', '.join(name for name, _ in others)}" if others else ""
    return f"interest of {money(one.interest, currency)}{costs} on {money(one.owed, currency)}{more}"


def shown_of(cases: Cases) -> int:
    """How many invoices an answer shows: the more sums it has, the fewer."""
    return max(_MOST_LINES - sum(len(charges.sums) for _, charges in cases), _FEWEST_ROWS)


def rows_of(cases: Cases, book_currency: str) -> list[dict[str, Any]]:
    """One an invoice, the oldest first."""
    several = len(cases) > 1
    found = []
    for together in zip(*(charges.rows for _, charges in cases), strict=True):
        first: Charge = together[0]
        row: dict[str, Any] = {
            "invoice_number": first.late.number,
            "due_date": day(first.late.due_date),
            "open": plain(first.owed),
            "currency": first.late.currency if first.late.currency != book_currency else None,
        }
        if several:
            named = zip(cases, together, strict=True)
            row |= {f"interest_{who}": plain(charge.interest) for (who, _), charge in named}
        else:
            percents = ", ".join(f"{one:f}" for one in first.accrued.percents)
            row |= {
                "days": first.accrued.days,
                "percent": percents,
                "interest": plain(first.interest),
                "costs": plain(first.costs),
            }
        found.append(filled(row))
    return found[: shown_of(cases)]


def sums_of(cases: Cases) -> list[dict[str, Any]]:
    return [
        filled(
            {
                "if": who if len(cases) > 1 else None,
                "currency": currency,
                "open": plain(one.owed),
                "interest": plain(one.interest),
                "costs": plain(one.costs),
                "total": plain(one.total),
            }
        )
        for who, charges in cases
        for currency, one in charges.sums.items()
    ]


def sum_lines(sums: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{'If a ' + row['if'] if 'if' in row else 'Together'}: {row['currency']} {row['open']} open, "
        f"{row['interest']} interest, {row.get('costs', 'no')} costs, {row['total']} in all"
        for row in sums
    ]


def sources_of(late: LateInvoices, cases: Cases) -> Iterator[str]:
    """Whose law it is and why, its articles, and where its rates are published."""
    for who, charges in cases:
        regime = charges.regime
        yield f"{late.law.country} ({late.by}), {who}: interest {regime.interest_law}; costs {regime.costs_law}."
    yield f"Rates: {late.law.source}"


def _depends(late: LateInvoices, cases: Cases, as_of: dt.date) -> list[str]:
    """What the figure hangs on and the books do not tell."""
    found = []
    seems = is_business(late.debtor.name, late.debtor.coc_number, late.debtor.vat_number)
    if len(cases) > 1:
        found.append("whether it is a consumer (nothing at Payt says it is a business; pass consumer)")
    elif (cases[0][0] == "business") != seems:
        says = "its name or number is a business's" if seems else "nothing at Payt says so"
        found.append(f"whether it is a {cases[0][0]}, as asked ({says})")
    for _, charges in cases:
        found += [one for one in charges.regime.depends if one not in found]
        found += [one for one in _costs(late, charges, as_of) if one not in found]
    return found


def _costs(late: LateInvoices, charges: Charges, as_of: dt.date) -> Iterator[str]:
    need, after = charges.regime.costs_need, charges.costs_after
    if need == "clause" and after:
        yield f"costs of at most {money(after, late.law.currency)}, only if agreed and 14 days after a free reminder"
    elif need == "letter" and after:
        since = late.costs_from
        found = f"our letter counts from {since}" if since and since > as_of else "none is among our letters"
        yield f"costs of {money(after, late.law.currency)} once a 14-day letter ran out: {found}"
    if late.law.country == "NL" and (after or any(one.costs for one in charges.sums.values())):
        yield "21 % VAT on the costs only if you cannot reclaim it"


def notes_of(late: LateInvoices, cases: Cases, as_of: dt.date) -> list[str]:
    """What is missing from the figures, or unusual about them."""
    found = [f"Depends on: {'; '.join(depends)}."] if (depends := _depends(late, cases, as_of)) else []
    known = _known_until(late.law)
    unknown = max((charges.unknown_days for _, charges in cases), default=0)
    if known and as_of > known:
        found.append(f"The table of rates is outdated: it ends on {known}.")
    if unknown:
        found.append(f"{count(unknown, 'day')} without a rate in the table bear no interest here.")
    if late.unread:
        found.append(f"Payt did not tell: {', '.join(late.unread)}. What was paid counts as never owed.")
    found += credit_notes(late)
    foreign = sorted({one.currency for one in late.lates} - {late.law.currency})
    if foreign:
        found.append(f"No costs in {', '.join(foreign)}: the law puts them in {late.law.currency}.")
    if any(charges.regime.terms is None for _, charges in cases):
        found.append("Against consumers there is no interest or sum by law here: by contract or a court only.")
    if any(charges.regime.starts == "first_reminder" for _, charges in cases):
        unreminded = sum(one.reminded_on is None for one in late.lates)
        if unreminded:
            found.append(
                f"No first reminder of {count(unreminded, 'invoice')} is on record: a consumer owes nothing on it yet."
            )
    shown = shown_of(cases)
    if len(late.lates) > shown:
        found.append(f"The {shown} oldest are shown; the sums are of all {len(late.lates):,}.")
    return found


def credit_notes(late: LateInvoices) -> list[str]:
    said = ", ".join(money(amount, currency) for currency, amount in late.credits.items())
    return [f"Credits of {said} are not set off, and bear nothing."] if said else []


def _known_until(law: Law) -> dt.date | None:
    return law.business.terms.rates.until if law.business.terms else None
