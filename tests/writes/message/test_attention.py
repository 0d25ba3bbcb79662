"""A plan, a pause or a bailiff that one record alone tells of: said before the yes, and noticed after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mcp.types import ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.records import Record
from payt_mcp.settings import Secret
from payt_sandbox.signin.access import ALL_SCOPES, Token
from tests.support.house import ADMINISTRATION, ERAS, House, client, data, record, says
from tests.support.staging import STAGES, stage

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

WORDS = {
    ("payment_plan", "invoice"): "This debtor has an active payment plan; its invoices are not to be chased.",
    ("payment_plan", "credit_case"): (
        "This debtor has an active payment plan; its invoices are not to be chased (credit case D2026-7)."
    ),
    ("payment_plan", "payment_plan"): (
        "This debtor has an active payment plan; its invoices are not to be chased (payment plan {plan})."
    ),
    ("paused", "invoice"): "Follow-up of this debtor is paused.",
    ("paused", "credit_case"): "Follow-up of this debtor is paused (credit case D2026-7).",
    ("paused", "debtor"): "Follow-up of this debtor is paused.",
    ("with_bailiff", "invoice"): "This debtor is with a bailiff: contact goes through the bailiff.",
    ("with_bailiff", "credit_case"): (
        "This debtor is with a bailiff: contact goes through the bailiff (credit case D2026-7)."
    ),
}
CHANGES = {
    ("payment_plan", "invoice"): "invoice I1 is now in a payment plan",
    ("payment_plan", "credit_case"): "credit case D2026-7 is now in a payment plan",
    ("payment_plan", "payment_plan"): "the debtor is now in a payment plan (payment plan {plan})",
    ("paused", "invoice"): "invoice I1 is now paused",
    ("paused", "credit_case"): "credit case D2026-7 is now paused",
    ("paused", "debtor"): "the debtor is now paused",
    ("with_bailiff", "invoice"): "invoice I1 is now with a bailiff",
    ("with_bailiff", "credit_case"): "credit case D2026-7 is now with a bailiff",
}
TARGETS: list[dict[str, str]] = [{"to_debtor": "88001"}, {"to_invoice": "I1"}, {"to_credit_case": "D2026-7"}]


def wish(target: dict[str, str], body: str = "Wilt u betalen?") -> dict[str, Any]:
    return {"subject": "Openstaand", "body": body, **target}


def dangers(house: House, answer: dict[str, Any]) -> list[str]:
    return [warned.text for warned in shown(record(house, answer["proposal_id"])).dangers]


def shown(of: Record) -> Preview:
    return Preview.from_json(of.preview or {})


@pytest.mark.parametrize(("flag", "source"), STAGES)
async def test_a_preview_warns_of_it_and_names_the_record(house: House, flag: str, source: str) -> None:
    debtor = stage(house.sandbox.world, ADMINISTRATION)
    debtor.set(flag, source)
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", wish(TARGETS[0])))
    assert dangers(house, answer) == [WORDS[flag, source].format(plan=debtor.plan)]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: next(iter(target)))
@pytest.mark.parametrize(("flag", "source"), STAGES)
async def test_between_proposal_and_yes_it_stops_the_letter_and_a_new_preview_says_why(
    house: House, flag: str, source: str, target: dict[str, str]
) -> None:
    debtor = stage(house.sandbox.world, ADMINISTRATION)

    async def changed_first(_context: Any, _params: Any) -> ElicitResult:
        debtor.set(flag, source)
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), "legacy", changed_first) as caller:
        answer = data(await caller.call_tool("send_message", wish(target)))
    assert answer["status"] == "superseded"
    assert house.mails == []
    said = CHANGES[flag, source].format(plan=debtor.plan)
    assert said in answer["summary"]
    (renewed,) = waiting(house)
    assert said in shown(renewed).because
    assert shown(renewed).warnings


def waiting(house: House) -> list[Record]:
    ledger = Ledger(house.state)
    try:
        return list(ledger.pending())
    finally:
        ledger.close()


@ERAS
async def test_without_any_of_it_the_letter_goes_out(house: House, mode: str) -> None:
    stage(house.sandbox.world, ADMINISTRATION)
    async with client(house.server(), mode, says("accept")) as caller:
        answer = data(await caller.call_tool("send_message", wish(TARGETS[0])))
    assert answer["status"] == "sent"
    assert len(house.mails) == 1


@pytest.mark.parametrize(
    ("flag", "body", "words"),
    [
        ("with_bailiff", "Wilt u betalen?", "with a bailiff: contact about them goes through the bailiff"),
        ("payment_plan", "Over factuur I3.", "in an active payment plan, and not to be chased"),
        ("paused", "Wilt u betalen?", "paused with a credit case"),
    ],
)
async def test_a_case_that_holds_some_invoices_is_said_of_those(house: House, flag: str, body: str, words: str) -> None:
    stage(house.sandbox.world, ADMINISTRATION, invoices=3, cased=2).set(flag, "credit_case")
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", wish(TARGETS[0], body)))
    assert dangers(house, answer) == [f"2 of 3 overdue invoices are {words} (I1, I2; credit case D2026-7)."]


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        ("with_bailiff", "Credit case D2026-7 is with a bailiff: contact goes through the bailiff."),
        ("payment_plan", "Credit case D2026-7 has an active payment plan; its invoices are not to be chased."),
        ("paused", "Follow-up of credit case D2026-7 is paused."),
    ],
)
@pytest.mark.parametrize("cased", [0, 1])
async def test_a_letter_about_a_case_is_warned_of_that_case(house: House, flag: str, line: str, cased: int) -> None:
    """Also where no open invoice is in it any more."""
    stage(house.sandbox.world, ADMINISTRATION, invoices=2, cased=cased).set(flag, "credit_case")
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("send_message", wish(TARGETS[2])))
    assert dangers(house, answer) == [line]


async def test_an_invoice_that_comes_into_a_paused_case_stops_the_letter(house: House) -> None:
    debtor = stage(house.sandbox.world, ADMINISTRATION, invoices=2, cased=1)
    debtor.set("paused", "credit_case")

    async def moved_first(_context: Any, _params: Any) -> ElicitResult:
        house.sandbox.world.change_invoice(ADMINISTRATION, debtor.invoices[1], active_credit_case_id=int(debtor.case))
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), "legacy", moved_first) as caller:
        answer = data(await caller.call_tool("send_message", wish({"to_invoice": "I2"})))
    assert answer["status"] == "superseded"
    assert "invoice I2 is now paused (credit case D2026-7)" in answer["summary"]
    assert house.mails == []


@pytest.mark.parametrize("scope", ["credit_cases:read", "payment_plans:read"])
async def test_what_the_token_may_not_read_is_said_in_red(house: House, scope: str) -> None:
    stage(house.sandbox.world, ADMINISTRATION)
    house.sandbox.options = replace(house.sandbox.options, tokens={"narrow": Token(ALL_SCOPES - {scope})})
    async with client(house.server(api_token=Secret("narrow"))) as caller:
        answer = data(await caller.call_tool("send_message", wish(TARGETS[0])))
    (line,) = dangers(house, answer)
    assert f"could not be read (the token lacks {scope})" in line
