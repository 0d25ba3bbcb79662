"""Who is nobody yet, and asks as much as they can: what others need is still there."""

from __future__ import annotations

import ssl
from contextlib import suppress
from functools import partial

import anyio
import httpx
import pytest

from payt_mcp.database.database import Connection
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.authorization.program import UnknownProgramError
from payt_mcp.server.team.departures import Departure, Departures
from tests.server.team.authorization.stage import CALLBACK, PUBLIC, Stage, replica

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def test_sign_ins_that_nobody_ends_are_bounded_and_the_newest_stay(stage: Stage) -> None:
    departures = Departures(stage.database)
    many = """
        insert into departures (state, browser, next, created_at)
        select sha256(number::text::bytea), '', '', now() - interval '60 seconds' + number * interval '1 millisecond'
        from generate_series(1, 20010) as number
    """
    await stage.database.run(lambda c: c.execute(many))
    state = await departures.leave("browser", Departure("/x"))
    (left,) = await stage.database.run(lambda c: c.execute("select count(*) as number from departures").fetchall())
    assert left["number"] < 20_010
    assert await departures.come_back("browser", state) == Departure("/x")


async def test_behind_a_balancer_one_stranger_does_not_keep_others_from_registering(stage: Stage) -> None:
    """All requests come from the balancer's address then; only one of the internet is somebody's own."""
    used = await stage.program()
    await used.tokens()
    app, *_ = replica(stage.database, PUBLIC, stage.access, None)
    clear = "delete from oauth_clients where id like 'many-%'"
    for address, there, status in (
        ("10.1.2.3", 5_000, 201), ("127.0.0.1", 600, 201), ("", 600, 201), ("8.8.8.8", 5, 201), ("8.8.8.8", 600, 429)
    ):  # fmt: skip
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
            first = await http.post("/register", json={"redirect_uris": [CALLBACK]})
            await stage.database.run(partial(_fill, first.json().get("client_id"), there))
            assert (await http.post("/register", json={"redirect_uris": [CALLBACK]})).status_code == status, address
        (left,) = await stage.database.run(
            lambda c: c.execute("select count(*) as number from oauth_clients").fetchall()
        )
        assert left["number"] < 5_100
        await stage.database.run(lambda c: c.execute(clear))
    assert (await stage.server.get(used.asks())).status_code == 303


def _fill(like: str, number: int, connection: Connection) -> None:
    """As many registrations from where this one came from."""
    query = """
        insert into oauth_clients (id, name, redirect_uris, registered_from, created_at)
        select 'many-' || number, 'App', '{}', (select registered_from from oauth_clients where id = %s),
            now() - interval '1 minute'
        from generate_series(1, %s) as number
    """
    connection.execute(query, (like, number))


async def test_hosts_that_say_nothing_keep_nobody_out_whose_document_is_known() -> None:
    documents = Documents(ssl.create_default_context, loopback=True)
    asked: list[str] = []

    async def silent(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            line = (await stream.receive()).split()[1].decode()
            asked.append(line)
            if line != "/known.json":
                await anyio.sleep_forever()
            said = f'{{"client_id": "{url}/known.json", "redirect_uris": ["{CALLBACK}"]}}'
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said.encode()))

    async def in_vain(address: str) -> None:
        with suppress(UnknownProgramError):
            await documents.program(address)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listening, anyio.create_task_group() as group:
        group.start_soon(listening.serve, silent)
        url = f"http://127.0.0.1:{listening.extra(anyio.abc.SocketAttribute.local_port)}"
        await documents.program(f"{url}/known.json")
        for number in range(20):
            group.start_soon(in_vain, f"{url}/{number}.json")
        with anyio.fail_after(60):
            while len(asked) < 9:  # noqa: ASYNC110 - they come over TCP
                await anyio.sleep(0.01)
            with anyio.fail_after(5):
                assert (await documents.program(f"{url}/known.json")).redirect_uris == (CALLBACK,)
        group.cancel_scope.cancel()
