"""What is read again before sending: due dates, files, and every attempt that was made."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from payt_mcp.books.account import Account
from payt_mcp.books.scope import Scope
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_mcp.proposals.states import Status
from payt_mcp.writes.message.message import Message
from payt_mcp.writes.writer import Writer
from tests.support.house import ADMINISTRATION, House, client, data, said, says
from tests.support.previews import seen

pytestmark = pytest.mark.slow

PAGE = Who("page")


def letter(house: House, **changes: Any) -> dict[str, Any]:
    return {"subject": "Open", "body": "Wilt u betalen?", "to_debtor": house.debtor()} | changes


def item_of(house: House, *, overdue: bool) -> Mapping[str, Any]:
    """An open invoice of the debtor that `letter` goes to."""
    rows = house.sandbox.world.rows(ADMINISTRATION, "debtors")
    owner = next(row["id"] for row in rows if row["debtor_number"] == house.debtor())
    today = str(house.sandbox.world.today)
    for row in house.invoices(["id", "invoice_number", "debtor_id", "open_amount", "due_date"]):
        is_open = row["debtor_id"] == owner and not row["open_amount"].startswith(("0.00", "-"))
        if is_open and (str(row["due_date"]) < today) is overdue:
            return row
    raise LookupError(owner)


async def moved(house: House, body: str, invoice_id: str, due: dt.date) -> dict[str, Any]:
    """How a letter ends whose invoice falls due on another day between proposal and yes."""
    async with client(house.server(freshness_seconds=0)) as caller:
        key = data(await caller.call_tool("send_message", letter(house, body=body)))["proposal_id"]
        house.sandbox.world.change_invoice(ADMINISTRATION, invoice_id, due_date=due)
        ledger = Ledger(house.state)
        ledger.approve(key, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": key}))
        kept = [list(seen(record).because) for record in ledger.pending()]
        ledger.close()
    return {**answer, "because": kept[0] if kept else []}


async def test_a_due_date_that_moves_within_overdue_supersedes_and_says_so(house: House) -> None:
    item = item_of(house, overdue=True)
    due = dt.date.fromisoformat(str(item["due_date"])) - dt.timedelta(days=3)
    answer = await moved(house, "Wilt u betalen?", item["id"], due)
    assert (answer["status"], house.mails) == ("superseded", [])
    assert answer["because"] == [
        f"the due date of invoice {item['invoice_number']} went from {item['due_date']} to {due}"
    ]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d. %m. %Y"])
@pytest.mark.parametrize("named", [True, False])
async def test_a_due_date_to_come_counts_where_the_letter_names_it(house: House, form: str, named: bool) -> None:
    today = house.sandbox.world.today
    item = item_of(house, overdue=True)
    due = today + dt.timedelta(days=200)
    key = house.sandbox.world.add_invoice(ADMINISTRATION, debtor_id=item["debtor_id"], due_date=due)
    body = f"Die van {due:{form}} vervalt." if named else "Wilt u betalen?"
    answer = await moved(house, body, key, due + dt.timedelta(days=9))
    assert answer["status"] == ("superseded" if named else "sent")


async def test_a_file_with_a_second_name_does_not_leave(house: House) -> None:
    outside = house.files.parent / "secret.pdf"
    outside.write_bytes(b"secret")
    os.link(outside, house.files / "factuur.pdf")
    async with client(house.server(), answer=says("accept")) as caller:
        answer = await caller.call_tool("send_message", letter(house, attachments=["factuur.pdf"]))
        assert answer.is_error
        assert "has another name on this disk (a hard link)" in said(answer)
        outside.unlink()
        sent = data(await caller.call_tool("send_message", letter(house, attachments=["factuur.pdf"])))
    assert sent["status"] == "sent"


async def test_a_file_that_gets_a_second_name_after_the_yes_does_not_leave(house: House) -> None:
    (house.files / "factuur.pdf").write_bytes(b"%PDF")
    async with client(house.server(freshness_seconds=0)) as caller:
        key = data(await caller.call_tool("send_message", letter(house, attachments=["factuur.pdf"])))["proposal_id"]
        os.link(house.files / "factuur.pdf", house.files.parent / "other.pdf")
        ledger = Ledger(house.state)
        ledger.approve(key, PAGE)
        ledger.close()
        answer = data(await caller.call_tool("check_approval", {"proposal_id": key}))
    assert (answer["status"], house.mails) == ("superseded", [])


class Clock:
    moment = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.mark.parametrize(("minutes", "is_found"), [(1, True), (-30, False)])
async def test_a_first_attempt_that_arrives_after_the_second_is_found(
    house: House, minutes: int, is_found: bool
) -> None:
    settings, clock = house.settings(), Clock()
    world, payt = house.sandbox.world, PaytClient(settings.api_url, StaticToken(settings.api_token), rate=100)
    async with anyio.create_task_group() as group:
        account = Account(settings, payt, group)
        ledger = Ledger(house.state, clock)
        scope = Scope(account, await account.administration())
        writer = Writer(Message(), account, ledger, "here", settings.api_url, None)
        draft = await writer.draft(scope, {"subject": "Open", "body": "Wilt u betalen?", "to_debtor": house.debtor()})
        key, first = ledger.propose(draft, PAGE)[0].id, clock.moment
        for again in (False, True):
            ledger.approve(key, PAGE, again=again)
            assert ledger.claim(key)
            ledger.finish(key, Status.OUTCOME_UNKNOWN, {})
            clock.moment += dt.timedelta(hours=1)
        at = first + dt.timedelta(minutes=minutes)
        message = world.add_message(
            ADMINISTRATION, sender_type="creditor", subject="Open", content="Wilt u betalen?", sent_at=at,
            debtor_id=draft.content["debtor_id"],
        )  # fmt: skip
        done = await writer.look(ledger.get(key))
        assert (done.message_id if done else "") == (message if is_found else "")
        ledger.close()
        group.cancel_scope.cancel()
        await account.aclose()
