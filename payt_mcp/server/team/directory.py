"""Who may do what, as a replica remembers it: at most thirty seconds old, and forgotten when another changes it."""

from __future__ import annotations

import time
from contextlib import aclosing, suppress
from typing import NamedTuple

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError, NoAccessError
from payt_mcp.policy.approval import Needs, rule_above
from payt_mcp.policy.team import Rights, Standing, TenantPolicy
from payt_mcp.proposals.records import Record
from payt_mcp.server.team.people import People, Person

CHANNEL = "people"
"""Where the database tells that people, roles or policies changed."""

REMEMBERED = 30.0
_MOST = 10_000


class Known(NamedTuple):
    """A person of a company, and what is decided about them."""

    person: Person
    rights: Rights
    policy: TenantPolicy


class Directory:
    """The people of all companies. Whoever was removed, or is another company's, is nobody."""

    def __init__(self, database: Database, people: People, *, remembered: float = REMEMBERED) -> None:
        self._database = database
        self._people = people
        self._remembered = remembered
        self._news = 0
        self._found: dict[tuple[str, str], tuple[Person, Rights, float]] = {}
        self._policies: dict[str, tuple[TenantPolicy, float]] = {}

    async def find(self, tenant_id: str, person_id: str, *, fresh: bool = False) -> Known | None:
        """Somebody who works there now; None where nobody of that id does. Raises DatabaseError."""
        key, now, news = (tenant_id, person_id), time.monotonic(), self._news
        found = self._found.get(key)
        if fresh or found is None or now - found[2] > self._remembered:
            person = await self._people.person(tenant_id, person_id)
            is_there = person is not None and person.status != "removed"
            found = (person, await self._people.rights(person_id), now) if person and is_there else None
            if len(self._found) >= _MOST:
                self._found.clear()
            if found is None or news != self._news:  # what was read may be from before the news
                self._found.pop(key, None)
            else:
                self._found[key] = found
        return None if found is None else Known(found[0], found[1], await self.policy(tenant_id, fresh=fresh))

    async def standing(self, tenant_id: str, person_id: str, *, writes: bool = True, fresh: bool = False) -> Standing:
        """What somebody may do now. Raises NoAccessError where they are nobody here; DatabaseError."""
        known = await self.find(tenant_id, person_id, fresh=fresh)
        if known is None:
            raise NoAccessError
        return Standing(person_id, known.rights, known.policy, writes)

    async def name(self, tenant_id: str, person_id: str) -> str:
        """What a person is called; their address where they have no name, "" where they are not known."""
        person = await self._people.person(tenant_id, person_id)
        return (person.name or person.email) if person else ""

    async def policy(self, tenant_id: str, *, fresh: bool = False) -> TenantPolicy:
        """What a company decided; reading alone, where there is none of that id. Raises DatabaseError."""
        found, now = self._policies.get(tenant_id), time.monotonic()
        if fresh or found is None or now - found[1] > self._remembered:
            tenant = await self._people.tenant(tenant_id)
            policy = tenant.policy if tenant else TenantPolicy()
            known = self._policies.get(tenant_id)
            if known is None or known[1] <= now:  # else it was read later meanwhile
                self._policies[tenant_id] = (policy, now)
            return policy
        return found[0]

    def needs(self, tenant_id: str, record: Record) -> Needs:
        """Whose yes a proposal needs, by the policy as it was last read: that is asked for in a transaction."""
        policy, _ = self._policies.get(tenant_id, (TenantPolicy(), 0.0))
        return rule_above(policy.second_above)(record)

    def most_waiting(self, tenant_id: str) -> int | None:
        """How many proposals of one person may wait, by the policy as it was last read; None: no limit."""
        policy, _ = self._policies.get(tenant_id, (TenantPolicy(), 0.0))
        return policy.open_proposals

    def shares(self, tenant_id: str) -> bool:
        """Whether people of equal rights read the same from memory, by the policy as it was last read."""
        policy, _ = self._policies.get(tenant_id, (TenantPolicy(), 0.0))
        return policy.shared_reading

    async def follow(self) -> None:
        """Forget what others change, as long as this runs. Policies are read anew, for `needs` is asked at any time."""
        async with aclosing(self._database.notices(CHANNEL)) as notices:
            async for _ in notices:
                self._news += 1
                self._found.clear()
                for tenant_id in list(self._policies):
                    with suppress(DatabaseError):  # then it is as it was, for as long as it is remembered
                        await self.policy(tenant_id, fresh=True)
