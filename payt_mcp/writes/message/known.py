"""All that is known of what a letter may speak of: the debtor's own, by number, amount and day, and what is others'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from payt_mcp.scanning.figures import Figures

if TYPE_CHECKING:
    from payt_mcp.writes.message.lawful import Lawful

REMINDERS = {"": 0, "reminder_1": 1, "reminder_2": 2, "reminder_3": 3, "reminder_4": 4, "final_reminder": 5}
"""How often Payt has reminded by the step an invoice is at; of later steps nobody can tell."""


@dataclass(frozen=True, eq=False)
class Entry:
    """An invoice of the debtor, open or paid. `parts` are amounts it consists of, with what each is; amounts are in its
    currency.
    """

    id: str
    number: str
    currency: str
    open_amount: Decimal
    total_amount: Decimal | None
    invoice_date: dt.date | None = None
    due_date: dt.date | None = None
    paid_on: dt.date | None = None
    is_overdue: bool = False
    step: str = ""
    parts: Mapping[Decimal, str] = field(default_factory=dict)

    @property
    def is_paid(self) -> bool:
        return self.open_amount == 0

    @property
    def is_credit(self) -> bool:
        return self.open_amount < 0 or (self.total_amount or 0) < 0

    @property
    def is_partly_paid(self) -> bool:
        return self.total_amount is not None and 0 < self.open_amount < self.total_amount

    @property
    def reminders(self) -> int | None:
        return REMINDERS.get(self.step)


@dataclass(frozen=True)
class Foreign:
    """Something in the text that is somebody else's: what it is called there, its kind in words, and whose it is.
    `company` where that is another administration of ours.
    """

    said: str
    kind: str
    whose: str
    company: str = ""


@dataclass(frozen=True)
class Known:
    """`names` are other numbers that are the debtor's or ours, each with what it is. `reminded` is how many of our own
    messages to the debtor call themselves a reminder. `pages` are the addresses of the debtor's own pages, and
    `page_hosts` where everybody's are. `internal` are texts that are for our own use alone. `bounds` says what was not
    looked up.
    """

    today: dt.date
    entries: tuple[Entry, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    amounts: Sequence[tuple[str, Decimal, str]] = ()
    days: Mapping[dt.date, str] = field(default_factory=dict)
    written_on: Mapping[dt.date, str] = field(default_factory=dict)
    foreign: tuple[Foreign, ...] = ()
    files: tuple[Foreign, ...] = ()
    reminded: int = 0
    is_summoned: bool = False
    pages: frozenset[str] = frozenset()
    page_hosts: frozenset[str] = frozenset()
    inner_hosts: frozenset[str] = frozenset()
    internal: Sequence[tuple[str, str]] = ()
    bounds: tuple[str, ...] = ()
    lawful: Lawful | None = None
    """What the law lets a letter claim beside; None where that cannot be told."""

    has_costs: bool = False
    """Payt has costs of recovery on a credit case."""

    figures: Figures | None = None
    """Those of the text, where they were read already."""

    def by_number(self) -> dict[str, Entry]:
        """The number of an open one wins over that of a paid one."""
        return {entry.number: entry for entry in sorted(self.entries, key=lambda entry: not entry.is_paid)}
