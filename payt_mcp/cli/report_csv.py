"""The overdue overview as CSV: a row for each debtor, amounts as plain decimals, texts that are no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from payt_mcp.sheets.as_csv import no_formula

COLUMNS = (
    "administration_id", "administration", "as_of", "currency", "debtor_number", "name", "overdue", "oldest_days",
    "invoices", "phase", "attention",
)  # fmt: skip


def as_csv(overviews: Sequence[Mapping[str, Any]]) -> str:
    """All debtors of all administrations, under one heading; `as_of` is the time where the administration is."""
    paper = io.StringIO()
    sheet = csv.DictWriter(paper, COLUMNS, extrasaction="ignore")
    sheet.writeheader()
    for overview in overviews:
        name = f"{overview['name']} (invented data)" if overview["invented"] else overview["name"]
        whose = {
            "administration_id": overview["administration_id"], "administration": no_formula(name),
            "as_of": overview["at"], "currency": no_formula(overview["currency"]),
        }  # fmt: skip
        sheet.writerows({**whose, **_row(debtor)} for debtor in overview["debtors"])
    return paper.getvalue()


def _row(debtor: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: no_formula(debtor.get(name, "")) for name in ("debtor_number", "name", "phase")}
    return {**debtor, **texts, "attention": " ".join(debtor.get("attention", ()))}
