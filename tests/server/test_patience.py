"""A Payt that answers slowly: each call says where it stands in time, and the next one goes on from there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from mcp.client import Client
from mcp.types import CallToolResult, ElicitResult, TextContent

from payt_mcp import patience
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread

HERE = {"administration_id": "4711"}
LATENCY, CALL = 0.12, 0.4
"""Seconds: of each answer, and that a call may take; in proportion as 12 and 40."""


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(invoices=60, seed=5)


@pytest.fixture
def payt(world: World) -> Iterator[Handle]:
    with run_in_thread(create_app(world, options=Options(rate=None, latency_ms=int(LATENCY * 1000)))) as handle:
        yield handle


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "CALL_SECONDS", CALL)


def settings(payt: Handle, folder: Path) -> Settings:
    given = {"PAYT_API_URL": payt.url, "PAYT_API_TOKEN": "sandbox-token", "PAYT_RATE": "100"}
    return Settings.from_env({**given, "PAYT_STATE_DIR": str(folder / "state")})


def text(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


async def until_answered(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[str, int]:
    """The answer, and how many calls it took; each of the others said where it stood."""
    for calls in range(1, 100):
        result = await client.call_tool(tool, arguments)
        if not result.is_error:
            return text(result), calls
        assert text(result).startswith(("Still reading from Payt", "Still loading")), text(result)
    raise AssertionError("it never came to an answer")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_file_that_takes_longer_than_a_call_may_comes_with_the_next(
    payt: Handle, world: World, tmp_path: Path, mode: str
) -> None:
    debtor = world.rows("4711", "invoices")[0]["debtor_id"]
    (number,) = [row["debtor_number"] for row in world.rows("4711", "debtors") if row["id"] == debtor]
    async with Client(build_server(settings(payt, tmp_path)), mode=mode) as client:
        said, calls = await until_answered(client, "get_debtor", {"debtor": number, **HERE})
        assert calls > 1
        assert re.search(r"Payt answers slowly: part of this was read up to \d+ seconds before", said)
        asked = [request.path for request in list(payt.sandbox.requests)]
        assert len(asked) <= 2 * len(set(asked)) + calls, "what was read was read again"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_letter_is_proposed_and_sent_once_however_slowly_payt_answers(
    payt: Handle, world: World, tmp_path: Path, mode: str
) -> None:
    async def agrees(_context: Any, _params: Any) -> ElicitResult:
        await anyio.sleep(CALL)  # a person takes longer than a call may: that is not held against it
        return ElicitResult(action="accept", content={"approve": True})

    number = world.rows("4711", "debtors")[0]["debtor_number"]
    letter = {"to_debtor": number, "subject": "Invoice", "body": "Please look at it.", **HERE}
    sent, callback = "", cast("Any", agrees)
    async with Client(build_server(settings(payt, tmp_path)), elicitation_callback=callback, mode=mode) as client:
        for _ in range(100):
            result = await client.call_tool("send_message", letter)
            sent = text(result)
            if result.structured_content and result.structured_content.get("status") == "sent":
                break
            assert result.structured_content or sent.startswith("Still reading from Payt"), sent
    assert "Sent at" in sent
    assert len(payt.sandbox.mails) == 1


async def test_what_runs_in_the_background_does_not_run_out_of_the_time_of_a_call(
    payt: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The open items take longer to read than a call may wait: the reading goes on."""
    monkeypatch.setattr(patience, "CALL_SECONDS", 0.2)
    async with Client(build_server(settings(payt, tmp_path))) as client:
        for _ in range(100):
            result = await client.call_tool("summarize_overdue", HERE)
            if not result.is_error:
                return
            assert text(result).startswith(("Still reading from Payt", "Still loading"))
    raise AssertionError("the reading was begun again with every call")


async def test_a_call_that_is_answered_in_time_says_nothing_of_it(world: World, tmp_path: Path) -> None:
    with run_in_thread(create_app(world, options=Options(rate=None))) as quick:
        async with Client(build_server(settings(quick, tmp_path))) as client:
            result = await client.call_tool("list_administrations", {})
    assert "answers slowly" not in text(result)
