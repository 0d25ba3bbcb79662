"""What people do with a team server in tests, whichever test it is."""

from __future__ import annotations

from mcp.client import Client
from mcp.types import CallToolResult

from tests.support.fixed import ADMINISTRATION
from tests.support.replicas import Company

HERE = {"administration_id": ADMINISTRATION}
_BODY = "Beste,\n\nWilt u betalen?\n"


def text(result: CallToolResult) -> str:
    return "\n".join(getattr(block, "text", "") for block in result.content)


async def propose(client: Client, company: Company, subject: str) -> CallToolResult:
    """A letter to somebody."""
    arguments = {"subject": subject, "body": _BODY, "to_debtor": company.mailable(), **HERE}
    return await client.call_tool("send_message", arguments)


async def proposed(client: Client, company: Company, subject: str) -> str:
    """One that waits; its id."""
    result = await propose(client, company, subject)
    assert not result.is_error, text(result)
    assert f"{company.balancer.url}/approvals/" in text(result)
    assert result.structured_content
    return str(result.structured_content["proposal_id"])
