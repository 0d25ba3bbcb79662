"""All that a model sees of this server, pinned, and kept to what every host can read."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from payt_sandbox.server import Handle
from tests.support.fixed import (
    ADMINISTRATION,
    ANSWERS,
    REFUSALS,
    SNAPSHOTS,
    Call,
    answer_of,
    check_snapshot,
    server_for,
    shown,
    text_of,
    tokens,
)

ERAS = ("auto", "legacy")


@pytest.fixture
async def client(payt: Handle) -> AsyncIterator[Client]:
    async with Client(server_for(payt.url)) as connected:
        yield connected


@pytest.fixture
async def everything(payt: Handle) -> AsyncIterator[Client]:
    """With every tool set on."""
    async with Client(server_for(payt.url, PAYT_TOOLSETS="all")) as connected:
        yield connected


async def _tools(client: Client) -> list[dict[str, Any]]:
    listed = await client.list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from _nodes(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _nodes(part)


async def test_what_a_model_is_told_is_pinned(client: Client) -> None:
    told = [{name: part for name, part in tool.items() if name != "icons"} for tool in await _tools(client)]
    check_snapshot("tools.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    check_snapshot("instructions.txt", f"{client.instructions}\n")


async def test_prompts_are_pinned(client: Client) -> None:
    listed = (await client.list_prompts()).prompts
    prompts = [prompt.model_dump(mode="json", by_alias=True, exclude_none=True) for prompt in listed]
    check_snapshot("prompts.json", json.dumps(prompts, indent=1, ensure_ascii=False) + "\n")
    for prompt in listed:
        got = await client.get_prompt(prompt.name, {argument.name: "7" for argument in prompt.arguments or []})
        check_snapshot(f"prompts/{prompt.name}.txt", "\n".join(message.content.text for message in got.messages))  # type: ignore[union-attr]


@pytest.mark.parametrize("era", ERAS)
async def test_both_eras_see_the_same_tools(payt: Handle, era: str, client: Client) -> None:
    async with Client(server_for(payt.url), mode=era) as other:
        assert await _tools(other) == await _tools(client)
        assert other.instructions == client.instructions


@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_are_pinned(client: Client, name: str) -> None:
    result = await answer_of(client, ANSWERS[name])
    assert not result.is_error, text_of(result)
    check_snapshot(f"calls/{name}.txt", shown(ANSWERS[name], result))


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusals_are_pinned(client: Client, name: str) -> None:
    result = await answer_of(client, REFUSALS[name])
    assert result.is_error
    assert result.structured_content is None
    check_snapshot(f"calls/error-{name}.txt", shown(REFUSALS[name], result))


@pytest.mark.parametrize(
    ("name", "environ"),
    [("no_token", {"PAYT_API_TOKEN": ""}), ("bad_token", {"PAYT_API_TOKEN": "not-the-token"})],
)
async def test_refusals_for_want_of_a_token_are_pinned(payt: Handle, name: str, environ: dict[str, str]) -> None:
    call = Call("summarize_overdue")
    async with Client(server_for(payt.url, **environ)) as client:
        result = await answer_of(client, call)
    assert result.is_error
    check_snapshot(f"calls/error-{name}.txt", shown(call, result))


def test_no_snapshot_is_left_over() -> None:
    expected = {f"{name}.txt" for name in ANSWERS} | {f"error-{name}.txt" for name in REFUSALS}
    expected |= {"error-no_token.txt", "error-bad_token.txt"}
    assert {path.name for path in (SNAPSHOTS / "calls").iterdir()} == expected


async def test_every_tool_is_among_the_pinned_answers(client: Client) -> None:
    assert {tool["name"] for tool in await _tools(client)} == {call.tool for call in ANSWERS.values()}


async def test_schemas_hold_nothing_hosts_choke_on(everything: Client) -> None:
    for tool in await _tools(everything):
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            assert not {"oneOf", "anyOf", "allOf", "not"} & schema.keys(), tool["name"]
            for node in _nodes(schema):
                assert not {"$ref", "$defs"} & node.keys(), tool["name"]
                assert {"type": "null"} not in node.get("anyOf", []), tool["name"]
                assert node.get("type") != "null", tool["name"]
                assert "" not in node.get("enum", []), tool["name"]
        assert tool["inputSchema"]["additionalProperties"] is False


async def test_results_are_described_field_by_field(everything: Client) -> None:
    """A result type the SDK cannot read would lose its schema without a word."""
    for tool in await _tools(everything):
        properties = tool["outputSchema"]["properties"]
        assert {"summary", "as_of"} <= properties.keys(), tool["name"]
        for name, part in properties.items():
            assert "type" in part, f"{tool['name']}.{name}"


async def test_names_and_hints_and_lengths(everything: Client) -> None:
    for tool in await _tools(everything):
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool["name"])
        assert tool["title"]
        assert tool["annotations"] == {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }
        for name in tool["inputSchema"]["properties"]:
            assert re.fullmatch(r"[a-z_]{1,64}", name)
        assert len(tool["description"].encode()) < 2048
    assert len((everything.instructions or "").encode()) < 2048


async def test_the_tool_list_keeps_its_budget(client: Client) -> None:
    tools = await _tools(client)
    seen = [{name: tool[name] for name in ("name", "description", "inputSchema")} for tool in tools]
    assert tokens(seen) <= 3_000
    assert tokens([tool["outputSchema"] for tool in tools]) <= 3_500


@pytest.fixture(scope="module")
async def large() -> AsyncIterator[Client]:
    """A server on its own sandbox with 6,000 invoices."""
    async with Client(build_server(Settings.from_env({"PAYT_API_URL": "sandbox"}))) as connected:
        yield connected


@pytest.mark.parametrize(
    ("tool", "content", "structured"), [("summarize_overdue", 700, 1_000), ("search_invoices", 1_500, 2_500)]
)
async def test_answers_keep_their_budget(large: Client, tool: str, content: int, structured: int) -> None:
    result = await large.call_tool(tool, {"administration_id": ADMINISTRATION})
    assert not result.is_error, text_of(result)
    assert tokens(text_of(result)) <= content
    assert tokens(result.structured_content) <= structured
