"""The past as the forecast takes it: every invoice in the parts in which it was paid, settled, or is open; and what was
known of them on an earlier day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from payt_mcp.receivables.insight.delays import Delay
from payt_mcp.receivables.insight.forecast import Owed
from payt_mcp.receivables.insight.lines import Line


class Part(NamedTuple):
    """A part of an invoice with a due date: `share` of its total. It was paid on a day, or `ended` without money, or
    neither: it is open.
    """

    debtor_id: str
    invoice_date: dt.date
    due_date: dt.date
    amount: Decimal
    share: float = 1.0
    paid_on: dt.date | None = None
    ended: dt.date | None = None

    def known_on(self, day: dt.date) -> Part:
        """The same as it was known at the begin of a day."""
        last = self.paid_on or self.ended
        return self if last is None or last < day else self._replace(paid_on=None, ended=None)

    @property
    def is_open(self) -> bool:
        return self.paid_on is None and self.ended is None

    @property
    def delay(self) -> Delay:
        return Delay(self.debtor_id, self.due_date, self.paid_on, self.share, self.ended)

    @property
    def owed(self) -> Owed:
        return Owed(self.debtor_id, self.due_date, self.amount)


def parts_of(lines: Iterable[Line]) -> Iterator[Part]:
    """Of invoices with a due date; credit notes have no parts."""
    for line in lines:
        if line.total > 0 and line.due_date is not None:
            yield from _of_line(line, line.due_date)


def known_on(day: dt.date, parts: Iterable[Part]) -> list[Part]:
    """What was there at the begin of a day, as it was known then."""
    return [part.known_on(day) for part in parts if part.invoice_date < day]


def _of_line(line: Line, due_date: dt.date) -> Iterator[Part]:
    whole = Part(line.debtor_id, line.invoice_date or due_date, due_date, line.total)
    paid = [one for one in line.bookings if one.kind in {"payment", "unexplained"}]
    if any(one.kind in {"reversal", "reversed"} for one in line.bookings):
        paid = [] if line.open else paid[-1:]  # what was taken back did not come; what came last did
    for one in paid:
        yield whole._replace(amount=one.amount, share=_share(one.amount, line.total), paid_on=one.date)
    for one in line.bookings:
        if one.kind in {"write_off", "other"} and one.amount > 0:
            yield whole._replace(amount=one.amount, share=_share(one.amount, line.total), ended=one.date)
    if line.open > 0:
        yield whole._replace(amount=line.open, share=_share(line.open, line.total))


def _share(part: Decimal, whole: Decimal) -> float:
    return min(max(float(part / whole), 0.0), 1.0)
