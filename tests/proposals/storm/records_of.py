"""The record of writes of a run: in its folder, or in PostgreSQL, as the replicas of a team server share it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.ledger.postgres.turns import Turns
from payt_mcp.settings import Secret
from tests.proposals.storm.broken import LEDGERS
from tests.support.company import add_tenant
from tests.support.keys import KEYS

_ADDRESS = "database"
_LEASE, _BEAT = 1.5, 0.3
"""Seconds after which a process that was killed is dead to the others; nothing is being sent for that long here."""

_TURN = 0.6
"""Seconds after which what it saw to is another's."""


def in_database(folder: Path, url: str) -> None:
    """The run of this folder has its record in a database with all tables, as a company of its own."""
    (folder / _ADDRESS).write_text(url)
    database = Database(Secret(url), most=1)
    add_tenant(database, folder.name)
    database.close()


@contextmanager
def turns_of(folder: Path, number: int) -> Iterator[Turns | None]:
    """Who sees to what of it (they are to be kept in a task): of every other run, for the record has to hold without
    them, too. None where it is in a folder.
    """
    address = folder / _ADDRESS
    if not address.exists() or number % 2:
        yield None
        return
    database = Database(Secret(address.read_text()), most=2)
    try:
        yield Turns(database, seconds=_TURN)
    finally:
        database.close()


@contextmanager
def record_of(folder: Path, broken: str = "") -> Iterator[LedgerContract]:
    """It, as long as this lasts."""
    address = folder / _ADDRESS
    if not address.exists():
        ledger: LedgerContract = LEDGERS[broken](folder)
        try:
            yield ledger
        finally:
            ledger.close()
        return
    database = Database(Secret(address.read_text()))
    leases = Leases(database, lease=_LEASE, beat=_BEAT)
    shared = open_team_ledger(database, folder.name, KEYS, leases)
    try:
        yield shared
    finally:
        shared.close()
        leases.close()
        database.close()
