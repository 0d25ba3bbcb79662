"""A Payt over TCP, and servers over it: what is mailed is what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import CallToolResult, ElicitResult

from payt_mcp.sandbox.app import Options, Sandbox, create_app
from payt_mcp.sandbox.dataset import build_world
from payt_mcp.sandbox.server import Handle, run_in_thread
from payt_mcp.server import PaytServer, build_server
from payt_mcp.settings import Secret, Settings

ADMINISTRATION = "4711"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


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
            "rate": 100, "state_dir": self.state, "attachments_dir": self.files,
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
