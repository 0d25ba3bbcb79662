"""A company at work: two replicas in turn, people at browsers, programs of both eras; one proposes, one approves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from anyio.to_thread import run_sync
from mcp.client import Client

from tests.server.team.work import HERE, propose, proposed, text
from tests.support.programs import Program, Visitor
from tests.support.replicas import ANNA, BRAM, CARLA, Company, Replica, a_company, until

pytestmark = pytest.mark.slow

WRITES = {"send_message", "check_approval"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with a_company(tmp_path_factory.mktemp("company")) as company:
        company.found("Acme", {ANNA: "proposer", BRAM: "approver"})
        company.found("Other", {CARLA: "admin"})
        yield company
        for replica in company.replicas:  # whatever was done here
            assert_log_names_nobody(company, replica)


def assert_log_names_nobody(company: Company, replica: Replica) -> None:
    """No secret, and nothing of debtors or people; each call with what a log is read for."""
    calls = [line for line in replica.lines() if line["event"] == "tool call"]
    assert all({"request", "tenant", "person", "tool", "outcome", "seconds"} <= line.keys() for line in calls)
    logged = replica.log.read_text()
    ours = [company.env[name] for name in ("PAYT_CLIENT_SECRET", "PAYT_KEYS", "PAYT_OIDC_CLIENT_SECRET")]
    assert not any(word in logged for word in (*ours, "Openstaand", "betalen", "Traceback", "@acme.example"))


async def tools(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def until_sent(company: Company, subject: str) -> None:
    await run_sync(until, lambda: company.mails(subject) > 0)


async def test_one_proposes_and_another_approves_on_another_replica(company: Company) -> None:
    anna, bram = Visitor("Anna"), Visitor("Bram")
    program = Program(company.url, anna)
    async with program.connected() as client:
        assert await tools(client) >= WRITES
        assert "Noorderlicht" in text(await client.call_tool("list_administrations", {}))
        overdue = await client.call_tool("summarize_overdue", HERE)
        assert "overdue" in text(overdue)
        key = await proposed(client, company, "Openstaand 1")
        page = await run_sync(anna.get, f"{company.balancer.url}/approvals/{key}")
        assert "does not allow approving" in page.words
        assert not any(value == "approve" for form in page.page.forms for _, value, _ in form.buttons)
        company.balancer.only = 1
        await run_sync(bram.sign_in, f"{company.balancer.url}/approvals/{key}")
        assert "Anna Visser" in bram.words
        assert "Wilt u betalen?" in bram.words
        await run_sync(bram.press, "Approve")
        company.balancer.only = None
        await until_sent(company, "Openstaand 1")
        told = text(await client.call_tool("check_approval", {"proposal_id": key}))
        assert "Bram de Wit" in told
        assert "7 days" in text(await propose(client, company, "Openstaand 1"))
    assert company.mails("Openstaand 1") == 1
    assert program.sign_ins == 1
    assert set(company.balancer.went_to) == {0, 1}
    for replica in company.replicas:
        assert [line for line in replica.lines() if line["event"] == "tool call"]
    await run_sync(assert_figures_name_nobody, company)


def assert_figures_name_nobody(company: Company) -> None:
    figures = company.replicas[0].figures() + company.replicas[1].figures()
    assert 'payt_mcp_calls_total{outcome="answered",tool="send_message"}' in figures
    assert 'payt_mcp_proposals{state="sent"} 1.0' in figures
    assert not re.search(r"Acme|Anna|u-[0-9a-f]|t-[0-9a-f]|Openstaand", figures)


async def test_an_older_program_reads_only_and_is_shown_out(company: Company) -> None:
    """2025-11-25 without a session; a box ticked at consent; ended at /connections, at once on both replicas."""
    bram = Visitor("Bram", read_only=True)
    program = Program(company.url, bram, name="Cursor <b>")
    async with program.connected("legacy") as client:
        assert not WRITES & await tools(client)
        refused = await client.call_tool("send_message", {"subject": "x", "body": "y", "to_debtor": "1", **HERE})
        assert refused.is_error
        assert "no tool 'send_message'" in text(refused)
        assert not (await client.call_tool("find_debtors", {"limit": 3, **HERE})).is_error
    assert await bearer_statuses(company, program) == [200, 200]
    page = await run_sync(bram.get, f"{company.balancer.url}/connections")
    assert "Cursor <b>" in page.words
    await run_sync(lambda: bram.press("End this connection"))
    await run_sync(until, lambda: all(status == 401 for status in statuses(company, program.bearer)))


def statuses(company: Company, headers: dict[str, str]) -> list[int]:
    """What each replica answers to a program with this token."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    given = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25", **headers}
    given["Host"] = company.balancer.url.removeprefix("http://")
    return [httpx.post(f"{one.origin}/mcp", json=body, headers=given).status_code for one in company.replicas]


async def bearer_statuses(company: Company, program: Program) -> list[int]:
    return await run_sync(statuses, company, program.bearer)


async def test_nobody_gets_in_without_a_token_of_this_server(company: Company) -> None:
    for given in ({}, {"Authorization": "Bearer sandbox-token"}, {"Authorization": "Basic eDp5"}):
        assert await run_sync(statuses, company, given) == [401, 401]
    answer = await run_sync(lambda: httpx.post(company.url, json={}))
    challenge = answer.headers["WWW-Authenticate"]
    metadata = re.search(r'resource_metadata="([^"]+)"', challenge)
    assert metadata
    told = (await run_sync(httpx.get, metadata[1])).json()
    assert (told["resource"], told["authorization_servers"]) == (company.url, [company.balancer.url])


async def test_a_proposal_of_one_company_is_not_there_for_another(company: Company) -> None:
    carla, nobody = Visitor("Carla"), "p-0123456789"
    async with Program(company.url, Visitor("Anna")).connected() as client:
        key = await proposed(client, company, "Openstaand 2")
    async with Program(company.url, carla).connected() as client:
        asked = [await client.call_tool("check_approval", {"proposal_id": one}) for one in (key, nobody)]
    said = [text(one).replace(key, nobody) for one in asked]
    assert said[0] == said[1]
    pages = [await run_sync(carla.get, f"{company.balancer.url}/approvals/{one}") for one in (key, nobody)]
    assert pages[0].status == pages[1].status == 404
    assert "Wilt u betalen" not in carla.text


def test_a_replica_that_ends_is_ready_for_nothing_and_leaves_in_order(company: Company) -> None:
    with httpx.Client(base_url=company.replicas[1].origin) as http:
        assert http.get("/livez").json() == http.get("/readyz").json() == {"status": "ok"}
        assert http.get("/approvals").status_code == 421
    assert company.replicas[1].end() == 0
    assert httpx.get(f"{company.balancer.url}/approvals", headers={"Accept": "text/html"}).status_code == 303
