"""The records of writes of all companies, as one replica has them open; and what of them waits to be carried out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import anyio
from anyio.to_thread import run_sync

from payt_mcp.database.database import Database
from payt_mcp.errors import AlteredError
from payt_mcp.policy.approval import Yes
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.records import stamp
from payt_mcp.proposals.states import Status
from payt_mcp.server.team.directory import Directory
from payt_mcp.settings.team import NamedKey

_OPEN = [status.value for status in (Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN)]

_DONE_OR_UNKNOWN = [
    status.value for status in (Status.SENT, Status.APPLIED, Status.PARTLY_APPLIED, Status.OUTCOME_UNKNOWN)
]
_WRITTEN = """
select scope, id, changed_at from proposals
where tenant = %(tenant)s and changed_at > %(since)s and status = any(%(done)s) order by changed_at
"""


logger = logging.getLogger("payt_mcp")


class Waiting(NamedTuple):
    """A grant of a company for which something is to be carried out, or looked for."""

    tenant_id: str
    grant_id: str


class Ledgers:
    """One ledger a company. Whose yes a proposal needs is the company's policy, asked at each yes and at the last."""

    def __init__(self, database: Database, keys: Sequence[NamedKey], leases: Leases, directory: Directory) -> None:
        self._database = database
        self._keys = keys
        self._leases = leases
        self._directory = directory
        self._open: dict[str, LedgerContract] = {}
        self._void: dict[str, set[tuple[str, str]]] = {}
        self._asked: dict[str, str] = {}
        self._lock = anyio.Lock()

    async def of(self, tenant_id: str) -> LedgerContract:
        """Raises LedgerError, DatabaseError."""
        await self._directory.policy(tenant_id)  # so that it is known when the ledger asks for it
        async with self._lock:
            if tenant_id not in self._open:
                ledger = self._open[tenant_id] = await run_sync(partial(self._opened, tenant_id))
                self._asked[tenant_id] = stamp(await run_sync(ledger.now))
            return self._open[tenant_id]

    def count(self, tenant_id: str, yes: Yes, *, counts: bool) -> None:
        """Whether a yes still counts, for when the ledger asks."""
        void = self._void.setdefault(tenant_id, set())
        (void.discard if counts else void.add)((yes.digest, yes.approver))

    async def waiting(self, tenant_id: str = "") -> list[Waiting]:
        """What is approved, or of unknown outcome, of one company or of all. Raises DatabaseError."""
        query = (
            "select distinct tenant, scope from proposals where status = any(%(open)s) "
            "and (%(tenant)s = '' or tenant = %(tenant)s)"
        )
        values = {"open": _OPEN, "tenant": tenant_id}
        rows = await self._database.run(lambda c: c.execute(query, values).fetchall())
        return [Waiting(row["tenant"], row["scope"]) for row in rows]

    async def written(self, tenant_id: str) -> list[tuple[str, str]]:
        """What was carried out of a company, or may have been, since this was asked last: grants and ids of proposals.
        Raises DatabaseError.
        """
        if tenant_id not in self._open:
            return []
        values = {"tenant": tenant_id, "since": self._asked.get(tenant_id, ""), "done": _DONE_OR_UNKNOWN}
        rows = await self._database.run(lambda c: c.execute(_WRITTEN, values).fetchall())
        if rows:
            self._asked[tenant_id] = rows[-1]["changed_at"]
        return [(row["scope"], row["id"]) for row in rows]

    async def aclose(self) -> None:
        for ledger in self._open.values():
            await run_sync(ledger.close)
        self._open = {}

    def _opened(self, tenant_id: str) -> LedgerContract:
        void = self._void.setdefault(tenant_id, set())
        return open_team_ledger(
            self._database,
            tenant_id,
            self._keys,
            self._leases,
            rule=lambda record: self._directory.needs(tenant_id, record),
            yes_counts=lambda yes: (yes.digest, yes.approver) not in void,
            most_waiting=partial(self._directory.most_waiting, tenant_id),
            on_altered=partial(_log, tenant_id),
        )


def _log(tenant_id: str, error: AlteredError) -> None:
    """The others of the company go on; what was altered is named on their page, too."""
    logger.error("the record of writes was altered: %s", error.what, extra={"tenant": tenant_id})
