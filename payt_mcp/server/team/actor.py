"""A person of a company as those who write: what they may propose and approve, by role and policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from anyio.to_thread import run_sync

from payt_mcp.errors import RefusedWriteError
from payt_mcp.policy.approval import Needs, rule_above
from payt_mcp.policy.team import Standing, may_see, why_not_approve, why_not_propose, why_not_today
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.proposals.stored import preview_of
from payt_mcp.server.team import day


@dataclass(frozen=True)
class TeamActor:
    """See `writes.actor.Actor`. `fresh` gives what the person may do as it is in the database now, `name` what somebody
    of the company is called.
    """

    standing: Standing
    client: str
    ledger: LedgerContract
    page_address: Callable[[str], str]
    fresh: Callable[[], Awaitable[Standing]]
    name: Callable[[str], Awaitable[str]]

    @property
    def person_id(self) -> str:
        return self.standing.person_id

    @property
    def sees_others(self) -> bool:
        return True

    def by(self, who: Who) -> Who:
        return replace(who, client=self.client or who.client, approver=self.person_id)

    def check_propose(self, administration_id: str) -> None:
        _refuse(why_not_propose(self.standing, administration_id))

    async def check_today(self, draft: Draft, zone: dt.tzinfo) -> None:
        policy = self.standing.policy
        if policy.daily_messages is None and policy.daily_amount is None:
            return
        since, lately = await run_sync(day.lately, self.ledger, zone)
        before = day.written([one for one in lately if one.digest != draft.digest], since, draft.currency)
        what = {"is_message": day.is_message(draft.kind), "amount": day.amount_of(draft.amount)}
        _refuse(why_not_today(policy, before, currency=draft.currency, **what))  # type: ignore[arg-type]  # as they are named

    async def check_approve(self, record: Record) -> None:
        _refuse(_why_not_here(replace(await self.fresh(), writes=self.standing.writes), record))

    def may_see(self, record: Record) -> bool:
        return may_see(self.standing, record.administration_id, record.proposer)

    def says_yes_here(self, record: Record) -> bool:
        return not _why_not_here(self.standing, record)

    def needs(self, record: Record) -> Needs:
        return rule_above(self.standing.policy.second_above)(record)

    async def named(self, record: Record) -> Record:
        yeses = tuple([replace(yes, approver=await self.name(yes.approver)) for yes in record.yeses])
        return replace(record, yeses=yeses)


def _why_not_here(who: Standing, record: Record) -> str:
    """Why a yes that comes through a client is not taken: whoever holds the token could give it in the person's place,
    so it is by policy alone, and for nothing that is red.
    """
    preview = preview_of(record)
    if preview is None or preview.dangers or not who.policy.elicited_yes or not who.writes:
        return "A yes to this is taken on its page alone, where the person is signed in."
    return why_not_approve(who, record.administration_id, record.proposer)


def _refuse(why: str) -> None:
    if why:
        raise RefusedWriteError(str(why), unsent=True)
