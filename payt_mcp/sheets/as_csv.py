"""A sheet as CSV: names of fields, dates as 2026-11-21, amounts as plain decimals, texts that are no formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal

from payt_mcp.sheets.sheet import Cell, Sheet
from payt_mcp.words.text import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - a spreadsheet takes the wide ones for the others


def as_csv(sheet: Sheet, shown: Callable[[str], str]) -> str:
    """The rows under their heading. `shown` is how codes and texts of others are shown: cleaned at least."""
    paper = io.StringIO()
    writer = csv.writer(paper)
    writer.writerow([column.name for column in sheet.columns])
    show = [shown if column.kind in {"code", "text"} else _ours for column in sheet.columns]
    writer.writerows(map(_written, row, show) for row in sheet.rows)
    return paper.getvalue()


def _written(cell: Cell, shown: Callable[[str], str]) -> str:
    if isinstance(cell, Decimal):
        return plain(cell) or ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return no_formula(shown(cell)) if isinstance(cell, str) else "" if cell is None else str(cell)


def _ours(text: str) -> str:
    return text


def no_formula(text: str) -> str:
    """Somebody else's text: a spreadsheet would carry out what begins like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
