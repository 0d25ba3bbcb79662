"""Who may do what in a company that shares a server: pure rules, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

from payt_mcp.policy.approval import MOST_WAITING
from payt_mcp.words.said import count, money, say

Role = Literal["reader", "proposer", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""

EVERYWHERE = "*"
"""In the place of an administration's id: all that are not named by themselves."""


@dataclass(frozen=True)
class Rights:
    """The roles of one person, by administration id (or EVERYWHERE)."""

    roles: Mapping[str, Role] = field(default_factory=dict)

    def role_in(self, administration_id: str) -> Role | None:
        """What they are in one administration; None where they may not even know that it is there."""
        return self.roles.get(administration_id, self.roles.get(EVERYWHERE))

    def may(self, role: Role, administration_id: str) -> bool:
        """Whether they may do there what this role may."""
        held = self.role_in(administration_id)
        return held is not None and ROLES.index(held) >= ROLES.index(role)

    def may_anywhere(self, role: Role) -> bool:
        return any(ROLES.index(held) >= ROLES.index(role) for held in self.roles.values())


@dataclass(frozen=True, kw_only=True)
class TenantPolicy:
    """What a company decided for all its people. The default is what a new one begins with: reading alone.

    Attributes:
        read_only: nobody proposes or approves anything.
        second_above: above this amount (of the administration's currency) two people must say yes; None: never.
        own_approval: whoever proposed something may approve it.
        daily_messages: how many messages may be sent in a day, of all people together; None: no limit.
        daily_amount: which amount the writes of a day may concern together, in each currency; None: no limit.
        open_proposals: how many proposals of one person may wait for a yes at a time; None: no limit.
        elicited_yes: a yes in the client's own form counts (a program that holds the token can give it).
        clients: hosts of the client ids and redirect addresses that may connect, as `claude.ai`; empty: all may.
        shared_reading: people with equal rights at Payt read the same open items in memory.
        mail: who may approve something that waits is told so by e-mail.
        webhook: an https address that is told too; "" for none.
    """

    read_only: bool = True
    second_above: Decimal | None = None
    own_approval: bool = False
    daily_messages: int | None = None
    daily_amount: Decimal | None = None
    open_proposals: int | None = MOST_WAITING
    elicited_yes: bool = False
    clients: tuple[str, ...] = ()
    shared_reading: bool = True
    mail: bool = False
    webhook: str = ""


@dataclass(frozen=True)
class Standing:
    """Who acts: a person, what they may do, what their company decided, and whether this connection `writes`."""

    person_id: str
    rights: Rights
    policy: TenantPolicy
    writes: bool = True

    @property
    def may_write(self) -> bool:
        """Whether there is anything at all that they may propose."""
        return self.writes and not self.policy.read_only and self.rights.may_anywhere("proposer")


def why_not_propose(who: Standing, administration_id: str) -> str:
    """Why somebody may not propose a write there; "" where they may."""
    if who.policy.read_only:
        return (
            "Your company has not switched writing on for this server; whoever administers it can "
            "(`payt-mcp team policy --read-only no`)."
        )
    if not who.writes:
        return 'This connection was allowed to read only. Connect again without "read only" to propose anything.'
    if not who.rights.may("proposer", administration_id):
        return (
            "Your role in this administration allows reading only; whoever administers this server can change that "
            "(`payt-mcp team roles set`)."
        )
    return ""


def why_not_approve(who: Standing, administration_id: str, proposer: str) -> str:
    """Why somebody's yes is not taken; "" where it is."""
    if who.policy.read_only:
        return say("Your company has switched writing off for this server.")
    if not who.rights.may("approver", administration_id):
        return say("Your role in this administration does not allow approving; an approver must say yes.")
    if proposer == who.person_id and not who.policy.own_approval:
        return say("You proposed it, and in your company somebody else must approve it.")
    return ""


def may_see(who: Standing, administration_id: str, proposer: str) -> bool:
    """Whether a proposal is there for somebody: their own, and those they could approve were they not their own."""
    held = who.rights.role_in(administration_id)
    return held is not None and (proposer == who.person_id or who.rights.may("approver", administration_id))


@dataclass(frozen=True)
class Day:
    """What was carried out of a company today, or may have been: messages, and the amount in one currency."""

    messages: int = 0
    amount: Decimal = Decimal(0)

    def plus(self, *, is_message: bool, amount: Decimal) -> Day:
        return Day(self.messages + is_message, self.amount + amount)


def why_not_today(policy: TenantPolicy, before: Day, *, is_message: bool, amount: Decimal, currency: str) -> str:
    """Why one more write goes beyond what the company lets happen in a day; "" where it does not."""
    most = policy.daily_messages
    if is_message and most is not None and before.messages + 1 > most:
        return say(
            "Your company sends at most {most} a day, and has sent {sent} today: not before tomorrow.",
            most=count(most, "message"),
            sent=before.messages,
        )
    limit = policy.daily_amount
    if limit is not None and amount and before.amount + amount > limit:
        return say(
            "What is written in a day may concern at most {limit}, today it was {spent}, and this concerns {amount}: "
            "not before tomorrow.",
            limit=money(limit, currency),
            spent=money(before.amount, currency),
            amount=money(amount, currency),
        )
    return ""
