"""Who of several replicas sees to what was approved: one, for as long as it says so, or until it lets go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.postgres.store import SCOPES_CHANNEL
from payt_mcp.proposals.ledger.postgres.turns import Turns
from payt_mcp.proposals.states import Status
from tests.support import company
from tests.support.house import PAGE, TOOL, draft

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
TENANT = "t-turns"
LONG = 600.0


async def ended(database: Database, key: str) -> None:
    """Its turn was not prolonged in time."""
    over = "update turns set until = clock_timestamp() - interval '1 second' where proposal = %s"
    await database.run(lambda connection: connection.execute(over, (key,)))


async def test_one_has_it_until_it_lets_go_or_is_heard_of_no_more(database: Database) -> None:
    here, there = (Turns(database, seconds=LONG).of(TENANT) for _ in range(2))
    assert await here.take("p-1")
    assert not await there.take("p-1")
    assert not await here.take("p-1")  # nor a second time beside itself
    assert await there.take("p-2")
    assert await Turns(database).of("t-other").take("p-1")  # of another company
    await there.let_go("p-1")  # which is not theirs to let go of
    assert not await there.take("p-1")
    await here.let_go("p-1")
    assert await there.take("p-1")
    await ended(database, "p-1")
    assert await here.take("p-1")


async def test_of_many_that_want_it_at_one_moment_one_has_it(database: Database) -> None:
    won: list[int] = []

    async def want(number: int) -> None:
        if await Turns(database, seconds=LONG).of(TENANT).take("p-wanted"):
            won.append(number)

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(want, number)
    assert len(won) == 1


async def test_what_is_held_is_prolonged_and_what_another_took_over_is_not(database: Database) -> None:
    mine, other = Turns(database, seconds=0.4), Turns(database, seconds=LONG)
    for key in ("p-held", "p-lost", "p-done"):
        assert await mine.of(TENANT).take(key)
    await mine.of(TENANT).let_go("p-done")
    await ended(database, "p-lost")
    assert await other.of(TENANT).take("p-lost")
    query = "select proposal, until from turns where proposal = any(%s)"

    async def until() -> dict[str, object]:
        rows = await database.run(lambda c: c.execute(query, (["p-held", "p-lost", "p-done"],)).fetchall())
        return {row["proposal"]: row["until"] for row in rows}

    before = now = await until()
    async with anyio.create_task_group() as group:
        group.start_soon(mine.keep)
        with anyio.fail_after(60):
            while now["p-held"] == before["p-held"]:
                await anyio.sleep(0.02)
                now = await until()
        group.cancel_scope.cancel()
    assert (now["p-lost"], now["p-done"]) == (before["p-lost"], before["p-done"])


@asynccontextmanager
async def heard(database: Database) -> AsyncIterator[list[str]]:
    """The notices of scopes that came while this lasted."""
    found: list[str] = []
    listens, over = anyio.Event(), anyio.Event()

    async def listen() -> None:
        async for notice in database.notices(SCOPES_CHANNEL):
            listens.set()
            found.append(notice)
            if notice.endswith("over"):
                over.set()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        await listens.wait()
        yield found
        await database.run(lambda c: c.execute("select pg_notify(%s, 'over')", (SCOPES_CHANNEL,)))
        await over.wait()
        group.cancel_scope.cancel()


async def test_the_others_are_told_where_it_is_let_go_of_and_still_to_be_done(
    database: Database, opens: company.Opens
) -> None:
    ledger = opens(TENANT)
    keys = [ledger.propose(draft(text, scope="ours"), TOOL)[0].id for text in ("one", "two")]
    for key in keys:
        ledger.approve(key, PAGE, scope="ours")
    done, left = keys
    assert ledger.claim(done, scope="ours")
    ledger.finish(done, Status.SENT, {}, message_id="m1", scope="ours")
    turns = Turns(database).of(TENANT)
    for key in keys:
        assert await turns.take(key)
    async with heard(database) as told:
        await turns.let_go(done)
        await turns.let_go(left)
    assert [one for one in told if one.startswith(TENANT)] == [f"{TENANT} ours"]
    ledger.close()
