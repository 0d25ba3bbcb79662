"""What the tools that write look like to a host: within the budget, and readable by all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from payt_mcp.writes.invoices import fields as invoice_rows
from tests.support.contract import CONTRACT
from tests.support.fixed import tokens
from tests.support.house import House, client

pytestmark = pytest.mark.anyio


async def test_the_list_of_all_tools_keeps_its_budget(house: House) -> None:
    async with client(house.server()) as caller:
        tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in (await caller.list_tools()).tools]
        assert len((caller.instructions or "").encode()) < 2048
    assert tokens(tools) <= 4_500


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


@pytest.mark.skipif(not CONTRACT.exists(), reason="the published contract is not on this machine")
async def test_every_field_of_the_contract_is_in_the_schema_and_taken(house: House) -> None:
    theirs = _contract()
    async with client(house.server()) as caller:
        tools = {tool.name: tool.input_schema for tool in (await caller.list_tools()).tools}
    ours = tools["upsert_invoices"]["properties"]["invoices"]["items"]
    assert set(ours["properties"]) == set(theirs["properties"]) == set(invoice_rows._FIELDS)
    assert set(ours["required"]) == set(theirs["required"]) == set(invoice_rows.REQUIRED)
    for nested, taken in (("payments", invoice_rows._PAYMENT), ("invoice_lines", invoice_rows._LINE)):
        names = set(theirs["properties"][nested]["items"]["properties"])
        assert names == set(taken)
        assert names <= set(re.findall(r"\w+", ours["properties"][nested]["description"]))


def _contract() -> dict[str, Any]:
    schemas = json.loads(CONTRACT.read_text())["components"]["schemas"]
    row: dict[str, Any] = schemas["postV1Invoices"]["properties"]["invoices"]["items"]
    return row
