"""The credit cases and payment plans of one administration, read once and kept up to date like the open items.

They are few beside the invoices, and what reads them is shared: the open items for attention, and whoever looks for a
case by its number, which Payt's list cannot be filtered by. Plans, and what was deleted of both, are asked for less
often than cases: Payt names an active plan on its invoices and cases, so those tell when there is news of it. A token
that may not read them takes nothing away but what they say; `unseen` says what that is.

Payt keeps the cases of many years, and its list has no filter for those that are live. Read are those that changed
within half a year, and whatever older one an open invoice names; the rest only when a number is among none of these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic

import anyio

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.following import Following, Place, Stamps
from payt_mcp.books.shelf import Key, Shelf, chunked
from payt_mcp.errors import ForbiddenError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading
from payt_mcp.payt.models import CreditCase, DeletedCreditCase, DeletedPaymentPlan, PaymentPlan
from payt_mcp.payt.scan import Rows, read_all
from payt_mcp.payt.together import together
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.records import (
    CASE_FIELDS,
    PLAN_FIELDS,
    CaseEntry,
    KeptT,
    PlanEntry,
    Records,
    case_entry,
    plan_entry,
)

_RECENT = dt.timedelta(days=183)

_ASK_AGAIN = 30.0
"""Seconds for which a list that the token may not read is not asked for again."""


@dataclass(frozen=True)
class Kind(Generic[KeptT]):
    """A list, what is kept of a record of it, and what is not known without it."""

    resource: str
    model: type[Any]
    deleted: type[Any]
    fields: wire.Fields
    entry: Callable[[Any], KeptT]
    what: str
    missing: str
    recent: dt.timedelta | None = None
    """How long ago a record may have changed to be read with the others; None: however long."""


CASES: Kind[CaseEntry] = Kind(
    "credit_cases", CreditCase, DeletedCreditCase, CASE_FIELDS, case_entry,
    "Credit cases", "a pause, payment plan or bailiff that only a case carries is not shown",
    recent=_RECENT,
)  # fmt: skip
PLANS: Kind[PlanEntry] = Kind(
    "payment_plans", PaymentPlan, DeletedPaymentPlan, PLAN_FIELDS, plan_entry,
    "Payment plans", "an active plan that no open invoice or case names is not shown",
)  # fmt: skip


class CaseBook:
    """The cases and plans of an administration as far as they have been read."""

    def __init__(self, client: PaytClient, administration_id: str) -> None:
        self.cases = Followed(CASES, client, administration_id)
        self.plans = Followed(PLANS, client, administration_id)
        self._all_read: Reading | None = None
        self._named: tuple[int, ...] = ()
        self._looked_at = 0
        self._absent: set[str] = set()

    def is_due(self, most: float) -> bool:
        """Whether plans and what was deleted were last asked for `most` seconds ago or earlier."""
        return self._all_read is None or Reading.take().since(self._all_read) >= most

    def doubt(self) -> None:
        """What was read of them may be older than what was read beside."""
        self._all_read = None

    async def refresh(self) -> None:
        """Bring all of it up to date. Raises UpstreamError."""
        began = Reading.take()
        await together(self.cases.refresh, self.plans.refresh)
        self._all_read = began

    async def refresh_cases(self) -> None:
        """The cases that changed, and no more. Raises UpstreamError."""
        await self.cases.refresh(deletions=False)

    async def read_named(self, items: OpenItems) -> None:
        """The cases that open items name and that were not read with the others. Raises UpstreamError."""
        held, names, version = self.cases, _names(items, self.cases), items.version
        if held.is_whole or held.refusal is not None or self._named == names:
            return
        changes = items.changes(self._looked_at) if self._named[:2] == names[:2] else None
        now = items.invoices.values() if changes is None else [change.after for change in changes if change.after]
        named = {item.case_id for item in now if item.case_id}
        missing = sorted(key for key in named - self._absent if held.held(key) is None)
        await together(*(partial(self._read_named, chunk) for chunk in chunked(missing, IDS_A_REQUEST)))
        self._absent |= {key for key in missing if held.held(key) is None}
        self._named, self._looked_at = names, version

    async def _read_named(self, ids: Sequence[str]) -> None:
        for case in await self.cases.by_ids(ids):
            self.cases.take(case)

    def unseen(self) -> list[str]:
        """What could not be read, in sentences."""
        return [said for said in (self.cases.unseen, self.plans.unseen) if said]


class Followed(Shelf, Generic[KeptT]):
    """One list: `records` as they were at the last reading. `refusal` is there where the token may not read it, and
    `unseen` says what is not known for it.
    """

    def __init__(self, kind: Kind[KeptT], client: PaytClient, administration_id: str) -> None:
        self.records: Records[KeptT] = Records()
        self.refusal: ForbiddenError | None = None
        self._doubts: list[Key] = []
        self._kind = kind
        self._client = client
        self._administration_id = administration_id
        self._following = Following(client)
        self._lock = anyio.Lock()
        self._refused_at: float | None = None
        self._deleted_from: dt.datetime | None = None
        self._since: dt.datetime | None = None
        self._wants_all = kind.recent is None
        self._begun = 0
        self._done = 0

    @property
    def resource(self) -> str:
        return self._kind.resource

    @property
    def model(self) -> type[Any]:
        return self._kind.model

    @property
    def fields(self) -> wire.Fields:
        return self._kind.fields

    @property
    def turn(self) -> tuple[int, int] | None:
        is_free = self.is_read and self.refusal is None and not self._lock.locked()
        return (self._done, self.records.version) if is_free else None

    @property
    def is_in_use(self) -> bool:
        return self.is_read or self._lock.locked()

    @property
    def mark(self) -> dt.datetime | None:
        return self._following.place.mark

    @property
    def is_whole(self) -> bool:
        """Whether all of them were read, however old."""
        return self.is_read and self._since is None

    @property
    def walked(self) -> Mapping[str, str]:
        return {} if self._since is None else {"updated_after": wire.stamp(self._since)}

    @property
    def deleted_mark(self) -> dt.datetime | None:
        return self._deleted_from or self.mark

    def ids(self) -> Sequence[str]:
        return [record.id for record in self.records]

    def held(self, key: str) -> KeptT | None:
        return self.records.get(key)

    def of_debtor(self, debtor_id: str) -> Sequence[str]:
        return [record.id for record in self.records.of_debtor(debtor_id)]

    def take(self, record: Any) -> None:
        self.records.put(self._kind.entry(record), surely=True)

    def drop(self, key: str) -> None:
        self.records.remove(key, surely=True)

    @property
    def is_read(self) -> bool:
        return self._done > 0

    @property
    def unseen(self) -> str:
        return unseen(self._kind) if self.refusal else ""

    async def refresh(self, *, deletions: bool = True) -> None:
        """Bring it up to date; callers who wait for the same reading share it. A refusal is kept in `refusal`. Without
        `deletions` what was deleted is left for the next time.

        Raises:
            UpstreamError: Payt gave no usable answer.
        """
        wanted = self._begun + 1
        async with self._lock:
            if self._done >= wanted or self._is_waiting():
                return
            self._begun += 1
            number = self._begun
            changes = partial(self._read_changes, deletions=deletions)
            try:
                self._following.place = await self._following.read(self._read_whole, changes)
            except ForbiddenError as refusal:
                self.refusal, self._refused_at = refusal, anyio.current_time()
            else:
                self.refusal, self._refused_at, self._done = None, None, number

    async def refresh_all(self) -> None:
        """Read all of them, however old. Raises UpstreamError."""
        self._wants_all, self._following.place = True, Place()
        await self.refresh()

    async def by_ids(self, ids: Sequence[str]) -> list[Any]:
        """Those of these that exist, as they are now. Raises UpstreamError."""
        query = self._list(self._kind.resource, self._kind.fields, ids=wire.joined("id", ids))
        return (await self._client.entities(self._kind.model, query, self.name))[0]

    def take_doubts(self) -> list[Key]:
        """What was read of these records is newer or older than what is held, and nobody can tell which."""
        doubts, self._doubts = self._doubts, []
        return doubts

    def _is_waiting(self) -> bool:
        return self._refused_at is not None and anyio.current_time() - self._refused_at < _ASK_AGAIN

    async def _read_whole(self) -> Stamps:
        found: list[Any] = []
        recent = None if self._wants_all else self._kind.recent
        since = None if recent is None else self._client.now() - recent
        filters = {} if since is None else {"updated_after": wire.stamp(since)}

        def take(rows: Rows) -> None:
            found.extend(wire.read_row(self._kind.model, row, self.name) for row in rows)

        query = self._list(self._kind.resource, self._kind.fields, **filters)
        await read_all(self._client, query, self.name, take)
        self.records, self._doubts, self._deleted_from = Records(map(self._kind.entry, found)), [], None
        self._since = since
        return [record.updated_at for record in found]

    async def _read_changes(self, since: dt.datetime, *, deletions: bool) -> Stamps:
        """Read all that changed, then take it over in one go. Where nothing is held, nothing can have been deleted."""
        kind, deleted_from = self._kind, min(since, self._deleted_from or since)
        changed: list[Any] = []
        deleted: list[Any] = []

        async def read_changed() -> None:
            query = self._list(kind.resource, kind.fields, updated_after=wire.stamp(since))
            changed.extend((await self._client.entities(kind.model, query, self.name))[0])

        async def read_deleted() -> None:
            query = self._list(f"{kind.resource}/deleted", (), deleted_after=wire.stamp(deleted_from))
            deleted.extend((await self._client.entities(kind.deleted, query, f"deleted {self.name}"))[0])

        is_empty = len(self.records) == 0
        await together(read_changed, *([read_deleted] if deletions and not is_empty else []))
        self._deleted_from = None if deletions or is_empty else deleted_from
        doubted = [record.id for record in changed if not self.records.put(kind.entry(record))]
        doubted += [gone.id for gone in deleted if not self.records.remove(gone.id, gone.deleted_at)]
        self._doubts += [Key(kind.resource, "ids", key) for key in doubted]
        return [*(record.updated_at for record in changed), *(gone.deleted_at for gone in deleted)]

    def _list(self, resource: str, fields: wire.Fields, **filters: str) -> wire.Query:
        return wire.listing(resource, self._administration_id, fields=fields, **filters)


def _names(items: OpenItems, cases: Followed[CaseEntry]) -> tuple[int, ...]:
    """Changes whenever all open items or all cases were read anew, which the first two tell, or items name other
    cases.
    """
    return id(items), id(cases.records), items.ties


def unseen(kind: Kind[Any]) -> str:
    """What an answer cannot say without this list."""
    return f"{kind.what} could not be read (the token lacks {kind.resource}:read): {kind.missing}."
