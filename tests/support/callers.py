"""One server over TCP for two callers, each with a Payt of its own, told apart by a header."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.abc
import httpx2
import pytest
import uvicorn
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import ASGIApp

from payt_mcp.errors import NotConfiguredError
from payt_mcp.server.http_app import build_app
from payt_mcp.server.session import CallerSession
from payt_mcp.settings import TOOLSETS, Secret, Settings
from payt_mcp.tools.callers import Request
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from payt_sandbox.signin.access import Token
from tests.support.unhurried import NO_LIMIT

ADMINISTRATION = "4711"
HEADER = "x-caller"
TOKENS = {"anouk": "token-of-anouk", "bram": "token-of-bram"}


@asynccontextmanager
async def at_mcp(app: ASGIApp) -> AsyncIterator[str]:
    """The application over TCP, in this event loop; its address, with `/mcp`."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        await task


class ByHeader:
    """Callers who say who they are. It proves nothing, and that is not what is tried here."""

    def __init__(self, settings: Mapping[str, Settings], group: anyio.abc.TaskGroup) -> None:
        self._sessions = {
            name: CallerSession(one, one, group, state_dir=one.state_dir) for name, one in settings.items()
        }

    async def caller(self, request: Request) -> CallerSession:
        session = self._sessions.get(self.name(request))
        if session is None:
            raise NotConfiguredError
        return session

    def name(self, request: Request) -> str:
        assert request.request is not None, "this server is reached over HTTP alone"
        return str(request.request.headers.get(HEADER, ""))

    async def may_write(self, request: Request) -> bool:
        return True

    async def answered(self, request: Request) -> None:
        pass

    async def take_up(self) -> None:
        for session in self._sessions.values():
            await session.take_up()

    async def finish(self) -> None:
        for session in self._sessions.values():
            await session.finish()

    async def aclose(self) -> None:
        for session in self._sessions.values():
            await session.aclose()


class TwoPayts:
    """Two Payts that use the same administration ids and debtor numbers for other people, and one record of writes."""

    def __init__(self, payts: Mapping[str, Handle], folder: Path) -> None:
        self.payts = payts
        self.state = folder / "state"

    def settings(self, name: str, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "api_token": Secret(TOKENS[name]), "api_url": self.payts[name].url, "administration_id": ADMINISTRATION,
            "rate": NO_LIMIT, "state_dir": self.state, "toolsets": TOOLSETS,
        }  # fmt: skip
        return Settings(**values | changes)

    @asynccontextmanager
    async def serve(self, **changes: Mapping[str, Any]) -> AsyncIterator[str]:
        """The address of a server for both; `changes` are settings by caller."""
        theirs = {name: self.settings(name, **changes.get(name, {})) for name in self.payts}
        # The process has no credential: what is asked without a caller is asked of nobody.
        ours = Settings(state_dir=self.state, toolsets=next(iter(theirs.values())).toolsets)
        app = build_app(ours, host="127.0.0.1", callers=lambda group: ByHeader(theirs, group))
        async with at_mcp(app) as url:
            yield url

    def asked(self, name: str) -> int:
        """How many requests a Payt has had."""
        return len(self.payts[name].sandbox.requests)

    def mailable(self, name: str) -> str:
        """A debtor that a letter may go to."""
        for row in self.payts[name].sandbox.world.rows(ADMINISTRATION, "debtors"):
            if row["reminder_email_address"] and not row["paused_at"] and not row["reminding_paused_at"]:
                return str(row["debtor_number"])
        raise LookupError(name)


@asynccontextmanager
async def connected(url: str, name: str, *, mode: Any = "auto", answer: Any = None) -> AsyncIterator[Client]:
    """A client of one caller. Its `headers` can be changed under way."""
    async with httpx2.AsyncClient(headers={HEADER: name}, timeout=120) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=answer) as client:
            client.headers = http.headers  # type: ignore[attr-defined]
            yield client


@pytest.fixture
def two_payts(tmp_path: Path) -> Iterator[TwoPayts]:
    """Each with a Payt of its own."""
    worlds = {"anouk": build_world(invoices=150, seed=4), "bram": build_world(invoices=190, seed=5)}
    apps = {n: create_app(w, options=Options(rate=None, token=TOKENS[n])) for n, w in worlds.items()}
    with run_in_thread(apps["anouk"]) as hers, run_in_thread(apps["bram"]) as his:
        yield TwoPayts({"anouk": hers, "bram": his}, tmp_path)


@pytest.fixture
def one_payt_for_two(tmp_path: Path) -> Iterator[TwoPayts]:
    """Two credentials at one Payt, for the same administration."""
    options = Options(rate=None, token=TOKENS["anouk"], tokens={TOKENS["bram"]: Token()})
    with run_in_thread(create_app(build_world(invoices=150, seed=4), options=options)) as payt:
        yield TwoPayts({"anouk": payt, "bram": payt}, tmp_path)
