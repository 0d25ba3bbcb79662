"""Two replicas as one server: the rate of a grant, and listings that go on at the other."""

from __future__ import annotations

import time
from typing import Any

import anyio
import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError, NotSentError
from payt_mcp.payt import writes
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.proposals.records import Who
from payt_mcp.server.team import works
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.listings import SharedListings
from payt_mcp.server.team.rate import SharedRate, asking
from payt_mcp.settings import Secret
from tests.support.colleagues import Company, asks, until
from tests.support.keys import KEYS

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
Replicas = tuple[str, str]
HERE = {"administration_id": "4711"}


class Turns:
    """Who went out when, through rates that share one grant; `late`: by how many seconds, after it had its place."""

    def __init__(self) -> None:
        self.went: list[tuple[float, str]] = []
        self.late: dict[str, float] = {}

    async def ask(self, rate: SharedRate, who: str, times: int, *, can_wait: bool = False) -> None:
        asking.set(who)

        async def once() -> None:
            place = await rate.enter(can_wait=can_wait)
            await anyio.sleep(self.late.get(who, 0.0))
            await place.leave()
            self.went.append((time.monotonic(), who))
            place.over(time.monotonic())

        async with anyio.create_task_group() as group:
            for _ in range(times):
                group.start_soon(once)

    def place(self, who: str) -> list[int]:
        return [place for place, (_, name) in enumerate(self.went) if name == who]


async def test_a_grant_has_one_rate_whoever_asks_and_wherever(house: Company) -> None:
    """At most ten in a window by the database's clock; a person with one request is not behind another's thirty."""
    databases = [Database(Secret(house.url)) for _ in range(2)]
    window = 0.4  # of as many requests as in earnest
    rates = [SharedRate(one, "t", "g", 10, window) for one in databases]
    other = SharedRate(databases[0], "t", "g-2", 10, window)
    turns, began = Turns(), time.monotonic()
    async with anyio.create_task_group() as group:
        group.start_soon(turns.ask, rates[0], "many", 30)
        group.start_soon(lambda: turns.ask(rates[0], "background", 4, can_wait=True))
        group.start_soon(turns.ask, rates[1], "elsewhere", 10)
        group.start_soon(turns.ask, rates[0], "one", 1)
        group.start_soon(turns.ask, other, "another grant", 3)
    stamps = await house.database.run(lambda c: c.execute("select stamps from rate where grant_id = 'g'").fetchall())
    (kept,) = stamps[0].values()
    assert kept == sorted(kept)
    assert kept
    assert len(turns.went) == 48
    last = max(at for at, who in turns.went if who != "another grant")
    assert last - began >= 4 * window  # 45 requests are five windows
    assert turns.place("one")[0] < 15
    assert turns.place("background")[0] > turns.place("many")[-5]
    for database in databases:
        database.close()


async def test_what_is_late_for_its_place_waits_for_another(house: Company) -> None:
    """Ten had places and were held up in a process that is busy; ten of another one are on time meanwhile."""
    databases = [Database(Secret(house.url)) for _ in range(2)]
    busy, other = (SharedRate(one, "t", "g-late", 10) for one in databases)
    turns = Turns()
    turns.late["busy"] = 1.0
    async with anyio.create_task_group() as group:
        group.start_soon(turns.ask, busy, "busy", 10)
        await anyio.sleep(0.1)
        group.start_soon(turns.ask, other, "on time", 20)
    went = sorted(at for at, _ in turns.went)
    assert len(went) == 30
    assert all(later - earlier >= 1 for earlier, later in zip(went, went[10:], strict=False))
    for database in databases:
        database.close()


async def test_what_has_arrived_is_told_to_the_others_without_a_further_request(house: Company) -> None:
    database, turns = Database(Secret(house.url)), Turns()
    query = "select stamps, now() as now from rate where grant_id = 'g-told'"

    async def is_told() -> bool:
        (row,) = await house.database.run(lambda c: c.execute(query).fetchall())
        return all(stamp < row["now"] for stamp in row["stamps"])

    async with anyio.create_task_group() as group:
        await turns.ask(SharedRate(database, "t", "g-told", 10, group=group), "here", 10)
        assert not await is_told()
        await until(is_told, 0.5)  # it would be so by itself a while later
    database.close()


class Held:
    """A gate whose places are left when the test says so, or never."""

    def __init__(self) -> None:
        self.left, self.is_late = anyio.Event(), anyio.Event()
        self.error: Exception | None = None

    async def enter(self, *, can_wait: bool) -> Held:
        return self

    async def leave(self) -> None:
        self.is_late.set()
        await self.left.wait()
        if self.error is not None:
            raise self.error

    def over(self, arrived: float) -> None:
        pass


async def test_a_request_leaves_when_its_place_says_so_and_not_before(house: Company) -> None:
    """Its connection stands by then: what is late for it is noticed."""
    requests = house.payt.sandbox.requests
    for error in (None, DatabaseError()):
        gate = Held()
        gate.error = error
        client = PaytClient(house.payt.url, StaticToken(Secret("whole")), gate=gate)
        command = writes.message(
            "4711", ("debtor_number", house.mailable()), subject="s", body="b", email="a@b.example"
        )
        before, outcome = len(requests), list[Exception | None]()

        async def write(client: PaytClient = client, command: Any = command, outcome: Any = outcome) -> None:
            try:
                await client.write(command, "message")
                outcome.append(None)
            except NotSentError as refused:
                outcome.append(refused)

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            await gate.is_late.wait()
            assert len(requests) == before
            gate.left.set()
        assert len(requests) == before + (error is None)
        assert [str(one) for one in outcome] == ["None" if error is None else str(outcome[0])]
        assert error is None or "the database of this server cannot be reached" in str(outcome[0])
        await client.aclose()


async def test_without_the_database_nothing_goes_out_and_a_write_says_so(house: Company) -> None:
    away = Database(Secret(house.url))
    away.close()
    gate = SharedRate(away, "t", "g", 10)
    client = PaytClient(house.payt.url, StaticToken(Secret("whole")), gate=gate)
    before = len(house.payt.sandbox.requests)
    command = writes.message("4711", ("debtor_number", house.mailable()), subject="s", body="b", email="a@b.example")
    with pytest.raises(NotSentError, match="the database of this server cannot be reached"):
        await client.write(command, "message")
    assert len(house.payt.sandbox.requests) == before
    await client.aclose()


LISTINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("search_invoices", "invoices", {"limit": 4}),
    ("search_invoices", "groups", {"group_by": "debtor", "limit": 4}),
    ("find_debtors", "debtors", {"limit": 4}),
    ("list_contacts", "contacts", {"query": "a", "limit": 4}),  # its chain goes on at Payt
    ("list_payments", "payments", {"limit": 4}),
]


async def test_a_cursor_goes_on_at_the_other_replica(house: Company, replicas: Replicas) -> None:
    """As it would where it began: also the third page, after the second was at the other."""
    tenant = await house.tenant("Cursors")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="reader")
    for tool, name, arguments in LISTINGS:
        rows: list[Any] = []
        following = HERE | arguments
        async with asks(replicas[0], anouk) as here, asks(replicas[1], anouk) as there:
            for client in (here, there, here):
                result = await client.call_tool(tool, following)
                assert not result.is_error, (tool, result.content)
                told = result.structured_content or {}
                rows += told[name]
                following = {"cursor": told["next_cursor"]}
            everything = await there.call_tool(tool, HERE | arguments | {"limit": 12})
        assert rows == (everything.structured_content or {})[name], tool
        assert len(rows) == 12
    kept = await house.database.run(lambda c: c.execute("select body from listings").fetchall())
    assert kept
    names = [row["name"] for row in house.payt.sandbox.world.rows("4711", "debtors")]
    assert not any(name.encode() in bytes(row["body"]) for name in names for row in kept)  # sealed


async def test_what_one_replica_wrote_the_other_shows(house: Company) -> None:
    """Both had read the books, and would not ask for changes for an hour."""
    tenant = await house.tenant("Written")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="proposer")
    bram = await house.person(tenant, "bram", "second", everywhere="approver")
    (known, *_) = house.payt.sandbox.world.rows("4711", "debtors")
    row = {name: known[name] for name in ("debtor_number", "debtor_identifier")} | {"name": "Anders Geheten B.V."}
    async with (
        house.replica(freshness=3600) as one,
        house.replica(freshness=3600) as other,
        asks(one, anouk) as here,
        asks(other, anouk) as there,
    ):
        asked = HERE | {"query": "Anders Geheten"}
        for client in (here, there):
            found = await client.call_tool("find_debtors", asked)
            assert "Anders Geheten B.V." not in str(found.structured_content)
        made = await here.call_tool("upsert_debtors", HERE | {"debtors": [row]})
        key = (made.structured_content or {})["proposal_id"]
        ledger = await house.replicas[-1].ledger(tenant)
        await anyio.to_thread.run_sync(ledger.approve, key, Who("page", "", bram.id))

        async def is_shown() -> bool:
            answers = [await client.call_tool("find_debtors", asked) for client in (here, there)]
            return all("Anders Geheten B.V." in str(one.structured_content) for one in answers)

        await until(is_shown)
    del house.replicas[-2:]


async def test_an_agent_that_asks_and_asks_fills_no_table(house: Company) -> None:
    tenant = await house.tenant("Asking")
    one, other = [SharedListings(house.database, KeyRing(KEYS), tenant, person) for person in ("u-asking", "u-other")]
    other.start("search_invoices", {}, "4711", ["1", "2"], size=1)
    await other.keep()
    for _ in range(128):
        last = one.start("search_invoices", {}, "4711", ["1", "2"], size=1)
        await one.keep()
    query = "select person, count(*) as number from listings where tenant = %s group by person"
    rows = await house.database.run(lambda c: c.execute(query, (tenant,)).fetchall())
    assert {row["person"]: row["number"] for row in rows} == {"u-asking": 100, "u-other": 1}
    again = SharedListings(house.database, KeyRing(KEYS), tenant, "u-asking")
    await again.fetch(f"{last.token}.1")
    assert [listing.token for listing in again.all()] == [last.token]


async def test_what_is_idle_is_let_go_and_opened_anew_when_somebody_comes(
    house: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await house.tenant("Idle")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="reader")
    monkeypatch.setattr(works, "_TIDYING", 0.05)
    async with house.replica() as one, asks(one, anouk) as client:
        callers = house.replicas[-1]
        for _ in range(2):
            assert not (await client.call_tool("list_administrations", {})).is_error
            assert callers.works.last_of(tenant, anouk.id) is not None
            monkeypatch.setattr(works, "IDLE", 0.0)

            async def is_gone() -> bool:
                return callers.works.last_of(tenant, anouk.id) is None

            await until(is_gone)
            monkeypatch.setattr(works, "IDLE", 900.0)
    del house.replicas[-1:]
