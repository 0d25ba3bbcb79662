"""A Payt over TCP, and servers over it: what is mailed is what happened."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.types import CallToolResult, ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox.api.options import Options
from payt_sandbox.api.sandbox import Sandbox
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import Handle, run_in_thread
from tests.support.unhurried import NO_LIMIT

ADMINISTRATION = "4711"
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
TOOL, PAGE = Who("tool", "test 1"), Who("page", "", "anouk")
START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class House:
    """One Payt over TCP and one state folder; `server()` is a process of the user's, as far as it matters."""

    def __init__(self, handle: Handle, folder: Path) -> None:
        self.payt = handle
        self.state = folder / "state"
        self.files = folder / "files"
        self.files.mkdir()
        self.opened: list[str] = []

    @property
    def sandbox(self) -> Sandbox:
        return self.payt.sandbox

    @property
    def mails(self) -> list[Any]:
        return self.sandbox.mails

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "api_token": Secret("sandbox-token"), "api_url": self.payt.url, "administration_id": ADMINISTRATION,
            "rate": NO_LIMIT, "state_dir": self.state, "attachments_dir": self.files,
        }  # fmt: skip
        return Settings(**values | changes)

    def server(self, *, browser: bool = True, **changes: Any) -> PaytServer:
        def browse(url: str) -> bool:
            self.opened.append(url)
            return browser

        return build_server(self.settings(**changes), browse=browse)

    def debtor(self, **wanted: Any) -> str:
        """The number of a debtor with an address on file and nothing that forbids to write to it."""
        for row in self.sandbox.world.rows(ADMINISTRATION, "debtors"):
            fit = row["reminder_email_address"] and not row["paused_at"] and not row["reminding_paused_at"]
            if fit and not self._is_special(row["id"]) and all(row[name] == value for name, value in wanted.items()):
                return str(row["debtor_number"])
        raise LookupError(wanted)

    def _is_special(self, debtor_id: str) -> bool:
        fields = ["debtor_id", "active_payment_plan_id", "bailiff_at", "paused_at", "open_amount", "due_date"]
        rows = [r for r in self.invoices(fields) if r["debtor_id"] == debtor_id and r["open_amount"] != "0.00"]
        special = any(row["active_payment_plan_id"] or row["bailiff_at"] or row["paused_at"] for row in rows)
        return special or not any(str(row["due_date"]) < str(self.sandbox.world.today) for row in rows)

    def invoices(self, fields: list[str]) -> list[dict[str, Any]]:
        return self.sandbox.world.rows(ADMINISTRATION, "invoices", fields)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with run_in_thread(create_app(build_world(invoices=200, seed=4), options=Options(rate=None))) as handle:
        yield House(handle, tmp_path)


async def agreed(house: House, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A write that a person agrees to at the terminal: the answer to the proposal, and what became of it."""
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool(tool, arguments))
        ledger = Ledger(house.state)
        ledger.approve(asked["proposal_id"], Who("terminal", "", "anouk"))
        ledger.close()
        return asked, data(await caller.call_tool("check_approval", {"proposal_id": asked["proposal_id"]}))


Answer = Callable[..., Any]


def says(action: str, *, approve: bool = True) -> Answer:
    """A client whose user answers every question so."""

    async def answer(_context: Any, params: Any) -> ElicitResult:
        content: dict[str, Any] | None = {"approve": approve} if action == "accept" else None
        answer.questions.append(params.message)  # type: ignore[attr-defined]
        return ElicitResult(action=action, content=content)

    answer.questions = []  # type: ignore[attr-defined]
    return answer


def client(server: PaytServer, mode: str = "auto", answer: Answer | None = None) -> Client:
    return Client(server, mode=mode, elicitation_callback=answer)


def data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, said(result)
    assert result.structured_content is not None
    structured: dict[str, Any] = result.structured_content
    return structured


def said(result: CallToolResult) -> str:
    return "\n".join(getattr(block, "text", "") for block in result.content)


def letter(house: House, **changes: Any) -> dict[str, Any]:
    about = {"to_debtor": house.debtor()} if "to_invoice" not in changes else {}
    return {"subject": "Openstaande facturen", "body": "Wilt u deze betalen?"} | about | changes


def invoice_of(house: House) -> str:
    """An overdue invoice of the debtor that `letter` goes to."""
    rows = house.sandbox.world.rows(ADMINISTRATION, "debtors")
    owner = next(row["id"] for row in rows if row["debtor_number"] == house.debtor())
    for row in house.invoices(["invoice_number", "debtor_id", "open_amount", "due_date"]):
        is_overdue = str(row["due_date"]) < str(house.sandbox.world.today)
        if row["debtor_id"] == owner and row["open_amount"] != "0.00" and is_overdue:
            return str(row["invoice_number"])
    raise LookupError(owner)


def known_invoice(house: House, **wanted: Any) -> dict[str, Any]:
    """A sent invoice with something open."""
    fields = [
        "id", "invoice_number", "currency_code", "invoice_date", "due_date", "total_amount", "open_amount",
        "book_total_amount", "book_open_amount", "sent_at", "debtor_id",
    ]  # fmt: skip
    return next(
        row
        for row in house.invoices(fields)
        if all(row[name] for name in fields)
        and row["open_amount"] != "0.00"
        and all(row[name] == value for name, value in wanted.items())
    )


# The ledger by itself.


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_time(self, **amount: float) -> None:
        self.moment += dt.timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state", clock)


def draft(text: str = "pay", scope: str = "here", letter: str = "") -> Draft:
    content = {"subject": "s", "body": text}
    return Draft("message", scope, "4711", f"digest-{text}", letter or f"letter-{text}", content, {"text": text}, {})


def approved(ledger: Ledger, text: str = "pay", letter: str = "") -> Record:
    record, _ = ledger.propose(draft(text, letter=letter), TOOL)
    return ledger.approve(record.id, PAGE)


def edit(folder: Path, statement: str) -> None:
    """What somebody with another program does to the file."""
    with sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None) as db:
        db.execute(statement)
    db.close()


def record(house: House, key: str) -> Record:
    ledger = Ledger(house.state)
    try:
        return ledger.get(key)
    finally:
        ledger.close()


async def until(ledger: Ledger, key: str, *wanted: Status) -> Record:
    with anyio.fail_after(120):
        while (record := ledger.get(key)).status not in wanted:  # noqa: ASYNC110 - another thread or process writes it
            await anyio.sleep(0.02)
    return record
