"""The books of one administration: its open items, read once and kept fresh by deltas.

Questions about what is owed are answered from here. A reading runs in the background, so that a call that gives up
waiting does not end it; however many calls wait, there is one reading at a time. Its result is taken over only when
it is whole: after a failure the books are as they were before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.abc

from payt_mcp import memory, patience
from payt_mcp.books.again import IDS_A_REQUEST, Again, Look, Source
from payt_mcp.books.case_book import CaseBook
from payt_mcp.books.corrections import Corrections
from payt_mcp.books.derived import Derived
from payt_mcp.books.following import Following, Place, Stamps
from payt_mcp.books.item_shelves import Debtors, OpenInvoices
from payt_mcp.books.loading import Loading
from payt_mcp.books.newest import Newest
from payt_mcp.books.shelf import Key, Shelf, chunked
from payt_mcp.books.verifying import Difference, Verifier
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading
from payt_mcp.payt.keyset import Plan
from payt_mcp.payt.models import Administration, Debtor, DeletedInvoice, Invoice
from payt_mcp.payt.scan import Rows, read_all
from payt_mcp.payt.together import together
from payt_mcp.receivables.entries import DEBTOR_FIELDS, INVOICE_FIELDS
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.sharing import Amounts
from payt_mcp.steps import Steps, at_once, in_turns

PATIENCE = 45.0
"""Seconds a call waits for the books; hosts cut calls off after about 60."""

_SELDOM = 4
"""So many times the freshness, payment plans, and what was deleted of plans and cases, are as they were read, while
nothing tells of a change.
"""

_MOST_MISSING = 1_000
_MOST_READINGS = 3
"""For one answer: a first reading can take longer than the freshness, and something can be written meanwhile."""

Progress = Callable[[float, str], Awaitable[None]]
_T = TypeVar("_T")


class Books:
    """The open items of one administration.

    Args:
        client: reads from Payt.
        administration: whose books these are.
        case_book: its credit cases and payment plans, brought up to date with the open items.
        freshness: seconds the books may be old before changes are asked for.
        group: runs the readings; lives as long as the account.
    """

    def __init__(
        self,
        client: PaytClient,
        administration: Administration,
        case_book: CaseBook,
        *,
        freshness: float,
        group: anyio.abc.TaskGroup,
    ) -> None:
        self.administration = administration
        self.held = OpenItems("")
        self.writes = 0
        """Grows with every write of ours."""
        self._client = client
        self._case_book = case_book
        self._freshness = freshness
        self._group = group
        self._following = Following(client)
        self._readings = 0
        self._synced: Reading | None = None
        self._as_of: dt.datetime | None = None
        self._running: _Running | None = None
        self.derived = Derived(self.held)
        lists: tuple[Shelf, ...] = (OpenInvoices(self), Debtors(self), case_book.cases, case_book.plans)
        self._shelves = {shelf.resource: shelf for shelf in lists}
        self._again = Again(client, administration.id, self._shelves, ("invoices", "debtors"))
        self._corrections = Corrections()
        self._reckoning = anyio.Lock()
        self._verifier = Verifier(client, administration.id, self._shelves, self._corrected)

    @property
    def is_loaded(self) -> bool:
        return self._synced is not None

    @property
    def is_reading(self) -> bool:
        return self._running is not None

    @property
    def is_in_use(self) -> bool:
        return self.is_loaded or self._running is not None

    @property
    def state(self) -> object:
        """Changes whenever the open items or the debtors do; None while they are being read."""
        return (self._readings, self.held.version) if self._running is None and self.is_loaded else None

    def standing(self) -> Hashable:
        """What an answer made of nothing but the books depends on; None where they are not fresh, or have something to
        tell that is told once.
        """
        if self.state is None or not self._is_fresh() or self._corrections.are_untold:
            return None
        return (self._readings, self._synced, *self._versions, *self.unseen)

    @property
    def _versions(self) -> tuple[int, ...]:
        """Of the same open items others once anything about them is; books that were read anew begin to count anew."""
        return (self.held.version, self.held.cases.version, self.held.plans.version)

    @property
    def fresh_now(self) -> OpenItems | None:
        """The open items, where nothing needs to be asked for them to be fresh and nothing was refused."""
        return self.held if self._is_fresh() and not self.unseen else None

    @property
    def mark(self) -> dt.datetime | None:
        return self._following.place.mark

    @property
    def as_of(self) -> dt.datetime:
        """The moment (UTC, at Payt) whose state the books show."""
        assert self._as_of is not None, "the books have been read"
        return self._as_of

    @property
    def unseen(self) -> list[str]:
        """What could not be read at the last reading, and what is not shown for it, in sentences."""
        return self._case_book.unseen()

    def corrections(self) -> list[str]:
        """What earlier answers had wrong, in sentences, once: whoever asks for them tells them."""
        return self._corrections.told()

    def look(self) -> Look:
        """For what an answer reads of Payt by itself, which is then given to the books too; begin it before reading."""
        return Look(self._shelves, self._again)

    def touched(self, records: Source) -> None:
        """These were written: they are read again before the next answer, whatever their stamps say."""
        self.writes += 1
        if self.is_in_use:
            self._again.note_source(records)

    def stop(self) -> None:
        """Ask Payt nothing more in the background."""
        self._verifier.is_over = True

    async def fresh(self, progress: Progress | None = None) -> OpenItems:
        """The open items, not older than the freshness or this call, with all that was written here.

        Raises:
            StillLoadingError: it takes longer than a call may; the reading goes on.
            UpstreamError: Payt gave no usable answer.
        """
        until, called = anyio.current_time() + min(PATIENCE, patience.left()), Reading.take()
        self._verified()
        for _ in range(_MOST_READINGS):
            if self._is_fresh():
                break
            await self._begun().wait(progress, until)
            if not self._again and (self._freshness == 0 or self._began_after(called)):
                break
        return self.held

    async def reckoned(self, made: Callable[[OpenItems], Steps[_T]]) -> _T:
        """What is made of the open items in steps between which others have their turn: all of it of one state of
        them. One thing at a time, so that what is kept of it is made once however many ask.
        """
        async with self._reckoning:
            for _ in range(_MOST_READINGS):
                items, before = self.held, self._versions
                found = await in_turns(made(items))
                if self.held is items and before == self._versions:
                    return found
            return at_once(made(self.held))  # where they change all the time: without a pause

    async def at_hand(self, patience: float) -> OpenItems | None:
        """The open items as they are now, however old. Where there are none yet, a reading is begun and waited for a
        moment: None where it takes longer than `patience` seconds, or fails.
        """
        if not self.is_loaded:
            running = self._begun()
            with anyio.move_on_after(patience):
                await running.done.wait()
        return self.held if self.is_loaded else None

    def _verified(self) -> None:
        """Books that are asked again are held against Payt in the background."""
        self._verifier.asked()
        if self.is_loaded and not self._verifier.is_running and not self._verifier.is_over:
            self._verifier.is_running = True
            self._group.start_soon(self._verifier.run)

    def _corrected(self, differences: list[Difference]) -> None:
        self._corrections.note(differences)

    def _begun(self) -> _Running:
        """The reading under way; a new one where there is none."""
        if self._running is None:
            self._running = _Running()
            self._group.start_soon(self._run, self._running)
        return self._running

    def _is_fresh(self) -> bool:
        return self._synced is not None and not self._again and Reading.take().since(self._synced) < self._freshness

    def _began_after(self, call: Reading) -> bool:
        """Whether the last reading began after that: of a long one, too, nothing it holds was old when it was called
        for.
        """
        return self._synced is not None and self._synced.since(call) >= 0

    async def _run(self, running: _Running) -> None:
        try:
            await self._sync(running)
        except Exception as failure:  # noqa: BLE001 - the edge of a background task: whoever waits raises it
            running.failure = failure
        finally:
            self._running = None
            running.done.set()

    async def _sync(self, running: _Running) -> None:
        began, as_of = Reading.take(), self._client.now()
        self._readings += 1
        place = self._following.place

        async def read_invoices() -> None:
            nonlocal place
            place = await self._read(running)
            await self._name_debtors()

        await self._beside_cases(read_invoices)
        cases, plans = self._case_book.cases, self._case_book.plans
        self.held.cases, self.held.plans = cases.records, plans.records
        self._again.note([*cases.take_doubts(), *plans.take_doubts()])
        if self._again:
            await self._again.read()
            if self._again.needs_all:
                self._following.place = Place()
                place = await self._read(running)
                self._again.needs_all = False
            await self._name_debtors()
        await self._case_book.read_named(self.held)
        self._as_of, self._synced = as_of, began
        is_whole, self._following.place = place.read_whole is not self._following.place.read_whole, place
        if is_whole:
            await memory.give_back()  # what only the reading needed, beside the answers

    async def _beside_cases(self, read_invoices: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Read the open items and the cases; the rest of the case book too where that is due, or one of them has news
        of it.
        """
        items, book = self.held, self._case_book
        is_due = book.is_due(_SELDOM * self._freshness)
        before = items.ties, book.cases.records.version
        await together(read_invoices, book.refresh if is_due else book.refresh_cases)
        if self.held is items and before != (items.ties, book.cases.records.version):
            if is_due:
                book.doubt()
            else:
                await book.refresh()

    async def _read(self, running: _Running) -> Place:
        return await self._following.read(partial(self._read_whole, running), self._read_changes)

    async def _read_whole(self, running: _Running) -> Stamps:
        items = OpenItems(self.administration.currency_code or "", amounts=Amounts())

        def take_invoices(rows: Rows) -> None:
            now = self._client.now()
            for row in rows:
                items.put_invoice(wire.read_row(Invoice, row, "invoice", now))
            running.read = len(items.invoices)

        def take_debtors(rows: Rows) -> None:
            for row in rows:
                items.put_debtor(wire.read_row(Debtor, row, "debtor"))

        invoices, debtors = self._list("invoices", INVOICE_FIELDS, paid="false"), self._list("debtors", DEBTOR_FIELDS)
        newest, beside = Newest(self._client, self.administration.id), list[Plan]()
        read = partial(read_all, self._client, beside=beside)
        await together(
            partial(read, invoices, "invoices", take_invoices, ends_near=newest.open_invoices),
            partial(read, debtors, "debtors", take_debtors, ends_near=newest.debtors),
        )
        items.cases, items.plans, items.amounts = self.held.cases, self.held.plans, None
        self.held, self.derived = items, Derived(items)
        stamps = [item.updated_at for item in items.invoices.values()]
        return stamps + [debtor.updated_at for debtor in items.debtors.values()]

    async def _read_changes(self, since: dt.datetime) -> Stamps:
        """Read all that changed, then take it over in one go: no call sees half a delta. Where the stamps do not say
        what is newer, it is asked for again by id.
        """
        after, items = wire.stamp(since), self.held
        found: dict[str, list[Any]] = {}

        async def read(name: str, model: type[Any], query: wire.Query) -> None:
            found[name], _ = await self._client.entities(model, query, name)

        await together(
            partial(read, "invoices", Invoice, self._list("invoices", INVOICE_FIELDS, updated_after=after)),
            partial(read, "deleted invoices", DeletedInvoice, self._list("invoices/deleted", (), deleted_after=after)),
            partial(read, "debtors", Debtor, self._list("debtors", DEBTOR_FIELDS, updated_after=after)),
        )
        invoices, deleted, debtors = found["invoices"], found["deleted invoices"], found["debtors"]
        doubted = [one.id for one in invoices if not items.put_invoice(one)]
        doubted += [one.id for one in deleted if not items.remove_invoice(one.id, one.deleted_at)]
        self._again.note(Key("invoices", "ids", key) for key in doubted)
        self._again.note(Key("debtors", "ids", one.id) for one in debtors if not items.put_debtor(one))
        return [*(one.updated_at for one in (*invoices, *debtors)), *(one.deleted_at for one in deleted)]

    async def _name_debtors(self) -> None:
        """Read the debtors of open items that no list held, so that no amount stays nameless."""
        items = self.held
        missing = [key for key in items.debtor_ids() if key and key not in items.debtors][:_MOST_MISSING]
        for chunk in chunked(missing, IDS_A_REQUEST):
            query = self._list("debtors", DEBTOR_FIELDS, ids=wire.joined("debtor id", chunk))
            for debtor in (await self._client.entities(Debtor, query, "debtors"))[0]:
                items.put_debtor(debtor)

    def _list(self, resource: str, fields: wire.Fields, **filters: str) -> wire.Query:
        return wire.listing(resource, self.administration.id, fields=fields, **filters)


class _Running(Loading):
    """The open items."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    @property
    def rows(self) -> int:
        return self.read

    @property
    def under_way(self) -> str:
        return f"Reading open invoices from Payt: {self.read:,} so far"

    @property
    def unfinished(self) -> str:
        return (
            f"the open invoices from Payt: {self.read:,} read so far. The reading goes on; "
            "make the same call again in half a minute. Nothing can be said about totals before it is whole."
        )
