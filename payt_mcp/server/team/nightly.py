"""Once a day, a replica verifies the whole record of each company: a sending verifies what bears on it alone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import anyio
from anyio.to_thread import run_sync

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.contract import LedgerContract

logger = logging.getLogger("payt_mcp")

_PAUSE = 600.0  # seconds between looks whether a company is due
_TURN = """
    update heads set looked_at = now() where tenant = (
        select tenant from heads where looked_at < now() - interval '1 day' order by looked_at limit 1
        for update skip locked
    ) returning tenant
"""


async def verify_daily(database: Database, ledger_of: Callable[[str], Awaitable[LedgerContract]]) -> None:
    """Do so as long as this runs. What was altered is logged, with the id of the company.

    Raises:
        DatabaseError, LedgerError: the database is away.
    """
    while True:
        while tenant_id := await database.run(_due):
            try:
                await run_sync((await ledger_of(tenant_id)).verify)
            except AlteredError as error:  # where in this program it was found says nothing
                logger.error("the record of writes was altered: %s", error.what, extra={"tenant": tenant_id})  # noqa: TRY400
        await anyio.sleep(_PAUSE)


def _due(connection: Connection) -> str | None:
    """A company whose turn it is, taken by this replica."""
    row = first(connection, _TURN)
    return row["tenant"] if row else None
