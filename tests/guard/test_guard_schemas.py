"""What the tools that write look like to a host: within the budget, and readable by all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guard.conftest import House, client

pytestmark = pytest.mark.anyio


async def test_the_list_of_all_tools_keeps_its_budget(house: House) -> None:
    encoder = pytest.importorskip("bpe_openai").get_encoding("o200k_base")
    async with client(house.server()) as caller:
        tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in (await caller.list_tools()).tools]
        assert len((caller.instructions or "").encode()) < 2048
    seen = [{name: tool[name] for name in ("name", "description", "inputSchema")} for tool in tools]
    assert len(encoder.encode(json.dumps(seen, separators=(",", ":"), ensure_ascii=False))) <= 4_500


async def test_schemas_hold_nothing_hosts_choke_on(house: House) -> None:
    async with client(house.server()) as caller:
        tools = {tool.name: tool.model_dump(by_alias=True) for tool in (await caller.list_tools()).tools}
    for name in ("send_message", "upsert_invoices", "check_approval"):
        for schema in (tools[name]["inputSchema"], tools[name]["outputSchema"]):
            assert schema["type"] == "object"
            text = json.dumps(schema)
            assert not any(word in text for word in ("$ref", "$defs", "anyOf", "oneOf", '"null"'))
        assert len(tools[name]["description"].encode()) < 2048
    invoices: dict[str, Any] = tools["upsert_invoices"]["inputSchema"]["properties"]["invoices"]
    assert (invoices["type"], invoices["maxItems"]) == ("array", 500)
    assert len(invoices["description"].encode()) < 2048
