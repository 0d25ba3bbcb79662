"""The overdue overview as a page of its own: no script, nothing loaded from anywhere, readable in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from payt_mcp.apps import insight_page
from payt_mcp.receivables.phases import words
from payt_mcp.words.hypertext import NOTHING, each, html, one_by_one
from payt_mcp.words.text import count, money

Overview = Mapping[str, Any]
"""The structured content of `summarize_overdue`, and `name`: whose overview it is. `at`: its moment there, in words;
`invented`: whether it is the sandbox's. `receipts` and `figures`, where they were asked for: see `insight_page`.
"""

_INVENTED = "Invented data: the built-in sandbox. No figure here is anybody's."

_COMPANY = ("Overdue", "Credits", "Net", "Invoices", "Debtors")

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(overviews: Sequence[Overview], by_currency: Mapping[str, str] = MappingProxyType({})) -> str:
    """The page: a section for each administration; before several, what each comes to, and all `by_currency`."""
    several = len(overviews) > 1
    whole = html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Overdue overview</title><style>{}</style></head><body><main>{}{}</main></body></html>\n",
        _POLICY,
        Markup(style()),  # noqa: S704 - a file of ours
        _together(overviews, by_currency) if several else NOTHING,
        one_by_one(_section(one, one["administration_id"] if several else "") for one in overviews),
    )
    return str(whole)


def style() -> str:
    return (Path(__file__).parent / "overview.css").read_text(encoding="utf-8")


def _together(overviews: Sequence[Overview], by_currency: Mapping[str, str]) -> Markup:
    sums = ((code, _amount(amount, code)) for code, amount in by_currency.items())
    return html(
        '<section><h1>{count} administrations</h1><p class="soft">Overdue in all, by the currency of the invoices</p>'
        '<dl class="figures">{sums}</dl><h2>By company, in the currency of its books</h2>'
        '<div class="scroll"><table class="companies"><thead><tr><th>Id</th><th>Name</th>{heads}</tr></thead>'
        "<tbody>{rows}</tbody></table></div></section>",
        count=len(overviews),
        sums=one_by_one(html("<div><dt>{}</dt><dd>{}</dd></div>", *sum_) for sum_ in sums),
        heads=each("<th class=num>{}</th>", _COMPANY),
        rows=one_by_one(map(_company, overviews)),
    )


def _company(overview: Overview) -> Markup:
    amounts = [overview["overdue_gross"], overview["overdue_credits"], overview["overdue_net"]]
    cells = [_amount(amount, overview["currency"]) for amount in amounts]
    cells += [f"{overview['invoice_count']:,}", f"{overview['debtor_count']:,}"]
    named = zip(_COMPANY, cells, strict=True)
    return html(
        "<tr><td>{}</td><td>{}</td>{}</tr>",
        overview["administration_id"],
        overview["name"],
        one_by_one(html('<td class=num data-head="{}">{}</td>', head, cell) for head, cell in named),
    )


def _section(overview: Overview, which: str) -> Markup:
    """`which` is the id of the administration, where there are several."""
    currency = overview["currency"]
    figures = (
        ("Overdue", _amount(overview["overdue_gross"], currency)),
        ("Open credits past due", _amount(overview["overdue_credits"], currency)),
        ("Net", _amount(overview["overdue_net"], currency)),
        ("Invoices", f"{overview['invoice_count']:,}"),
        ("Debtors", f"{overview['debtor_count']:,}"),
    )
    notes = overview.get("notes", ())
    return html(
        '<section><h1>{name}</h1><p class="soft">{which}Overdue, as of {at}</p>{invented}'
        '<dl class="figures">{figures}</dl>'
        "<h2>By days past the due date</h2>{bars}<h2>{largest}</h2>{debtors}{notes}{receipts}{collecting}</section>",
        name=overview["name"],
        which=f"Administration {which}. " if which else "",
        at=overview.get("at") or overview["as_of"],
        invented=html("<p><strong>{}</strong></p>", _INVENTED) if overview.get("invented") else NOTHING,
        figures=one_by_one(html("<div><dt>{}</dt><dd>{}</dd></div>", *figure) for figure in figures),
        bars=_bars(overview),
        largest=_largest(overview),
        debtors=_table(overview.get("debtors", ()), currency),
        notes=html("<ul class=notes>{}</ul>", each("<li>{}</li>", notes)) if notes else NOTHING,
        receipts=insight_page.receipts(overview["receipts"]) if "receipts" in overview else NOTHING,
        collecting=insight_page.figures(overview["figures"]) if "figures" in overview else NOTHING,
    )


def _bars(overview: Overview) -> Markup:
    amounts = [Decimal(bucket["amount"]) for bucket in overview["buckets"]]
    longest, total = max(amounts, default=Decimal(0)), sum(amounts, Decimal(0))
    rows = one_by_one(
        html(
            "<div class=bar><span>{days} days</span><span class=track>"
            '<svg aria-hidden="true"><rect class="b{place}" width="{width}%" height="100%"/></svg></span>'
            '<span class="amount">{amount} <span class="soft">{share}, {invoices}</span></span></div>',
            days=bucket["days"],
            place=place,
            width=f"{100 * amount / longest if longest else 0:.2f}",
            amount=_amount(bucket["amount"], overview["currency"]),
            share=f"{100 * amount / total:.0f}%" if total else "0%",
            invoices=count(bucket["invoices"], "invoice"),
        )
        for place, (bucket, amount) in enumerate(zip(overview["buckets"], amounts, strict=True), start=1)
    )
    return html('<div class="bars">{}</div>', rows)


def _largest(overview: Overview) -> str:
    shown, all_of_them = len(overview.get("debtors", ())), overview["debtor_count"]
    return f"The {shown:,} largest of {all_of_them:,} debtors" if shown < all_of_them else "Debtors"


def _table(debtors: Sequence[Mapping[str, Any]], currency: str) -> Markup:
    if not debtors:
        return html("<p>Nobody is overdue.</p>")
    return html(
        '<div class="scroll"><table><thead><tr><th>Debtor</th><th>Name</th><th class=num>Overdue, {}</th>'
        "<th class=num>Oldest, days</th><th class=num>Invoices</th><th>Phase</th><th>Attention</th></tr></thead>"
        "<tbody>{}</tbody></table></div>",
        currency,
        one_by_one(map(_row, debtors)),
    )


def _row(debtor: Mapping[str, Any]) -> Markup:
    return html(
        "<tr><td>{}</td><td>{}</td><td class=num>{}</td><td class=num>{}</td><td class=num>{}</td><td>{}</td>"
        "<td>{}</td></tr>",
        debtor.get("debtor_number", ""),
        debtor.get("name", ""),
        _amount(debtor["overdue"]),
        f"{debtor['oldest_days']:,}",
        f"{debtor['invoices']:,}",
        words(debtor.get("phase", "")),
        each('<span class="flag">{}</span>', map(words, debtor.get("attention", ()))),
    )


def _amount(amount: str, currency: str | None = None) -> str:
    """Never broken over two lines."""
    return money(Decimal(amount), currency).replace(" ", "\u00a0")
