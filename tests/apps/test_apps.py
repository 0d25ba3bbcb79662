"""Pages beside answers: who is told of them, and who can decide with one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import TextResourceContents

from payt_mcp.apps.extension import APPROVAL, DECIDE
from payt_mcp.apps.pages import MIME_TYPE, OVERDUE, PROPOSAL
from tests.support.app_host import host
from tests.support.house import House, data, letter, said

pytestmark = pytest.mark.slow

ERAS = ("auto", "legacy")


async def tools(client: Client) -> dict[str, dict[str, Any]]:
    listed = (await client.list_tools()).tools
    return {tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed}


@pytest.mark.parametrize("mode", ERAS)
async def test_only_a_client_that_shows_pages_is_told_of_them(house: House, mode: str) -> None:
    async with Client(house.server(app_approval=True), mode=mode) as plain, host(house.server(), mode) as shows:
        before, after = await tools(plain), await tools(shows)
        plain_resources = {resource.uri for resource in (await plain.list_resources()).resources}
        resources = {resource.uri: resource for resource in (await shows.list_resources()).resources}
    assert not [name for name, tool in before.items() if "_meta" in tool]
    linked = {name: tool.pop("_meta")["ui"]["resourceUri"] for name, tool in after.items() if "_meta" in tool}
    assert linked.pop("summarize_overdue") == OVERDUE
    assert linked == dict.fromkeys(("send_message", "upsert_invoices", "check_approval"), PROPOSAL)
    assert after == before
    assert resources.keys() - plain_resources == {OVERDUE, PROPOSAL}
    assert {resources[uri].mime_type for uri in (OVERDUE, PROPOSAL)} == {MIME_TYPE}


@pytest.mark.parametrize("uri", [OVERDUE, PROPOSAL])
async def test_a_page_is_one_document_that_reaches_nothing(house: House, uri: str) -> None:
    async with host(house.server()) as client:
        (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == MIME_TYPE
    assert content.meta == {"ui": {"csp": {}, "prefersBorder": False}}
    assert not re.findall(
        r"https?://(?!www\.w3\.org/2000/svg)|\bsrc=|\bhref=|@import|url\(|fetch\(|innerHTML", content.text
    )
    assert len(content.text) < 24_000


@pytest.mark.parametrize("mode", ERAS)
async def test_without_the_setting_no_secret_leaves_the_server(house: House, mode: str) -> None:
    async with host(house.server(), mode) as client:
        result = await client.call_tool("send_message", letter(house))
        assert data(result)["status"] == "awaiting_approval"
        assert APPROVAL not in (result.meta or {})
        assert DECIDE not in await tools(client)
        arguments = {"proposal_id": data(result)["proposal_id"], "decision": "approve", "secret": "x"}
        refused = await client.call_tool(DECIDE, arguments)
    assert refused.is_error
    assert "There is no tool 'decide_proposal'" in said(refused)
    assert house.mails == []


@pytest.mark.parametrize("mode", ERAS)
async def test_the_page_approves_with_its_secret_once(house: House, mode: str) -> None:
    async with host(house.server(app_approval=True), mode) as client:
        listed = (await tools(client))[DECIDE]
        assert listed["_meta"]["ui"] == {"resourceUri": PROPOSAL, "visibility": ["app"]}
        result = await client.call_tool("send_message", letter(house))
        given = (result.meta or {})[APPROVAL]
        model_sees = said(result) + json.dumps(result.structured_content)
        assert given["secret"] not in model_sees
        assert "Wilt u deze betalen?" in given["whole"]
        arguments = {"proposal_id": data(result)["proposal_id"], "decision": "approve", "secret": given["secret"]}
        decided = await client.call_tool(DECIDE, arguments)
        assert data(decided)["status"] == "sent"
        again = await client.call_tool(DECIDE, arguments)
        assert not again.is_error or "sent" in said(again)
        checked = await client.call_tool("check_approval", {"proposal_id": arguments["proposal_id"]})
    assert data(checked)["message_id"] == data(decided)["message_id"]
    assert APPROVAL not in (checked.meta or {})
    assert len(house.mails) == 1


async def test_the_page_rejects_with_its_secret(house: House) -> None:
    async with host(house.server(app_approval=True)) as client:
        result = await client.call_tool("send_message", letter(house))
        arguments = {"proposal_id": data(result)["proposal_id"], "decision": "reject"}
        secret = (result.meta or {})[APPROVAL]["secret"]
        decided = await client.call_tool(DECIDE, {**arguments, "secret": secret})
        assert data(decided)["status"] == "declined"
        late = await client.call_tool(DECIDE, {**arguments, "decision": "approve", "secret": secret})
    assert late.is_error
    assert house.mails == []


async def test_no_other_secret_decides(house: House) -> None:
    """Not a guess, not that of another proposal, not that of another process, not with another decision."""
    async with host(house.server(app_approval=True)) as client, host(house.server(app_approval=True)) as other:
        result = await client.call_tool("send_message", letter(house))
        second = await client.call_tool("send_message", letter(house, subject="Andere brief"))
        key = data(result)["proposal_id"]
        own = (result.meta or {})[APPROVAL]["secret"]
        of_second = (second.meta or {})[APPROVAL]["secret"]
        elsewhere = await other.call_tool("check_approval", {"proposal_id": key})
        of_other = (elsewhere.meta or {})[APPROVAL]["secret"]
        assert len({own, of_second, of_other}) == 3
        for secret, decision in (
            (of_second, "approve"),
            (of_other, "approve"),
            (own, "send"),
            ("é", "approve"),
        ):
            arguments = {"proposal_id": key, "decision": decision, "secret": secret}
            refused = await client.call_tool(DECIDE, arguments)
            assert refused.is_error
            assert said(refused).startswith("This decision does not come from the page of this proposal")
            assert said(refused).endswith("Nothing was sent or changed.")
        for odd in (
            {},
            {"secret": ""},
            {"secret": "\ud800"},
            {"secret": own, "proposal_id": "\ud800"},
            {"force": "yes"},
        ):
            nothing = await client.call_tool(DECIDE, {"proposal_id": key, "decision": "approve", **odd})
            assert (nothing.is_error, "Nothing was" in said(nothing) or "no text" in said(nothing)) == (True, True)
    assert house.mails == []


async def test_a_client_that_shows_no_pages_cannot_decide_with_a_secret_it_has(house: House) -> None:
    server = house.server(app_approval=True)
    async with host(server) as client, Client(server) as plain:
        result = await client.call_tool("send_message", letter(house))
        secret = (result.meta or {})[APPROVAL]["secret"]
        arguments = {"proposal_id": data(result)["proposal_id"], "decision": "approve", "secret": secret}
        assert "There is no tool" in said(await plain.call_tool(DECIDE, arguments))
        checked = await plain.call_tool("check_approval", {"proposal_id": arguments["proposal_id"]})
        assert APPROVAL not in (checked.meta or {})
    assert house.mails == []


async def test_read_only_lists_nothing_to_decide(house: House) -> None:
    async with host(house.server(app_approval=True, read_only=True)) as client:
        assert DECIDE not in await tools(client)
        refused = await client.call_tool(DECIDE, {"proposal_id": "x", "decision": "approve", "secret": "x"})
    assert refused.is_error
    assert not (house.state / "ledger.sqlite3").exists()
