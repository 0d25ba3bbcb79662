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
from payt_mcp.words.formats import number
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, money, say, term
from payt_mcp.words.sentences import spoken

Overview = Mapping[str, Any]
"""The structured content of `summarize_overdue`, and `name`: whose overview it is. `at`: its moment there, in words;
`invented`: whether it is the sandbox's. `receipts` and `figures`, where they were asked for: see `insight_page`.
"""

INVENTED = say("Invented data: the built-in sandbox. No figure here is anybody's.")

_COMPANY = (say("Overdue"), say("Credits"), say("Net"), say("Invoices"), say("Debtors"))

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(
    overviews: Sequence[Overview], by_currency: Mapping[str, str] = MappingProxyType({}), language: Language = "en"
) -> str:
    """The page: a section for each administration; before several, what each comes to, and all `by_currency`. Notes are
    the tool's own, in English.
    """
    html = Html(language)
    several = len(overviews) > 1
    whole = html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{}</title><style>{}</style></head><body><main>{}{}</main></body></html>\n",
        language,
        _POLICY,
        say("Overdue overview"),
        Markup(style()),  # noqa: S704 - a file of ours
        _together(html, overviews, by_currency) if several else NOTHING,
        one_by_one(_section(html, one, one["administration_id"] if several else "") for one in overviews),
    )
    return str(whole)


def style() -> str:
    return (Path(__file__).parent / "overview.css").read_text(encoding="utf-8")


def _together(html: Html, overviews: Sequence[Overview], by_currency: Mapping[str, str]) -> Markup:
    sums = ((code, _amount(html, amount, code)) for code, amount in by_currency.items())
    return html(
        '<section><h1>{title}</h1><p class="soft">{currencies}</p>'
        '<dl class="figures">{sums}</dl><h2>{companies}</h2>'
        '<div class="scroll"><table class="companies"><thead><tr><th>{id}</th><th>{name}</th>{heads}</tr></thead>'
        "<tbody>{rows}</tbody></table></div></section>",
        title=count(len(overviews), "administration"),
        currencies=say("Overdue in all, by the currency of the invoices"),
        companies=say("By company, in the currency of its books"),
        id=say("Id"),
        name=say("Name"),
        sums=one_by_one(html("<div><dt>{}</dt><dd>{}</dd></div>", *sum_) for sum_ in sums),
        heads=html.each("<th class=num>{}</th>", _COMPANY),
        rows=one_by_one(_company(html, one) for one in overviews),
    )


def _company(html: Html, overview: Overview) -> Markup:
    amounts = [overview["overdue_gross"], overview["overdue_credits"], overview["overdue_net"]]
    cells = [_amount(html, amount, overview["currency"]) for amount in amounts]
    cells += [number(overview[name], html.language) for name in ("invoice_count", "debtor_count")]
    named = zip(_COMPANY, cells, strict=True)
    return html(
        '<tr><td data-head="{}">{}</td><td>{}</td>{}</tr>',
        say("Id"),
        overview["administration_id"],
        overview["name"],
        one_by_one(html('<td class=num data-head="{}">{}</td>', head, cell) for head, cell in named),
    )


def _section(html: Html, overview: Overview, which: str) -> Markup:
    """`which` is the id of the administration, where there are several."""
    currency = overview["currency"]
    figures = (
        (say("Overdue"), _amount(html, overview["overdue_gross"], currency)),
        (say("Open credits past due"), _amount(html, overview["overdue_credits"], currency)),
        (say("Net"), _amount(html, overview["overdue_net"], currency)),
        (say("Invoices"), number(overview["invoice_count"], html.language)),
        (say("Debtors"), number(overview["debtor_count"], html.language)),
    )
    notes = overview.get("notes", ())
    return html(
        '<section><h1>{name}</h1><p class="soft">{which}{as_of}</p>{invented}'
        '<dl class="figures">{figures}</dl>'
        "<h2>{days}</h2>{bars}<h2>{largest}</h2>{debtors}{notes}{receipts}{collecting}</section>",
        name=overview["name"],
        which=say("Administration {id}. ", id=which) if which else "",
        as_of=say("Overdue, as of {at}", at=overview.get("at") or overview["as_of"]),
        days=say("By days past the due date"),
        invented=html("<p><strong>{}</strong></p>", INVENTED) if overview.get("invented") else NOTHING,
        figures=one_by_one(html("<div><dt>{}</dt><dd>{}</dd></div>", *figure) for figure in figures),
        bars=_bars(html, overview),
        largest=_largest(overview),
        debtors=_table(html, overview.get("debtors", ()), currency),
        notes=html("<ul class=notes lang=en>{}</ul>", html.each("<li>{}</li>", notes)) if notes else NOTHING,
        receipts=insight_page.receipts(html, overview["receipts"]) if "receipts" in overview else NOTHING,
        collecting=insight_page.figures(html, overview["figures"]) if "figures" in overview else NOTHING,
    )


def _bars(html: Html, overview: Overview) -> Markup:
    amounts = [Decimal(bucket["amount"]) for bucket in overview["buckets"]]
    longest, total = max(amounts, default=Decimal(0)), sum(amounts, Decimal(0))
    rows = one_by_one(
        html(
            "<div class=bar><span>{days}</span><span class=track>"
            '<svg aria-hidden="true"><rect class="b{place}" width="{width}%" height="100%"/></svg></span>'
            '<span class="amount">{amount} <span class="soft">{share}, {invoices}</span></span></div>',
            days=say("{days} days", days=bucket["days"]),
            place=place,
            width=f"{100 * amount / longest if longest else 0:.2f}",
            amount=_amount(html, bucket["amount"], overview["currency"]),
            share=f"{100 * amount / total:.0f}%" if total else "0%",
            invoices=count(bucket["invoices"], "invoice"),
        )
        for place, (bucket, amount) in enumerate(zip(overview["buckets"], amounts, strict=True), start=1)
    )
    return html('<div class="bars">{}</div>', rows)


def _largest(overview: Overview) -> str:
    shown, all_of_them = len(overview.get("debtors", ())), overview["debtor_count"]
    if shown < all_of_them:
        return say("The {shown} largest of {all} debtors", shown=shown, all=all_of_them)
    return say("Debtors")


def _table(html: Html, debtors: Sequence[Mapping[str, Any]], currency: str) -> Markup:
    if not debtors:
        return html("<p>{}</p>", say("Nobody is overdue."))
    return html(
        '<div class="scroll"><table><thead><tr><th>{}</th><th>{}</th><th class=num>{}</th>'
        "<th class=num>{}</th><th class=num>{}</th><th>{}</th><th>{}</th></tr></thead>"
        "<tbody>{}</tbody></table></div>",
        say("Debtor"),
        say("Name"),
        say("Overdue, {currency}", currency=currency),
        say("Oldest, days"),
        say("Invoices"),
        say("Phase"),
        say("Attention"),
        one_by_one(_row(html, debtor) for debtor in debtors),
    )


def _row(html: Html, debtor: Mapping[str, Any]) -> Markup:
    """On a narrow screen there is no head: where a figure could be anything, its name stands before it."""
    return html(
        '<tr><td data-head="{debtor}">{number}</td><td>{name}</td><td class=num>{overdue}</td>'
        '<td class=num data-head="{oldest}">{days}</td><td class=num data-head="{invoices}">{count}</td>'
        "<td>{phase}</td><td>{flags}</td></tr>",
        debtor=say("Debtor"),
        number=debtor.get("debtor_number", ""),
        name=debtor.get("name", ""),
        overdue=_amount(html, debtor["overdue"]),
        oldest=say("Oldest, days"),
        days=number(debtor["oldest_days"], html.language),
        invoices=say("Invoices"),
        count=number(debtor["invoices"], html.language),
        phase=term(words(debtor.get("phase", ""))),
        flags=html.each('<span class="flag">{}</span>', (term(words(flag)) for flag in debtor.get("attention", ()))),
    )


def _amount(html: Html, amount: str, currency: str | None = None) -> str:
    """Never broken over two lines."""
    return spoken(money(Decimal(amount), currency), html.language).replace(" ", "\u00a0")
