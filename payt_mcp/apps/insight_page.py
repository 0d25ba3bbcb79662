"""What is expected to come in, and how collecting goes, on the page of the report: bars and figures, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from payt_mcp.answers.collection import DEFINITIONS
from payt_mcp.answers.receipts import LIMITS
from payt_mcp.words.formats import point
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one
from payt_mcp.words.said import day_of, money, say
from payt_mcp.words.sentences import spoken

Told = Mapping[str, Any]
"""The structured content of `expected_receipts` or `collection_figures`; or only `why_not`, a sentence. Its sentences
are the tool's own, in English.
"""

_NAMES = {
    "collected": say("Collected"),
    "reversed": say("Reversed"),
    "written_off": say("Written off"),
    "settled_without_payment": say("Settled without payment"),
    "sales": say("Invoiced"),
    "open_at_end": say("Open at the end"),
    "dso": say("DSO, days"),
    "dso_counted_back": say("DSO counted back, days"),
    "best_possible_dso": say("Best possible DSO, days"),
    "days_late": say("Paid late on average, days"),
    "effectiveness": say("Collection effectiveness, %"),
    "overdue_share": say("Overdue, % of what is open"),
}
_AMOUNTS = frozenset({"collected", "reversed", "written_off", "settled_without_payment", "sales", "open_at_end"})
_UNKNOWN = "-"

_LIMITS = say(
    "Reckoned from what is open now and how late each debtor paid so far; invoices not made yet are not in it. About 1 "
    "week in 10 comes in below its low, and 1 in 10 above its high. That a debtor stops paying shows only afterwards: "
    "an estimate, no promise."
)
_DEFINITIONS = say(
    "DSO: what is open at the end, as days of sales; counted back, month by month; best possible, of what is not past "
    "due alone. Collection effectiveness: how much of what could be collected was. Days late are weighted by amount."
)
_FOR_MODELS = frozenset({LIMITS, DEFINITIONS})
"""The same with names of fields and files in it, which whoever has the page alone does not know."""


def receipts(html: Html, told: Told) -> Markup:
    """Thirteen weeks, each with a bar for what is expected and a line from low to high."""
    weeks = told.get("weeks")
    return html(
        '<div class="whole"><h2>{title}</h2>{said}{weeks}</div>{limits}{notes}',
        title=say("Expected receipts"),
        said=_whole(html, told) if weeks else _tools_own(html, told),
        weeks=_weeks(html, weeks, told.get("currency", "")) if weeks else NOTHING,
        limits=html('<p class="soft">{}</p>', _LIMITS) if weeks else NOTHING,
        notes=_notes(html, told),
    )


def _whole(html: Html, told: Told) -> Markup:
    currency = told.get("currency", "")
    sums = {name: money(Decimal(amount), currency) for name, amount in told["totals"].items()}
    said = say(
        "Of {owed} owed, {expected} is expected in 13 weeks (low {low}, high {high}), {later_or_never} later or never.",
        **sums,
    )
    return html('<p class="soft">{}</p>', said)


def _weeks(html: Html, weeks: Sequence[Mapping[str, str]], currency: str) -> Markup:
    longest = max(Decimal(week["high"]) for week in weeks)
    rows = one_by_one(_week(html, week, longest, currency) for week in weeks)
    legend = say("Bar: expected in the seven days from that day. Line: from low to high.")
    return html('<p class="soft">{}</p><div class="bars weeks">{}</div>', legend, rows)


def _week(html: Html, week: Mapping[str, str], longest: Decimal, currency: str) -> Markup:
    low, expected, high = (Decimal(week[name]) for name in ("low", "expected", "high"))
    between = say("{low} to {high}", low=round(low), high=round(high))
    return html(
        "<div class=bar><span>{day}</span><span class=track>"
        '<svg aria-hidden="true"><line class="expected" x2="{expected}%" y1="50%" y2="50%"/>'
        '<line class="band" x1="{low}%" x2="{high}%" y1="50%" y2="50%"/></svg></span>'
        '<span class="amount">{amount} <span class="soft">{between}</span></span></div>',
        day=day_of(week["from"]),
        expected=_share(expected, longest),
        low=_share(low, longest),
        high=_share(high, longest),
        amount=_unbroken(html, money(expected, currency)),
        between=_unbroken(html, between),
    )


def _share(amount: Decimal, whole: Decimal) -> str:
    return f"{100 * amount / whole if whole else 0:.2f}"


def figures(html: Html, told: Told) -> Markup:
    """The figures of the last month, and of the one before beside each."""
    currency, of = told.get("currency", ""), told.get("figures", {})
    blocks = one_by_one(_figure(html, name, values, currency) for name, values in of.items())
    return html(
        '<div class="whole"><h2>{title}</h2>{said}{blocks}</div>{definitions}{notes}',
        title=say("How collecting goes"),
        said=_tools_own(html, told),
        blocks=html('<dl class="figures">{}</dl>', blocks) if of else NOTHING,
        definitions=html('<p class="soft definitions">{}</p>', _DEFINITIONS) if of else NOTHING,
        notes=_notes(html, told),
    )


def _figure(html: Html, name: str, values: Sequence[str], currency: str) -> Markup:
    now, *before = (_value(html, name, value, currency) for value in values)
    return html(
        "<div><dt>{}</dt><dd>{}{}</dd></div>",
        _NAMES.get(name, name.replace("_", " ")),
        now,
        html.each('<span class="soft">{}</span>', (say("before {figure}", figure=one) for one in before)),
    )


def _value(html: Html, name: str, value: str, currency: str) -> str:
    """An amount, or days or per cent to a tenth."""
    if value == _UNKNOWN:
        return say("not known")
    if name in _AMOUNTS:
        return _unbroken(html, money(Decimal(value), currency))
    return point(value, html.language)


def _tools_own(html: Html, told: Told) -> Markup:
    return html('<p class="soft" lang=en>{}</p>', told.get("why_not") or told["summary"])


def _notes(html: Html, told: Told) -> Markup:
    notes = [note for note in told.get("notes", ()) if note not in _FOR_MODELS]
    return html("<ul class=notes lang=en>{}</ul>", html.each("<li>{}</li>", notes)) if notes else NOTHING


def _unbroken(html: Html, text: str) -> str:
    """Never broken over two lines."""
    return spoken(text, html.language).replace(" ", "\u00a0")
