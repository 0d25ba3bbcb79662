"""Sheets as a workbook of Excel, LibreOffice and Numbers: real numbers and dates, numbers of invoices as text.

Excel keeps an amount as a binary fraction of 15 decimal digits: up to 9,999,999,999,999.99 it gives back the cent it
was given, and what has more digits is written as text. Its calendar begins in 1900, with a day in it that never was:
what is before March of that year is text too.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from payt_mcp.errors import InputError, PaytMcpError
from payt_mcp.sheets.sheet import Cell, Column, Kind, Sheet
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken
from payt_mcp.words.text import clean, plain

_MOST_DIGITS = 15
_FIRST_DAY = dt.date(1900, 3, 1)
MOST_SIGNS = 16_000
"""A cell takes 32,767 units of UTF-16, and a sign is one or two."""
_MOST_ROWS = 1_048_575
_WIDTHS: dict[Kind, tuple[int, int]] = {
    "code": (8, 24),
    "text": (10, 46),
    "words": (10, 46),
    "prose": (20, 60),
    "date": (12, 12),
    "amount": (12, 22),
    "count": (8, 12),
}
"""The narrowest and the widest a column gets, in signs."""
_LEFT = {"align": "left", "indent": 1}
_FORMATS: dict[Kind, dict[str, Any]] = {
    "code": {"num_format": "@", **_LEFT},
    "text": {"num_format": "@", **_LEFT},
    "words": {"num_format": "@", **_LEFT},
    "prose": {"num_format": "@", **_LEFT, "text_wrap": True},
    "date": {"num_format": "yyyy-mm-dd", **_LEFT},
    "amount": {"num_format": "#,##0.00"},
    "count": {"num_format": "#,##0"},
}
_LINE_HEIGHT = 15
_NUMERIC = frozenset({"amount", "count"})
_INK, _GROUND, _LINE = "#16202B", "#E4ECF6", "#9DB2CC"


class NoWorkbookError(PaytMcpError):
    """The library that writes workbooks is not installed; the text says how to add it."""


def as_xlsx(
    title: str, remarks: Sequence[str], summary: Sequence[Sheet], sheets: Sequence[Sheet], language: Language = "en"
) -> bytes:
    """A workbook: a page with the `title`, the `remarks` and the `summary`, one table below the other, then the sheets.
    What is ours in it is in the language.

    Raises:
        NoWorkbookError: the extra `xlsx` is not installed.
        InputError: a sheet has more rows than a workbook takes.
    """
    for sheet in sheets:
        if len(sheet.rows) > _MOST_ROWS:
            raise InputError(
                f"A sheet takes {_MOST_ROWS:,} rows, and {sheet.title} has {len(sheet.rows):,}: use --csv."
            )
    paper = io.BytesIO()
    # Kept in memory: nothing about debtors is written to disk but the file that was asked for.
    with _library().Workbook(paper, {"in_memory": True}) as book:
        book.set_properties({"title": spoken(title, language)})
        pen = _Pen(book, language)
        pen.summary(title, remarks, summary)
        for sheet in sheets:
            pen.sheet(sheet)
    return paper.getvalue()


def _library() -> Any:
    try:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra: it is there or not
    except ImportError:
        raise NoWorkbookError(
            "A workbook needs the extra `xlsx` where this program is installed: pip install 'payt-mcp[xlsx]' (pipx "
            "inject payt-mcp xlsxwriter; uv tool install --with xlsxwriter payt-mcp). CSV needs nothing. No "
            "file was written."
        ) from None
    return xlsxwriter


class _Pen:
    """Writes on the pages of one workbook."""

    def __init__(self, book: Any, language: Language) -> None:
        self._book = book
        self._language = language
        self._cell = {kind: book.add_format({**form, "valign": "top"}) for kind, form in _FORMATS.items()}
        self._right = book.add_format({"num_format": "@", "align": "right", "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 15, "font_color": _INK})
        self._heading = book.add_format({"bold": True, "font_size": 12, "font_color": _INK})
        head = {
            "bold": True,
            "font_color": _INK,
            "bg_color": _GROUND,
            "bottom": 1,
            "bottom_color": _LINE,
            "text_wrap": True,
        }
        self._head = book.add_format({**head, "valign": "vcenter", **_LEFT})
        self._head_right = book.add_format({**head, "valign": "vcenter", "align": "right"})

    def summary(self, title: str, remarks: Sequence[str], tables: Sequence[Sheet]) -> None:
        page = self._page(say("Summary"))
        page.hide_gridlines(2)
        page.write_string(0, 0, self._said(title), self._title)
        for place, remark in enumerate(remarks, start=1):
            page.write_string(place, 0, self._said(remark))
        row = len(remarks) + 2
        for table in tables:
            page.write_string(row, 0, self._said(table.title), self._heading)
            self._table(page, row + 1, table)
            row += len(table.rows) + 3
        for place, width in self._summary_widths(tables).items():
            page.set_column(place, place, width)

    def sheet(self, sheet: Sheet) -> None:
        """A page with one table: its head stays in sight and is printed on every page, and filters what is below."""
        page = self._page(sheet.title)
        self._table(page, 0, sheet)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
        page.set_row(0, 2 * _LINE_HEIGHT)
        lines = [1] * len(sheet.rows)
        for place, column in enumerate(sheet.columns):
            cells = [row[place] for row in sheet.rows]
            width = self._width(column, cells)
            page.set_column(place, place, width)
            if column.kind == "prose":
                lines = [
                    max(most, ceil(1.1 * self._length(cell) / width)) for most, cell in zip(lines, cells, strict=True)
                ]
        for row, most in enumerate(lines, start=1):
            if most > 1:  # not every program makes a row as high as its text by itself
                page.set_row(row, most * _LINE_HEIGHT)

    def _page(self, title: str) -> Any:
        page = self._book.add_worksheet(self._said(title))
        page.set_landscape()
        page.set_paper(9)  # A4
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L&A&R{self._said(say('Page {page} of {pages}', page='&P', pages='&N'))}")
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return page

    def _table(self, page: Any, top: int, sheet: Sheet) -> None:
        for place, column in enumerate(sheet.columns):
            is_number = column.kind in _NUMERIC
            page.write_string(top, place, self._said(column.title), self._head_right if is_number else self._head)
        for row, cells in enumerate(sheet.rows, start=top + 1):
            for place, (column, cell) in enumerate(zip(sheet.columns, cells, strict=True)):
                self._write(page, row, place, column.kind, cell)

    def _write(self, page: Any, row: int, place: int, kind: Kind, cell: Cell) -> None:
        """Texts are written as texts whatever they begin with: nothing in them is carried out."""
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            page.write_string(row, place, self._said(cell), self._cell[kind])
        elif isinstance(cell, dt.date):
            write = page.write_datetime if cell >= _FIRST_DAY else page.write_string
            write(row, place, cell if cell >= _FIRST_DAY else cell.isoformat(), self._cell[kind])
        elif isinstance(cell, Decimal) and not _is_exact(cell):
            page.write_string(row, place, plain(cell), self._right)
        else:
            page.write_number(row, place, cell, self._cell[kind])

    def _said(self, text: str) -> str:
        return clean(spoken(text, self._language), MOST_SIGNS)

    def _width(self, column: Column, cells: Sequence[Cell]) -> int:
        narrowest, widest = _WIDTHS[column.kind]
        longest = max(map(self._length, cells), default=0)
        word = max(map(len, self._said(column.title).split()))
        return min(max(narrowest, longest + 3, word + 4), max(widest, word + 4))

    def _length(self, cell: Cell) -> int:
        if cell is None or isinstance(cell, Decimal):
            return 0 if cell is None else len(f"{cell:,.2f}")
        return len(spoken(cell, self._language) if isinstance(cell, str) else str(cell))

    def _summary_widths(self, tables: Sequence[Sheet]) -> dict[int, int]:
        """Of the columns that the tables of the summary share; a note runs over those beside it."""
        widths: dict[int, int] = {}
        for table in tables:
            for place, column in enumerate(table.columns):
                if column.name != "note":
                    own = self._width(column, [row[place] for row in table.rows])
                    widths[place] = max(widths.get(place, 0), own)
        return widths


def _is_exact(amount: Decimal) -> bool:
    """Whether a spreadsheet gives this amount back to the last digit."""
    return amount.is_finite() and len(amount.normalize().as_tuple().digits) <= _MOST_DIGITS
