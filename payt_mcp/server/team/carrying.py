"""What is asked once more before something that was approved is carried out, whichever replica does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from anyio.to_thread import run_sync

from payt_mcp.policy.team import Rights, Standing, TenantPolicy, why_not_approve, why_not_today
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.rounds import Bar
from payt_mcp.proposals.states import Status
from payt_mcp.server.team import day
from payt_mcp.server.team.directory import Directory
from payt_mcp.server.team.ledgers import Ledgers
from payt_mcp.words.said import say

IsCurrent = Callable[[str, str], Awaitable[bool]]
"""Whether a person (by the ids of company and person) still has access; see `access.Access`."""


class Carrying:
    """The rules of companies at the last moment. What it is asked raises DatabaseError, and nothing is sent then."""

    def __init__(self, directory: Directory, ledgers: Ledgers, is_current: IsCurrent) -> None:
        self._directory = directory
        self._ledgers = ledgers
        self._is_current = is_current

    async def bar(self, tenant_id: str, record: Record, zone: dt.tzinfo) -> Bar | None:
        """Why a proposal is not carried out now; None where no rule is against it. Yeses that do not count any more
        are told to the ledger, which then does not let it go.
        """
        policy = await self._directory.policy(tenant_id, fresh=True)
        if policy.read_only:
            return Bar(say("Your company has switched writing off for this server."), is_over=True)
        rights = await self.rights_of(tenant_id, record.proposer)
        if rights is None or rights.role_in(record.administration_id) is None:
            return Bar(say("Whoever proposed it has no access to this administration any more."), is_over=True)
        for yes in record.yeses:
            counts = await self._counts(tenant_id, yes.approver, record, policy)
            self._ledgers.count(tenant_id, yes, counts=counts)
        return await self._today(tenant_id, record, zone, policy)

    async def rights_of(self, tenant_id: str, person_id: str) -> Rights | None:
        """What somebody may do now; None where they have no access."""
        known = await self._directory.find(tenant_id, person_id, fresh=True)
        if known is None or not await self._is_current(tenant_id, person_id):
            return None
        return known.rights

    async def _counts(self, tenant_id: str, person_id: str, record: Record, policy: TenantPolicy) -> bool:
        rights = await self.rights_of(tenant_id, person_id)
        if rights is None:
            return False
        return not why_not_approve(Standing(person_id, rights, policy), record.administration_id, record.proposer)

    async def _today(self, tenant_id: str, record: Record, zone: dt.tzinfo, policy: TenantPolicy) -> Bar | None:
        if policy.daily_messages is None and policy.daily_amount is None:
            return None
        ledger: LedgerContract = await self._ledgers.of(tenant_id)
        since, lately = await run_sync(day.lately, ledger, zone)
        currency = record.currency

        def against(records: list[Record]) -> str:
            before = day.written(records, since, currency, before=record)
            amount = day.amount_of(record.amount)
            message = day.is_message(record.kind)
            return why_not_today(policy, before, is_message=message, amount=amount, currency=currency)

        if why := against([one for one in lately if one.status is not Status.APPROVED]):
            return Bar(why, is_over=True)
        why = against(lately)
        return Bar(why) if why else None  # of what goes first, not all may be carried out
