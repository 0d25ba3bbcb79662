"""What a strict mode sends for what is not meant is not given; only `clear` empties a field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.daily_work import as_it_is, contact_with_debtors, debtor, server
from tests.support.house import House, client, data, known_invoice, letter, record, said
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def strictly(schema: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The object as a strict mode makes it: each property is there, whatever is not meant empty."""
    return {name: given.get(name, _empty(part)) for name, part in schema["properties"].items()}


def _empty(schema: dict[str, Any]) -> Any:
    if schema["type"] == "object":
        return {name: _empty(part) for name, part in schema["properties"].items()}
    return {"string": "", "array": [], "boolean": False}[schema["type"]]


def some(house: House) -> dict[str, tuple[str, dict[str, Any]]]:
    """For each tool that upserts: its argument, and a row that changes one field of what is there."""
    return {
        "upsert_invoices": (
            "invoices", {"invoice_number": known_invoice(house)["invoice_number"], "due_date": "2027-01-31"},
        ),
        "upsert_debtors": ("debtors", as_it_is(debtor(house), remark="Bel eerst.")),
        "upsert_contacts": ("contacts", {"id": contact_with_debtors(house)["id"], "lastname": "Jansen"}),
    }  # fmt: skip


async def test_a_row_of_every_field_there_is_changes_what_it_says_alone(house: House) -> None:
    async with client(server(house)) as caller:
        schemas = {tool.name: tool.input_schema["properties"] for tool in (await caller.list_tools()).tools}
        for tool, (argument, row) in some(house).items():
            alone = data(await caller.call_tool(tool, {argument: [row]}))
            whole = strictly(schemas[tool][argument]["items"], row)
            told = data(await caller.call_tool(tool, strictly({"properties": schemas[tool]}, {argument: [whole]})))
            assert len(whole) > len(row) + 10
            assert told["proposal_id"] == alone["proposal_id"], tool
            ((one),) = flat(seen(record(house, told["proposal_id"])))["rows"]
            assert len(one["changes"]) == 1, tool


async def test_what_is_to_be_emptied_is_named(house: House) -> None:
    emptied = {
        "upsert_invoices": ("invoices", "description"), "upsert_debtors": ("debtors", "remark"),
        "upsert_contacts": ("contacts", "lastname"),
    }  # fmt: skip
    async with client(server(house)) as caller:
        for tool, (argument, name) in emptied.items():
            row = some(house)[tool][1]
            key = {one: value for one, value in row.items() if one not in {"due_date", "remark", "lastname"}}
            for empty in ({name: ""}, {name: "", "category" if argument == "debtors" else "clear": ""}):
                refused = await caller.call_tool(tool, {argument: [key | empty]})
                assert f'name it in clear: {{"clear": ["{name}"]}}. Nothing was sent.' in said(refused)
            both = await caller.call_tool(tool, {argument: [key | {name: "x", "clear": [name]}]})
            assert f"gives {name} and empties it, too" in said(both)
            other = await caller.call_tool(tool, {argument: [key | {"clear": "no_such_field"}]})
            assert "clear cannot empty 'no_such_field'. What can be emptied: " in said(other)


async def test_lists_are_emptied_by_name_too(house: House) -> None:
    number = known_invoice(house)["invoice_number"]
    row = next(one for one in house.sandbox.world.rows("4711", "invoices") if one["invoice_number"] == number)
    house.sandbox.world.change_invoice("4711", row["id"], labels=["spoed"])
    async with client(server(house)) as caller:
        asked = data(
            await caller.call_tool("upsert_invoices", {"invoices": [{"invoice_number": number, "clear": "labels"}]})
        )
    ((one),) = flat(seen(record(house, asked["proposal_id"])))["rows"]
    assert [(c["field"], c["old"], c["new"]) for c in one["changes"]] == [("labels", "spoed", "none")]


async def test_a_letter_with_every_argument_there_is_goes_to_whom_it_names(house: House) -> None:
    async with client(house.server()) as caller:
        (tool,) = [one for one in (await caller.list_tools()).tools if one.name == "send_message"]
        alone = data(await caller.call_tool("send_message", letter(house)))
        for cc in ([], [""], None):
            whole = strictly(tool.input_schema, letter(house)) | {"cc": cc, "bcc": cc, "attachments": cc}
            assert data(await caller.call_tool("send_message", whole))["proposal_id"] == alone["proposal_id"]
