"""The worklist of one administration: its books and its day, debtor by debtor, put before the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

from payt_mcp.books.day import Day as Lately
from payt_mcp.books.messages import newest_first, unanswered
from payt_mcp.books.scope import Scope
from payt_mcp.books.zones import time_zone
from payt_mcp.payt.models import Message, Note, Notification, PaymentPlan, Task
from payt_mcp.payt.together import both
from payt_mcp.receivables import plans
from payt_mcp.receivables.messages import EARLIEST, is_automatic, message_moment
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.worklist.owing import Terms
from payt_mcp.receivables.worklist.paid import LastPaid, last_paid, last_taken_back
from payt_mcp.receivables.worklist.plan import Worklist, worklist_of
from payt_mcp.receivables.worklist.rules import rests_on_payments
from payt_mcp.receivables.worklist.standing import Letters, Owing, Plans, Standing, Work
from payt_mcp.settings import Rules

_ZERO = Decimal("0.00")
_OwnedT = TypeVar("_OwnedT", Message, Note, Notification, Task)
_NOTHING = Owing()


@dataclass(frozen=True)
class Day:
    """What to do today in one administration. `notes` say what could not be read; `as_of` is in UTC; messages were read
    `message_days` back, 0 where they may not be read.
    """

    worklist: Worklist
    notes: Sequence[str]
    as_of: dt.datetime
    message_days: int


async def read_worklist(scope: Scope) -> Day:
    """What to do today. Raises UpstreamError, StillLoadingError."""
    books = scope.account.books(scope.administration)
    day = scope.account.day(scope.administration)
    items, lately = await both(partial(books.fresh, scope.progress), day.fresh)
    terms = Terms(scope.today, time_zone(scope.administration), scope.account.rules)

    found = day.known(items, lately, terms)
    if found is None:
        unsure = _Standings(scope, items, day.owings(items, terms), lately).unsure(terms.rules)
        await day.look_for_payments(items, lately, unsure, terms)
        found = worklist_of(_Standings(scope, items, day.owings(items, terms), lately).all(), terms.rules)
        day.keep(items, lately, terms, found)
    notes = [f"{said}: what they would say is not in it." for said in lately.unseen]
    notes += [f"More {what} than were looked through." for what in lately.cut]
    return Day(found, [*notes, *books.unseen, *books.corrections()], books.as_of, lately.message_days)


class _Standings:
    """Where each debtor stands that has something overdue, or that waits for us."""

    def __init__(self, scope: Scope, items: OpenItems, owings: Mapping[str, Owing], day: Lately) -> None:
        self._owings = owings
        self._items = items
        self._today = scope.today
        self._zone = time_zone(scope.administration)
        newest = newest_first(map(self._owned, day.messages))
        automatic = {message.id: message for message in newest if is_automatic(message)}
        by_people = [message for message in newest if message.id not in automatic]
        self._waiting = unanswered(by_people)
        self._incoming = _last(by_people, "debtor")
        self._automatic = _last(automatic.values(), "debtor")
        self._ours = _last(by_people, "creditor")
        self._bounced = self._still_bounced(map(self._owned, day.bounced))
        self._plans = _by_debtor(day.plans)
        self._tasks = _by_debtor(self._owned(task) for task in day.tasks)
        self._notes = self._moments((self._owned(note).debtor_id, note.created_at) for note in day.notes)
        self._paid = self._payments(day)
        self._taken_back = last_taken_back(day.payments, self._debtor_of)
        self._last_paid, self._payment_days = day.last_paid, day.payment_days

    def all(self) -> Iterable[Standing]:
        overdue = {key for key, owing in self._owings.items() if key and owing.is_overdue}
        proposed = {key for key, found in self._plans.items() if any(plans.status(one) == "pending" for one in found)}
        others = (self._waiting.keys() | self._tasks.keys() | proposed) & self._items.debtors.keys()
        return (self._standing(key) for key in overdue | others)

    def unsure(self, rules: Rules) -> list[str]:
        """Those whose step rests on what they paid, which is not known."""
        overdue = (key for key, owing in self._owings.items() if key and owing.chasing.invoices)
        asked = (key for key in overdue if key not in self._last_paid and self._may_rest_on_payments(key))
        return [key for key in asked if rests_on_payments(self._standing(key), rules, self._payment_days)]

    def _may_rest_on_payments(self, key: str) -> bool:
        chasing = self._owings[key].chasing
        return key in self._incoming or chasing.partly_paid == chasing.invoices

    def _standing(self, key: str) -> Standing:
        debtor, owing = self._items.debtors.get(key), self._owings.get(key, _NOTHING)
        limit = debtor.credit_limit if debtor else None
        return Standing(
            debtor_id=key,
            today=self._today,
            number=debtor.number if debtor else "",
            name=debtor.name if debtor else "",
            owing=owing,
            letters=self._letters(key),
            plans=self._plans_of(key),
            work=self._work(key),
            has_address=debtor.has_address if debtor else None,
            has_phone=bool(debtor and debtor.has_phone),
            remark=debtor.remark if debtor else "",
            labels=debtor.labels if debtor else (),
            limit=limit if limit is not None and owing.open > limit else None,
            paid=self._paid.get(key),
            taken_back=self._taken_back.get(key),
        )

    def _letters(self, key: str) -> Letters:
        waiting = (self._day(message_moment(message)) for message in self._waiting.get(key, ()))
        return Letters(
            waiting=[day for day in waiting if day],
            incoming=self._day(self._incoming.get(key)),
            ours=self._day(self._ours.get(key)),
            bounced=self._bounced.get(key),
            automatic=self._day(self._automatic.get(key)),
            noted=self._notes.get(key),
        )

    def _plans_of(self, key: str) -> Plans:
        found = self._plans.get(key, ())
        pending = [one for one in found if plans.status(one) == "pending"]
        missed = [
            (term.due_date, plans.still_due(term))
            for one in found
            for term in plans.missed(one, self._today)
            if term.due_date
        ]
        proposed = max(filter(None, (one.proposed_at or one.created_at for one in pending)), default=None)
        return Plans(
            self._day(proposed) or (self._today if pending else None),
            missed,
            sum(map(plans.total, pending), _ZERO),
            sum(len(one.payment_terms) for one in pending),
        )

    def _work(self, key: str) -> Work:
        due: list[tuple[dt.date | None, str]] = []
        later: list[tuple[dt.date, str]] = []
        for task in self._tasks.get(key, ()):
            if task.expiry_date is not None and task.expiry_date > self._today:
                later.append((task.expiry_date, task.subject or ""))
            else:
                due.append((task.expiry_date, task.subject or ""))
        return Work(due, min(later, default=None))

    def _owned(self, record: _OwnedT) -> _OwnedT:
        """What is about an open invoice, or a credit case, is its debtor's where it names no debtor."""
        about = self._items.invoices.get(record.invoice_id or "") or self._items.cases.get(record.credit_case_id or "")
        if record.debtor_id or about is None:
            return record
        return record.model_copy(update={"debtor_id": about.debtor_id})

    def _payments(self, day: Lately) -> dict[str, LastPaid]:
        """The last payment of each debtor: of its open invoices, as Payt does not say whose a payment is; of any where
        that was looked for.
        """
        found = last_paid(day.payments, self._debtor_of)
        for key, paid in day.last_paid.items():
            if paid is not None:
                found[key] = max(paid, found.get(key, paid))
        return found

    def _debtor_of(self, invoice_id: str) -> str:
        item = self._items.invoices.get(invoice_id)
        return item.debtor_id if item is not None else ""

    def _still_bounced(self, bounced: Iterable[Notification]) -> dict[str, dt.date]:
        """When mail came back last, unless a message of ours went out after it."""
        late = ((one.debtor_id, one.created_at) for one in bounced)
        return self._moments(
            (key, moment) for key, moment in late if key and moment and moment >= self._ours.get(key, moment)
        )

    def _moments(self, of: Iterable[tuple[str | None, dt.datetime | None]]) -> dict[str, dt.date]:
        found: dict[str, dt.date] = {}
        for key, moment in of:
            day = self._day(moment)
            if key and day:
                found[key] = max(day, found.get(key, day))
        return found

    def _day(self, moment: dt.datetime | None) -> dt.date | None:
        if moment is None or moment == EARLIEST:
            return None
        with suppress(OverflowError):  # the last hours of the year 9999
            moment = moment.astimezone(self._zone)
        return moment.date()


_RecordT = TypeVar("_RecordT", PaymentPlan, Task)


def _by_debtor(records: Iterable[_RecordT]) -> Mapping[str, list[_RecordT]]:
    found: dict[str, list[_RecordT]] = {}
    for record in records:
        if record.debtor_id:
            found.setdefault(record.debtor_id, []).append(record)
    return found


def _last(newest: Iterable[Message], sender: str) -> dict[str, dt.datetime]:
    """When the last message of each debtor came in, or went out to it."""
    found: dict[str, dt.datetime] = {}
    for message in newest:
        if message.sender_type == sender and message.debtor_id and (message.sent_at or sender == "debtor"):
            found.setdefault(message.debtor_id, message_moment(message))
    return found
