"""What the tools that write look like to a host: within the budget, and readable by all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from payt_mcp.settings import TOOLSETS
from payt_mcp.writes.invoices import fields as invoice_rows
from tests.support.contract import CONTRACT
from tests.support.fixed import tokens
from tests.support.house import House, client

pytestmark = pytest.mark.anyio


async def test_the_list_of_all_tools_keeps_its_budget(house: House) -> None:
    async with client(house.server()) as caller:
        tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in (await caller.list_tools()).tools]
        assert len((caller.instructions or "").encode()) < 2048
    assert tokens(tools) <= 5_400


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
    ours = tools["upsert_invoices"]["properties"]["invoices"]["items"]["properties"]
    assert set(ours) - {"clear"} == set(theirs["properties"]) == set(invoice_rows._FIELDS)
    assert set(theirs["required"]) == set(invoice_rows.REQUIRED)
    for nested, taken in (("payments", invoice_rows._PAYMENT), ("invoice_lines", invoice_rows._LINE)):
        whole, own = theirs["properties"][nested]["items"], ours[nested]["items"]
        assert set(own["properties"]) == set(whole["properties"]) == set(taken)
        assert own["required"] == whole["required"]
    for nested in ("document", "ubl_document"):
        assert set(ours[nested]["properties"]) == set(theirs["properties"][nested]["properties"])


async def test_every_object_in_an_argument_says_all_its_fields_and_each_has_a_value_for_not_given(house: House) -> None:
    """Strict modes drop or refuse objects that do not, and make every field required: of an optional choice, number or
    truth value they would make up one.
    """
    async with client(house.server(toolsets=TOOLSETS)) as caller:
        rows = [tool.input_schema for tool in (await caller.list_tools()).tools if tool.name.startswith("upsert_")]
    objects = [node for row in rows for node in _objects(row)]
    assert len(objects) == 3 + 1 + 1 + 1 + 4  # each tool; a debtor, a contact, an invoice; files, payments, lines
    for node in objects:
        assert node["additionalProperties"] is False
        for name in node["properties"].keys() - set(node.get("required", ())) - {"destroy"}:
            part = node["properties"][name]
            assert part["type"] in {"string", "array", "object"}, name
            assert "enum" not in part, name


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from _objects(part)


def _contract() -> dict[str, Any]:
    schemas = json.loads(CONTRACT.read_text())["components"]["schemas"]
    row: dict[str, Any] = schemas["postV1Invoices"]["properties"]["invoices"]["items"]
    return row
