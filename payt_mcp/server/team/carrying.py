"""What is asked once more before something that was approved is carried out, whichever replica does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import NamedTuple

from anyio.to_thread import run_sync

from payt_mcp.payt.together import together
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

ZoneOf = Callable[[Record], Awaitable[dt.tzinfo]]
"""The time zone a proposal is for; asked only where a day has an end, as Payt may have to be asked."""


class Ruling(NamedTuple):
    """Why a proposal is not carried out now, None where no rule is against it; and what its proposer may do now."""

    bar: Bar | None
    rights: Rights | None = None


class Carrying:
    """The rules of companies at the last moment. What it is asked raises DatabaseError, and nothing is sent then."""

    def __init__(self, directory: Directory, ledgers: Ledgers, is_current: IsCurrent) -> None:
        self._directory = directory
        self._ledgers = ledgers
        self._is_current = is_current

    async def ruling(self, tenant_id: str, record: Record, zone_of: ZoneOf) -> Ruling:
        """Yeses that do not count any more are told to the ledger, which then does not let it go."""
        policy = await self._directory.policy(tenant_id, fresh=True)
        if policy.read_only:
            return Ruling(Bar(say("Your company has switched writing off for this server."), is_over=True))
        found = await self._rights_of(tenant_id, {record.proposer, *(yes.approver for yes in record.yeses)})
        rights = found[record.proposer]
        if rights is None or rights.role_in(record.administration_id) is None:
            return Ruling(Bar(say("Whoever proposed it has no access to this administration any more."), is_over=True))
        for yes in record.yeses:
            counts = _counts(yes.approver, found[yes.approver], record, policy)
            self._ledgers.count(tenant_id, yes, counts=counts)
        return Ruling(await self._today(tenant_id, record, zone_of, policy), rights)

    async def _rights_of(self, tenant_id: str, people: Collection[str]) -> dict[str, Rights | None]:
        """What each of these may do now; None where they have no access."""
        found: dict[str, Rights | None] = {}

        async def ask(person_id: str) -> None:
            known = await self._directory.find(tenant_id, person_id, fresh=True)
            is_here = known is not None and await self._is_current(tenant_id, person_id)
            found[person_id] = known.rights if known and is_here else None

        await together(*(partial(ask, one) for one in people))
        return found

    async def _today(self, tenant_id: str, record: Record, zone_of: ZoneOf, policy: TenantPolicy) -> Bar | None:
        if policy.daily_messages is None and policy.daily_amount is None:
            return None
        ledger: LedgerContract = await self._ledgers.of(tenant_id)
        since, lately = await run_sync(day.lately, ledger, await zone_of(record))
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


def _counts(person_id: str, rights: Rights | None, record: Record, policy: TenantPolicy) -> bool:
    """Whether the yes of somebody with these rights still counts."""
    if rights is None:
        return False
    return not why_not_approve(Standing(person_id, rights, policy), record.administration_id, record.proposer)
