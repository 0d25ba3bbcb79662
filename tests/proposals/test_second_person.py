"""Above an amount two people must say yes; on one person's machine there is no second one, and it is not sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_mcp.settings import Rules
from tests.support.house import ERAS, House, client, data, says

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@ERAS
async def test_one_person_is_told_in_red_and_says_yes_in_vain(house: House, mode: str) -> None:
    """In the assistant, on the page, at a terminal whose settings know no such rule: it is one person each time."""
    server = house.server(rules=Rules(second_person_above=Decimal(1)))
    letter = {"subject": "Veel geld", "body": "Wilt u betalen? {total}", "to_debtor": house.debtor()}
    async with client(server, mode, says("accept")) as caller:
        asked = data(await caller.call_tool("send_message", letter))
        assert asked["status"] == "awaiting_approval"
        assert "a second person must say yes too, and this installation has none" in asked["warnings"][0]
        assert asked["reason"].startswith("It concerns EUR ")
        assert asked["reason"].endswith("which is more than EUR 1.00: two different people must say yes. So far: 1.")
        ledger = Ledger(house.state)
        ledger.approve(asked["proposal_id"], Who("terminal", "", "anouk"))  # by its rule one yes is enough
        ended = data(await caller.call_tool("check_approval", {"proposal_id": asked["proposal_id"]}))
        ledger.close()
    assert ended["status"] == "superseded"
    assert "the others are not enough" in ended["reason"]
    assert house.mails == []


async def test_below_the_amount_one_yes_is_enough(house: House) -> None:
    letter = {"subject": "Geld", "body": "Wilt u betalen? {total}", "to_debtor": house.debtor()}
    async with client(house.server(rules=Rules(second_person_above=Decimal(10**9))), "auto", says("accept")) as caller:
        sent = data(await caller.call_tool("send_message", letter))
        assert sent["status"] == "sent"
        assert not any("a second person" in one for one in sent.get("warnings", ()))
