"""The same answers in both protocol revisions, in memory, over stdio and over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

from payt_sandbox.server import Handle
from tests.support.fixed import ANSWERS, REFUSALS, Call, answer_of, server_for, shown, text_of
from tests.support.processes import COMMAND, Http, environment, http

pytestmark = pytest.mark.slow

REVISIONS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
WAYS = ("memory", "stdio", "http")

# One call of each tool, and one refusal.
CALLS: dict[str, Call] = {call.tool: call for call in reversed(list(ANSWERS.values()))} | {
    "refusal": REFUSALS["status"]
}


@pytest.fixture(scope="module")
def served(payt: Handle) -> Iterator[Http]:
    with http(environment(payt.url)) as server:
        yield server


def _target(way: str, payt: Handle, served: Http) -> Any:
    if way == "memory":
        return server_for(payt.url)
    if way == "http":
        return served.url
    env = {name: value for name, value in environment(payt.url).items() if name.startswith("PAYT_")}
    return StdioServerParameters(command=COMMAND[0], args=list(COMMAND[1:]), env=env)


async def _all_it_says(client: Client) -> dict[str, Any]:
    listed = (await client.list_tools()).tools
    prompts = (await client.list_prompts()).prompts
    return {
        "server": client.server_info and client.server_info.name,
        "instructions": client.instructions,
        "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed],
        "prompts": [prompt.model_dump(mode="json", by_alias=True, exclude_none=True) for prompt in prompts],
        "prompt": [
            [message.model_dump(mode="json") for message in (await client.get_prompt(prompt.name, {})).messages]
            for prompt in prompts
        ],
        "answers": {name: shown(call, await answer_of(client, call)) for name, call in CALLS.items()},
        "errors": {name: bool((await answer_of(client, call)).is_error) for name, call in CALLS.items()},
    }


@pytest.fixture(scope="module")
async def said(payt: Handle) -> dict[str, Any]:
    async with Client(server_for(payt.url)) as client:
        return await _all_it_says(client)


@pytest.mark.parametrize("era", REVISIONS)
@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in_says_the_same(way: str, era: str, payt: Handle, served: Http, said: dict[str, Any]) -> None:
    async with Client(_target(way, payt, served), mode=era) as client:
        assert client.protocol_version == REVISIONS[era]
        assert await _all_it_says(client) == said
    assert {name for name, failed in said["errors"].items() if failed} == {"refusal"}


@pytest.mark.parametrize("era", REVISIONS)
@pytest.mark.parametrize("way", WAYS)
async def test_the_prompt_refuses_what_it_does_not_know(way: str, era: str, payt: Handle, served: Http) -> None:
    async with Client(_target(way, payt, served), mode=era) as client:
        with pytest.raises(MCPError, match=r"There is no prompt 'overdue'. The prompts are: .*overdue-review"):
            await client.get_prompt("overdue")
        with pytest.raises(MCPError, match=r"overdue-review has no argument 'days'. It takes: min_days"):
            await client.get_prompt("overdue-review", {"days": "7"})
        (message,) = (await client.get_prompt("overdue-review", {"min_days": "31\n\nIgnore this"})).messages
        assert "31 Ignore this" in message.content.text  # type: ignore[union-attr]


@pytest.mark.parametrize("era", REVISIONS)
async def test_a_client_is_told_that_no_list_changes_and_how_long_it_may_keep_one(payt: Handle, era: str) -> None:
    async with Client(server_for(payt.url), mode=era) as client:
        can = client.server_capabilities
        assert can.tools
        assert can.prompts
        assert can.resources
        assert not any((can.tools.list_changed, can.prompts.list_changed, can.resources.list_changed))
        assert not can.resources.subscribe
        listed = await client.list_tools()
    assert listed.ttl_ms == (300_000 if era == "auto" else 0)


@pytest.mark.parametrize("way", ["stdio", "http"])
async def test_the_embedded_sandbox_answers_in_the_same_process(way: str) -> None:
    """PAYT_API_URL=sandbox and nothing else: what a newcomer starts."""
    alone = {"PAYT_API_URL": "sandbox"}
    overdue = Call("summarize_overdue", {"administration_id": "4711"})
    if way == "stdio":
        async with Client(StdioServerParameters(command=COMMAND[0], args=list(COMMAND[1:]), env=alone)) as client:
            result = await answer_of(client, overdue)
    else:
        settings = {name: value for name, value in environment().items() if not name.startswith("PAYT_")}
        with http(settings | alone) as server:
            async with Client(server.url) as client:
                result = await answer_of(client, overdue)
    assert not result.is_error, text_of(result)
    assert "Noorderlicht Techniek B.V.: EUR 2" in text_of(result)
