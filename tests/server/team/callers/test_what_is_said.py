"""What goes wrong is said as a person of a company can undo it: none of them sits at the machine of the server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult

from payt_mcp.errors import SignInReplacedError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.lent import LentClient
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.payt.wire import listing
from payt_mcp.resources import SHEET_FILES
from payt_mcp.server import saving
from payt_mcp.settings import Secret
from tests.support.colleagues import PUBLIC_URL, Company, asks

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
Replicas = tuple[str, str]
OF_ONE = re.compile(r"payt-mcp (?!team\b)\w+|terminal|API token|PAYT_API_TOKEN|restart")
HERE = {"administration_id": "4711"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_invoices", {"limit": 3, **HERE}),
    ("find_debtors", {"limit": 3, **HERE}),
    ("list_contacts", {"query": "a", **HERE}),
    ("list_payments", {"limit": 3, **HERE}),
    ("list_notes", {"debtor": "1", **HERE}),
    ("send_message", {"subject": "s", "body": "Wilt u betalen?", "to_debtor": "1", **HERE}),
]


def said(result: CallToolResult) -> str:
    return "\n".join(getattr(block, "text", "") for block in result.content)


@pytest.mark.parametrize(
    ("token", "why"),
    [("poor", "This connection to Payt lacks the permission "), ("over", "Payt does not accept this connection (401)")],
)
async def test_what_payt_refuses_a_connection_is_undone_in_a_browser(
    house: Company, replicas: Replicas, token: str, why: str
) -> None:
    tenant = await house.tenant(f"Refused {token}")
    anouk = await house.person(tenant, "anouk", token, everywhere="proposer")
    async with asks(replicas[0], anouk) as client:
        for tool, arguments in CALLS:
            result = await client.call_tool(tool, arguments)
            told = said(result)
            assert not OF_ONE.search(told), (tool, told)
            if result.is_error:
                assert why in told, (tool, told)
                assert f"{PUBLIC_URL}/connect." in told
        assert result.is_error  # the write


async def test_a_file_of_the_users_machine_is_out_of_reach(house: Company, replicas: Replicas) -> None:
    tenant = await house.tenant("Files")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="proposer")
    letter = {"subject": "s", "body": "Wilt u betalen?", "to_debtor": house.mailable(), "attachments": ["a.pdf"]}
    async with asks(replicas[0], anouk) as client:
        told = said(await client.call_tool("send_message", letter | HERE))
    assert "one for a whole company never has): send it without them. Nothing was" in told


async def test_a_sheet_that_is_too_large_is_asked_for_by_company(
    house: Company, replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_ITEMS", 1)
    tenant = await house.tenant("Sheets")
    anouk = await house.person(tenant, "anouk", "whole", everywhere="reader")
    async with asks(replicas[0], anouk) as client:
        for file in SHEET_FILES:
            with pytest.raises(MCPError) as told:
                await client.read_resource(file.uri)
            assert "Ask for less: end the address with ?administration_id=" in str(told.value)
            assert not OF_ONE.search(str(told.value))


async def test_what_was_shared_by_somebody_who_left_is_asked_for_again(house: Company) -> None:
    client = PaytClient(house.payt.url, StaticToken(Secret("whole")))
    lent = LentClient()
    lent.lend(client)
    lent.withdraw(client)
    with pytest.raises(SignInReplacedError, match="Ask again"):
        await lent.page(listing("invoices", "4711"), "invoices")
    await client.aclose()
