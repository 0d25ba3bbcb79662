"""The ledger of a company in a PostgreSQL of the tests, as one process or as several."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.settings import Secret
from payt_mcp.settings.team import NamedKey
from tests.support import postgres
from tests.support.house import Clock

TENANT = "t-acme"


def key(name: str) -> NamedKey:
    return NamedKey(name, Secret(base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()))


KEYS = (key("k1"),)


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
        opened: list[Leases] = []

        def of(folder: Path, clock: Clock) -> CommonLedger:
            tenant = "t-" + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
            opened.append(Leases(database))
            return open_team_ledger(database, add_tenant(database, tenant), KEYS, opened[-1], clock=clock)

        try:
            yield of
        finally:
            for leases in opened:
                leases.close()
            database.close()
