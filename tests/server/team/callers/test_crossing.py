"""What is another administration's, person's or company's is not there: tried over every tool there is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ResourceTemplateReference, Tool

from payt_mcp.proposals.records import Who
from payt_mcp.server.team.people import Person
from tests.support.colleagues import PUBLIC_URL, Company, asks, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
OWN, OTHER = "4711", "4739"
HERE = {"administration_id": OWN}
WHERE = (OTHER, f"{OWN},{OTHER}", "all", "Harbour & Finch Ltd")

Replicas = tuple[str, str]


def said(result: CallToolResult) -> str:
    text = "\n".join(getattr(block, "text", "") for block in result.content)
    return f"{text}\n{json.dumps(result.structured_content, ensure_ascii=False)}"


class Other:
    """What there is of the administration that somebody may not know of: a value for each argument, and what tells."""

    def __init__(self, house: Company) -> None:
        world = house.payt.sandbox.world
        fields = {"invoices": ["id", "invoice_number"], "debtors": ["id", "debtor_number", "name"]}
        rows: dict[str, Any] = {
            name: world.rows(OTHER, name, fields.get(name))
            for name in ("debtors", "invoices", "credit_cases", "messages", "payments", "payment_plans", "tasks")
        }
        own = {row["name"] for row in world.rows(OWN, "debtors")}
        self.names = {row["name"] for row in rows["debtors"]} - own
        assert len(self.names) > 5
        self.numbers = [rows["invoices"][0]["invoice_number"], rows["debtors"][0]["debtor_number"]]
        self.numbers.append(str(rows["credit_cases"][0]["id"]))
        ids = {name: str(next(iter(found), {"id": "1"})["id"]) for name, found in rows.items()}
        invoice, debtor = rows["invoices"][0]["invoice_number"], rows["debtors"][0]["debtor_number"]
        self._of = {
            "debtor": debtor, "debtors": [debtor], "to_debtor": debtor, "query": next(iter(self.names)),
            "invoice": invoice, "invoices": [invoice], "credit_case": ids["credit_cases"],
            "credit_cases": [ids["credit_cases"]], "message_id": ids["messages"], "task": ids["tasks"],
            "payment_plan": ids["payment_plans"], "payment_id": ids["payments"],
        }  # fmt: skip

    def arguments(self, tool: Tool, wheres: Sequence[str]) -> list[dict[str, Any]]:
        """Calls of a tool: each argument that can name a record alone, and with each of these administrations."""
        properties, required = tool.input_schema["properties"], tool.input_schema.get("required", [])
        must = {name: self._value(name, properties[name]) for name in required}
        calls = [must | {name: self._of[name]} for name in properties if name in self._of] or [must]
        where = [{"administration_id": one} for one in wheres]
        return [call | more for call in calls for more in ([{}, *where] if "administration_id" in properties else [{}])]

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        if name in self._of:
            return self._of[name]
        if "enum" in schema:
            return schema["enum"][0]
        return {"array": ["x"], "integer": 1}.get(schema.get("type", ""), "x")


@ERAS
async def test_an_administration_without_a_role_is_not_there(house: Company, replicas: Replicas, mode: str) -> None:
    """The company's one grant reaches both; the person's role is in one of them."""
    other = Other(house)
    tenant = await house.tenant(f"Crossing {mode}")
    anouk = await house.person(tenant, "anouk", "whole", a4711="approver")
    boss = await house.person(tenant, "bram", "whole", grant=f"g-{anouk.id}", everywhere="admin")
    async with asks(replicas[0], boss, mode=mode) as client:  # so that it stands in memory
        everything = said(await client.call_tool("find_debtors", {"administration_id": OTHER, "limit": 5}))
        assert any(name in everything for name in other.names)
    async with asks(replicas[0], anouk, mode=mode) as client:
        tools = (await client.list_tools()).tools
        assert len(tools) > 25
        answered = 0
        for tool in tools:
            for arguments in other.arguments(tool, () if mode == "legacy" else WHERE):
                result = await client.call_tool(tool.name, arguments)
                text = said(result)
                asked = json.dumps(arguments, ensure_ascii=False)
                told = [name for name in other.names if name in text and name not in asked]
                assert told == [], (tool.name, arguments, text)
                if OTHER not in asked:
                    assert OTHER not in text, (tool.name, arguments, text)
                if "Harbour" not in asked:
                    assert "Harbour" not in text, (tool.name, arguments, text)
                answered += not result.is_error
        assert answered > 15  # it is not that everything is refused
        await _reads_nothing(client, other)


async def _reads_nothing(client: Client, other: Other) -> None:
    """Resources by address, and what completes: numbers are used in both, names are not."""
    templates = (await client.list_resource_templates()).resource_templates
    assert templates
    for template in templates:
        begin, _, argument = template.uri_template.partition("{")
        for number in other.numbers:
            try:
                read = await client.read_resource(f"{begin}{number}")
                text = "".join(getattr(one, "text", "") for one in read.contents)
            except MCPError as failure:
                text = str(failure)
            assert not any(name in text for name in ("Harbour", *other.names)), (template.uri_template, number)
        ref = ResourceTemplateReference(type="ref/resource", uri=template.uri_template)
        for name in other.names:
            found = await client.complete(ref, {"name": argument.rstrip("}"), "value": name})
            assert found.completion.values == []


async def test_what_is_of_another_company_or_person_is_unknown_as_what_never_was(
    house: Company, replicas: Replicas
) -> None:
    """Cursors and proposals, of a colleague, of the same person in another company, and of a stranger."""
    mine = await house.tenant("Mine")
    theirs = await house.tenant("Theirs")
    anouk = await house.person(mine, "anouk", "whole", everywhere="proposer")
    same_grant = await house.person(mine, "piet", "whole", grant=f"g-{anouk.id}", everywhere="proposer")
    approver = await house.person(mine, "els", "whole", grant=f"g-{anouk.id}", a4739="approver")
    stranger = await house.person(theirs, "anouk", "whole", grant="g-theirs", everywhere="admin")
    letter = {"subject": "s", "body": "Wilt u betalen?", "to_debtor": house.mailable(), "administration_id": OWN}
    async with asks(replicas[0], anouk) as hers:
        page = await hers.call_tool("search_invoices", {"limit": 5, "administration_id": OWN})
        made = await hers.call_tool("send_message", letter)
    assert page.structured_content is not None
    assert made.structured_content is not None
    cursor, key = page.structured_content["next_cursor"], made.structured_content["proposal_id"]
    for person in (same_grant, approver, stranger):
        for url in replicas:
            async with asks(url, person) as client:
                gone = said(await client.call_tool("search_invoices", {"cursor": cursor}))
                never = said(await client.call_tool("search_invoices", {"cursor": "abcdefghijk.5"}))
                assert gone.replace(cursor, "abcdefghijk.5") == never
                there = said(await client.call_tool("check_approval", {"proposal_id": key}))
                nothing = said(await client.call_tool("check_approval", {"proposal_id": "p-abcdefghjk"}))
                assert there.replace(key, "p-abcdefghjk") == nothing
    async with asks(replicas[1], anouk) as hers:
        for odd in ("\0", "\0.5", "p-\0"):  # what no text of the database holds
            assert "foresaw" not in said(await hers.call_tool("search_invoices", {"cursor": odd}))
            assert "There is no proposal" in said(await hers.call_tool("check_approval", {"proposal_id": odd}))
        assert "awaiting_approval" in said(await hers.call_tool("check_approval", {"proposal_id": key}))
        assert not (await hers.call_tool("search_invoices", {"cursor": cursor})).is_error


async def test_nobody_that_is_there_is_answered(house: Company, replicas: Replicas) -> None:
    """A token that outlived its person, and one of a person in a company that is not theirs."""
    tenant, other = await house.tenant("Deserted"), await house.tenant("Right")
    gone = await house.person(tenant, "gone", "whole", everywhere="admin")
    stays = await house.person(tenant, "stays", "whole", everywhere="admin")
    moved = Person(stays.id, other, stays.email, stays.name, "active")
    await house.database.run(lambda c: c.execute("update people set status = 'removed' where id = %s", (gone.id,)))
    for person in (gone, moved):
        async with asks(replicas[0], person, mode="legacy") as client:
            with pytest.raises(MCPError, match="no access to this server any more"):
                await client.list_tools()
            refused = await client.call_tool("list_administrations", {})
            assert refused.is_error
            assert "You have no access to this server any more" in said(refused)


async def test_who_has_no_role_is_told_so(house: Company, replicas: Replicas) -> None:
    tenant = await house.tenant("Newcomers")
    newcomer = await house.person(tenant, "newcomer", "whole", everywhere="reader")
    await house.people.set_role(newcomer.id, None)
    async with asks(replicas[0], newcomer, mode="auto") as client:
        for tool in ("list_administrations", "summarize_overdue"):
            answer = said(await client.call_tool(tool, {}))
            assert "You have no role in any administration here" in answer
            assert "payt-mcp team roles" in answer
            assert "4711" not in answer


async def test_what_is_carried_out_says_who_but_nothing_of_a_colleagues_letter(
    house: Company, replicas: Replicas
) -> None:
    """The same letter of another grant: that it was sent by a colleague, and never its text."""
    tenant = await house.tenant("Colleagues", own_approval=True)
    anouk = await house.person(tenant, "anouk", "whole", everywhere="approver")
    bram = await house.person(tenant, "bram", "second", everywhere="approver")
    piet = await house.person(tenant, "piet", "whole", grant=f"g-{anouk.id}", everywhere="proposer")
    letter = {
        "subject": "Een keer", "body": "Wilt u dit betalen?", "to_debtor": house.mailable(), "administration_id": OWN,
    }  # fmt: skip
    async with asks(replicas[0], anouk) as hers, asks(replicas[1], bram) as his:
        key = (await hers.call_tool("send_message", letter)).structured_content["proposal_id"]
        ledger = await house.replicas[1].ledger(tenant)
        ledger.approve(key, Who("page", "", bram.id))
        text = said(await hers.call_tool("check_approval", {"proposal_id": key}))
        assert "status: sent" in text
        assert "approved: bram, on the approval page" in text
        again = said(await his.call_tool("send_message", letter))
        assert "sent by a colleague" in again
        waits = letter | {"subject": "Nog een keer"}
        await hers.call_tool("send_message", waits)
    async with asks(replicas[1], piet) as theirs:  # who shares the grant, and may approve nothing
        assert "sent by a colleague" in said(await theirs.call_tool("send_message", letter))
        text = said(await theirs.call_tool("send_message", waits))
        assert "the same was proposed by a colleague, and waits for a yes" in text
        assert "/approvals/" not in text
        assert "From:" not in text


@ERAS
async def test_an_approver_of_another_grant_is_told_how_it_stands_and_where(
    house: Company, replicas: Replicas, mode: str
) -> None:
    """What they may see on the page: its state through their assistant, and nothing of its text."""
    tenant, other = await house.tenant(f"Two grants {mode}"), await house.tenant(f"Elsewhere {mode}")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="proposer")
    bram = await house.person(tenant, "bram", "second", everywhere="approver")
    colleague = await house.person(tenant, "piet", "third", everywhere="proposer")
    stranger = await house.person(other, "eva", "second", grant="g-eva", everywhere="admin")
    letter = {"subject": "Twee", "body": f"Wilt u {mode} betalen?", "to_debtor": house.mailable(), **HERE}
    async with asks(replicas[0], anouk, mode=mode) as hers:
        key = (await hers.call_tool("send_message", letter)).structured_content["proposal_id"]
    async with asks(replicas[1], bram, mode=mode) as his:
        told = await his.call_tool("check_approval", {"proposal_id": key})
        assert told.structured_content["status"] == "awaiting_approval"
        assert f"{PUBLIC_URL}/approvals/{key} " in told.structured_content["next_step"]
        ledger = await house.replicas[1].ledger(tenant)
        ledger.approve(key, Who("page", "", bram.id))

        async def is_sent() -> bool:
            now = await his.call_tool("check_approval", {"proposal_id": key})
            assert "under another sign-in" not in said(now)
            assert not {"preview", "warnings", "approved", "message_id"} & now.structured_content.keys()
            return bool(now.structured_content["status"] == "sent")

        await until(is_sent)
        for result in (told, await his.call_tool("check_approval", {"proposal_id": key})):
            assert not any(word in said(result) for word in ("Wilt u", "Twee", "anouk", letter["to_debtor"]))
    for person in (colleague, stranger):
        async with asks(replicas[0], person, mode=mode) as client:
            there = said(await client.call_tool("check_approval", {"proposal_id": key}))
            nothing = said(await client.call_tool("check_approval", {"proposal_id": "p-abcdefghjk"}))
            assert there.replace(key, "p-abcdefghjk") == nothing
