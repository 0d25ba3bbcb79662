"""The database of a team server: its steps, its transactions, its notices, and what is said while it is away."""

from __future__ import annotations

import os
from contextlib import aclosing, suppress
from threading import Event
from typing import Any

import anyio
import psycopg
import pytest

from payt_mcp.database.database import Connection, Database
from payt_mcp.database.migrating import check, migrate, steps
from payt_mcp.errors import DatabaseError, SettingsError
from payt_mcp.settings import Secret
from tests.support import postgres

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture(scope="module")
def own() -> postgres.Cluster:
    """A PostgreSQL that may be stopped."""
    cluster = postgres.a_cluster()
    cluster.start()
    cluster.stop_with(os.getpid())
    return cluster


async def test_the_steps_are_taken_once_and_a_start_without_them_says_what_to_run(own: postgres.Cluster) -> None:
    database = Database(Secret(own.url))
    with pytest.raises(SettingsError, match=r"lacks \d+ of the steps .* `payt-mcp team migrate`"):
        check(database)
    taken: list[list[str]] = []
    async with anyio.create_task_group() as group:
        for _ in range(3):  # replicas that start at one moment

            async def take() -> None:
                taken.append(await anyio.to_thread.run_sync(migrate, database))

            group.start_soon(take)
    assert sorted(taken) == [[], [], [one.name for one in steps()]]
    check(database)
    database.close()


async def test_whoever_stops_listening_leaves_no_connection(
    own: postgres.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where that is in the middle of what is done about a notice."""
    database, opened = Database(Secret(own.url)), list[psycopg.AsyncConnection[Any]]()
    connect = psycopg.AsyncConnection.connect

    async def noted(*args: Any, **named: Any) -> Any:
        opened.append(await connect(*args, **named))
        return opened[-1]

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", noted)
    heard = anyio.Event()

    async def listen() -> None:
        async with aclosing(database.notices("told")) as notices:
            async for notice in notices:
                if notice:
                    heard.set()
                    await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        while not heard.is_set():
            await database.run(lambda c: c.execute("select pg_notify('told', 'one')"))
            with anyio.move_on_after(0.2):
                await heard.wait()
        group.cancel_scope.cancel()
    assert [one.closed for one in opened] == [True]
    database.close()


async def test_a_notice_reaches_who_listens_and_a_restart_is_survived(own: postgres.Cluster) -> None:
    database = Database(Secret(own.url))
    heard: list[str] = []
    arrived = anyio.Condition()

    async def listen() -> None:
        async for notice in database.notices("told"):
            async with arrived:
                heard.append(notice)
                arrived.notify_all()

    async def until(count: int) -> None:
        async with arrived:
            while len(heard) < count:
                await arrived.wait()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        with anyio.fail_after(60):
            await until(1)
            await database.run(lambda c: c.execute("select pg_notify('told', 'first')"))
            await until(2)
            own.stop()
            with pytest.raises(DatabaseError, match="cannot be reached at the moment"):
                await database.run(lambda c: c.execute("select 1"))
            own.start()
            await until(3)
            await database.run(lambda c: c.execute("select pg_notify('told', 'second')"))
            await until(4)
        group.cancel_scope.cancel()
    assert heard == ["", "first", "", "second"]
    database.close()


async def test_what_is_raised_takes_a_transaction_back(database_url: str) -> None:
    database = Database(Secret(database_url))

    def add(connection: object, and_fail: bool) -> None:
        connection.execute("insert into tenants (id, name) values ('t-1', 'Acme')")  # type: ignore[attr-defined]
        if and_fail:
            raise ValueError("taken back")

    with pytest.raises(ValueError, match="taken back"):
        await database.run(lambda c: add(c, True))
    await database.run(lambda c: add(c, False))
    database.close()


def test_no_two_steps_have_one_number() -> None:
    numbers = [int(one.name[:4]) for one in steps()]
    assert numbers == sorted(set(numbers))


async def test_a_replica_that_stands_still_in_a_transaction_holds_up_no_other(own: postgres.Cluster) -> None:
    stopped, other = Database(Secret(own.url), left_open=0.3), Database(Secret(own.url))
    await other.run(lambda c: c.execute("create table if not exists held (id int); insert into held values (1)"))
    went_on: list[int] = []

    def go_on(connection: Connection) -> None:
        connection.execute("set local lock_timeout = '60s'")
        went_on.append(connection.execute("update held set id = id + 1").rowcount)

    async def stand_still() -> None:
        with stopped.transaction() as held:
            held.execute("update held set id = id")
            with suppress(DatabaseError):
                await other.run(go_on)
            held.execute("update held set id = id")

    with pytest.raises(DatabaseError):
        await stand_still()
    assert went_on == [1]
    stopped.close()
    other.close()


async def test_where_all_connections_wait_nobody_waits_for_long(own: postgres.Cluster) -> None:
    database, begun, goes_on = Database(Secret(own.url), most=1, turn=0.2), Event(), Event()

    def wait(_: Connection) -> None:
        begun.set()
        goes_on.wait(60)

    async with anyio.create_task_group() as group:
        group.start_soon(database.run, wait)
        await anyio.to_thread.run_sync(begun.wait, 60)
        with pytest.raises(DatabaseError):
            await database.run(lambda c: c.execute("select 1"))
        goes_on.set()
    assert await database.run(lambda c: c.execute("select 1").rowcount) == 1
    database.close()
