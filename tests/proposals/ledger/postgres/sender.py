"""A replica as far as sending goes: `python -m ... URL TENANT FOLDER LEASE` carries out what is approved.

Payt is a folder: `sent` has a line for each letter that arrived. Each try leaves a line in `tried`, and the connection
is refused for as long as there is a file `refuse`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError, NotSentError
from payt_mcp.proposals.attempt import Check, Done
from payt_mcp.proposals.engine import Engine
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.ledger.postgres.turns import Turns
from payt_mcp.proposals.ledger.postgres.waking import Waking
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.rounds import Rounds
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.support.keys import KEYS

SCOPE = "here"


class Post:
    """See `attempt.Writer`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def check(self, _record: Record) -> Check:
        return Check()

    async def send(self, record: Record) -> Done:
        self._line("tried", record.id)
        if (self._folder / "refuse").exists():
            raise NotSentError("the connection was refused")
        self._line("sent", record.id)
        await anyio.sleep(0.02)  # until the answer comes
        return Done(Status.SENT, message_id=f"m-{record.id}")

    async def look(self, record: Record) -> Done | None:
        sent = self._folder / "sent"
        has_arrived = sent.exists() and record.id in sent.read_text().split()
        return Done(Status.SENT, message_id=f"m-{record.id}") if has_arrived else None

    def _line(self, name: str, key: str) -> None:
        line = f"{key} {os.getpid()}\n" if name == "tried" else f"{key}\n"
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, line.encode())
        os.close(descriptor)


async def replica(url: str, tenant: str, folder: Path, lease: float) -> None:
    database = Database(Secret(url))
    leases, waking = Leases(database, lease=lease, beat=lease / 8), Waking(database)
    ledger = await run_sync(partial(open_team_ledger, database, tenant, KEYS, leases))
    writers: Mapping[str, Post] = {"message": Post(folder)}
    turns = Turns(database, seconds=lease / 4)

    async def keep_turns() -> None:
        while True:
            with suppress(DatabaseError):  # it comes back
                await turns.keep()

    async with anyio.create_task_group() as group:
        group.start_soon(waking.run)
        group.start_soon(keep_turns)
        rounds = Rounds(poll=0.3, woken=waking.of(tenant, SCOPE).wait, turns=turns.of(tenant))
        engine = Engine(ledger, SCOPE, writers, group, rounds)
        await engine.start()
        (folder / f"ready {os.getpid()}").touch()


if __name__ == "__main__":
    anyio.run(replica, sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
