"""Where people sign in to the server itself, the page's address is offered, and a yes counts on that page alone."""

from __future__ import annotations

from typing import Any

import anyio.abc
import pytest
from mcp.client import Client
from mcp.types import ElicitRequestURLParams, ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_mcp.server.callers import SoleCaller
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.server.session import CallerSession
from payt_mcp.writes.actor import Anybody
from payt_mcp.writes.outbox import Outbox
from tests.support.house import ERAS, House, data, letter, record, said

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

PAGES = "https://payt.company.example/approvals/"


class OnPages(Anybody):
    page_address = PAGES.__add__

    def says_yes_here(self, _preview: object) -> bool:
        return False


class OfTeam(CallerSession):
    """A caller whose proposals are decided on a page with an address of its own."""

    async def outbox(self) -> Outbox:
        return (await super().outbox()).used_by(OnPages())


def served(house: House, **changes: Any) -> PaytServer:
    settings = house.settings(**changes)

    def opened(group: anyio.abc.TaskGroup) -> SoleCaller:
        return SoleCaller(OfTeam(settings, settings, group, state_dir=house.state))

    return build_server(settings, callers=opened)


def decide(house: House, key: str, answer: str) -> None:
    ledger, who = Ledger(house.state), Who("page", "", "u-bram")
    if answer == "approve":
        ledger.approve(key, who)
    else:
        ledger.decline(key, who, why="Call them first")
    ledger.close()


class Person:
    """The user of a client that can show a form and open an address. What they do on the page is `there`."""

    def __init__(self, house: House, action: str, there: str = "") -> None:
        self.asked: list[Any] = []
        self._house, self._action, self._there = house, action, there

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params)
        if self._there:
            decide(self._house, params.url.removeprefix(PAGES), self._there)
        return ElicitResult(action=self._action, content={"approve": True} if self._action == "accept" else None)


@pytest.mark.parametrize(
    ("action", "there", "status", "mails"),
    [
        ("accept", "approve", "sent", 1),
        ("accept", "decline", "declined", 0),
        ("decline", "", "awaiting_approval", 0),
        ("cancel", "approve", "sent", 1),
    ],
)
async def test_a_client_that_can_is_asked_to_open_the_page_and_only_that_counts(
    house: House, action: str, there: str, status: str, mails: int
) -> None:
    person = Person(house, action, there)
    async with Client(served(house), elicitation_callback=person) as caller:
        result = data(await caller.call_tool("send_message", letter(house)))
        assert (result["status"], len(house.mails)) == (status, mails)
        assert result.get("reason") == ("Call them first" if there == "decline" else None)
    (asked,) = person.asked
    assert isinstance(asked, ElicitRequestURLParams)
    assert asked.url == PAGES + result["proposal_id"]
    assert "approve or reject it there" in asked.message


async def test_that_a_client_says_yes_is_no_yes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payt_mcp.tools.writing.call._READ", 0.2)  # nobody comes
    person = Person(house, "accept")
    async with Client(served(house), elicitation_callback=person) as caller:
        result = data(await caller.call_tool("send_message", letter(house)))
        assert result["status"] == "awaiting_approval"
        assert record(house, result["proposal_id"]).yeses == ()
    assert (len(person.asked), house.mails) == (1, [])


@ERAS
async def test_the_address_stands_in_the_result_and_no_form_or_code_takes_its_place(house: House, mode: str) -> None:
    """In the older protocol nobody is asked, whatever the client can show; nor where it can show nothing."""
    person = Person(house, "accept") if mode == "legacy" else None
    async with Client(served(house, confirm="code"), mode=mode, elicitation_callback=person) as caller:
        answer = await caller.call_tool("send_message", letter(house))
        result = data(answer)
        address = PAGES + result["proposal_id"]
        assert result["status"] == "awaiting_approval"
        assert f"decide after signing in: {address} ." in result["next_step"]
        assert address in said(answer)
        assert "payt-mcp approvals" not in said(answer)
        again = data(await caller.call_tool("check_approval", {"proposal_id": result["proposal_id"]}))
        assert address in again["next_step"]
        assert house.mails == []
        decide(house, result["proposal_id"], "approve")
        done = data(await caller.call_tool("check_approval", {"proposal_id": result["proposal_id"]}))
    assert (done["status"], len(house.mails)) == ("sent", 1)
    assert person is None or person.asked == []
