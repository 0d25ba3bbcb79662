"""The overdue overview as a page of its own: no script, nothing loaded from anywhere, readable in print."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from payt_mcp.receivables.phases import words
from payt_mcp.words.text import count, money

Overview = Mapping[str, Any]
"""The structured content of `summarize_overdue`, and `name`: whose overview it is. `at`: its moment there, in words;
`invented`: whether it is the sandbox's.
"""

_INVENTED = "Invented data: the built-in sandbox. No figure here is anybody's."

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(overviews: Sequence[Overview]) -> str:
    """The page; a section for each administration."""
    sections = "".join(_section(overview) for overview in overviews)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Overdue overview</title><style>{style()}</style></head><body><main>{sections}</main></body></html>\n"
    )


def style() -> str:
    return (Path(__file__).parent / "overview.css").read_text(encoding="utf-8")


def _section(overview: Overview) -> str:
    currency = overview["currency"]
    figures = (
        ("Overdue", _amount(overview["overdue_gross"], currency)),
        ("Open credits past due", _amount(overview["overdue_credits"], currency)),
        ("Net", _amount(overview["overdue_net"], currency)),
        ("Invoices", f"{overview['invoice_count']:,}"),
        ("Debtors", f"{overview['debtor_count']:,}"),
    )
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    at = overview.get("at") or overview["as_of"]
    invented = f"<p><strong>{_INVENTED}</strong></p>" if overview.get("invented") else ""
    notes = "".join(f"<li>{_text(note)}</li>" for note in overview.get("notes", ()))
    return (
        f"<section><h1>{_text(overview['name'])}</h1>"
        f'<p class="soft">Overdue, as of {_text(at)}</p>{invented}<dl class="figures">{listed}</dl>'
        f"<h2>By days past the due date</h2>{_bars(overview)}"
        f"<h2>{_largest(overview)}</h2>{_table(overview.get('debtors', ()), currency)}"
        f"{f'<ul class=notes>{notes}</ul>' if notes else ''}</section>"
    )


def _bars(overview: Overview) -> str:
    amounts = [Decimal(bucket["amount"]) for bucket in overview["buckets"]]
    longest, total = max(amounts, default=Decimal(0)), sum(amounts, Decimal(0))
    rows = []
    for place, (bucket, amount) in enumerate(zip(overview["buckets"], amounts, strict=True), start=1):
        width = 100 * amount / longest if longest else Decimal(0)
        share = f"{100 * amount / total:.0f}%" if total else "0%"
        rows.append(
            f"<div class=bar><span>{_text(bucket['days'])} days</span><span class=track>"
            f'<svg aria-hidden="true"><rect class="b{place}" width="{width:.2f}%" height="100%"/></svg></span>'
            f'<span class="amount">{_amount(bucket["amount"], overview["currency"])} '
            f'<span class="soft">{share}, {count(bucket["invoices"], "invoice")}</span></span></div>'
        )
    return f'<div class="bars">{"".join(rows)}</div>'


def _largest(overview: Overview) -> str:
    shown, all_of_them = len(overview.get("debtors", ())), overview["debtor_count"]
    return f"The {shown:,} largest of {all_of_them:,} debtors" if shown < all_of_them else "Debtors"


def _table(debtors: Sequence[Mapping[str, Any]], currency: str) -> str:
    if not debtors:
        return "<p>Nobody is overdue.</p>"
    head = (
        f"<tr><th>Debtor</th><th>Name</th><th class=num>Overdue, {_text(currency)}</th><th class=num>Oldest, days</th>"
        "<th class=num>Invoices</th><th>Phase</th><th>Attention</th></tr>"
    )
    rows = "".join(_row(debtor) for debtor in debtors)
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _row(debtor: Mapping[str, Any]) -> str:
    flags = "".join(f'<span class="flag">{_text(words(flag))}</span>' for flag in debtor.get("attention", ()))
    return (
        f"<tr><td>{_text(debtor.get('debtor_number', ''))}</td><td>{_text(debtor.get('name', ''))}</td>"
        f"<td class=num>{_amount(debtor['overdue'])}</td><td class=num>{debtor['oldest_days']:,}</td>"
        f"<td class=num>{debtor['invoices']:,}</td><td>{_text(words(debtor.get('phase', '')))}</td>"
        f"<td>{flags}</td></tr>"
    )


def _amount(amount: str, currency: str | None = None) -> str:
    return _text(money(Decimal(amount), currency)).replace(" ", "&nbsp;")


def _text(value: str) -> str:
    return html.escape(str(value), quote=True)
