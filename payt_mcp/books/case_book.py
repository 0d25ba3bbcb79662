"""The credit cases and payment plans of one administration, read once and kept up to date like the open items.

They are few beside the invoices, and what reads them is shared: the open items for attention, and whoever looks for a
case by its number, which Payt's list cannot be filtered by. A token that may not read them takes nothing away but what
they say; `unseen` says what that is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

import anyio

from payt_mcp.books.following import Following
from payt_mcp.errors import ForbiddenError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import CreditCase, DeletedCreditCase, DeletedPaymentPlan, PaymentPlan
from payt_mcp.payt.scan import Rows, read_all
from payt_mcp.payt.together import together
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


CASES: Kind[CaseEntry] = Kind(
    "credit_cases", CreditCase, DeletedCreditCase, CASE_FIELDS, case_entry,
    "Credit cases", "a pause, payment plan or bailiff that only a case carries is not shown",
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

    def unseen(self) -> list[str]:
        """What could not be read, in sentences."""
        return [said for said in (self.cases.unseen, self.plans.unseen) if said]


class Followed(Generic[KeptT]):
    """One list: `records` as they were at the last reading. `refusal` is there where the token may not read it, and
    `unseen` says what is not known for it.
    """

    def __init__(self, kind: Kind[KeptT], client: PaytClient, administration_id: str) -> None:
        self.records: Records[KeptT] = Records()
        self.refusal: ForbiddenError | None = None
        self._kind = kind
        self._client = client
        self._administration_id = administration_id
        self._following = Following(client)
        self._lock = anyio.Lock()
        self._refused_at: float | None = None
        self._begun = 0
        self._done = 0

    @property
    def is_read(self) -> bool:
        return self._done > 0

    @property
    def unseen(self) -> str:
        return unseen(self._kind) if self.refusal else ""

    async def refresh(self) -> None:
        """Bring it up to date; callers who wait for the same reading share it. A refusal is kept in `refusal`.

        Raises:
            UpstreamError: Payt gave no usable answer.
        """
        wanted = self._begun + 1
        async with self._lock:
            if self._done >= wanted or self._is_waiting():
                return
            self._begun += 1
            number = self._begun
            try:
                self._following.place = await self._following.read(self._read_whole, self._read_changes, self._stamps)
            except ForbiddenError as refusal:
                self.refusal, self._refused_at = refusal, anyio.current_time()
            else:
                self.refusal, self._refused_at, self._done = None, None, number

    def _is_waiting(self) -> bool:
        return self._refused_at is not None and anyio.current_time() - self._refused_at < _ASK_AGAIN

    async def _read_whole(self) -> None:
        found: list[Any] = []

        def take(rows: Rows) -> None:
            found.extend(wire.read_entity(self._kind.model, row, self._name) for row in rows)

        await read_all(self._client, self._list(self._kind.resource, self._kind.fields), self._name, take)
        self.records = Records(map(self._kind.entry, found))

    async def _read_changes(self, since: dt.datetime) -> None:
        """Read all that changed, then take it over in one go. Where nothing is held, nothing can have been deleted."""
        after, kind = wire.stamp(since), self._kind
        changed: list[Any] = []
        deleted: list[Any] = []

        async def read_changed() -> None:
            query = self._list(kind.resource, kind.fields, updated_after=after)
            changed.extend((await self._client.entities(kind.model, query, self._name))[0])

        async def read_deleted() -> None:
            query = self._list(f"{kind.resource}/deleted", (), deleted_after=after)
            deleted.extend((await self._client.entities(kind.deleted, query, f"deleted {self._name}"))[0])

        await together(read_changed, *([read_deleted] if len(self.records) else []))
        for record in changed:
            self.records.put(kind.entry(record))
        for gone in deleted:
            self.records.remove(gone.id, gone.deleted_at)

    def _stamps(self) -> list[dt.datetime]:
        return [record.updated_at for record in self.records if record.updated_at is not None]

    @property
    def _name(self) -> str:
        return self._kind.resource.replace("_", " ")

    def _list(self, resource: str, fields: wire.Fields, **filters: str) -> wire.Query:
        return wire.listing(resource, self._administration_id, fields=fields, **filters)


def unseen(kind: Kind[Any]) -> str:
    """What an answer cannot say without this list."""
    return f"{kind.what} could not be read (the token lacks {kind.resource}:read): {kind.missing}."
