"""No record, no write, through the tools: a full disk and a clock that went back, before the yes and after it."""

from __future__ import annotations

import datetime as dt
import os
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.states import Status
from tests.proposals.asking.test_terminal import environ
from tests.proposals.ledger.test_clock import ran_ahead
from tests.support.house import ERAS, Answer, House, client, data, said
from tests.writes.invoices.test_upsert import new

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
NEVER = resource.RLIM_INFINITY


class Person:
    """Says yes, after something happened."""

    def __init__(self) -> None:
        self.first: Callable[[], Any] = lambda: None
        self.asked = 0

    async def answer(self, _context: Any, _params: Any) -> Any:
        self.asked += 1
        self.first()
        return ElicitResult(action="accept", content={"approve": True})


def calls(house: House) -> list[tuple[str, dict[str, Any]]]:
    letter = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    row = new("N1", house.debtor())
    del row["sent_at"]
    return [("send_message", letter), ("upsert_invoices", {"invoices": [row]})]


def untouched(house: House) -> bool:
    posts = [entry for entry in house.sandbox.requests if entry.method != "GET"]
    return not house.mails and not posts


@asynccontextmanager
async def process(house: House, mode: str, answer: Answer) -> AsyncIterator[Client]:
    """A real server process over stdio."""
    given = environ(house, PAYT_RATE="100")
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "payt_mcp"], env=given)
    with Path(os.devnull).open("w") as unread:  # noqa: ASYNC230 - once, before anything runs
        async with Client(stdio_client(parameters, unread), mode=mode, elicitation_callback=answer) as caller:
            yield caller


def disk(house: House, *, full: bool) -> None:
    """Let no file of the server's process grow: what is in the way of a write on a full disk, to the byte."""
    (server,) = (int(path.name.partition("-")[0]) for path in (house.state / "owners").iterdir())
    wal = (house.state / "ledger.sqlite3-wal").stat().st_size
    resource.prlimit(server, resource.RLIMIT_FSIZE, (wal + 2000 if full else NEVER, NEVER))


@ERAS
async def test_a_disk_that_is_full_lets_nothing_through(house: House, mode: str) -> None:
    person = Person()
    async with process(house, mode, person.answer) as caller:
        await caller.call_tool("check_approval", {"proposal_id": "p-none"})  # the server opens its ledger
        for tool, arguments in calls(house):
            disk(house, full=True)
            unproposed = await caller.call_tool(tool, arguments)
            disk(house, full=False)
            person.first = lambda: disk(house, full=True)
            unapproved = await caller.call_tool(tool, arguments)
            for answer in (unproposed, unapproved):
                assert answer.is_error
                assert "cannot be written" in said(answer)
                assert "No record, no write: nothing was sent to Payt." in said(answer)
            assert untouched(house)
            disk(house, full=False)
            person.first = lambda: None
        assert person.asked == 2
        statuses = [data(await caller.call_tool(tool, arguments))["status"] for tool, arguments in calls(house)]
    assert statuses == ["sent", "applied"]
    assert len(house.mails) == 2


@ERAS
async def test_a_clock_that_was_ahead_lets_nothing_through(house: House, mode: str) -> None:
    ran_ahead(house, days=3).close()
    person = Person()
    async with client(house.server(), mode, person.answer) as caller:
        for tool, arguments in calls(house):
            answer = await caller.call_tool(tool, arguments)
            assert answer.is_error
            for words in ("The clock of this machine says", "Set the clock right", "nothing was sent to Payt"):
                assert words in said(answer)
    assert person.asked == 0
    assert untouched(house)


@ERAS
@pytest.mark.parametrize("which", [0, 1], ids=["send_message", "upsert_invoices"])
async def test_a_clock_that_goes_back_before_the_yes_lets_nothing_through(house: House, mode: str, which: int) -> None:
    person = Person()
    person.first = lambda: ran_ahead(house, days=3).close()
    tool, arguments = calls(house)[which]
    async with client(house.server(), mode, person.answer) as caller:
        answer = await caller.call_tool(tool, arguments)
        assert answer.is_error
        assert "Set the clock right" in said(answer)
        assert "nothing was sent to Payt" in said(answer)
    assert person.asked == 1
    assert untouched(house)
    later = Ledger(house.state, lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=3, minutes=1))
    assert [record.status for record in later.pending()] == [Status.PROPOSED, Status.PROPOSED]
    later.close()
