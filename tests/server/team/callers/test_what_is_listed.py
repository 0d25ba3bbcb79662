"""What writes is listed to those who may write, and is unknown to others; the list follows the role."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mcp.types import ElicitResult

from payt_mcp.policy.team import TenantPolicy, why_not_approve
from payt_mcp.server.team.people import Person
from payt_mcp.tools import known_tools
from tests.support.colleagues import Company, asks, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
Replicas = tuple[str, str]
WRITING = {spec.name for spec in known_tools() if spec.writes}


async def names(url: str, person: Person, **more: Any) -> set[str]:
    async with asks(url, person, **more) as client:
        return {tool.name for tool in (await client.list_tools()).tools}


@ERAS
async def test_the_list_depends_on_role_policy_and_connection(house: Company, replicas: Replicas, mode: str) -> None:
    tenant, closed = await house.tenant(f"Listed {mode}"), await house.tenant(f"Closed {mode}", read_only=True)
    reader = await house.person(tenant, "reader", "whole", everywhere="reader")
    somewhere = await house.person(tenant, "somewhere", "whole", everywhere="reader", a4739="proposer")
    admin = await house.person(closed, "admin", "whole", grant="g-closed", everywhere="admin")
    everything = await names(replicas[0], somewhere, mode=mode)
    assert everything >= WRITING
    reading = everything - WRITING
    assert await names(replicas[0], reader, mode=mode) == reading
    assert await names(replicas[0], somewhere, mode=mode, writes=False) == reading
    assert await names(replicas[1], admin, mode=mode) == reading
    async with asks(replicas[0], reader, mode=mode) as client:
        for name in WRITING:  # also where one is called by its name
            refused = await client.call_tool(name, {})
            assert refused.is_error
            text = getattr(refused.content[0], "text", "")
            assert text.startswith(
                f"There is no tool '{name}' for you here: your role, your company or this connection"
            )
            assert not any(other in text.partition("The tools are: ")[2].split(", ") for other in WRITING)

    await house.people.set_role(reader.id, "proposer", "4711")

    async def is_listed() -> bool:
        return await names(replicas[1], reader, mode=mode) == everything

    await until(is_listed)


async def test_a_replica_that_only_reads_writes_for_no_company(house: Company) -> None:
    """PAYT_READ_ONLY: nothing is listed, and what was approved elsewhere is not carried out."""
    tenant = await house.tenant("Only reads")
    base = replace(house.settings().base, read_only=True)
    async with house.replica(base=base) as url:
        callers = house.replicas.pop()
        admin = await house.person(tenant, "admin", "whole", everywhere="admin")
        assert not WRITING & await names(url, admin)
        assert (await callers.directory.policy(tenant)).read_only
        standing = await callers.directory.standing(tenant, admin.id, fresh=True)
        assert why_not_approve(standing, "4711", "u-other") == "Your company has switched writing off for this server."


async def test_a_list_is_kept_for_a_moment_and_by_nobody_else(house: Company, replicas: Replicas) -> None:
    tenant = await house.tenant("Kept")
    reader = await house.person(tenant, "reader", "whole", everywhere="reader")
    async with asks(replicas[0], reader) as client:
        listed = await client.list_tools()
    assert listed.cache_scope == "private"
    assert listed.ttl_ms is not None
    assert 0 < listed.ttl_ms <= 60_000


@ERAS
async def test_a_yes_in_a_client_is_none_unless_the_company_says_so(
    house: Company, replicas: Replicas, mode: str
) -> None:
    """No question is put, and an answer that comes without one is no yes; nor is one to what is red."""
    tenant = await house.tenant(f"In a client {mode}", own_approval=True)
    bram = await house.person(tenant, "bram", "second", everywhere="approver")
    forms = []

    async def yes(_context: Any, params: Any) -> ElicitResult:
        if params.mode == "url":
            return ElicitResult(action="cancel")
        forms.append(params)
        return ElicitResult(action="accept", content={"approve": True})

    letter = {"subject": f"Nobody asked {mode}.", "body": "Wilt u betalen?", "to_debtor": house.mailable(8)}
    red = letter | {"body": "Betaal op NL91ABNA0417164301."}
    async with asks(replicas[0], bram, mode=mode, answer=yes) as client:
        for arguments in (letter, red):
            answer = await client.call_tool("send_message", arguments | {"administration_id": "4711"})
            assert (answer.structured_content or {})["status"] == "awaiting_approval"
        await house.people.set_policy(tenant, TenantPolicy(read_only=False, own_approval=True, elicited_yes=True))
        answer = await client.call_tool("send_message", red | {"administration_id": "4711"})
        assert (answer.structured_content or {})["status"] == "awaiting_approval"
    assert forms == []
    assert not any("Nobody asked" in str(mail) for mail in house.payt.sandbox.mails)
