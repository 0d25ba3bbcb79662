"""A table of plain values, before it is written as CSV or as part of a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from payt_mcp.words.said import say

Kind = Literal["code", "text", "words", "prose", "date", "amount", "count"]
"""`code` is a number or code that names something: text, though it may look like a number. `text` is what others wrote;
`words` are ours, and `prose` is what may take several lines of them.
"""

Cell = str | int | Decimal | dt.date | None


class Column(NamedTuple):
    """`name` heads a column of CSV, for programs; `title` one of a workbook, for people in their language."""

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """Rows of cells under columns. Codes and texts of others stand in it as they are: whoever writes it out cleans
    them.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def without(self, names: frozenset[str]) -> Sheet:
        """The same without the columns of these names."""
        kept = [place for place, column in enumerate(self.columns) if column.name not in names]
        rows = [[row[place] for place in kept] for row in self.rows]
        return Sheet(self.name, self.title, [self.columns[place] for place in kept], rows)


WHOSE = (Column("administration_id", say("Administration"), "code"), Column("administration", say("Company"), "words"))
"""The first columns of every sheet: whose row it is."""

WHOSE_NAMES = frozenset(column.name for column in WHOSE)
