"""The figures of a period in words and rows, beside those of the period before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from payt_mcp.receivables.insight.figures import Compared, Figures, steps_of
from payt_mcp.receivables.insight.lines import LeftOut
from payt_mcp.receivables.insight.period import Period
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.words import text as present

DEFINITIONS = (
    "dso: net open at the end / sales x days, best: of what is not past due; effectiveness: CEI, %; days_late by "
    "amount. docs/figures.md"
)
FIGURES = {"figure": "figure", "now": "now", "before": "before"}
MOVEMENTS = {"debtor_number": "debtor", "name": "moved most", "now": "now", "before": "before"}
UNKNOWN = "-"
_NOTHING = frozenset({UNKNOWN, "0.00"})
_ALWAYS = frozenset({"collected", "sales", "open_at_end"})
_MOST_NAME = 18
_MOVED, _FEW_MOVED, _MANY_STEPS = 10, 7, 9
"""How many debtors that moved are told, and how many beside more weeks or months than that."""
_TENTH = Decimal("0.1")


def summary_of(compared: Compared, currency: str) -> str:
    """`2026-10-01 to 2026-10-31: EUR 1,399.00 collected in 12 payments; 2026-09-01 to 2026-09-30: 1,500.00.`"""
    now, before = compared.now, compared.before
    said = f"{_days(now.period)}: {present.money(now.collected, currency)} collected"
    said += f" in {present.count(now.payments, 'payment')}"
    known = f": {present.money(before.collected)}" if compared.has_before else ": not known"
    return f"{said}; {_days(before.period)}{known}."


def figures_of(compared: Compared) -> dict[str, list[str]]:
    """By name: now, and in the period before where that is known. What cannot be said is left out."""
    both = [compared.now, compared.before] if compared.has_before else [compared.now]
    rows = [_figures(figures) for figures in both]
    all_of = {name: [row[name] or UNKNOWN for row in rows] for name in rows[0]}
    return {name: values for name, values in all_of.items() if name in _ALWAYS or set(values) - _NOTHING}


def collected_by(compared: Compared) -> dict[str, str]:
    """By the first day of each week of the period; of a long one by month."""
    length = len("2026-10") if compared.now.period.is_long else len("2026-10-05")
    return {day.isoformat()[:length]: f"{amount:.2f}" for day, amount in steps_of(compared.now)}


def movement_rows(compared: Compared, items: OpenItems) -> list[dict[str, Any]]:
    if not compared.has_before:
        return []
    found = []
    most = _FEW_MOVED if len(steps_of(compared.now)) > _MANY_STEPS else _MOVED
    for debtor_id, now, before in compared.movements(most):
        entry = items.debtors.get(debtor_id)
        row = {
            "debtor_number": present.code(entry.number if entry else debtor_id),
            "name": present.outside(entry.name, _MOST_NAME) if entry else "",
            "collected": [f"{now:.2f}", f"{before:.2f}"],
        }
        found.append(present.filled(row))
    return found


def notes_of(compared: Compared, today: dt.date, currency: str) -> Iterator[str]:
    now, before, left = compared.now, compared.before, compared.left_out
    if not compared.has_before:
        yield f"Of the period before not all is known: the past that is read begins on {compared.begins}."
    elif compared.earliest is not None and compared.earliest > before.period.first:
        yield f"Nothing is on record before {compared.earliest}: what reaches back further is not a whole period."
    if now.sales <= 0:
        yield "Nothing was sold in the period: no dso and no best possible one."
    if now.dso_counted_back is None:
        yield f"Not counted back: more is open than was sold since {compared.begins}."
    if now.undone:
        yield f"Since the period {present.money(now.undone, currency)} of what was collected in it was booked back."
    if now.period.last == today:
        yield "The period ends today, and today is not over."
    if left.invoices or left.entries:
        yield f"In no figure: {_left_out(left)}."


def _left_out(left: LeftOut) -> str:
    totals = ", ".join(present.money(total, code) for code, total in sorted(left.totals.items()))
    invoices = f"{present.count(left.invoices, 'invoice')} without an amount in the books ({totals})"
    entries = f"{present.count(left.entries, 'payment')} without a day or such an amount"
    return ", ".join(said for said, number in ((invoices, left.invoices), (entries, left.entries)) if number)


def _figures(figures: Figures) -> Mapping[str, str]:
    """Amounts to the cent, days and per cent to a tenth; what is nothing, or cannot be said, is empty."""
    amounts = {
        "collected": figures.collected,
        "reversed": figures.reversed,
        "written_off": figures.written_off,
        "settled_without_payment": figures.settled,
        "sales": figures.sales,
        "open_at_end": figures.closing.net,
    }
    others = {
        "dso": figures.dso,
        "dso_counted_back": figures.dso_counted_back,
        "best_possible_dso": figures.best_possible_dso,
        "days_late": figures.days_late,
        "effectiveness": figures.effectiveness,
        "overdue_share": figures.overdue_share,
    }
    shown = {name: f"{amount:.2f}" for name, amount in amounts.items()}
    return shown | {name: _tenths(value) for name, value in others.items()}


def _tenths(value: Decimal | None) -> str:
    return "" if value is None else f"{value.quantize(_TENTH, ROUND_HALF_UP)}"


def worded_movements(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For a table, too."""
    return [{**row, "now": row["collected"][0], "before": row["collected"][1]} for row in rows]


def figure_rows(figures: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """For a table: `now` and `before` under their heads."""
    return [
        {"figure": name.replace("_", " "), **dict(zip(("now", "before"), both, strict=False))}
        for name, both in figures.items()
    ]


def _days(period: Period) -> str:
    return f"{period.first} to {period.last}"
