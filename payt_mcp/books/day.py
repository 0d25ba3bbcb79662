"""What happened lately with the debtors of one administration, beside its open items: what a day is planned with.

Whole lists of the administration cost far fewer requests than one debtor after the other. They are read together, kept
for as long as the books are fresh, and read again after a write of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial

import anyio

from payt_mcp.books.open_books import Books
from payt_mcp.books.paid_since import PAYMENT_FIELDS, payments_since
from payt_mcp.books.permitted import permitted
from payt_mcp.payt.clock import Reading
from payt_mcp.payt.models import Message, Note, Notification, Payment, PaymentPlan, Task
from payt_mcp.payt.resources import Found, Resources
from payt_mcp.payt.together import together
from payt_mcp.payt.wire import EntityT
from payt_mcp.receivables.messages import BRIEF, RECENT_DAYS, recent, recent_since
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.worklist.owing import RunningOwings, Terms
from payt_mcp.receivables.worklist.paid import LastPaid, last_paid
from payt_mcp.receivables.worklist.plan import Worklist
from payt_mcp.receivables.worklist.rules import PROMISE_DAYS
from payt_mcp.receivables.worklist.standing import Owing

BOUNCE_DAYS = 90
PAYMENT_DAYS = 14
MOST_READ = 5_000
"""How many records of one list are looked through."""
_MOST_PAYMENTS = 1_500
"""And how many payments: those that a step rests on are asked for by themselves."""

_TASK_FIELDS = ("id", "debtor_id", "invoice_id", "credit_case_id", "subject", "expiry_date", "completed_at")
_NOTE_FIELDS = ("id", "debtor_id", "invoice_id", "credit_case_id", "created_at", "completed_at", "updated_at")
_MAIL_FIELDS = ("id", "debtor_id", "invoice_id", "credit_case_id", "notification_type", "created_at", "updated_at")


@dataclass
class Day:
    """The recent messages, mail that bounced in 90, payments of 14 days; every plan, every open task, and the notes of
    as many days as the messages that are not marked as done.

    `unseen` says what the token may not read, and `cut` which lists are longer than was looked through. `message_days`
    is 0 where messages may not be read. All payments of `payment_days` are known, of open invoices; `last_paid` is what
    was asked by itself, of all invoices of a debtor, by its id: None where it paid nothing.
    """

    messages: list[Message] = field(default_factory=list)
    message_days: int = 0
    bounced: list[Notification] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    payment_days: int = 0
    may_read_payments: bool = False
    last_paid: dict[str, LastPaid | None] = field(default_factory=dict)
    plans: list[PaymentPlan] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def refuse(self, what: str, resource: str) -> None:
        self.unseen.append(f"{what} could not be read (the token lacks {resource}:read)")


@dataclass(frozen=True)
class _Made:
    """A worklist, and what it was made of: a day, and how the books stood on which terms."""

    day: Day
    of: tuple[Hashable, Terms]
    worklist: Worklist


class DayBook:
    """The day of one administration, as it was read last. Callers who ask at the same time share one reading."""

    def __init__(self, payt: Resources, books: Books, freshness: float) -> None:
        self._payt = payt
        self._books = books
        self._freshness = freshness
        self._lock = anyio.Lock()
        self._day = Day()
        self._read_at: tuple[Reading, int] | None = None
        self._running: RunningOwings | None = None
        self._worklist: _Made | None = None

    def owings(self, items: OpenItems, terms: Terms) -> Mapping[str, Owing]:
        """What each debtor owes; made anew for what changed alone."""
        if self._running is None or not self._running.is_of(items, terms):
            self._running = RunningOwings(items, terms)
        return self._running.now()

    def known(self, items: OpenItems, day: Day, terms: Terms) -> Worklist | None:
        """The worklist that was kept, while these items and this day stand as they did then."""
        of = self._of(items, terms)
        kept = self._worklist
        return kept.worklist if kept is not None and of is not None and kept.day is day and kept.of == of else None

    def keep(self, items: OpenItems, day: Day, terms: Terms, worklist: Worklist) -> None:
        of = self._of(items, terms)
        self._worklist = None if of is None else _Made(day, of, worklist)

    def _of(self, items: OpenItems, terms: Terms) -> tuple[Hashable, Terms] | None:
        standing = self._books.standing() if items is self._books.held else None
        return None if standing is None else (standing, terms)

    async def look_for_payments(self, items: OpenItems, day: Day, debtor_ids: Collection[str], terms: Terms) -> None:
        """What these debtors paid last, of any invoice, in the time that a rule may ask about. Raises UpstreamError."""
        days = max(PROMISE_DAYS, terms.rules.payment_days) + 1
        async with self._lock:
            asked = [key for key in debtor_ids if key not in day.last_paid]
            if asked and day.may_read_payments:
                since = self._payt.client.now() - dt.timedelta(days=days)
                found, debtors = await payments_since(self._payt, self._books.administration.id, items, asked, since)
                paid = last_paid(found, lambda invoice_id: debtors.get(invoice_id, ""))
                day.last_paid |= {key: paid.get(key) for key in asked}

    async def fresh(self) -> Day:
        """No older than the books may be, and than the last write of ours. Raises UpstreamError."""
        async with self._lock:
            now, writes = Reading.take(), self._books.writes
            if self._read_at is None or self._read_at[1] != writes or now.since(self._read_at[0]) >= self._freshness:
                self._day = await _read(self._payt, self._books.administration.id)
                self._read_at = (now, writes)
            return self._day


async def _read(payt: Resources, administration_id: str) -> Day:
    day, now = Day(), payt.client.now()

    async def messages() -> None:
        since = recent_since(now)
        async with permitted(partial(day.refuse, "Messages", "messages")):
            listed = await payt.messages(administration_id, fields=BRIEF, most=MOST_READ, updated_after=since)
            day.messages, day.message_days = recent(_bounded(day, "messages", listed), since), RECENT_DAYS

    async def bounced() -> None:
        since = now - dt.timedelta(days=BOUNCE_DAYS)
        async with permitted(partial(day.refuse, "Notifications of bounced mail", "notifications")):
            listed = await payt.notifications(
                administration_id, fields=_MAIL_FIELDS, most=MOST_READ, updated_after=since
            )
            found = _bounded(day, "notifications", listed)
            day.bounced = [one for one in found if one.notification_type == "mail_bounced"]

    async def payments() -> None:
        since = now - dt.timedelta(days=PAYMENT_DAYS)
        async with permitted(partial(day.refuse, "Payments", "payments")):
            listed = await payt.payments(
                administration_id, fields=PAYMENT_FIELDS, most=_MOST_PAYMENTS, updated_after=since
            )
            day.payments, day.may_read_payments = _bounded(day, "payments", listed), True
            day.payment_days = PAYMENT_DAYS if listed.is_all else 0

    async def plans() -> None:
        async with permitted(partial(day.refuse, "Payment plans", "payment_plans")):
            listed = await payt.payment_plans(administration_id, most=MOST_READ)
            day.plans = _bounded(day, "payment plans", listed)

    async def tasks() -> None:
        async with permitted(partial(day.refuse, "Tasks", "tasks")):
            listed = await payt.tasks(administration_id, fields=_TASK_FIELDS, most=MOST_READ)
            day.tasks = [task for task in _bounded(day, "tasks", listed) if not task.completed_at]

    async def notes() -> None:
        since = recent_since(now)
        async with permitted(partial(day.refuse, "Notes", "notes")):
            listed = await payt.notes(administration_id, fields=_NOTE_FIELDS, most=MOST_READ, updated_after=since)
            day.notes = [note for note in _bounded(day, "notes", listed) if not note.completed_at]

    await together(messages, bounced, payments, plans, tasks, notes)
    return day


def _bounded(day: Day, what: str, listed: Found[EntityT]) -> list[EntityT]:
    if not listed.is_all:
        day.cut.append(what)
    return listed.records
