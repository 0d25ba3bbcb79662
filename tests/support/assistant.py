"""An embedded Payt over real TCP, and an MCP client that asks the server about it as a host would."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

from mcp.client import Client
from mcp.types import TextContent

from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_sandbox import World
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.unhurried import unhurried

MAIN, SECOND = "4711", "4739"
NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
UNREAD = "an invoice or credit case whose number could not be read"
"""What a message is about, where Payt does not tell the number."""

Row = dict[str, Any]


@contextmanager
def payt(world: World, **options: Any) -> Iterator[Handle]:
    """An embedded Payt over TCP that limits nobody unless told to."""
    with run_in_thread(create_app(world, options=Options(**{"rate": None, **options}))) as handle:
        yield handle


def settings(handle: Handle, **environ: str) -> Settings:
    """A server for this Payt: every tool set, always fresh and without a rate, unless told otherwise."""
    given = {
        "PAYT_API_URL": handle.url,
        "PAYT_API_TOKEN": handle.sandbox.options.token,
        "PAYT_FRESHNESS_SECONDS": "0",
        "PAYT_TOOLSETS": "all",
    }
    return unhurried({"PAYT_READ_ONLY": "1", **given, **environ})


class Assistant:
    """Asks one server, about one administration unless a call names another."""

    def __init__(self, client: Client, administration_id: str) -> None:
        self.client = client
        self.administration_id = administration_id

    async def call(self, tool: str, **arguments: Any) -> tuple[bool, str, dict[str, Any]]:
        """Whether the call failed, its text, and its structured content."""
        arguments.setdefault("administration_id", self.administration_id)
        given = {name: value for name, value in arguments.items() if value is not None}
        result = await self.client.call_tool(tool, given)
        text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
        return bool(result.is_error), text, result.structured_content or {}

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The answer to a call that must have one."""
        failed, text, structured = await self.call(tool, **arguments)
        assert not failed, text
        return structured

    async def refused(self, tool: str, **arguments: Any) -> str:
        """The sentence with which a call is refused that must be."""
        failed, text, structured = await self.call(tool, **arguments)
        assert failed, f"answered: {text[:300]}"
        assert not structured
        return text

    async def pages(self, tool: str, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """The pages of a listing to its end, each asked for with the cursor alone."""
        answer = await self.ask(tool, **arguments)
        yield answer
        size = {name: arguments[name] for name in ("limit", "top") if name in arguments}
        given = 0
        while cursor := answer.get("next_cursor"):
            given += 1
            assert given < 300, "the listing does not end"
            answer = await self.ask(tool, cursor=cursor, administration_id=None, **size)
            yield answer

    async def all(self, tool: str, rows: str, **arguments: Any) -> list[Row]:
        """Every row of a listing."""
        return [row async for page in self.pages(tool, **arguments) for row in page.get(rows, ())]


@asynccontextmanager
async def assistant(
    handle: Handle, *, administration_id: str = MAIN, mode: str = "auto", **environ: str
) -> AsyncIterator[Assistant]:
    """A server for this Payt as users start one, and a client connected to it."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(build_server(settings(handle, **environ)), mode=mode))
        yield Assistant(client, administration_id)


def frozen(world: World, moment: dt.datetime = NOON) -> World:
    """The world with its clock standing still, so that no test depends on the time of day."""
    world.clock = lambda: moment
    return world


def requests_for(handle: Handle, path: str) -> int:
    """How many requests for exactly this path have arrived."""
    return sum(request.path == path for request in list(handle.sandbox.requests))
