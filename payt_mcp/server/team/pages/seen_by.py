"""What of a company's proposals is there for somebody, and what they may do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anyio.to_thread import run_sync

from payt_mcp.errors import AlteredError, RefusedWriteError
from payt_mcp.policy.approval import Yes
from payt_mcp.policy.team import Standing, may_see, why_not_approve
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Listing, Record
from payt_mcp.proposals.states import PENDING, Status
from payt_mcp.server.team.pages.needed import Desk, Needed
from payt_mcp.server.team.people import Person, Tenant
from payt_mcp.server.team.web_sessions import WebSession

_ID = re.compile(r"p-[a-z0-9]{1,40}")
_NO = frozenset({"approve", "again", "done", "close"})
"""What takes a yes, or the place of one."""


@dataclass(frozen=True)
class Member:
    """A person in one company, and what they may do there."""

    person: Person
    tenant: Tenant
    standing: Standing

    def sees(self, record: Record) -> bool:
        return may_see(self.standing, record.administration_id, record.proposer)

    def why_not(self, record: Record) -> str:
        """Why their yes would not be taken; "" where it would."""
        return why_not_approve(self.standing, record.administration_id, record.proposer)

    @property
    def hears_of_altered(self) -> bool:
        """Whether they are told which proposals were altered: whose those are is nobody's word any more."""
        return self.standing.rights.may_anywhere("approver")

    def is_proposer(self, record: Record) -> bool:
        return record.proposer == self.person.id

    def has_agreed(self, record: Record) -> bool:
        """Whether they said yes to what it is now, and to this attempt at it."""
        return any(yes.approver == self.person.id for yes in yeses_of(record))

    def is_waited_for(self, record: Record) -> bool:
        is_open = record.status in (Status.PROPOSED, Status.OUTCOME_UNKNOWN)
        return is_open and not self.has_agreed(record) and not self.why_not(record)

    def barred(self, record: Record) -> frozenset[str]:
        """What they may not do about it. A no is taken of whoever may see it."""
        if self.why_not(record):
            return _NO
        return frozenset({"approve", "again"}) if self.has_agreed(record) else frozenset()


@dataclass(frozen=True)
class Shown:
    """A proposal as somebody of its company sees it."""

    member: Member
    record: Record
    ledger: LedgerContract


def yeses_of(record: Record) -> list[Yes]:
    """Those to what it is now, and to this attempt at it."""
    return [yes for yes in record.yeses if yes.digest == record.digest and yes.attempt == record.sending_at]


async def members(session: WebSession, needed: Needed, *, fresh: bool = False) -> list[Member]:
    """Who somebody is in each of their companies; `fresh` is as the database has it this moment."""
    found = []
    for person in session.people:
        tenant = await needed.people.tenant(person.tenant_id)
        known = await needed.directory.find(person.tenant_id, person.id, fresh=fresh)
        if tenant is not None and known is not None:
            found.append(Member(person, tenant, Standing(person.id, known.rights, tenant.policy)))
    return found


async def find(session: WebSession, needed: Needed, key: str, *, fresh: bool = False) -> Shown | None:
    """A proposal of a company of theirs that they may see.

    Raises:
        AlteredError: it is not what was proposed; told to whoever is told of such in its company.
    """
    if not _ID.fullmatch(key):
        return None
    for member in await members(session, needed, fresh=fresh):
        ledger = await needed.desk.ledger(member.tenant.id)
        if await run_sync(ledger.altered, [key]):
            if member.hears_of_altered:
                raise AlteredError(f"Proposal {key} was altered, and cannot be approved.", AlteredError.OF_A_COMPANY)
            continue
        try:
            record = await run_sync(ledger.get, key)
        except RefusedWriteError:
            continue
        if member.sees(record):
            return Shown(member, record, ledger)
    return None


async def open_ones(member: Member, desk: Desk) -> Listing:
    """What is not over yet and they may see, oldest first; and what was altered of it, where they are told of that."""
    ledger = await desk.ledger(member.tenant.id)
    found = await run_sync(ledger.listed, (*PENDING, Status.OUTCOME_UNKNOWN))
    seen = [record for record in found.records if member.sees(record)]
    return Listing(seen, found.altered if member.hears_of_altered else frozenset())
