"""Companies, their people and their roles, as the database has them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import InputError
from payt_mcp.policy.team import EVERYWHERE, Rights, Role, TenantPolicy

Status = Literal["invited", "active", "removed"]

_AMOUNTS = ("second_above", "daily_amount")


@dataclass(frozen=True)
class Tenant:
    id: str
    name: str
    policy: TenantPolicy


@dataclass(frozen=True)
class Person:
    """`issuer` and `subject` are "" until they have signed in."""

    id: str
    tenant_id: str
    email: str
    name: str
    status: Status
    issuer: str = ""
    subject: str = ""


class People:
    """Whoever works with this server. Every method raises DatabaseError where the database is away.

    `read_only`: this process writes nothing, whatever a company decided (PAYT_READ_ONLY).
    """

    def __init__(self, database: Database, *, read_only: bool = False) -> None:
        self._database = database
        self._read_only = read_only

    async def tenants(self) -> list[Tenant]:
        return await self._database.run(
            lambda c: [_tenant(row) for row in c.execute("select * from tenants order by name").fetchall()]
        )

    async def tenant(self, tenant_id: str) -> Tenant | None:
        row = await self._database.run(lambda c: first(c, "select * from tenants where id = %s", (tenant_id,)))
        tenant = _tenant(row) if row else None
        return replace(tenant, policy=replace(tenant.policy, read_only=True)) if tenant and self._read_only else tenant

    async def add_tenant(self, name: str, policy: TenantPolicy | None = None) -> Tenant:
        """Raises InputError where there is one of that name."""
        made = Tenant(f"t-{secrets.token_hex(6)}", name, policy or TenantPolicy())

        def add(connection: Connection) -> None:
            added = first(
                connection,
                "insert into tenants (id, name, policy) values (%s, %s, %s) on conflict (name) do nothing returning id",
                (made.id, made.name, Jsonb(policy_json(made.policy))),
            )
            if added is None:
                raise InputError(f"There is a company {name!r} already.")

        await self._database.run(add)
        return made

    async def set_policy(self, tenant_id: str, policy: TenantPolicy) -> None:
        values = (Jsonb(policy_json(policy)), tenant_id)
        await self._database.run(lambda c: c.execute("update tenants set policy = %s where id = %s", values))

    async def person(self, tenant_id: str, person_id: str) -> Person | None:
        """A person of this company; None where it has none of that id."""
        query = "select * from people where tenant = %s and id = %s"
        row = await self._database.run(lambda c: first(c, query, (tenant_id, person_id)))
        return person_of(row) if row else None

    async def people_of(self, tenant_id: str) -> list[Person]:
        """All but those that were removed, by address."""
        query = "select * from people where tenant = %s and status <> 'removed' order by lower(email)"
        return await self._database.run(lambda c: [person_of(row) for row in c.execute(query, (tenant_id,)).fetchall()])

    async def invite(self, tenant_id: str, email: str, role: Role, administration_id: str = EVERYWHERE) -> Person:
        """Somebody who may sign in with this address. Who was invited before gets the role beside what they have."""
        made = Person(f"u-{secrets.token_hex(8)}", tenant_id, email.strip(), "", "invited")

        def add(connection: Connection) -> Person:
            query = "select * from people where tenant = %s and lower(email) = lower(%s) and status <> 'removed'"
            known = first(connection, query, (tenant_id, made.email))
            if known is None:
                connection.execute(
                    "insert into people (id, tenant, email) values (%s, %s, %s)", (made.id, tenant_id, made.email)
                )
            person = person_of(known) if known else made
            _set_role(connection, person.id, role, administration_id)
            return person

        return await self._database.run(add)

    async def invite_anew(self, tenant_id: str, email: str) -> bool:
        """Whoever signs in with this address next is the person that has it here, roles and all; False: nobody has.
        Programs that were let in before are let in no more: it may be somebody else who has them.
        """
        query = (
            "with anew as (update people set status = 'invited', issuer = null, subject = null "
            "where tenant = %s and lower(email) = lower(%s) and status <> 'removed' returning id), "
            "ended as (update connections set revoked_at = now() where person in (select id from anew) "
            "and revoked_at is null) select id from anew"
        )
        return await self._database.run(lambda c: first(c, query, (tenant_id, email))) is not None

    async def rights(self, person_id: str) -> Rights:
        """What somebody may do; nothing, where they were removed."""
        query = (
            "select administration, role from roles join people on people.id = roles.person "
            "where people.id = %s and status <> 'removed'"
        )
        rows = await self._database.run(lambda c: c.execute(query, (person_id,)).fetchall())
        return Rights({row["administration"]: row["role"] for row in rows})

    async def set_role(self, person_id: str, role: Role | None, administration_id: str = EVERYWHERE) -> None:
        """None takes the role in this administration away."""
        await self._database.run(lambda c: _set_role(c, person_id, role, administration_id))


def policy_of(found: Mapping[str, Any]) -> TenantPolicy:
    """A policy as the database keeps it; what a later version added is left out."""
    known = {name: value for name, value in found.items() if name in TenantPolicy.__dataclass_fields__}
    amounts = {name: Decimal(known[name]) for name in _AMOUNTS if known.get(name) is not None}
    return replace(TenantPolicy(), **{**known, **amounts, "clients": tuple(known.get("clients", ()))})


def policy_json(policy: TenantPolicy) -> dict[str, Any]:
    amounts = {name: str(value) for name in _AMOUNTS if (value := getattr(policy, name)) is not None}
    return {**vars(policy), **amounts, "clients": list(policy.clients)}


def _set_role(connection: Connection, person_id: str, role: Role | None, administration_id: str) -> None:
    if role is None:
        connection.execute(
            "delete from roles where person = %s and administration = %s", (person_id, administration_id)
        )
        return
    connection.execute(
        "insert into roles (person, administration, role) values (%s, %s, %s) "
        "on conflict (person, administration) do update set role = excluded.role",
        (person_id, administration_id, role),
    )


def _tenant(row: DictRow) -> Tenant:
    return Tenant(row["id"], row["name"], policy_of(row["policy"]))


def person_of(row: DictRow) -> Person:
    return Person(
        row["id"], row["tenant"], row["email"], row["name"], row["status"], row["issuer"] or "", row["subject"] or ""
    )
