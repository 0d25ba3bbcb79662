"""What was paid in one administration in the last two years: read once in the background, then kept up by deltas.

There can be a hundred times as many paid invoices as open ones, so they are not read before somebody asks what only
they can tell, and then beside other questions, with half of the rate at most. Payt cannot list invoices or payments by
the day they were paid: what changed since a moment holds all that was paid since. A reading is taken over when it is
whole, and no answer is given from a part of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import anyio
import anyio.abc

from payt_mcp import patience
from payt_mcp.books.following import Following, Stamps
from payt_mcp.books.loading import Loading
from payt_mcp.books.open_books import Books, Progress
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import DeletedInvoice, DeletedPayment, Invoice, Payment
from payt_mcp.payt.scan import Rows, read_all
from payt_mcp.payt.together import together
from payt_mcp.receivables.insight.past import ENTRY_FIELDS, PAID_FIELDS, Past

MONTHS = 24
"""How far back it goes, in whole months before the present one."""

PATIENCE = 20.0
"""Seconds a call waits for it: the first reading can take minutes."""

_REREAD_AFTER = 7 * 24 * 3600.0


class History:
    """The past of the administration whose open items are in `books`."""

    def __init__(self, client: PaytClient, books: Books, group: anyio.abc.TaskGroup) -> None:
        self._client = client
        self._books = books
        self._group = group
        self._following = Following(client, _REREAD_AFTER)
        self._past: Past | None = None
        self._kept_for: object = None
        self._running: _Running | None = None

    @property
    def rows(self) -> int:
        """How many paid invoices are held."""
        return len(self._past.paid) if self._past else 0

    async def whole(self, today: dt.date, progress: Progress | None = None) -> Past:
        """All of it, not older than the open items were when this is asked.

        Raises:
            StillLoadingError: it takes longer than a call may; the reading goes on.
            UpstreamError: Payt gave no usable answer.
        """
        until = anyio.current_time() + min(PATIENCE, patience.left())
        wanted = self._state()
        while self._past is None or self._kept_for != wanted:
            running = self._running or self._begun(today)
            await running.wait(progress, until)
            if running.wanted != wanted:
                wanted = self._state()  # that was begun for an earlier question, and may be too old for this one
        return self._past

    def _begun(self, today: dt.date) -> _Running:
        self._running = _Running(self._state(), is_first=self._past is None)
        self._group.start_soon(self._run, self._running, today)
        return self._running

    def _state(self) -> object:
        """Open items that were read anew, or written to, make what was paid since worth asking for."""
        return self._books.as_of, self._books.writes

    async def _run(self, running: _Running, today: dt.date) -> None:
        try:
            await self._sync(running, today)
            self._kept_for = running.wanted
        except Exception as failure:  # noqa: BLE001 - the edge of a background task: whoever waits raises it
            running.failure = failure
        finally:
            self._running = None
            running.done.set()

    async def _sync(self, running: _Running, today: dt.date) -> None:
        past = self._past

        async def whole() -> Stamps:
            nonlocal past
            past, latest = await self._read_whole(running, today)
            return (latest,)

        async def changes(since: dt.datetime) -> Stamps:
            assert past is not None, "what changes was read before"
            return await self._read_changes(past, since)

        place = await self._following.read(whole, changes)
        self._past, self._following.place = past, place

    async def _read_whole(self, running: _Running, today: dt.date) -> tuple[Past, dt.datetime | None]:
        """All of it, and the greatest stamp."""
        past = Past(first_day(today), self._books.administration.currency_code or "")
        since = wire.stamp(dt.datetime.combine(past.begins, dt.time(), dt.UTC) - dt.timedelta(days=1))

        stamps: list[dt.datetime] = []

        def take_invoices(rows: Rows) -> None:
            found = [wire.read_row(Invoice, row, "invoice", self._client.now()) for row in rows]
            for invoice in found:
                past.put_invoice(invoice)
            note(one.updated_at for one in found)
            running.invoices = len(past.paid)

        def take_payments(rows: Rows) -> None:
            found = [wire.read_row(Payment, row, "payment") for row in rows]
            for payment in found:
                past.put_payment(payment)
            note(one.updated_at for one in found)
            running.payments += len(rows)

        def note(found: Iterable[dt.datetime | None]) -> None:
            stamps[:] = [max((*stamps, *(stamp for stamp in found if stamp)))]

        invoices = self._list("invoices", PAID_FIELDS, paid="true", updated_after=since)
        await read_all(self._client, replace(invoices, can_wait=True), "paid invoices", take_invoices)
        payments = self._list("payments", ENTRY_FIELDS, updated_after=since)
        await read_all(self._client, replace(payments, can_wait=True), "payments", take_payments)
        return past, max(stamps, default=None)

    async def _read_changes(self, past: Past, since: dt.datetime) -> Stamps:
        """Read all that changed, then take it over in one go. What was deleted goes last: Payt does not list it as
        changed any more.
        """
        after, found = wire.stamp(since), dict[str, list[Any]]()

        async def read(name: str, model: type[Any], fields: wire.Fields, **filters: str) -> None:
            found[name], _ = await self._client.entities(model, self._list(name, fields, **filters), name)

        await together(
            lambda: read("invoices", Invoice, PAID_FIELDS, updated_after=after),
            lambda: read("payments", Payment, ENTRY_FIELDS, updated_after=after),
            lambda: read("invoices/deleted", DeletedInvoice, (), deleted_after=after),
            lambda: read("payments/deleted", DeletedPayment, (), deleted_after=after),
        )
        for invoice in found["invoices"]:
            past.put_invoice(invoice)
        for payment in found["payments"]:
            past.put_payment(payment)
        for gone in found["invoices/deleted"]:
            past.remove_invoice(gone.id)
        for gone in found["payments/deleted"]:
            past.remove_payment(gone.id, gone.invoice_id or "")
        return [one.updated_at for name in ("invoices", "payments") for one in found[name]]

    def _list(self, resource: str, fields: wire.Fields, **filters: str) -> wire.Query:
        return wire.listing(resource, self._books.administration.id, fields=fields, **filters)


def first_day(today: dt.date) -> dt.date:
    """The first day that a past which is read today goes back to."""
    place = today.year * 12 + today.month - 1 - MONTHS
    return dt.date(place // 12, place % 12 + 1, 1)


class _Running(Loading):
    """The past, and the state of the open items it is read for."""

    def __init__(self, wanted: object, *, is_first: bool) -> None:
        super().__init__()
        self.wanted = wanted
        self.is_first = is_first
        self.invoices = self.payments = 0

    @property
    def rows(self) -> int:
        return self.invoices + self.payments

    @property
    def so_far(self) -> str:
        if not (self.is_first or self.invoices):
            return "what changed of it"
        return f"{self.invoices:,} paid invoices and {self.payments:,} payments so far"

    @property
    def under_way(self) -> str:
        return f"Reading the past from Payt: {self.so_far}"

    @property
    def unfinished(self) -> str:
        return (
            f"the past from Payt: {self.so_far}. The reading goes on beside other questions; make the same call "
            "again in a minute. No figure is given before it is whole."
        )
