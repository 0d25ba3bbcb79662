"""Two people ask one server: neither is told, or can move, anything of the other's."""

from __future__ import annotations

import sqlite3
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitResult, PromptReference, ResourceTemplateReference

from payt_mcp.server.server import build_server
from tests.support.callers import ADMINISTRATION, HEADER, TwoPayts, connected

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
BOTH = ("anouk", "bram")
READS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_administrations", {}),
    ("summarize_overdue", {"top": 5}),
    ("search_invoices", {"limit": 5}),
    ("find_debtors", {"limit": 5}),
    ("get_debtor", {"debtor": "10003"}),
    ("list_contacts", {"limit": 5}),
    ("list_messages", {"limit": 5}),
    ("list_payments", {"limit": 5}),
    ("list_payment_plans", {"limit": 5}),
    ("list_tasks", {"limit": 5}),
)


def said(result: CallToolResult) -> str:
    return "\n".join(getattr(block, "text", "") for block in result.content)


def told(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, said(result)
    assert result.structured_content is not None
    return {k: v for k, v in result.structured_content.items() if k not in {"as_of", "next_cursor"}}


async def all_told(client: Client) -> list[Any]:
    return [told(await client.call_tool(tool, arguments)) for tool, arguments in READS]


@ERAS
async def test_each_is_answered_as_if_there_were_no_other(two_payts: TwoPayts, mode: str) -> None:
    """Both at once, twice over, so that what the first question left in memory is there for the second."""
    alone = {}
    for name in BOTH:
        async with Client(build_server(two_payts.settings(name))) as client:
            alone[name] = await all_told(client)
    assert all(hers != his for hers, his in zip(*alone.values(), strict=True) if "administrations" not in hers)

    async def asks(url: str, name: str) -> None:
        async with connected(url, name, mode=mode) as client:
            for _ in range(2):
                assert await all_told(client) == alone[name]

    async with two_payts.serve() as url, anyio.create_task_group() as group:
        for name in BOTH:
            group.start_soon(asks, url, name)


async def test_a_session_belongs_to_nobody_each_of_its_requests_does(two_payts: TwoPayts) -> None:
    """In the older protocol an id goes with every request; who has it is still who their request says."""
    async with two_payts.serve() as url, connected(url, "anouk", mode="legacy") as client:
        hers = told(await client.call_tool("find_debtors", {}))
        client.headers[HEADER] = "bram"  # type: ignore[attr-defined]
        his = told(await client.call_tool("find_debtors", {}))
    assert hers != his


@ERAS
async def test_who_is_nobody_is_told_nothing_and_nothing_is_asked_for_them(two_payts: TwoPayts, mode: str) -> None:
    async with two_payts.serve() as url, connected(url, "carla", mode=mode) as client:
        assert len((await client.list_tools()).tools) > 12
        for tool, arguments in READS:
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error
            assert "not connected to a Payt account" in said(answer)
        letter = {"subject": "s", "body": "b", "to_debtor": two_payts.mailable("anouk")}
        assert (await client.call_tool("send_message", letter)).is_error
        assert await _completed(client, "debtors") == []
    assert [two_payts.asked(name) for name in BOTH] == [0, 0]


@ERAS
async def test_a_cursor_of_one_is_none_of_the_others(two_payts: TwoPayts, mode: str) -> None:
    async with (
        two_payts.serve() as url,
        connected(url, "anouk", mode=mode) as hers,
        connected(url, "bram", mode=mode) as his,
    ):
        page = await hers.call_tool("search_invoices", {"limit": 5})
        cursor = (page.structured_content or {})["next_cursor"]
        assert "is unknown or older than 15 minutes" in said(await his.call_tool("search_invoices", {"cursor": cursor}))
        assert not (await hers.call_tool("search_invoices", {"cursor": cursor})).is_error


async def _completed(client: Client, what: str, typed: str = "") -> list[str]:
    if what == "debtors":
        prompt = next(
            p for p in (await client.list_prompts()).prompts if any(a.name == "debtor" for a in p.arguments or ())
        )
        ref: Any = PromptReference(type="ref/prompt", name=prompt.name)
        return (await client.complete(ref, {"name": "debtor", "value": typed})).completion.values
    templates = (await client.list_resource_templates()).resource_templates
    uri = next(one.uri_template for one in templates if what in one.uri_template)
    ref = ResourceTemplateReference(type="ref/resource", uri=uri)
    name = uri.rpartition("{")[2].rstrip("}")
    return (await client.complete(ref, {"name": name, "value": typed})).completion.values


@pytest.mark.parametrize("what", ["debtors", "invoices", "credit-cases"])
async def test_what_completes_for_one_is_their_own(two_payts: TwoPayts, what: str) -> None:
    alone = {}
    for name in BOTH:
        async with Client(build_server(two_payts.settings(name))) as client:
            await client.call_tool("summarize_overdue", {})
            alone[name] = await _completed(client, what)
    assert alone["anouk"] != alone["bram"]
    async with two_payts.serve() as url, connected(url, "anouk") as hers, connected(url, "bram") as his:
        for client in (hers, his):
            await client.call_tool("summarize_overdue", {})
        assert [await _completed(client, what) for client in (hers, his, hers)] == [*alone.values(), alone["anouk"]]


async def test_a_case_number_means_a_case_of_whoever_asks(two_payts: TwoPayts) -> None:
    cases = [payt.sandbox.world.rows(ADMINISTRATION, "credit_cases") for payt in two_payts.payts.values()]
    number = min({row["case_number"] for row in cases[0]} & {row["case_number"] for row in cases[1]})
    alone = []
    for name in BOTH:
        async with Client(build_server(two_payts.settings(name))) as client:
            alone.append(told(await client.call_tool("get_credit_case", {"credit_case": number})))
    assert alone[0] != alone[1]
    async with two_payts.serve() as url, connected(url, "anouk") as hers, connected(url, "bram") as his:
        for _ in range(2):
            both = [told(await one.call_tool("get_credit_case", {"credit_case": number})) for one in (hers, his)]
            assert both == alone


def letter_to(payts: TwoPayts, name: str) -> dict[str, Any]:
    return {"subject": "Openstaande facturen", "body": "Wilt u deze betalen?", "to_debtor": payts.mailable(name)}


@ERAS
async def test_the_same_letter_of_both_is_two_proposals_and_each_sees_their_own(
    one_payt_for_two: TwoPayts, mode: str
) -> None:
    house, letter = one_payt_for_two, letter_to(one_payt_for_two, "anouk")
    async with (
        house.serve() as url,
        connected(url, "anouk", mode=mode) as hers,
        connected(url, "bram", mode=mode) as his,
    ):
        keys = [told(await client.call_tool("send_message", letter))["proposal_id"] for client in (hers, his, hers)]
        assert keys[0] == keys[2] != keys[1]
        for client, other in ((hers, keys[1]), (his, keys[0])):
            assert f"no proposal {other!r}" in said(await client.call_tool("check_approval", {"proposal_id": other}))
        assert told(await hers.call_tool("check_approval", {"proposal_id": keys[0]}))["status"] == "awaiting_approval"
    with sqlite3.connect(house.state / "ledger.sqlite3") as db:
        assert len({scope for (scope,) in db.execute("SELECT scope FROM proposals")}) == 2
    db.close()


async def test_a_code_given_to_one_is_no_good_for_the_other(one_payt_for_two: TwoPayts) -> None:
    house, letter = one_payt_for_two, letter_to(one_payt_for_two, "anouk")
    code_mode = {name: {"confirm": "code"} for name in BOTH}
    async with house.serve(**code_mode) as url, connected(url, "anouk") as hers, connected(url, "bram") as his:
        code = told(await hers.call_tool("send_message", letter))["confirmation_code"]
        refused = await his.call_tool("send_message", letter | {"confirmation_code": code})
        assert refused.is_error
        assert house.payts["anouk"].sandbox.mails == []
        assert told(await hers.call_tool("send_message", letter | {"confirmation_code": code}))["status"] == "sent"


async def test_a_question_put_to_one_is_not_answered_by_the_other(one_payt_for_two: TwoPayts) -> None:
    """Its sealed state, in the hands of somebody else, is no question at all."""
    house, questions = one_payt_for_two, 0

    async def answer(_context: Any, _params: Any) -> ElicitResult:
        nonlocal questions
        questions += 1
        client.headers[HEADER] = "bram"  # type: ignore[attr-defined]
        return ElicitResult(action="accept", content={"approve": True})

    async with house.serve() as url, connected(url, "anouk", answer=answer) as client:
        assert client.protocol_version == "2026-07-28"
        with pytest.raises(MCPError, match="Invalid or expired requestState"):
            await client.call_tool("send_message", letter_to(house, "anouk"))
    assert questions == 1
    assert house.payts["anouk"].sandbox.mails == []


@ERAS
async def test_who_may_only_read_writes_nothing_beside_one_who_may_write(two_payts: TwoPayts, mode: str) -> None:
    async def yes(_context: Any, _params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"approve": True})

    async with (
        two_payts.serve(bram={"read_only": True}) as url,
        connected(url, "anouk", mode=mode, answer=yes) as hers,
        connected(url, "bram", mode=mode, answer=yes) as his,
    ):
        refused = await his.call_tool("send_message", letter_to(two_payts, "bram"))
        assert refused.is_error
        assert said(refused) == "You may read here, and not write. Nothing was sent or changed."
        assert not (await his.call_tool("find_debtors", {})).is_error
        assert told(await hers.call_tool("send_message", letter_to(two_payts, "anouk")))["status"] == "sent"
    assert [len(payt.sandbox.mails) for payt in two_payts.payts.values()] == [1, 0]


async def test_the_end_of_the_server_lets_go_of_what_every_caller_holds(two_payts: TwoPayts) -> None:
    async with two_payts.serve() as url:
        for name in BOTH:
            async with connected(url, name) as client:
                told(await client.call_tool("send_message", letter_to(two_payts, name)))
        owners = list((two_payts.state / "owners").iterdir())
        assert len(owners) == 2
    assert not any(path.exists() for path in owners)
