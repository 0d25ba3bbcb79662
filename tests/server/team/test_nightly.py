"""What no letter bears on any more, and somebody altered, is noticed within a day."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import anyio
import pytest
from anyio.to_thread import run_sync

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.server.team.nightly import verify_daily
from payt_mcp.settings import Secret
from tests.support import company, postgres
from tests.support.house import TOOL, Clock, draft

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture
def database() -> Iterator[Database]:
    with postgres.a_database(postgres.of_this_run()) as url:
        database = Database(Secret(url))
        yield database
        database.close()


def _altered(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("update heads set looked_at = now() - interval '25 hours' where tenant <> 't-lately'")
        connection.execute("update events set who = '{}' where seq = 1 and tenant <> 't-whole'")


async def test_each_company_is_verified_once_a_day(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    opened: dict[str, CommonLedger] = {}
    asked: list[str] = []

    async def ledger_of(tenant_id: str) -> LedgerContract:
        asked.append(tenant_id)
        return opened[tenant_id]

    with company.processes(database, Clock()) as opens:
        for tenant in ("t-whole", "t-altered", "t-lately"):
            opened[tenant] = await run_sync(opens, tenant)
            await run_sync(opened[tenant].propose, draft(), TOOL)
        await run_sync(_altered, database)
        with caplog.at_level(logging.ERROR, "payt_mcp"), anyio.fail_after(60):
            async with anyio.create_task_group() as replicas:
                for _ in range(2):
                    replicas.start_soon(verify_daily, database, ledger_of)
                while not caplog.records or len(asked) < 2:  # noqa: ASYNC110 - threads do it
                    await anyio.sleep(0.02)
                replicas.cancel_scope.cancel()
    assert sorted(asked) == ["t-altered", "t-whole"]
    told = [(record.__dict__["tenant"], record.getMessage()) for record in caplog.records]
    assert told == [
        (
            "t-altered",
            "the record of writes was altered: Event 1 of the ledger was altered, or the one before it was removed.",
        )
    ]
