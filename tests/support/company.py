"""The ledger of a company in a PostgreSQL of the tests, as one process or as several."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.settings import Secret
from tests.support import postgres
from tests.support.house import Clock
from tests.support.keys import KEYS

TENANT = "t-acme"
Opens = Callable[..., CommonLedger]


def add_tenant(database: Database, tenant: str = TENANT) -> str:
    with database.transaction() as connection:
        connection.execute(
            "insert into tenants (id, name) values (%s, %s) on conflict do nothing", (tenant, f"Company {tenant}")
        )
    return tenant


@contextmanager
def ledgers() -> Iterator[Callable[[Path, Clock], CommonLedger]]:
    """Opens ledgers of companies by the name of a folder, each as a process of its own would."""
    with postgres.a_database(postgres.of_this_run()) as url:
        database = Database(Secret(url))
        with processes(database, Clock()) as opened:
            yield lambda folder, clock: opened(f"t-{folder.parent.name}-{folder.name}", clock=clock)
        database.close()


@contextmanager
def processes(database: Database, clock: Clock) -> Iterator[Callable[..., CommonLedger]]:
    """Opens ledgers, each as a process of its own would: of a company that is new, or of the one named."""
    held: list[Leases] = []
    new = f"t-{secrets.token_hex(4)}"

    def of(tenant: str = new, *, lease: float = 60.0, beat: float = 15.0, **given: Any) -> CommonLedger:
        held.append(Leases(database, lease=lease, beat=beat))
        keys = given.pop("keys", KEYS)
        return open_team_ledger(database, add_tenant(database, tenant), keys, held[-1], **{"clock": clock, **given})

    try:
        yield of
    finally:
        for leases in held:
            leases.close()
