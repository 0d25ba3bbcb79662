"""How the server introduces itself: its pictures, and that invented data is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.types import CallToolResult, TextContent

from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings
from tests.support.house import client as client_of
from tests.support.house import says

pytestmark = pytest.mark.slow

ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
ROOT = Path(__file__).parent.parent.parent


def _client(mode: str, **environ: str) -> Client:
    return Client(build_server(Settings.from_env(environ)), mode=mode)


@ERAS
async def test_the_picture_is_small_nothing_is_loaded_for_it_and_no_tool_has_one(mode: str) -> None:
    async with _client(mode) as client:
        info = client.server_info
        tools = (await client.list_tools()).tools
    assert info is not None
    (icon,) = info.icons or []
    assert icon.src.startswith("data:image/svg+xml,")
    assert len(icon.src) < 400
    assert not set(" <>\"'") & set(icon.src)  # an address, as the schema of the protocol wants one
    assert not any(tool.icons for tool in tools)


@ERAS
async def test_a_server_of_the_sandbox_says_that_it_is_invented(mode: str) -> None:
    async with _client(mode, PAYT_API_URL="sandbox", PAYT_READ_ONLY="1") as client:
        info, told = client.server_info, client.instructions or ""
        listed = await client.call_tool("list_administrations", {})
    assert info is not None
    assert "invented data" in (info.title or "")
    assert told.startswith("This server answers from its built-in sandbox")
    assert isinstance(listed, CallToolResult)
    (block,) = listed.content
    assert isinstance(block, TextContent)
    assert listed.structured_content is not None
    for said in (block.text, json.dumps(listed.structured_content)):
        assert "invented data" in said
    async with _client(mode) as other:
        assert "nvented" not in f"{other.server_info} {other.instructions}"


@ERAS
async def test_the_question_whether_something_may_happen_says_that_it_reaches_nobody(mode: str, tmp_path: Path) -> None:
    answer = says("decline")
    settings = Settings.from_env({"PAYT_API_URL": "sandbox", "PAYT_STATE_DIR": str(tmp_path)})
    async with client_of(build_server(settings), mode, answer) as client:
        here = {"administration_id": "4711"}
        found = await client.call_tool("find_debtors", {"limit": 1, **here})
        assert isinstance(found, CallToolResult)
        assert found.structured_content is not None
        number = found.structured_content["debtors"][0]["debtor_number"]
        letter = {"to_debtor": number, "subject": "Hello", "body": "Hello", "email": "a@b.example", **here}
        await client.call_tool("send_message", letter)
    (question,) = set(answer.questions)  # type: ignore[attr-defined] # what it was asked
    assert question.startswith("Invented data: this reaches nobody.")


def test_the_registry_and_the_bundle_have_a_picture_and_a_privacy_policy() -> None:
    entry = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    (icon,) = entry["icons"]
    assert icon["src"].startswith("https://")
    assert (ROOT / icon["src"].partition("/main/")[2]).is_file()
    manifest = json.loads((ROOT / "bundle/manifest.json").read_text(encoding="utf-8"))
    (policy,) = manifest["privacy_policies"]
    assert (ROOT / policy.partition("/main/")[2]).is_file()
    assert "docs/privacy.md" in (ROOT / "README.md").read_text(encoding="utf-8")
