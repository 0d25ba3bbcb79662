"""Code mode: a code does one thing once, and never stands in for what a person must see."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from payt_mcp.errors import RefusedWriteError
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from tests.support.house import (
    ADMINISTRATION,
    ERAS,
    House,
    client,
    data,
    letter,
    said,
    says,
)

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def with_code(caller: Any, arguments: dict[str, Any]) -> str:
    answer = data(await caller.call_tool("send_message", arguments))
    assert answer["status"] == "confirmation_required"
    return str(answer["confirmation_code"])


async def test_a_code_sends_exactly_what_it_was_given_for_once(house: House) -> None:
    arguments = letter(house)
    async with client(house.server(confirm="code")) as caller:
        code = await with_code(caller, arguments)
        assert house.mails == []
        sent = data(await caller.call_tool("send_message", arguments | {"confirmation_code": code}))
        assert sent["status"] == "sent"
        again = data(await caller.call_tool("send_message", arguments | {"confirmation_code": code}))
    assert again["message_id"] == sent["message_id"]
    assert "Nothing was sent now: this was sent already" in again["summary"]
    assert len(house.mails) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Openstaande facturen!"},
        {"body": "Wilt u deze betalen? Nu."},
        {"cc": ["info@elders.example"]},
        {"email": "x@evil.example"},
        {"to_debtor": "other"},
        {"administration_id": "4739"},
        {"attachments": ["brief.pdf"]},
    ],
)
async def test_a_code_is_no_good_for_anything_else(house: House, change: dict[str, Any]) -> None:
    arguments = letter(house)
    (house.files / "brief.pdf").write_bytes(b"%PDF")
    if change.get("to_debtor"):
        rows = house.sandbox.world.rows(ADMINISTRATION, "debtors")
        mailed = [r["debtor_number"] for r in rows if r["reminder_email_address"]]
        change = {"to_debtor": next(number for number in mailed if number != arguments["to_debtor"])}
    async with client(house.server(confirm="code")) as caller:
        code = await with_code(caller, arguments)
        answer = await caller.call_tool("send_message", arguments | change | {"confirmation_code": code})
    assert answer.is_error
    assert "Nothing was sent" in said(answer) or "nothing was sent" in said(answer)
    assert house.mails == []


async def test_a_code_of_another_ledger_scope_is_no_good(house: House) -> None:
    from payt_mcp.settings import Secret
    from payt_sandbox.signin.access import Token

    arguments = letter(house)
    other = dataclasses.replace(house.sandbox.options, tokens={"other-token": Token()})
    house.sandbox.options = other
    async with client(house.server(confirm="code")) as caller:
        code = await with_code(caller, arguments)
    async with client(house.server(confirm="code", api_token=Secret("other-token"))) as caller:
        answer = await caller.call_tool("send_message", arguments | {"confirmation_code": code})
    assert "not given for exactly this content" in said(answer)
    assert house.mails == []


async def test_a_code_is_good_for_fifteen_minutes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = letter(house)
    async with client(house.server(confirm="code")) as caller:
        code = await with_code(caller, arguments)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15, seconds=5)
        monkeypatch.setattr(Ledger, "now", lambda _self: later)
        monkeypatch.setattr("payt_mcp.proposals.ledger.opened.OpenedLedger._tick", lambda _self: later)
        answer = await caller.call_tool("send_message", arguments | {"confirmation_code": code})
    assert "older than 15 minutes" in said(answer)
    assert house.mails == []


# What a person must see.

LONG = "Beste klant.\n" + "Wij verzoeken u te betalen. " * 260
FOREIGN = "Betaal op NL02 RABO 0123 4567 89."


async def fails(_context: Any, _params: Any) -> Any:
    raise RuntimeError("no window")


@ERAS
@pytest.mark.parametrize("changes", [{"email": "x@evil.example"}, {"body": f"{LONG}\n{FOREIGN}"}, {}])
async def test_a_question_that_is_too_long_is_never_replaced_by_a_code(
    house: House, mode: str, changes: dict[str, Any]
) -> None:
    arguments = letter(house, body=LONG) | changes
    async with client(house.server(confirm="code"), mode, says("accept")) as caller:
        answer = data(await caller.call_tool("send_message", arguments))
    assert (answer["status"], house.mails) == ("awaiting_approval", [])
    assert "confirmation_code" not in answer
    assert len(house.opened) == 1


@pytest.mark.parametrize("changes", [{"email": "x@evil.example"}, {"body": FOREIGN}, {}])
async def test_a_question_that_cannot_be_put_is_never_replaced_by_a_code(house: House, changes: dict[str, Any]) -> None:
    async with client(house.server(confirm="code"), "legacy", fails) as caller:
        answer = data(await caller.call_tool("send_message", letter(house, **changes)))
    assert (answer["status"], house.mails) == ("awaiting_approval", [])
    assert "confirmation_code" not in answer


@pytest.mark.parametrize("given", ["", "the code"])
async def test_a_code_is_neither_given_nor_taken_for_what_a_person_must_see(house: House, given: str) -> None:
    """Even where such a proposal stands on record, and a code for it with it."""
    from payt_mcp.tools.writing import call

    async with client(house.server(), "auto") as caller:
        key = data(await caller.call_tool("send_message", letter(house, email="x@evil.example")))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.issue_code(key, "the code", Who("code"))
        before = len(ledger.history(key))

        class Outbox:
            def __getattr__(self, name: str) -> Any:
                raise AssertionError(f"the outbox was asked for its {name}")

        with pytest.raises(RefusedWriteError, match="A person must see this first"):
            await call._by_code(None, Outbox(), ledger.get(key), given)  # type: ignore[arg-type]
        assert ledger.get(key).status == "proposed"
        assert len(ledger.history(key)) == before
        ledger.close()
    assert house.mails == []
