"""How a debtor pays, in words and fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from payt_mcp.receivables.insight.behaviour import ENOUGH, FEW, MONTHS, Behaviour, quantile
from payt_mcp.receivables.phases import rank, words
from payt_mcp.words import text as present

DEFINITION = (
    "Days late: from the due date to the day an invoice was paid in full, each invoice counted once. At risk: open in "
    "collection, or later than 9 in 10 were paid (with too few: over 90 days late). More: docs/figures.md."
)
_UNREMINDED = "none"


def summary_of(name: str, found: Behaviour, currency: str) -> str:
    if not found.late:
        said = f"{name} paid no invoice in {MONTHS} months"
    else:
        said = f"{name} pays {_late(found.median)} (median of {present.count(len(found.late), 'invoice')} paid in "
        said += f"{MONTHS} months)"
        said += f"; {_trend(found)}" if found.trend else ""
    return f"{said}. {_owes(found, currency)}"


def fields_of(found: Behaviour) -> dict[str, Any]:
    """What is known; what cannot be said is left out."""
    fields: dict[str, Any] = {"invoices_paid": len(found.late)}
    if found.late:
        fields["median_days_late"] = _days(found.median)
        fields |= {"paid_after": _paid_after(found), "paid_in_parts_percent": _percent(found.in_parts, len(found.late))}
    if found.has_habit:
        fields["middle_half_days_late"] = [_days(quantile(found.late, 1)), _days(quantile(found.late, 3))]
    if found.trend:
        fields["median_by_half_year"] = [_days(half) for half in found.trend]
    fields |= {"open": f"{found.open:.2f}", "overdue": f"{found.overdue:.2f}", "at_risk": f"{found.at_risk:.2f}"}
    if found.open:
        fields["at_risk_percent"] = _percent(found.at_risk, found.open)
    if found.oldest:
        fields["oldest_days_overdue"] = found.oldest
    return fields


def notes_of(found: Behaviour, begins: dt.date) -> Iterator[str]:
    if found.late and not found.has_habit:
        yield f"{present.count(len(found.late), 'paid invoice')}: fewer than {ENOUGH} make no habit, and no spread."
    if found.late and not found.trend:
        yield f"No trend: fewer than {FEW} invoices were paid in one of the two half years."
    if not found.late:
        yield f"What it paid was looked for since {begins}."
    if found.median is not None and found.oldest > max(found.late_from, 0):
        yield "Something that is open is later than it usually pays; it is not in the median."
    if found.unbooked:
        yield f"Not counted: {present.count(found.unbooked, 'open invoice')} without an amount in the books."


def lines_of(fields: dict[str, Any]) -> list[str]:
    """The fields, one a line, as a person reads them."""
    return [f"{name.replace('_', ' ')}: {_spoken(value)}" for name, value in fields.items()]


def _owes(found: Behaviour, currency: str) -> str:
    if not found.open:
        return "It owes nothing now."
    said = f"It owes {present.money(found.open, currency)}, of which {present.money(found.overdue)} overdue"
    return f"{said} and {present.money(found.at_risk)} at risk."


def _late(median: Decimal | None) -> str:
    days = median or Decimal(0)
    if not days:
        return "on the due date"
    return f"{_days(abs(days))} {'days' if abs(days) != 1 else 'day'} {'late' if days > 0 else 'early'}"


def _trend(found: Behaviour) -> str:
    assert found.trend is not None
    before, lately = found.trend
    way = "later" if lately > before else "earlier" if lately < before else "as before"
    return f"{way} in the last half year: {_days(lately)}, before {_days(before)}"


def _paid_after(found: Behaviour) -> dict[str, int]:
    """How many were paid after which step, the earliest step first."""
    steps = sorted(found.reminded, key=lambda step: rank(step) if step else -1)
    return {step or _UNREMINDED: found.reminded[step] for step in steps}


def _spoken(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{'no reminder' if step == _UNREMINDED else words(step)} {n}" for step, n in value.items())
    return " to ".join(value) if isinstance(value, list) else str(value)


def _days(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _percent(part: Decimal | int, whole: Decimal | int) -> int:
    return round(Decimal(100) * part / whole)
