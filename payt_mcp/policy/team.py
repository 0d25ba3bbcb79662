"""Who may do what in a company that shares a server: pure rules, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

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
        elicited_yes: a yes in the client's own form counts (a program that holds the token can give it).
        clients: hosts of the client ids and redirect addresses that may connect, as `claude.ai`; empty: all may.
        shared_reading: people with equal rights at Payt read the same open items in memory.
    """

    read_only: bool = True
    second_above: Decimal | None = None
    own_approval: bool = False
    daily_messages: int | None = None
    daily_amount: Decimal | None = None
    elicited_yes: bool = False
    clients: tuple[str, ...] = ()
    shared_reading: bool = True
