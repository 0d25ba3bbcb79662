"""What was approved is carried out by any replica, once, and by the rules of the company as they are then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult, ElicitResult

from payt_mcp.policy.team import TenantPolicy
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.server.team import works
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.rate import SharedRate, asking
from tests.support.colleagues import Company, asks, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
Replicas = tuple[str, str]
HERE = {"administration_id": "4711"}


def told(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    return dict(result.structured_content or {})


def why_refused(result: CallToolResult) -> str:
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))


class Letters:
    """Letters of one company: each has a subject of its own, so that it can be told what went out."""

    def __init__(self, house: Company, tenant: str, replicas: Replicas) -> None:
        self.house, self.tenant, self.replicas = house, tenant, replicas

    async def propose(
        self, person: Person, subject: str, *, replica: int = 0, place: int = 0, **more: Any
    ) -> CallToolResult:
        letter = {"subject": subject, "body": "Wilt u betalen?", "to_debtor": self.house.mailable(place), **HERE}
        async with asks(self.replicas[replica], person, **more) as client:
            return await client.call_tool("send_message", letter)

    async def proposed(self, person: Person, subject: str, *, place: int = 0) -> str:
        return str(told(await self.propose(person, subject, place=place))["proposal_id"])

    async def approve(self, key: str, person: Person, *, replica: int = 1) -> Record:
        """As the page does: on record, by whichever replica."""
        ledger = await self.house.replicas[replica].ledger(self.tenant)
        return await anyio.to_thread.run_sync(ledger.approve, key, Who("page", "", person.id))

    async def ended(self, key: str) -> Record:
        found: list[Record] = []

        async def is_over() -> bool:
            ledger = await self.house.replicas[0].ledger(self.tenant)
            found[:] = [await anyio.to_thread.run_sync(ledger.get, key)]
            return found[0].status not in (Status.PROPOSED, Status.APPROVED, Status.SENDING)

        await until(is_over)
        return found[0]

    def looked(self) -> int:
        """How often what colleagues noted was read, as it is for each look at a letter."""
        return sum(one.path == "/v1/notes" for one in self.house.payt.sandbox.requests)

    def sent(self, subject: str) -> int:
        return sum(subject in str(mail) for mail in self.house.payt.sandbox.mails)


async def a_company(house: Company, replicas: Replicas, name: str, **policy: Any) -> tuple[Letters, Person, Person]:
    tenant = await house.tenant(name, **policy)
    anouk = await house.person(tenant, "anouk", "whole", everywhere="proposer")
    bram = await house.person(tenant, "bram", "second", everywhere="approver")
    return Letters(house, tenant, replicas), anouk, bram


async def test_whichever_replica_hears_of_a_yes_sends_it_once(house: Company, replicas: Replicas) -> None:
    """Also one that never heard of the proposer before, and does not know their grant."""
    letters, anouk, bram = await a_company(house, replicas, "Once")
    keys = [await letters.proposed(anouk, f"Once {number}.", place=number) for number in range(4)]
    before = letters.looked()
    for number, key in enumerate(keys):
        await letters.approve(key, bram, replica=number % 2)
    for number, key in enumerate(keys):
        record = await letters.ended(key)
        assert (record.status, record.proposer, record.scope) == (Status.SENT, anouk.id, f"g-{anouk.id}")
        assert letters.sent(f"Once {number}.") == 1
    assert letters.looked() == before + 4  # one replica looked at each again, and not both


async def test_what_is_read_for_a_letter_is_not_behind_what_its_proposer_asks(
    house: Company, replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was their call by which a replica began to see to what is approved."""
    went: list[str] = []

    class Watched(SharedRate):
        async def enter(self, *, can_wait: bool) -> Any:
            went.append(asking.get())
            return await super().enter(can_wait=can_wait)

    monkeypatch.setattr(works, "SharedRate", Watched)
    letters, anouk, bram = await a_company(house, replicas, "In turn")
    answers = [await letters.propose(anouk, f"In turn {place}.", replica=place, place=place) for place in (0, 1)]
    assert set(went) == {anouk.id}
    del went[:]
    for answer in answers:
        key = str(told(answer)["proposal_id"])
        await letters.approve(key, bram)
        assert (await letters.ended(key)).status is Status.SENT
    assert set(went) == {""}


@pytest.mark.parametrize("how", ["outcome = 'x'", "amount = '5'", "status = 'approved', baseline = '7'"])
async def test_what_was_altered_holds_up_nothing_else_of_its_proposer(
    house: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """It is named once by each replica, however often they look."""
    monkeypatch.setattr(works, "_POLL", 0.05)
    async with house.replica() as one, house.replica() as other:
        letters, anouk, bram = await a_company(house, (one, other), f"Altered: {how}", daily_messages=9)
        letters.house = replace(house, replicas=house.replicas[-2:])
        bad, good = [await letters.proposed(anouk, f"{how} {place}.", place=place) for place in (0, 1)]
        await house.database.run(lambda c: c.execute(f"update proposals set {how} where id = %s".encode(), (bad,)))
        await letters.approve(good, bram)
        assert (await letters.ended(good)).status is Status.SENT
        for place in (2, 3):  # also what is proposed after it, at both
            key = str(
                told(await letters.propose(anouk, f"{how} {place}.", replica=place - 2, place=place))["proposal_id"]
            )
            await letters.approve(key, bram, replica=3 - place)
            assert (await letters.ended(key)).status is Status.SENT
        assert letters.sent(f"{how} 0.") == 0
        named = [line.getMessage() for line in caplog.records if bad in line.getMessage()]
        assert 0 < sum("nothing of it is sent" in line for line in named) <= len(house.replicas)
    del house.replicas[-2:]


async def test_a_replica_that_begins_takes_up_what_was_approved_before(house: Company, replicas: Replicas) -> None:
    async with house.replica() as first:
        letters, anouk, bram = await a_company(house, (first, first), "Left")
        key = await letters.proposed(anouk, "Left over.")
    house.replicas.pop()
    house.grants.ended.add(f"g-{anouk.id}")  # so that those which go on do not send it
    await letters.approve(key, bram)
    house.grants.ended.clear()
    async with house.replica():
        assert (await letters.ended(key)).status is Status.SENT
    house.replicas.pop()
    assert letters.sent("Left over.") == 1


async def test_who_may_not_is_refused_with_the_reason_at_each_step(house: Company, replicas: Replicas) -> None:
    letters, anouk, bram = await a_company(house, replicas, "Steps", elicited_yes=True)
    rita = await house.person(letters.tenant, "rita", "third", a4711="reader", a4739="proposer")

    async def yes(_context: Any, params: Any) -> ElicitResult:
        if params.mode == "url":  # the page, which they do not go to
            return ElicitResult(action="cancel")
        return ElicitResult(action="accept", content={"approve": True})

    refused = why_refused(await letters.propose(rita, "Reader."))
    assert refused == (
        "Your role in this administration allows reading only; whoever administers this server can change that "
        "(`payt-mcp team roles set`). Nothing was sent or changed."
    )
    refused = why_refused(await letters.propose(bram, "Only read.", writes=False))
    assert "There is no tool 'send_message' for you here" in refused
    # a proposer's own client cannot give the yes, whatever it answers: it is not even asked
    assert told(await letters.propose(anouk, "Own yes.", answer=yes))["status"] == "awaiting_approval"
    # nor an approver's, to their own
    assert told(await letters.propose(bram, "My own.", answer=yes))["status"] == "awaiting_approval"
    await house.people.set_policy(letters.tenant, TenantPolicy(read_only=False, own_approval=True, elicited_yes=True))

    async def is_taken() -> bool:
        answer = await letters.propose(bram, "My own, again.", answer=yes)
        return bool(told(answer)["status"] == "sent")

    await until(is_taken)  # as soon as the replica has heard of the policy
    assert letters.sent("My own, again.") == 1
    assert letters.sent("Own yes.") == letters.sent("My own.") == 0


@pytest.mark.parametrize("what", ["gone", "demoted", "closed", "proposer gone"])
async def test_a_yes_that_does_not_count_any_more_sends_nothing(house: Company, replicas: Replicas, what: str) -> None:
    """Something changed between the yes and the moment it would be sent."""
    letters, anouk, bram = await a_company(house, replicas, f"Changed: {what}")
    key = await letters.proposed(anouk, f"Changed: {what}.")
    if what == "demoted":
        await house.people.set_role(bram.id, "proposer")
    elif what == "closed":
        await house.people.set_policy(letters.tenant, TenantPolicy(read_only=True))
    else:
        house.gone.add(bram.id if what == "gone" else anouk.id)
    await letters.approve(key, bram)  # the record alone takes it: who may is asked before it, and again before sending
    record = await letters.ended(key)
    assert record.status is Status.SUPERSEDED
    assert letters.sent(f"Changed: {what}.") == 0
    why = {
        "gone": "a yes to it does not count any more",
        "demoted": "a yes to it does not count any more",
        "closed": "your company has switched writing off",
        "proposer gone": "whoever proposed it has no access to this administration any more",
    }[what]
    assert str(record.outcome["why"]).startswith(why)


async def test_two_people_above_an_amount(house: Company, replicas: Replicas) -> None:
    letters, anouk, bram = await a_company(house, replicas, "Four eyes", second_above=Decimal(0))
    els = await house.person(letters.tenant, "els", "third", everywhere="approver")
    first = told(await letters.propose(anouk, "Four eyes."))
    assert "two different people must say yes. So far: 0." in first["reason"]
    key = first["proposal_id"]
    for _ in range(2):  # whoever says it twice is one person
        assert (await letters.approve(key, bram)).status is Status.PROPOSED
    async with asks(replicas[1], anouk) as client:
        assert "So far: 1." in told(await client.call_tool("check_approval", {"proposal_id": key}))["reason"]
    await letters.approve(key, els, replica=0)
    assert (await letters.ended(key)).status is Status.SENT
    async with asks(replicas[0], anouk) as client:
        answer = told(await client.call_tool("check_approval", {"proposal_id": key}))
    assert [name in answer["approved"] for name in ("bram, on the approval page", "els, on the approval page")] == [
        True, True,
    ]  # fmt: skip


async def test_a_day_has_an_end(house: Company, replicas: Replicas) -> None:
    """Refused when it is proposed; and what was proposed before the last place was taken is not sent."""
    letters, anouk, bram = await a_company(house, replicas, "A day", daily_messages=2)
    keys = [await letters.proposed(anouk, f"A day {number}.", place=number + 4) for number in range(3)]
    for key in keys[:2]:
        await letters.approve(key, bram)
        assert (await letters.ended(key)).status is Status.SENT
    assert "Your company sends at most 2 messages a day, and has sent 2 today: not before tomorrow." in why_refused(
        await letters.propose(anouk, "One more.")
    )
    await letters.approve(keys[2], bram)
    record = await letters.ended(keys[2])
    assert record.status is Status.SUPERSEDED
    assert "not before tomorrow" in str(record.outcome["why"])
    assert letters.sent("A day 2.") == 0


async def test_two_replicas_at_once_send_no_more_than_a_day_takes(house: Company, replicas: Replicas) -> None:
    """Six letters are approved at one moment, at both: three of them go out."""
    letters, anouk, bram = await a_company(house, replicas, "At once", daily_messages=3)
    keys = [await letters.proposed(anouk, f"At once {number}.", place=number) for number in range(6)]
    async with anyio.create_task_group() as group:
        for number, key in enumerate(keys):
            group.start_soon(partial(letters.approve, key, bram, replica=number % 2))
    ended = [(await letters.ended(key)).status for key in keys]
    assert sorted(ended) == [Status.SENT] * 3 + [Status.SUPERSEDED] * 3
    assert sum(letters.sent(f"At once {number}.") for number in range(6)) == 3
